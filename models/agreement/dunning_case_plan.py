from odoo import api, fields, models
from odoo.tools.misc import split_every

from ..night.dunning_run import MESSAGES_PER_BATCH


class DunningCasePlan(models.Model):
    """Payment plans and offers of a case."""

    _inherit = "dunning.case"

    plan_ids = fields.One2many("dunning.plan", "case_id", "Payment plans")
    offer_ids = fields.One2many("dunning.offer", "case_id", "Offers")
    plan_count = fields.Integer(compute="_compute_plan_count")

    @api.depends("plan_ids", "offer_ids")
    def _compute_plan_count(self):
        for case in self:
            case.plan_count = len(case.plan_ids) + len(case.offer_ids)

    @api.model
    def _settle_commitments(self, day, items, lines):
        changed = super()._settle_commitments(day, items, lines)
        changed |= self.env["dunning.plan"]._find_to_judge(self)._settle_plans(day)
        return changed | self.env["dunning.offer"]._find_to_judge(self)._settle(day)

    def _end_commitments(self):
        """Call off what runs when a person closes the case."""
        reason = self.env._("The case was closed by hand.")
        for commitment in (*self.plan_ids, *self.offer_ids):
            if commitment.state in ("draft", *commitment._get_running_states()):
                commitment._end("cancelled", reason)
        return super()._end_commitments()

    @api.model
    def _sweep(self, run):
        """Judge what was paid as a whole before the run closes its case."""
        result = super()._sweep(run)
        plans = self.env["dunning.plan"]._find_paid(run.company_id)
        offers = self.env["dunning.offer"]._find_paid(run.company_id)

        def judge(run, cases):
            plans.filtered(lambda plan: plan.case_id in cases)._settle_plans(run.date)
            offers.filtered(lambda offer: offer.case_id in cases)._settle(run.date)

        for ids in split_every(
            MESSAGES_PER_BATCH, (plans.case_id | offers.case_id).ids
        ):
            self._do_safely(run, self.browse(ids), judge)
        return result

    def action_open_plan(self):
        """Open the plan that is being prepared or runs, else a new draft."""
        self.ensure_one()
        self.check_access("write")
        plans = self.plan_ids.filtered(
            lambda plan: plan.state in ("draft", "proposed", "accepted")
        )
        plan = plans[:1] or self.env["dunning.plan"]._draft_for(self)
        return plan._get_window()

    def action_open_offer(self):
        """Open the offer that is being prepared or waits, else a new draft."""
        self.ensure_one()
        self.check_access("write")
        offers = self.offer_ids.filtered(lambda one: one.state in ("draft", "sent"))
        offer = offers[:1] or self.env["dunning.offer"]._draft_for(self)
        return offer._get_window()
