from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL, email_normalize, plaintext2html


class DunningActionDeliver(models.AbstractModel):
    """Deliver: freeze the message, hand it to the host, hear what became of it."""

    _name = "dunning.action.deliver"
    _description = "Dunning Action: Deliver"

    def _leaves_by_itself(self):
        """Tell whether the engine may act without a person: a formal notice never."""
        self.ensure_one()
        return self.channel == "decision" or self.level_id._to_rung().automatic

    @api.model
    def _get_queuers(self):
        """Map each channel to the method that hands actions to the host.

        To add a channel, extend the selection and the level, and return
        ``super()._get_queuers() | {"fax": lambda actions: actions._queue_fax()}``.
        """
        return {
            "email": lambda actions: actions._queue_emails(),
            "letter": lambda actions: actions._queue_letters(),
            "registered": lambda actions: actions._queue_letters(),
            "phone": lambda actions: actions._queue_activities(),
            "decision": lambda actions: actions._queue_activities(),
        }

    def _queue(self, date=None):
        """Freeze texts and amounts and hand each action to its channel.

        :param date: the day to stamp; the company's today when None
        """
        queuers = self._get_queuers()
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
            actions._freeze_texts()
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
            action._mark_failed(
                self.env._(
                    "%(contact)s has no valid e-mail address: correct it, then send "
                    "again.",
                    contact=contact.display_name,
                )
            )
        # A message that failed before must not leave twice.
        failed = ready.mail_mail_id.sudo().filtered(lambda m: m.state == "exception")
        failed.cancel()
        ready.sudo().mail_mail_id = False  # what carries it is the engine's to say
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
            action.sudo().mail_mail_id = mail  # see _queue_emails
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

        A day to come that the caller of ``run()`` has chosen is his to play.
        """
        self.ensure_one()
        company = self.company_id
        if self.queued_on > company._dunning_today():
            return False
        return company._dunning_sending_time(self.queued_on)

    def _queue_activities(self):
        """Plan the call, or the decision of the credit manager, as an activity."""
        default = self.env.ref("mail.mail_activity_data_todo")
        activities = self.env["mail.activity"].create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id("dunning.case"),
                    "res_id": action.case_id.id,
                    "activity_type_id": (
                        action.level_id.activity_type_id
                        or action._get_default_activity_type()
                        or default
                    ).id,
                    "summary": action._get_activity_summary(),
                    "note": action._get_activity_note(),
                    "date_deadline": action.queued_on,
                    "user_id": action._get_activity_user().id,
                }
                for action in self
            ]
        )
        for action, activity in zip(self, activities, strict=True):
            action.state = "queued"
            action.sudo().activity_id = activity  # see _queue_emails

    def _get_default_activity_type(self):
        xmlid = "mail.mail_activity_data_call"
        return self.env.ref(xmlid) if self.channel == "phone" else None

    def _get_activity_summary(self):
        if self.channel == "phone":
            return self.env._("Call %(debtor)s", debtor=self.partner_id.display_name)
        return self.env._(
            "Decide what comes next for %(debtor)s", debtor=self.partner_id.display_name
        )

    def _get_activity_note(self):
        phone = self.contact_id.phone or self.partner_id.phone
        header = self.env._(
            "%(contact)s, %(phone)s: %(amount)s overdue, %(days)s days for the oldest.",
            contact=self.contact_id.display_name,
            phone=phone or self.env._("no phone number"),
            amount=self.amount_text,
            days=self.oldest_days,
        )
        body = self.body if self.channel == "phone" else False
        return plaintext2html(header) + Markup(body or "")

    def _get_activity_user(self):
        """Return who is asked: the collector for a call, the manager for a decision."""
        company, collector = self.company_id, self.case_id.user_id
        if self.channel == "decision":
            return company.dunning_manager_id or collector or self.env.user
        return collector or company.dunning_user_id or self.env.user

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

    def _mark_failed(self, reason):
        """Record that it could not be delivered, and ask the collector to mend it."""
        for action in self:
            action.write({"state": "failed", "failure_reason": reason})
            action.case_id._plan_task(
                self.env._(
                    "Not delivered: %(action)s", action=action.level_id.name or ""
                ),
                reason,
            )
