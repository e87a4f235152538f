from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

#: Days before the deadline at which somebody is asked to declare.
WARNING_DAYS = (30, 10)


class DunningProceedingWarn(models.Model):
    """Nobody forgets to declare: a sentence on the case, a task before the deadline."""

    _inherit = "dunning.proceeding"

    warning = fields.Char(compute="_compute_warning")
    warned_days = fields.Integer(
        readonly=True, help="How many days ahead somebody was last asked to declare."
    )
    warned_for = fields.Date(readonly=True, help="The deadline that was named then.")

    # By dunning.proceeding.
    judgment_date = fields.Date()

    @api.depends("state", "deadline", "kind", "publication_date")
    @api.depends_context("lang")
    def _compute_warning(self):
        for proceeding in self:
            proceeding.warning = proceeding.judgment_date and proceeding._get_warning()

    def _get_warning(self):
        facts = {
            "kind": dict(self._fields["kind"]._description_selection(self.env))[
                self.kind
            ],
            "judgment": format_date(self.env, self.judgment_date),
            "deadline": format_date(self.env, self.deadline),
            "relief": format_date(self.env, self.relief_deadline),
            "declared": format_date(self.env, self.declared_on),
        }
        if self.state != "open":
            return self.env._(
                "%(kind)s of %(judgment)s: earlier invoices are frozen, the claim was "
                "declared on %(declared)s.",
                **facts,
            )
        if self.deadline < self.company_id._dunning_today():
            return self.env._(
                "%(kind)s of %(judgment)s: the claim should have been declared until "
                "%(deadline)s. Relief can be asked for until %(relief)s.",
                **facts,
            )
        return self.env._(
            "%(kind)s of %(judgment)s: earlier invoices are frozen. Declare the claim "
            "until %(deadline)s.",
            **facts,
        )

    @api.model
    def _warn_of_deadlines(self, company, today):
        """Plan one task 30 days, and one 10 days, before each deadline."""
        last = today + timedelta(days=max(WARNING_DAYS))
        waiting = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "open"),
                ("deadline", ">=", today),
                ("deadline", "<=", last),
            ]
        )
        for proceeding in waiting:
            left = (proceeding.deadline - today).days
            days = min(days for days in WARNING_DAYS if left <= days)
            is_said = proceeding.warned_for == proceeding.deadline
            if not is_said or proceeding.warned_days > days:
                proceeding.write(
                    {"warned_days": days, "warned_for": proceeding.deadline}
                )
                proceeding._plan_declaration()

    def _plan_declaration(self):
        company = self.company_id
        user = self._find_cases().user_id[:1] or company.dunning_user_id
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.deadline,
            summary=self.env._(
                "Declare the claim on %(debtor)s until %(date)s",
                debtor=self.partner_id.display_name,
                date=format_date(self.env, self.deadline),
            ),
            user_id=(company.dunning_manager_id or user).id or self.env.uid,
        )
