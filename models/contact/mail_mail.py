from smtplib import SMTPServerDisconnected

from odoo import fields, models
from odoo.tools.misc import split_every

#: Mails checked against the ledger, then sent, together.
CHUNK_SIZE = 50


class MailMail(models.Model):
    """The host's mail queue: who has paid meanwhile is left alone."""

    _inherit = "mail.mail"

    dunning_action_ids = fields.One2many("dunning.action", "mail_mail_id")

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        """Just before sending, drop reminders whose items were settled meanwhile.

        In chunks, so that the ledger is read shortly before each message leaves: the
        host commits after each mail, which gives the next chunk a fresh snapshot.
        """
        # Whoever sends mail need not have rights on dunning.
        ours = self.filtered(lambda mail: mail.sudo().dunning_action_ids)
        others = self - ours
        ours.check_access("read")  # before anything is done as superuser
        result = True
        if others or not ours:
            result = super(MailMail, others).send(
                auto_commit=auto_commit,
                raise_exception=raise_exception,
                post_send_callback=post_send_callback,
            )
        for ids in split_every(CHUNK_SIZE, ours.ids):
            chunk = self.browse(ids)
            actions = chunk.sudo().dunning_action_ids._get_sendable()
            actions._in_company_language()._drop_outdated()
            chunk = chunk.filtered(lambda mail: mail.state == "outgoing")
            try:
                super(MailMail, chunk).send(
                    auto_commit=auto_commit,
                    raise_exception=raise_exception,
                    post_send_callback=post_send_callback,
                )
            except SMTPServerDisconnected:
                # The host tells nobody when the line breaks in the middle of a message.
                chunk._tell_broken_off()
                raise
        return result

    def _tell_broken_off(self):
        broken = self.filtered(lambda mail: mail.state == "exception")
        actions = broken.sudo().dunning_action_ids._in_company_language()  # see send()
        actions.filtered(lambda action: action.state == "queued")._mark_failed(
            self.env._(
                "The connection to the mail server broke while this message was sent: "
                "it may have arrived all the same. Send it again, or ask first."
            )
        )

    def write(self, vals):
        """Hold what the delivery will write before the mail server has the message.

        The host writes this state just before it sends, so that a conflict with another
        transaction shows now: after the server's acceptance it would send again.
        """
        if vals.get("state") == "exception":
            self.sudo().dunning_action_ids._hold_for_delivery()  # see send()
        return super().write(vals)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        for mail in self:
            actions = mail.sudo().dunning_action_ids._get_sendable()  # see send()
            actions = actions._in_company_language()
            if mail.state == "sent":
                actions._mark_done()
            elif mail.state == "exception":
                reason = failure_reason or mail.failure_reason
                actions._mark_failed(
                    reason or self.env._("The mail server refused the message.")
                )
                if actions._is_final_failure(failure_type, reason):
                    actions._fall_back()
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason, failure_type
        )
