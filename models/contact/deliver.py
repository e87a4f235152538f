from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL, email_normalize


class DunningActionDeliver(models.Model):
    """Deliver: freeze the message, hand it to the host, hear what became of it."""

    _inherit = "dunning.action"

    def _leaves_by_itself(self):
        """Tell whether the engine may act without a person: a formal notice never."""
        self.ensure_one()
        return self.channel == "decision" or self.level_id._to_rung().automatic

    @api.model
    def _get_queuers(self):
        """Map each channel to the method that hands actions to the host.

        To add a channel, see ``dunning.level.channel``, and return
        ``super()._get_queuers() | {"fax": lambda actions: actions._queue_faxes()}``.
        """
        return {
            "email": lambda actions: actions._queue_emails(),
            "letter": lambda actions: actions._queue_letters(),
            "registered": lambda actions: actions._queue_letters(),
            "phone": lambda actions: actions._queue_activities(),
            "visit": lambda actions: actions._queue_activities(),
            "sms": lambda actions: actions._queue_sms(),
            "decision": lambda actions: actions._queue_activities(),
        }

    def _queue(self, date=None):
        """Freeze texts and amounts and hand each action to its channel.

        :param date: the day to stamp; the company's today when None
        """
        queuers = self._get_queuers()
        self._settle_alerts()
        for company, actions in self.grouped("company_id").items():
            today = company._dunning_today()
            day = date or today
            for level, of_level in actions.grouped("level_id").items():
                of_level.write(
                    {
                        "queued_on": day,
                        "is_stamped": day != today,
                        "deadline": of_level[:1]._get_deadline(day) if level else False,
                        "user_id": self.env.uid,
                        "failure_reason": False,
                    }
                )
            actions._number_notices(day)
            actions._set_late_amounts(day)
            actions._freeze_texts()
            actions._check_notices()
            for channel, of_channel in actions.grouped("channel").items():
                queuers[channel](of_channel.with_company(company))

    def _queue_emails(self):
        """Put the messages in the host's mail queue and in the chatter of the case."""
        ready = self.browse()
        for action in self:
            contact = action.contact_id
            if email_normalize(contact.email):
                ready |= action
                continue
            # Whether it leaves another way is decided below, for all of them at once.
            action._mark_failed(
                self.env._(
                    "%(contact)s has no valid e-mail address: correct it, then send "
                    "again.",
                    contact=contact.display_name,
                )
            )
        (self - ready)._fall_back()
        # A message that failed before must not leave twice.
        failed = ready.mail_mail_id.sudo().filtered(lambda m: m.state == "exception")
        failed.cancel()
        # What carries it is the engine's to say.
        ready.sudo().write({"mail_mail_id": False, "message_id": False})
        ready._hold_for_documents()._post()

    def _post(self):
        """Write the messages of one company to the chatter and the mail queue."""
        if not self:
            return
        self._attach_invoices()
        reply_to = self._get_reply_to()
        messages = self.env["mail.message"].create(
            [
                action._prepare_message() | {"reply_to": reply_to[action.case_id.id]}
                for action in self
            ]
        )
        self._put_in_queue(messages)

    def _put_in_queue(self, messages):
        """Hand the messages to the host's mail queue."""
        leaves_at = self[0]._get_sending_time()
        # The mail queue is the host's: a collector writes to it through us only.
        queue = self.env["mail.mail"].sudo()
        mails = queue.create(
            [
                action._prepare_mail(message, leaves_at)
                for action, message in zip(self, messages, strict=True)
            ]
        )
        # What became of it, shown on the message in the chatter; the queue's as well.
        self.env["mail.notification"].sudo().create(
            [
                {
                    "mail_message_id": mail.mail_message_id.id,
                    "mail_mail_id": mail.id,
                    "res_partner_id": action.contact_id.id,
                    "notification_type": "email",
                    "notification_status": "ready",
                    "is_read": True,
                }
                for action, mail in zip(self, mails, strict=True)
            ]
        )
        self.write({"state": "queued"})
        for action, mail in zip(self, mails, strict=True):
            carriers = {"mail_mail_id": mail.id, "message_id": mail.mail_message_id.id}
            action.sudo().write(carriers)  # see _queue_emails
        scheduler = self.env.ref("mail.ir_cron_mail_scheduler_action")
        scheduler._trigger(leaves_at or fields.Datetime.now())

    def _get_author(self):
        """Return (who writes, the address it comes from)."""
        self.ensure_one()
        sender, company = self._get_sender(), self.company_id
        return (
            sender.partner_id or company.partner_id,
            sender.email_formatted or company.email_formatted,
        )

    def _get_reply_to(self):
        """Map case ids to where the debtor's answer goes, read once for all."""
        authors = {action.case_id.id: action._get_author() for action in self}
        # The addresses of the company are no secret of administrators.
        return self.case_id.sudo()._notify_get_reply_to_batch(
            defaults={key: email for key, (_author, email) in authors.items()},
            author_ids={key: author.id for key, (author, _email) in authors.items()},
        )

    def _prepare_message(self):
        self.ensure_one()
        author, email_from = self._get_author()
        return {
            "model": "dunning.case",
            "res_id": self.case_id.id,
            "message_type": "email_outgoing",
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment"),
            "author_id": author.id,
            "email_from": email_from,
            "subject": self.subject,
            "body": Markup(self.body or ""),
            "partner_ids": [Command.set(self.contact_id.ids)],
            "attachment_ids": [Command.set(self.attachment_ids.ids)],
        }

    def _prepare_mail(self, message, leaves_at):
        self.ensure_one()
        return {
            "mail_message_id": message.id,
            "is_notification": True,
            "auto_delete": False,
            "body_html": self.body,
            "recipient_ids": [Command.set(self.contact_id.ids)],
            "scheduled_date": leaves_at,
        }

    def _get_sending_time(self):
        """Return when the message may leave: on a working day, in working hours.

        A day that the caller of ``run()`` has chosen is his to play.
        """
        self.ensure_one()
        if self.is_stamped:
            return False
        return self.company_id._dunning_sending_time(self.queued_on)

    # What became of it

    def _hold_for_delivery(self):
        """Lock the rows that the delivery will write, until the next commit.

        Waits for who has them; raises the conflict when they were changed meanwhile.
        """
        for records in (self, self.line_ids.case_line_id):
            if records:
                self.env.cr.execute(
                    SQL(
                        "SELECT id FROM %s WHERE id IN %s FOR NO KEY UPDATE",
                        SQL.identifier(records._table),
                        tuple(records.ids),
                    )
                )

    def _mark_done(self, date=None):
        """Record the delivery and let the items stand on their rung."""
        by_day = self._get_sendable().grouped(lambda a: date or a._get_live_day())
        for day, actions in by_day.items():
            actions._stamp_deposit(day)
            actions.write(
                {"state": "done", "delivered_on": day, "failure_reason": False}
            )
            counting = actions.filtered(
                lambda action: action.kind == "rung" and action._is_level_delivered()
            )
            counting._deliver_items(day)
            actions._run_level_actions()
            # Planned for whoever was in charge.
            for activity in actions.activity_id.sudo().filtered("active"):
                activity.action_done()

    def _deliver_items(self, day):
        """Let the items of delivered contacts stand on their rungs."""
        ends = self.filtered(lambda a: a.channel == "decision" and not a.level_id)
        ends.line_ids.case_line_id._deliver(self.env["dunning.level"], day, False)
        rows = self.line_ids.grouped(lambda row: (row.level_id, row.action_id.deadline))
        for (level, deadline), lines in rows.items():
            # The message asked to pay all of it by one date: what is only listed does
            # not advance, but nothing more is asked for it before that date either.
            if level:
                lines.case_line_id._deliver(level, day, deadline)
            elif deadline:
                lines.case_line_id._postpone(deadline)
        self.line_ids.case_line_id._refresh_next()

    def _mark_failed(self, reason, task=None):
        """Record that it could not be delivered, and ask the collector to mend it.

        :param task: what to do, in a few words
        """
        self.write({"state": "failed", "failure_reason": reason})
        overtaken = self.filtered(lambda action: action._is_overtaken())
        overtaken.sudo().is_overtaken = True  # the engine's to say
        # Nothing is asked about a debtor who owes nothing.
        asking = self.filtered(lambda action: action.case_id.state != "closed")
        self.env["dunning.alert"]._raise("failure", asking, reason, task)
