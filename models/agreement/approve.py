from odoo import api, fields, models
from odoo.exceptions import AccessError

MANAGER = "account_dunning.group_dunning_manager"


class DunningCommitment(models.AbstractModel):
    """Approve: what is above the limits of the company a credit manager approves before
    it goes out. Each kind says which limits in ``_find_approval_reasons``.
    """

    _inherit = "dunning.commitment"

    approval_reason = fields.Char(
        "Why it needs approval", compute="_compute_approval_reason"
    )
    needs_approval = fields.Boolean(compute="_compute_approval_reason")
    approved_by_id = fields.Many2one(
        "res.users", "Approved by", readonly=True, copy=False
    )
    approved_on = fields.Date(readonly=True, copy=False)
    asked_by_id = fields.Many2one(
        "res.users", "Approval asked by", readonly=True, copy=False
    )
    may_approve = fields.Boolean("You may approve it", compute="_compute_may_approve")

    @api.depends("company_id", "approved_by_id")
    @api.depends_context("lang")
    def _compute_approval_reason(self):
        for one in self:
            one.approval_reason = "; ".join(one._find_approval_reasons()) or False
            one.needs_approval = one.approval_reason and not one.approved_by_id

    def _find_approval_reasons(self):
        """Return in words which limits of the company it is above: a hook."""
        self.ensure_one()
        return []

    @api.depends_context("uid")
    def _compute_may_approve(self):
        self.may_approve = self.env.user.has_group(MANAGER)

    def _check_may_approve(self):
        """:raises AccessError: for whoever is no credit manager"""
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("A credit manager approves this agreement."))

    def _check_terms(self):
        """Refuse what cannot be agreed upon, in words: each kind says what."""
        raise NotImplementedError

    def _approve(self):
        """Approve drafts that are above the limits."""
        self.check_access("write")
        self._check_may_approve()
        for one in self:
            one._check_terms()
            one.sudo().write(  # who approved, and when, is no choice
                {
                    "approved_by_id": self.env.uid,
                    "approved_on": one.company_id._dunning_today(),
                }
            )
            one._close_approval_task()
            one._log(self.env._("approved."))

    def _approve_or_ask(self):
        """Return those that may go out; for the others a credit manager is asked."""
        self.check_access("write")
        self.case_id._take_turn()
        ready = self.browse()
        for one in self:
            one._check_terms()
            one._check_rivals()
            if one.needs_approval and not one.may_approve:
                one._ask_approval()
                continue
            if one.needs_approval:
                one._approve()
            ready |= one
        return ready

    def _ask_approval(self):
        """Give the credit manager a task with the reasons."""
        self.ensure_one()
        self.sudo().asked_by_id = self.env.uid  # a fact, see _approve
        case, summary = self.case_id, self._get_approval_summary()
        return case._plan_task(summary, self._get_approval_note(), case.manager_id)

    def _get_approval_summary(self):
        return self.env._("Approve an agreement (%(id)s)", id=self.id)

    def _get_approval_note(self):
        return self.env._(
            "%(agreement)s waits for your approval: %(reasons)s.",
            agreement=self.display_name,
            reasons=self.approval_reason,
        )

    def _close_approval_task(self):
        summary = self._get_approval_summary()
        # The task was given to the manager, whoever approves now.
        tasks = self.case_id.activity_ids.filtered(lambda a: a.summary == summary)
        tasks.sudo().action_done()

    def _notify_waiting(self):
        """Tell the user about those that wait for a manager."""
        if not self:
            return True
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self.env._(
                    "A credit manager must approve it first: %(reasons)s. The task has "
                    "been planned.",
                    reasons=self[0].approval_reason,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
