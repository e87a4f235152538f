from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...tools import holds as core
from ...tools.channels import UNDELIVERED
from ...tools.holds import ON_HOLD


class Holds(NamedTuple):
    """What is on hold on a day: ids of whole cases, of items, and of the cases whose
    holds are all over."""

    cases: frozenset = frozenset()
    lines: frozenset = frozenset()
    over: frozenset = frozenset()

    def mark(self, items, lines):
        """Return the open items with the hold of those that are on hold.

        :param items: ``{move line id: OpenItem}``
        :param lines: ``{case id: [CaseLine]}``
        """
        if not (self.cases or self.lines):
            return items
        held = {
            row.move_line_id
            for case_id, rows in lines.items()
            for row in rows
            if case_id in self.cases or row.id in self.lines
        }
        return {
            key: item._replace(hold=ON_HOLD) if key in held and not item.hold else item
            for key, item in items.items()
        }


class DunningCase(models.Model):
    """Hold: a case, or items of it, that nobody reminds of for a time."""

    _inherit = "dunning.case"

    hold_ids = fields.One2many("dunning.hold", "case_id", "Holds", readonly=True)
    hold_id = fields.Many2one(
        "dunning.hold",
        "On hold",
        compute="_compute_hold_id",
        help="The hold of the whole case that is in force today.",
    )
    hold_until = fields.Date("On hold until", compute="_compute_hold_id")
    has_item_hold = fields.Boolean(compute="_compute_hold_id")

    @api.depends("hold_ids.date_until", "hold_ids.ended_on")
    def _compute_hold_id(self):
        for case in self:
            running = case.hold_ids.filtered(lambda hold: hold.state == core.RUNNING)
            whole = running.filtered(lambda hold: hold.scope == "case")
            whole = whole.sorted("date_until")[-1:]
            case.hold_id = whole
            case.hold_until = whole.date_until
            case.has_item_hold = bool(running - whole)

    # What the engine knows of it

    def _read_holds(self, date):
        """Return what is on hold of the cases on a day.

        :rtype: Holds
        """
        holds = self.hold_ids
        running = holds.filtered(lambda hold: hold._to_core().covers(date))
        whole = holds.filtered(lambda hold: hold.scope == "case")
        return Holds(
            frozenset((running & whole).case_id.ids),
            frozenset((running - whole).line_ids.ids),
            frozenset((whole.case_id - (running & whole).case_id).ids),
        )

    def _keep_back(self, items, lines, date):
        """Nobody has to set a case back: a hold ends by its date."""
        kept = super()._keep_back(items, lines, date)
        holds = self._read_holds(date)
        waiting = {case.id for case in self if case.state == "waiting"}
        cases = (kept.cases - (holds.over & waiting)) | holds.cases
        return kept._replace(items=holds.mark(kept.items, lines), cases=cases)

    def _wake_up(self, date=None):
        """Open the cases again whose holds are over.

        :param date: the day to look at; the company's today when None
        """
        result = super()._wake_up(date)
        waiting = self.filtered(lambda case: case.state == "waiting")
        for company, cases in waiting.grouped("company_id").items():
            over = cases._read_holds(date or company._dunning_today()).over
            cases.filtered(lambda case, over=over: case.id in over)._write_facts(
                {"state": "open"}
            )
        return result

    @api.model
    def _take_back_run(self, company, day):
        """Let cases wait again whose hold is not over yet."""
        result = super()._take_back_run(company, day)
        running = self.env["dunning.hold"].search(
            self.env["dunning.hold"]._get_domain(company._dunning_today())
            & Domain("company_id", "=", company.id)
            & Domain("scope", "=", "case")
            & Domain("case_id.state", "=", "open")
        )
        running.case_id._write_facts({"state": "waiting"})
        return result

    def _keep_back_held(self):
        """Look afresh at what waits to leave: what names a held item stays here.

        Printed letters stay on the list of those to pull out of the batch.
        """
        waiting = self.action_ids.filtered(
            lambda action: action.state in UNDELIVERED and not action.printed_on
        )
        proposed = waiting.filtered(lambda action: action.state == "proposed")
        proposed._refresh()
        (waiting - proposed)._drop_outdated()

    def _explain_holds(self):
        """Say until when it is held, by whom, why."""
        yield from super()._explain_holds()
        running = self.hold_ids.filtered(lambda hold: hold.state == core.RUNNING)
        for hold in running.sorted("scope"):
            details = {
                "date": format_date(self.env, hold.date_until),
                "user": hold.user_id.sudo().name,  # a name is no secret
                "reason": hold.reason,
            }
            if hold.scope == "case":
                yield self.env._(
                    "On hold until %(date)s, by %(user)s: %(reason)s", **details
                )
            else:
                yield self.env._(
                    "%(items)s on hold until %(date)s, by %(user)s: %(reason)s",
                    items=hold.items,
                    **details,
                )

    def _explain_reason(self, plan):
        """A hold of the whole case has its own sentence."""
        if plan.decision.reason == "held_case" and self.hold_id:
            return ""
        return super()._explain_reason(plan)

    @api.depends("hold_ids.date_until", "hold_ids.ended_on")
    def _compute_live(self):
        return super()._compute_live()

    # Buttons

    def action_hold(self):
        """Open the window that puts cases on hold, or changes their hold."""
        if not self:
            raise UserError(self.env._("Choose the cases to put on hold."))
        self.check_access("write")
        return self.env["dunning.hold.wizard"]._open_for(self)

    def action_resume(self):
        """Resume now what is on hold as a whole."""
        self.check_access("write")
        for case in self.filtered(lambda case: case.state == "waiting"):
            # Held without a date, by a program.
            if not (case.hold_id or case._is_decided()):
                case._write_facts({"state": "open"})
        return self.hold_id.action_resume()

    def _sql_held(self):
        """Join ``held.free_on``: the day after the holds that keep back the item."""
        self.env["dunning.hold"].flush_model()
        return SQL(
            """LEFT JOIN LATERAL (
               SELECT max(hold.date_until) + 1 AS free_on FROM dunning_hold hold
                WHERE hold.case_id = line.case_id AND hold.ended_on IS NULL
                  AND hold.date_until >= %(today)s
                  AND (hold.scope = 'case' OR EXISTS (
                       SELECT FROM dunning_hold_line_rel rel
                        WHERE rel.hold_id = hold.id AND rel.line_id = line.id))
               ) held ON TRUE""",
            today=self.env.company._dunning_today(),
        )
