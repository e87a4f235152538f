from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import html_sanitize

from ...tools.channels import BY_HOST

#: What a delivered contact said, to whom and when.
FROZEN = {
    *("case_id", "kind", "channel", "date", "state", "delivered_on", "deadline"),
    *("contact_id", "subject", "body", "line_ids", "attachment_ids"),
    *("deposit_date", "deposit_id", "notice_number"),
    *("interest_until", "interest_warning"),
    *("dispute_found", "agreement_reached"),
}

#: What only the engine says: the host's records that carry a contact (cancelled or
#: removed with it as superuser), what came of it, what it replaces.
CARRIERS = {
    *("mail_mail_id", "activity_id", "sms_id", "message_id"),
    *("outcome", "outcome_on", "outcome_note", "attempt_count"),
    *("fallback_of_id", "is_overtaken"),
    *("event", "template_id"),
    *("is_electronic", "is_lre_on_paper", "is_lre_archived", "lre_provider"),
    *("lre_key", "lre_reference", "lre_status", "lre_next_try"),
    *("notice_number", "pdf_sha256"),
    *("reason_id", "reason_said_by", "is_incoming"),
}


class DunningActionGuard(models.Model):
    """What nobody may do to a contact, whichever way he comes: a delivered one is a
    proof, and a formal notice is in the credit manager's hands."""

    _inherit = "dunning.action"

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self._check_course(vals, is_new=True)
        actions = super().create([self._make_safe(vals) for vals in vals_list])
        actions.filtered(lambda action: action.state != "proposed")._check_may_approve()
        return actions

    def write(self, vals):
        if not self.env.su:
            self._check_proof(vals)
            self._check_course(vals)
        if vals.get("state") in ("queued", "done"):
            leaving = self.filtered(lambda a: a.state not in ("queued", "done"))
            leaving._check_may_approve()
        return super().write(self._make_safe(vals))

    @api.model
    def _make_safe(self, vals):
        """Sanitize a text from outside; what our renderer made is marked as safe.

        A text is sanitized once, not again for each place that keeps it. A subject is
        one line: with more the mail server refuses the message.
        """
        if vals.get("subject"):
            vals = vals | {"subject": " ".join(vals["subject"].split())}
        if not vals.get("body") or isinstance(vals["body"], Markup):
            return vals
        return vals | {"body": html_sanitize(vals["body"])}

    def _check_proof(self, vals):
        done = self.filtered(lambda action: action.state == "done")
        if done and not FROZEN.isdisjoint(vals):
            raise UserError(
                self.env._(
                    "“%(action)s” has been delivered and cannot be changed.",
                    action=done[0].display_name,
                )
            )
        if "level_id" in vals:
            raise UserError(
                self.env._("The level of a contact is decided by its ladder.")
            )

    def _check_course(self, vals, is_new=False):
        """A contact begins as a proposal, an e-mail is delivered when the mail server
        says so, and only the engine says what carries a contact."""
        state = vals.get("state", "proposed")
        is_forged = state == "done" and (
            not set(BY_HOST).isdisjoint(self.mapped("channel"))
            or any(self.mapped("is_electronic"))
        )
        is_begun = is_new and state != "proposed"
        if is_forged or is_begun or not CARRIERS.isdisjoint(vals):
            raise UserError(
                self.env._(
                    "How far a contact is follows from what happens to it: approve, "
                    "send or cancel it instead."
                )
            )

    def _check_may_approve(self):
        """Only a credit manager approves a formal notice (design, rule 4)."""
        formal = self.filtered("is_formal_notice")
        if formal and not self.env.user.has_group(
            "account_dunning.group_dunning_manager"
        ):
            raise AccessError(
                self.env._(
                    "The formal notice to %(debtor)s must be approved by a credit "
                    "manager.",
                    debtor=formal[0].partner_id.display_name,
                )
            )

    def _check_may_cancel(self):
        """What was delivered is not taken back.

        :raises UserError: for a contact that was, or may have been
        """
        for action in self:
            if action.state == "done":
                raise UserError(
                    self.env._(
                        "“%(action)s” has been delivered and cannot be taken back.",
                        action=action.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_delivered(self):
        if self.filtered(lambda action: action.state == "done"):
            raise UserError(
                self.env._("A delivered contact is a proof: it cannot be deleted.")
            )
