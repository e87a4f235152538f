from odoo import api, fields, models
from odoo.exceptions import AccessError

from .dunning_plan_approval import MANAGER


class DunningOfferApproval(models.Model):
    """Limits per role: what a collector may offer alone, a manager approves above."""

    _inherit = "dunning.offer"

    approved_by_id = fields.Many2one(
        "res.users", "Approved by", readonly=True, copy=False
    )
    needs_approval = fields.Boolean(compute="_compute_needs_approval")
    may_approve = fields.Boolean("You may approve it", compute="_compute_may_approve")

    @api.depends("amount", "line_ids", "company_id")
    def _compute_needs_approval(self):
        for offer in self:
            total = offer._get_total()
            share = 100 * offer.amount / total if total else 0
            most = offer.company_id.dunning_offer_max_percent
            offer.needs_approval = share > most + 0.005 and not offer.approved_by_id

    @api.depends_context("uid")
    def _compute_may_approve(self):
        self.may_approve = self.env.user.has_group(MANAGER)

    def _check_may_approve(self):
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("A credit manager approves this discount."))

    def action_approve(self):
        """Approve offers with more discount than a collector may give.

        :raises AccessError: for whoever is no credit manager
        """
        self.check_access("write")
        self._check_may_approve()
        for offer in self.filtered(lambda offer: offer.state == "draft"):
            offer.sudo().approved_by_id = self.env.uid  # a fact, no choice
            tasks = offer.case_id.activity_ids.filtered(
                lambda task, offer=offer: task.summary == offer._get_approval_summary()
            )
            tasks.sudo().action_done()  # the manager's, whoever approves now
        return True

    def _get_approval_summary(self):
        return self.env._("Approve the discount (%(id)s)", id=self.id)

    def _notify_waiting(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self.env._(
                    "Up to %(percent)s %% you may offer yourself. A credit manager "
                    "must approve this discount; the task has been planned.",
                    percent=self[0].company_id.dunning_offer_max_percent,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
