from odoo import api, fields, models
from odoo.tools import format_date

from ...tools import covers as core


class DunningCaseAgreement(models.Model):
    """Agreements of a case: judged in each run, and what the case waits for."""

    _inherit = "dunning.case"

    awaits_agreement = fields.Boolean(
        readonly=True,
        copy=False,
        help="Everything late is promised, on a plan or disputed: the case waits.",
    )
    waiting_text = fields.Char(
        compute="_compute_waiting_text",
        help="Until when the case waits, and for what.",
    )

    # Judged in runs

    @api.model
    def _settle_commitments(self, day, items, lines):
        """Judge the commitments of the cases by what was really paid: a hook.

        Called in runs only, between collecting and deciding. Each kind of commitment
        extends it, with one query for all the cases, and adds the cases on whose items
        it wrote a level. What it notes is in the company's language: see
        ``dunning.commitment._in_company_language``.

        :param items: ``{move line id: OpenItem}``
        :param lines: ``{case id: [CaseLine]}``
        :return: the cases whose items have changed
        """
        return self.browse()

    def _settle_closed(self, day):
        """Judge the commitments of cases whose items are all settled: a hook."""

    def _end_commitments(self):
        """End the commitments of cases that somebody closes by hand: a hook."""

    def _follow_commitments(self, day, books):
        """Judge the commitments; return the books as they are then."""
        changed = self._settle_commitments(day, books.items, books.lines)
        if not changed:
            return books
        return books._replace(lines=books.lines | changed._read_lines())

    # What the case waits for

    @api.model
    def _is_awaiting(self, plan):
        """Tell whether all that is late is kept back by agreements.

        :param CasePlan plan: what the engine has just read and decided
        """
        late = [item for item in plan.facts.items if item.is_late(plan.day, plan.grace)]
        return bool(late) and all(item.hold in core.KINDS for item in late)

    def _show_waiting(self, plans=None):
        """Write the state that follows from the agreements: waiting, or open again.

        :param plans: ``{case: CasePlan}`` just decided; decided afresh when None
        """
        cases = self.filtered(lambda case: case.state in ("open", "waiting"))
        if plans is None:
            plans = {}
            for company, of_company in cases.grouped("company_id").items():
                plans |= of_company._decide(
                    company._dunning_today(), is_bank_fresh=True
                )
        waiting = cases.filtered(lambda case: self._is_awaiting(plans[case]))
        ended = (cases - waiting).filtered("awaits_agreement")
        for case in ended:
            is_held = case.state == "waiting" and case.hold_id
            case.write(
                {"awaits_agreement": False, "state": "waiting" if is_held else "open"}
            )
        beginning = waiting.filtered(lambda case: case.state == "open")
        if beginning:
            beginning.write({"awaits_agreement": True, "state": "waiting"})

    @api.depends("awaits_agreement", "state")
    @api.depends_context("lang")
    def _compute_waiting_text(self):
        self.waiting_text = False
        awaiting = self.filtered("awaits_agreement")
        covers = self.env["dunning.cover"].search([("case_id", "in", awaiting.ids)])
        for case, of_case in covers.grouped("case_id").items():
            days = [day for day in of_case.mapped("date_until") if day]
            sources = [
                self.env[model].browse(set(rows.mapped("source_id")))
                for model, rows in of_case.grouped("res_model").items()
            ]
            what = ", ".join(
                source._describe() for records in sources for source in records
            )
            if days:
                case.waiting_text = self.env._(
                    "Waiting until %(date)s for: %(what)s",
                    date=format_date(self.env, max(days)),
                    what=what,
                )
            else:
                case.waiting_text = self.env._("Waiting for: %(what)s", what=what)
