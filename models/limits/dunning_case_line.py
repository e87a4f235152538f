from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.days import add_months
from ...tools.holds import INSOLVENCY, OVER_INDEBTED, TIME_BARRED
from ...tools.limitation import SHORTEST_MONTHS
from .dunning_proceeding import find_frozen
from .host import WARNING_MONTHS


class DunningCaseLine(models.Model):
    """Until when an item can be claimed in court, and who was told that it is near."""

    _inherit = "dunning.case.line"

    limitation_date = fields.Date(
        "Last day to act",
        compute="_compute_limitation_date",
        search="_search_limitation_date",
        help="The last day on which it can be claimed in court: counted from the "
        "earliest of delivery, invoice and due date, and from each event that a credit "
        "manager has confirmed. Reminders and formal notices do not move it, except of "
        "a public body, once a credit manager has confirmed them.",
    )
    limitation_warned_months = fields.Integer(
        readonly=True, help="How many months ahead somebody was last asked to act."
    )
    limitation_warned_for = fields.Date(
        readonly=True, help="The last day to act that was named then."
    )

    @api.depends(
        "move_line_id.date_maturity",
        "move_id.invoice_date",
        "move_id.delivery_date",
        "case_id.partner_id.dunning_debtor_kind",
    )
    def _compute_limitation_date(self):
        days = self._read_limitation_dates()
        for line in self:
            line.limitation_date = days.get(line.move_line_id.id)

    def _read_limitation_dates(self, before=None):
        """Map ids of journal items to the last day to act on each.

        :param before: only those whose period began by that day
        """
        # Until when a debt can be claimed is no secret to who sees the case.
        items = self.sudo().move_line_id
        today = self.env.company._dunning_today()
        rows = items._read_dunning_legal_rows(today, before=before)
        # Of an entry without a due date a hint is given instead: see _iter_hints.
        rows = [row for row in rows if row.is_dated]
        return items._get_limitation_dates(rows) if rows else {}

    @api.model
    def _search_limitation_date(self, operator, value):
        if operator not in ("<", "<=", ">", ">="):
            return NotImplemented
        day = fields.Date.to_date(value)
        # "before" and its opposite are asked of the same list.
        last = day if operator in ("<=", ">") else day - timedelta(days=1)
        lines = self.search([("move_line_id.reconciled", "=", False)])
        days = lines._read_limitation_dates(add_months(last, -SHORTEST_MONTHS))
        early = [key for key, limit in days.items() if limit <= last]
        found = Domain("move_line_id", "in", early)
        return found if operator in ("<", "<=") else ~found

    def _get_limitation_warning(self, today):
        """Return how many months ahead of the last day somebody must be told now; 0
        when it is too early, or was said already."""
        self.ensure_one()
        last = self.limitation_date
        due = [
            months
            for months in WARNING_MONTHS
            if last and today >= add_months(last, -months)
        ]
        if not due:
            return 0
        months = min(due)
        is_said = self.limitation_warned_for == last
        return 0 if is_said and self.limitation_warned_months <= months else months

    def _warn_of_limitation(self):
        """Plan one task for each case whose items can soon be claimed no longer."""
        stages = defaultdict(self.browse)
        for line in self:
            months = line._get_limitation_warning(line.company_id._dunning_today())
            stages[months, line.limitation_date] |= line
        for case, lines in self.grouped("case_id").items():
            case._plan_limitation_task(lines)
        for (months, last), lines in stages.items():
            lines.sudo().write(  # the engine's own
                {"limitation_warned_months": months, "limitation_warned_for": last}
            )

    def _describe_limitation(self):
        """Return "number: last day" of each item, the most urgent first."""
        ordered = self.sorted("limitation_date")
        return "\n".join(
            f"{line.name or ''}: {format_date(self.env, line.limitation_date)}"
            for line in ordered
        )

    def _find_frozen(self):
        """Return the lines that were born before proceedings of their debtor which are
        in force today: nobody may ask for them or pay them."""
        found, running = self.browse(), self.env["dunning.proceeding"]
        for company, lines in self.grouped("company_id").items():
            debtors, today = lines.case_id.partner_id, company._dunning_today()
            found |= find_frozen(lines, running._read_running(company, debtors, today))
        return found

    @api.model
    def _selection_hold(self):
        own = [
            (INSOLVENCY, self.env._("Insolvency")),
            (OVER_INDEBTED, self.env._("Over-indebtedness")),
            (TIME_BARRED, self.env._("Time-barred")),
        ]
        return super()._selection_hold() + own
