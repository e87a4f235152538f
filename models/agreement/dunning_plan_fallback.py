from odoo import api, models


class DunningCommitmentFallbackPlan(models.AbstractModel):
    """Plan B "a payment plan": a draft over what is left, and a task to look at it."""

    _inherit = "dunning.commitment.fallback"

    @api.model
    def _get_fallbacks(self):
        return super()._get_fallbacks() | {
            "plan": (self.env._("A payment plan (draft)"), "_fall_back_on_plan")
        }

    def _fall_back_on_plan(self, day):
        lines = self._get_open_lines()
        if not lines:
            return self._ask_for_decision(self.env._("Nothing is open any more."))
        plan = self.env["dunning.plan"]._draft_for(self.case_id, lines, source=self)
        self.case_id._plan_task(
            self.env._("Propose a payment plan"),
            self.env._(
                "%(agreement)s was not kept. A draft plan over %(amount)s is ready: "
                "complete it with the customer, then propose it.",
                agreement=self._describe(),
                amount=plan._format(plan.amount),
            ),
            self.user_id,
        )
        return plan
