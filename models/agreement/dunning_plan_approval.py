from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ...tools import instalments as core

MANAGER = "account_dunning.group_dunning_manager"


class DunningPlanApproval(models.Model):
    """Approval: above the company's thresholds a credit manager looks at the effect on
    cash before a plan is proposed (requirement R50)."""

    _inherit = "dunning.plan"

    approval_reason = fields.Char(
        "Why it needs approval", compute="_compute_approval_reason"
    )
    approved_by_id = fields.Many2one(
        "res.users", "Approved by", readonly=True, copy=False
    )
    approved_on = fields.Date(readonly=True, copy=False)
    asked_by_id = fields.Many2one(
        "res.users", "Approval asked by", readonly=True, copy=False
    )
    average_delay = fields.Integer(
        "Paid later by (days)",
        compute="_compute_cash_effect",
        help="By how many days the money comes later than it was due, on average: "
        "each day weighs as much as what is paid on it.",
    )
    cash_effect = fields.Html(
        "Effect on cash",
        compute="_compute_cash_effect",
        sanitize=False,
        help="What comes in each month, as it was due and as planned. What is late "
        "already was due this month.",
    )
    may_approve = fields.Boolean("You may approve it", compute="_compute_may_approve")

    @api.depends("amount", "date_first", "instalment_ids.date", "company_id")
    @api.depends_context("lang")
    def _compute_approval_reason(self):
        for plan in self:
            plan.approval_reason = "; ".join(plan._find_approval_reasons()) or False

    def _find_approval_reasons(self):
        """Return in words which thresholds of the company the plan is above."""
        company, reasons = self.company_id, []
        if not company:
            return reasons
        today = company._dunning_today()
        amount = self.currency_id._convert(
            self.amount, company.currency_id, company, today
        )
        most = company.dunning_plan_max_amount
        if company.currency_id.compare_amounts(amount, most) > 0:
            reasons.append(
                self.env._("the sum is above %(amount)s", amount=self._format(most))
            )
        days = [day for day in self.instalment_ids.mapped("date") if day]
        longest = company.dunning_plan_max_months
        if days and core.months_between(today, max(days)) > longest:
            reasons.append(
                self.env._("it lasts more than %(count)s months", count=longest)
            )
        return reasons

    @api.depends_context("uid")
    def _compute_may_approve(self):
        self.may_approve = self.env.user.has_group(MANAGER)

    @api.depends(
        "instalment_ids.date", "instalment_ids.amount", "line_ids", "amount", "state"
    )
    @api.depends_context("lang")
    def _compute_cash_effect(self):
        for plan in self:
            dues, rows = plan._get_due_rows(), plan._get_planned_rows()
            plan.average_delay = core.average_delay(dues, rows) if rows else 0
            plan.cash_effect = plan._render_cash_effect(dues, rows)

    def _get_due_rows(self):
        """Return the sum as it was due, invoice by invoice: the oldest first."""
        left, rows = self._decimal(self.amount), []
        lines = self.line_ids.sudo()  # as for the amounts a case shows
        for line in lines.sorted(lambda line: (line.date_due, line.id)):
            part = min(self._decimal(line.amount_residual), left)
            if part > 0:
                rows.append((line.date_due, part))
                left -= part
        return rows

    def _get_planned_rows(self):
        return [
            (row.date, self._decimal(row.amount))
            for row in self.instalment_ids
            if row.date
        ]

    def _render_cash_effect(self, dues, rows):
        """Return a small table: month, as due, as planned."""
        if not rows:
            return False
        today = self.company_id._dunning_today()
        due, planned = core.cash_by_month(dues, today), core.cash_by_month(rows, today)
        row_of = Markup(
            "<tr><td>%s</td><td class='text-end'>%s</td>"
            "<td class='text-end'>%s</td></tr>"
        )
        body = Markup("").join(
            row_of
            % (
                format_date(self.env, month, date_format="MMMM yyyy"),
                self._format(float(due.get(month, 0))) if month in due else "",
                self._format(float(planned.get(month, 0))) if month in planned else "",
            )
            for month in sorted({*due, *planned})
        )
        return Markup(
            "<table class='table table-sm w-auto'><thead><tr><th>%s</th>"
            "<th class='text-end'>%s</th><th class='text-end'>%s</th></tr></thead>"
            "<tbody>%s</tbody></table>"
        ) % (
            self.env._("Month"),
            self.env._("As it was due"),
            self.env._("As planned"),
            body,
        )

    def _needs_approval(self):
        self.ensure_one()
        return bool(self._find_approval_reasons()) and not self.approved_by_id

    def action_approve(self):
        """Approve plans that are above the thresholds.

        :raises AccessError: for whoever is no credit manager
        """
        self.check_access("write")
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._("A credit manager approves this payment plan.")
            )
        for plan in self:
            if plan.state != "draft":
                raise UserError(
                    self.env._("Only a draft is approved, before it is proposed.")
                )
            plan._check_terms()
            plan.sudo().write(  # who approved, and when, is no choice
                {
                    "approved_by_id": self.env.uid,
                    "approved_on": plan.company_id._dunning_today(),
                }
            )
            plan._close_approval_task()
            plan.case_id._message_log(
                body=self.env._("%(plan)s: approved.", plan=plan.display_name)
            )
        return True

    def _ask_approval(self):
        """Give the credit manager a task with the reasons."""
        self.ensure_one()
        self.sudo().asked_by_id = self.env.uid  # a fact, see action_approve
        note = self.env._(
            "%(plan)s (%(amount)s, until %(date)s) waits for your approval: "
            "%(reasons)s. On average the money comes %(days)s days later than it was "
            "due.",
            plan=self.display_name,
            amount=self._format(self.amount_total),
            date=format_date(self.env, self.date_last),
            reasons=self.approval_reason,
            days=self.average_delay,
        )
        case = self.case_id
        return case._plan_task(self._get_approval_summary(), note, case.manager_id)

    def _get_approval_summary(self):
        return self.env._("Approve the payment plan (%(id)s)", id=self.id)

    def _close_approval_task(self):
        summary = self._get_approval_summary()
        # The task was given to the manager, whoever approves now.
        tasks = self.case_id.activity_ids.filtered(lambda a: a.summary == summary)
        tasks.sudo().action_done()
