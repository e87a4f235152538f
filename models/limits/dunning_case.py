from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...tools.days import add_months
from ...tools.holds import TIME_BARRED
from ..case.hints import Hint
from .host import WARNING_MONTHS


class DunningCase(models.Model):
    """What the law says of a case: until when to act, and what becomes of it in
    insolvency proceedings."""

    _inherit = "dunning.case"

    limitation_date = fields.Date(
        "Last day to act",
        compute="_compute_limits",
        search="_search_limitation_date",
        help="Of the open items, the earliest day after which one can no longer be "
        "claimed in court.",
    )
    has_time_barred = fields.Boolean(compute="_compute_limits")
    legal_warning = fields.Text(
        compute="_compute_legal_warning",
        help="What the law asks somebody to look at now.",
    )
    limitation_event_ids = fields.Many2many(
        "dunning.limitation.event",
        string="What interrupts the limitation",
        compute="_compute_limitation_event_ids",
    )
    proceeding_id = fields.Many2one(
        "dunning.proceeding",
        "Insolvency",
        compute="_compute_proceeding_id",
        search="_search_proceeding_id",
        help="The insolvency proceedings of the customer that are running.",
    )

    @api.depends("line_ids.limitation_date", "line_ids.hold")
    def _compute_limits(self):
        for case in self:
            days = [line.limitation_date for line in case.line_ids]
            case.limitation_date = min(filter(None, days), default=False)
            case.has_time_barred = TIME_BARRED in case.line_ids.mapped("hold")

    @api.model
    def _search_limitation_date(self, operator, value):
        if operator not in ("<", "<="):
            return NotImplemented
        early = Domain("limitation_date", operator, value)
        return Domain("line_ids", "any", early)

    @api.depends("partner_id.dunning_limitation_event_ids")
    def _compute_limitation_event_ids(self):
        for case in self:
            events = case.partner_id.dunning_limitation_event_ids
            case.limitation_event_ids = events.filtered(
                lambda event, company=case.company_id: event.company_id == company
            )

    @api.depends("partner_id.dunning_proceeding_ids.ended_on")
    def _compute_proceeding_id(self):
        for case in self:
            case.proceeding_id = case.partner_id.dunning_proceeding_ids.filtered(
                lambda one, company=case.company_id: (
                    one.company_id == company and not one.ended_on
                )
            )

    @api.model
    def _search_proceeding_id(self, operator, value):
        if operator != "in" or any(value):
            return NotImplemented
        self.env["dunning.proceeding"].flush_model()
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                """NOT EXISTS (SELECT FROM dunning_proceeding running
                    WHERE running.partner_id = %s AND running.company_id = %s
                      AND running.ended_on IS NULL)""",
                SQL.identifier(alias, "partner_id"),
                SQL.identifier(alias, "company_id"),
            )
        )

    @api.depends("limitation_date", "proceeding_id", "state")
    @api.depends_context("lang")
    def _compute_legal_warning(self):
        for case in self:
            warnings = case._list_legal_warnings() if case.state != "closed" else ()
            case.legal_warning = "\n".join(warnings) or False

    def _list_legal_warnings(self):
        """Yield a short sentence for each thing of the law that is urgent."""
        if proceeding := self.proceeding_id:
            yield proceeding.warning
        today = (self.company_id or self.env.company)._dunning_today()
        last = self.limitation_date
        if last and last < today:
            yield self.env._(
                "Since %(date)s at the latest, some items can no longer be claimed in "
                "court: see “Limitation”.",
                date=format_date(self.env, last),
            )
        elif last and today >= add_months(last, -max(WARNING_MONTHS)):
            if self.partner_id.dunning_debtor_kind == "public":
                yield self.env._(
                    "After %(date)s some items can no longer be claimed in court. A "
                    "written demand to this public body interrupts that, once it was "
                    "delivered and a credit manager has confirmed it under "
                    "“Limitation”.",
                    date=format_date(self.env, last),
                )
                return
            yield self.env._(
                "After %(date)s some items can no longer be claimed in court. Only a "
                "court, an enforcement or the customer's own acknowledgement "
                "interrupts that, no reminder.",
                date=format_date(self.env, last),
            )

    def _iter_hints(self, day):
        yield from super()._iter_hints(day)
        for line in self.line_ids:
            item = line.move_line_id.sudo()  # as the case shows it
            if item.move_id.move_type == "entry" and not item.date_maturity:
                text = self.env._(
                    "%(item)s has no due date: nobody knows until when it can be "
                    "claimed in court. Enter the due date of its journal item.",
                    item=item.name or item.move_id.name,
                )
                yield line.case_id, Hint(text, line.move_id)

    def _plan_limitation_task(self, lines):
        """Ask the collector to act before items can be claimed no longer."""
        self.ensure_one()
        first = min(lines.mapped("limitation_date"))
        items = lines._describe_limitation()
        self._plan_task(
            self.env._(
                "Limitation: act before %(date)s", date=format_date(self.env, first)
            ),
            self.env._(
                "After these days the items can no longer be claimed in court. A "
                "written demand to this public body interrupts that, once a credit "
                "manager has confirmed it; so does a claim in court.\n%(items)s",
                items=items,
            )
            if self.partner_id.dunning_debtor_kind == "public"
            else self.env._(
                "After these days the items can no longer be claimed in court. A "
                "reminder or a formal notice does not interrupt that: a claim in "
                "court does, or a written acknowledgement of the customer.\n%(items)s",
                items=items,
            ),
        )

    @api.model
    def _log_for(self, debtor, company, text):
        """Write into the history of the last case of a debtor, if he has one."""
        last = self.search(
            [("partner_id", "=", debtor.id), ("company_id", "=", company.id)],
            order="id desc",
            limit=1,
        )
        for case in last:
            case._message_log(body=text)

    # For other parts, and the buttons

    @api.model
    def _propose_limitation_event(self, kind, date, lines, document=None, note=None):
        """Propose that something interrupts the limitation of items; it counts once a
        credit manager has confirmed it.

        :param kind: a kind of ``dunning.limitation.event``
        :param date: the day on which it happened
        :param lines: case lines of one debtor and company
        :param document: attachments that prove it
        :param note: what is known of it, in a few words
        :return: the proposal, empty without lines
        """
        events = self.env["dunning.limitation.event"]
        if not lines:
            return events
        # Found by the module, whoever is at work: nobody is asked for the right.
        return (
            events.sudo()
            .create(
                {
                    "kind": kind,
                    "date": date,
                    "partner_id": lines.case_id.partner_id.id,
                    "company_id": lines.company_id.id,
                    "move_ids": lines.move_id.ids,
                    "move_line_ids": lines._get_entry_items().ids,
                    "proof_ids": document.ids if document else [],
                    "note": note,
                    "user_id": self.env.uid,
                    "is_found": True,
                }
            )
            .with_env(self.env)
        )

    def _get_new_window(self, title, model, lines):
        """Return the window of a new record about items of the case."""
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
                "default_move_ids": lines.move_id.ids,
                "default_move_line_ids": lines._get_entry_items().ids,
            },
        }

    def action_add_limitation_event(self):
        """Enter what interrupts the limitation, with its document."""
        self.ensure_one()
        self.check_access("write")
        return self._get_new_window(
            self.env._("What interrupts the limitation"),
            "dunning.limitation.event",
            self.line_ids,
        )

    def action_override_limitation(self):
        """Decide to remind a consumer of what can no longer be claimed in court."""
        self.ensure_one()
        overrides = self.env["dunning.limitation.override"]
        if not overrides.has_access("create"):
            raise AccessError(
                self.env._(
                    "A credit manager decides whether a customer is reminded of what "
                    "can no longer be claimed in court."
                )
            )
        self.check_access("write")
        barred = self.line_ids.filtered(lambda line: line.hold == TIME_BARRED)
        return self._get_new_window(
            self.env._("Remind all the same"), overrides._name, barred
        )
