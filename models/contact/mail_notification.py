from odoo import models
from odoo.fields import Domain

#: What the host says of a message that will not arrive.
NOT_DELIVERED = ("bounce", "exception")
#: What it says of an SMS that the operator has accepted, or delivered.
ACCEPTED = ("pending", "sent")


class MailNotification(models.Model):
    """What became of a message is told here by mail gateway and SMS operator."""

    _inherit = "mail.notification"

    def write(self, vals):
        result = super().write(vals)
        status = vals.get("notification_status")
        if status in (*NOT_DELIVERED, *ACCEPTED):
            self._tell_dunning(status, vals)
        return result

    def _tell_dunning(self, status, vals):
        """Let reminders know: delivered, failed or come back.

        Of an e-mail only what comes back is told here (see ``mail.mail``).
        """
        # The mail gateway and the operator have no rights on dunning.
        actions = self.env["dunning.action"].sudo()
        told = self.filtered(
            lambda one: one.notification_type == "sms" or status == "bounce"
        )
        if not told:
            return
        messages = told.mail_message_id
        actions = actions.search(
            Domain("message_id", "in", messages.ids)
            | Domain("mail_mail_id.mail_message_id", "in", messages.ids)
        )._in_company_language()
        if status in ACCEPTED:
            actions._get_sendable()._mark_done()
            return
        reason = vals.get("failure_reason") or told[0].format_failure_reason()
        actions._bounce(reason)
        failed = actions.filtered(lambda action: action.state == "queued")
        failed._mark_failed(reason)
        if status == "bounce" or actions._is_final_failure(vals.get("failure_type")):
            failed._fall_back()
