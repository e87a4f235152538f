from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningPlanLine(models.Model):
    """One instalment of a payment plan; what is paid of it is read live."""

    _name = "dunning.plan.line"
    _description = "Dunning Payment Plan: Instalment"
    _inherit = ["dunning.guarded"]
    _order = "plan_id, date, id"

    plan_id = fields.Many2one(
        "dunning.plan", required=True, index=True, ondelete="cascade", entry="new"
    )
    company_id = fields.Many2one(related="plan_id.company_id")
    currency_id = fields.Many2one(related="plan_id.currency_id")
    date = fields.Date(
        required=True, help="The day on which it is to be paid.", entry="draft"
    )
    amount = fields.Monetary(
        required=True, help="What is to be paid, with interest.", entry="draft"
    )
    interest = fields.Monetary(
        help="The part of the amount that is interest.", entry="draft"
    )
    amount_paid = fields.Monetary("Paid", compute="_compute_amount_paid")
    state = fields.Selection(
        [
            ("upcoming", "Upcoming"),
            ("partial", "Partly paid"),
            ("late", "Late"),
            ("paid", "Paid"),
        ],
        compute="_compute_amount_paid",
        help="Payments fill the instalments in order.",
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "An instalment is more than zero."
    )
    _interest_within = models.Constraint(
        "CHECK (COALESCE(interest, 0) >= 0 AND COALESCE(interest, 0) <= amount)",
        "The interest of an instalment is a part of its amount.",
    )

    @api.depends(
        "amount",
        "date",
        "plan_id.state",
        "plan_id.line_ids.move_line_id.amount_residual_currency",
        "plan_id.interest_move_id.amount_residual",
    )
    def _compute_amount_paid(self):
        facts = self.plan_id._get_known()
        for plan, known in facts.items():
            filled = plan._fill(known.covered)
            today = (plan.company_id or self.env.company)._dunning_today()
            for line in self.filtered(lambda line, plan=plan: line.plan_id == plan):
                line.amount_paid = filled.get(line, 0.0)
                line.state = line._get_state(today)
        for line in self.filtered(lambda line: not line.plan_id):
            line.amount_paid, line.state = 0.0, "upcoming"

    def _get_state(self, today):
        self.ensure_one()
        missing = self.amount - self.amount_paid
        if self.currency_id.compare_amounts(missing, 0) <= 0:
            return "paid"
        if self.date and self.date < today:
            return "late"
        return "partial" if self.amount_paid else "upcoming"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_draft()
        lines.plan_id._withdraw_approval()
        lines.plan_id._follow_rows()
        return lines

    def write(self, vals):
        self._check_draft()
        result = super().write(vals)
        self.plan_id._withdraw_approval()
        self.plan_id._follow_rows()
        return result

    def unlink(self):
        plans = self.plan_id
        result = super().unlink()
        plans.exists()._withdraw_approval()
        plans.exists()._follow_rows()
        return result

    def _get_stage(self):
        return self.plan_id._get_stage() if self.plan_id else "draft"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        self._check_draft()

    def _check_draft(self):
        """Instalments are terms of the agreement: see ``dunning.plan``."""
        if self.plan_id.filtered(lambda plan: plan.state != "draft"):
            raise UserError(
                self.env._(
                    "The instalments of a proposed plan stay as they were: make a new "
                    "version of the plan to change them."
                )
            )
