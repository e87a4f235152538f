import logging

from markupsafe import Markup
from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL, email_normalize_all, format_date
from odoo.tools.misc import split_every

_logger = logging.getLogger(__name__)
#: The scheduled action that renders what e-mails wait for.
WORKER = "account_dunning.ir_cron_dunning_documents"
#: E-mails that one worker prepares in one transaction.
EMAILS_PER_SHARE = 10
#: What the host says of an SMS that the operator has accepted, or delivered.
ACCEPTED = ("pending", "sent")
#: Invoices rendered in one call of the PDF program.
INVOICES_PER_CALL = 10


class DunningAction(models.Model):
    """Deliver: freeze the message, hand it to the host, hear what became of it."""

    _inherit = "dunning.action"

    attachment_ids = fields.Many2many("ir.attachment", readonly=True)
    is_delivered_ahead = fields.Boolean(
        "Delivered on a day to come",
        compute="_compute_is_delivered_ahead",
        help="Noted as delivered on a day that has not come yet: a credit manager puts "
        "it right.",
    )

    def _leaves_by_itself(self):
        """Tell whether the engine may act without a person: a formal notice never, nor
        a text that a user wrote before the facts changed."""
        self.ensure_one()
        if self.channel == "decision":
            return True
        return self.level_id._is_automatic() and not self.is_stale

    @api.model
    def _get_queuers(self):
        """Map each channel to the method that hands actions to the host.

        To add a channel, see ``dunning.level.channel``, and return
        ``super()._get_queuers() | {"fax": lambda actions: actions._queue_faxes()}``.
        """
        return {
            "email": lambda actions: actions._queue_emails(),
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
        self._close_alerts()
        for company, actions in self.grouped("company_id").items():
            today = company._dunning_today()
            day = date or today
            for level, of_level in actions.grouped("level_id").items():
                of_level._write_facts(
                    {
                        "queued_on": day,
                        "is_stamped": day != today,
                        "deadline": of_level[:1]._get_deadline(day) if level else False,
                        "user_id": self.env.uid,
                        "failure_reason": False,
                    }
                )
            actions._before_freezing(day)
            actions._freeze_texts()
            actions._pack()
            actions._after_freezing()
            for channel, of_channel in actions.grouped("channel").items():
                queuers[channel](of_channel.with_company(company))

    def _before_freezing(self, day):
        """Complete contacts of one company before their texts are frozen: a hook.

        :param day: the day of their texts
        """
        self._complete_lines(day)

    def _complete_lines(self, day=None):
        """Write what contacts name of their items beside the balance: a hook, for
        proposals as well.

        :param day: the day of their texts; that on which they would leave when None
        """

    def _after_freezing(self):
        """Check what is frozen and about to leave: a hook.

        :raises UserError: when something is missing in it
        """

    def _close_alerts(self):
        """Nobody need look after these contacts any more: a hook."""

    def _queue_emails(self):
        """Put the messages in the host's mail queue and in the chatter of the case."""
        ready = self.filtered(
            lambda action: email_normalize_all(action.contact_id.email)
        )
        unreachable = self - ready
        unreachable._mark_failed_each(
            {
                action: self.env._(
                    "%(contact)s has no valid e-mail address: correct it, then send "
                    "again.",
                    contact=action.contact_id.display_name,
                )
                for action in unreachable
            }
        )
        unreachable._use_other_channel()
        # A message that failed before must not leave twice.
        failed = ready.mail_mail_id.sudo().filtered(lambda m: m.state == "exception")
        failed.cancel()
        # What carries it is the engine's to say.
        ready.sudo().write({"mail_mail_id": False, "message_id": False})
        ready._wait_for_documents()._post()

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
        self._write_facts({"state": "queued"})
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
            "email_cc": self.email_cc,
            # Which server a text leaves by is the administrator's to say.
            "mail_server_id": self._get_template().sudo().mail_server_id.id,
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

    def _lock_for_delivery(self):
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
            actions._before_delivery(day)
            actions._write_facts(
                {"state": "done", "delivered_on": day, "failure_reason": False}
            )
            counting = actions.filtered(
                lambda action: action.kind == "rung" and action._is_level_delivered()
            )
            counting._deliver_items(day)
            actions._after_delivery()
            # Planned for whoever was in charge.
            for activity in actions.activity_id.sudo().filtered("active"):
                activity.action_done()

    def _before_delivery(self, day):
        """Write on contacts what their delivery on that day brings with it: a hook."""

    def _after_delivery(self):
        """Do what follows once contacts are delivered, on one day: a hook."""

    @api.depends("state", "delivered_on")
    def _compute_is_delivered_ahead(self):
        for action in self:
            day = action.state == "done" and action.delivered_on
            today = day and action.company_id._dunning_today()
            action.is_delivered_ahead = bool(day and day > today)

    def _set_delivery_right(self, day, reason):
        """Write the day on which a contact was really delivered, in place of one that
        has not come yet; its items, and what was printed of it, follow.

        :param reason: why the day was wrong, for the history of the case
        :raises UserError: for a contact whose day is none to come
        :raises ValidationError: with the days that are possible
        """
        self.ensure_one()
        if not self.is_delivered_ahead:
            raise UserError(
                self.env._(
                    "“%(action)s” was not delivered on a day to come: its day stays as "
                    "it was noted.",
                    action=self.display_name,
                )
            )
        self._check_delivered_on(day)
        before = self.delivered_on
        action = self.sudo()  # the engine's to write, a manager's to decide
        action.delivered_on = day
        if action.queued_on and action.queued_on > day:
            action.queued_on = day
        action._before_delivery(day)
        for row in action.line_ids:
            line = row.case_line_id
            if line._stands_on(row.level_id) and line.delivered_on == before:
                line._write_facts({"delivered_on": day, "deadline": action.deadline})
            if line.ladder_ended_on == before and action.channel == "decision":
                line.ladder_ended_on = day
        action.line_ids.case_line_id._refresh_next()
        self.case_id._message_log(
            body=self.env._(
                "%(action)s: delivered on %(day)s, not on %(before)s. Put right by "
                "%(user)s: %(reason)s",
                action=self.display_name,
                day=format_date(self.env, day),
                before=format_date(self.env, before),
                user=self.env.user.name,
                reason=reason,
            )
        )

    def _deliver_items(self, day):
        """Let the items of delivered contacts stand on their rungs."""
        ends = self.filtered(lambda a: a.channel == "decision" and not a.level_id)
        ends.line_ids.case_line_id._deliver(self.env["dunning.level"], day, False)
        rows = self._get_object_lines().grouped(
            lambda row: (row.level_id, row.action_id.deadline)
        )
        for (level, deadline), lines in rows.items():
            # The message asked to pay all of it by one date: what is only listed does
            # not advance, but nothing more is asked for it before that date either. It
            # waits once for each text: else a debtor with a new invoice every week
            # would never come to the next level.
            if level:
                lines.case_line_id._deliver(level, day, deadline)
            elif deadline:
                newly = lines.filtered(lambda row: row._is_stronger_than_heard())
                newly.case_line_id._postpone(deadline)
        self.line_ids.case_line_id._refresh_next()

    def _mark_failed(self, reason, task=None):
        """Record that it could not be delivered, and ask the collector to mend it.

        :param task: what to do, in a few words
        """
        self._mark_failed_each(dict.fromkeys(self, reason), task)

    def _mark_failed_each(self, reasons, task=None):
        """Record that they could not be delivered, each for its own reason.

        :param reasons: ``{dunning.action: why}`` for each of them
        :param task: what to do, in a few words
        """
        for reason, actions in self.grouped(reasons.get).items():
            actions._write_facts({"state": "failed", "failure_reason": reason})
        overtaken = self.filtered(lambda action: action._is_overtaken())
        overtaken.sudo().is_overtaken = True  # the engine's to say
        # Nothing is asked about a debtor who owes nothing.
        asking = self.filtered(lambda action: action.case_id.state != "closed")
        asking._tell_failure({action: reasons[action] for action in asking}, task)

    def _follow_mail(self, mail, reason, failure_type):
        """Note what the mail server made of a message."""
        if mail.state == "sent":
            self._mark_done()
        elif mail.state == "exception":
            self._mark_failed(
                reason or self.env._("The mail server refused the message.")
            )
            if self._is_final_failure(failure_type, reason):
                self._use_other_channel()

    def _follow_notification(self, status, reason, failure_type):
        """Note what mail gateway or SMS operator tell of messages."""
        if status in ACCEPTED:
            self._get_sendable()._mark_done()
            return
        self._bounce(reason)
        failed = self.filtered(lambda action: action.state == "queued")
        failed._mark_failed(reason)
        if status == "bounce" or self._is_final_failure(failure_type):
            failed._use_other_channel()

    def _fail_in_worker(self, error):
        """Show why a worker could not go on with a contact: it failed, with the reason,
        and somebody is asked to mend it.

        Whatever is wrong with it may stand in the way of that as well: then what shows
        it is done alone.
        """
        self.ensure_one()
        action = self._in_company_language()
        worker = action.env["dunning.worker"]
        reason = worker._describe(error)
        try:
            with self.env.cr.savepoint():
                action._mark_failed(reason)
        except OperationalError:
            raise  # a conflict with another transaction: the worker tries again
        except Exception:
            _logger.warning("Contact %s not marked as usual", self.id, exc_info=True)
            action._write_facts({"state": "failed", "failure_reason": reason})
            action.flush_recordset()
            worker._tell_safely(
                action.case_id, error, lambda case, _error: case._tell_left_out(error)
            )

    def _do_each_or_fail(self, work):
        """Do work for contacts; one that fails is marked, the others are served.

        :param work: called with some of them
        :return: those that were left out
        """
        left_out = []

        def tell(action, error):
            left_out.append(action.id)
            action._fail_in_worker(error)

        self.env["dunning.worker"]._do_each(self, work, tell)
        return self.browse(left_out)

    def _tell_failure(self, reasons, task=None):
        """Ask somebody to mend what could not be delivered: a hook.

        :param reasons: ``{action: why, in words}``
        :param task: what to do, in a few words
        """

    def _ask_for_approval(self):
        """Ask for the approval without which these contacts may not leave: a hook."""

    def _print_at_once(self):
        """Print what a person has just sent to one debtor, if it is paper: a hook."""

    # Invoices that go with an e-mail: each is rendered once, never while a user waits.
    #
    # An e-mail whose invoices were all printed before is in the mail queue at once. The
    # others are frozen and on their way as well: a worker renders what is missing, then
    # puts them in the queue.

    def _get_document_lines(self):
        """Return the case lines whose invoices go with the messages."""
        enclosing = self.filtered("level_id.attach_invoices")
        lines = enclosing._get_object_lines().case_line_id
        return lines.filtered(
            lambda line: line.move_id.is_sale_document(include_receipts=True)
        )

    def _wait_for_documents(self):
        """Leave messages whose invoices are not printed yet to a worker.

        :return: those that have all they need
        """
        lines = self._get_document_lines()
        missing = lines.filtered(lambda line: not line._get_invoice_pdf())
        waiting = self.filtered(lambda action: action.line_ids.case_line_id & missing)
        if waiting:
            waiting._write_facts({"state": "queued"})
            self.env.ref(WORKER)._trigger()
        return self - waiting

    def _enclose(self, files):
        """Let files go with the contact, beside those that go already."""
        if files:
            links = [Command.link(one.id) for one in files]
            self._write_facts({"attachment_ids": links})

    def _attach_invoices(self):
        """Attach the PDF of each invoice to its message."""
        for action in self.filtered("level_id.attach_invoices"):
            pdfs = self.env["ir.attachment"]
            for line in action._get_document_lines():
                pdfs |= line._get_invoice_pdf()
            action._enclose(pdfs)

    @api.model
    def _cron_make_documents(self):
        """Render the invoices that e-mails wait for; any number of workers may."""
        waiting = (
            Domain("state", "=", "queued")
            & Domain("channel", "=", "email")
            & Domain("mail_mail_id", "=", False)
        )

        def work(share):
            for company, of_company in share.grouped("company_id").items():
                of_company.with_company(company)._complete()

        self.env["dunning.worker"]._cron_serve(
            self._name,
            lambda: waiting,
            work,
            lambda action, error: action._fail_in_worker(error),
            WORKER,
            EMAILS_PER_SHARE,
        )

    def _complete(self):
        """Render what is missing and put the messages in the mail queue.

        What was settled while it waited is dropped; a message whose invoice cannot be
        printed fails, and its collector is told.
        """
        ready = self._in_company_language()._drop_outdated()
        errors = ready._get_document_lines()._make_invoice_pdfs()
        for action in ready:
            reasons = [
                errors[line] for line in action._get_document_lines() if line in errors
            ]
            if reasons:
                action._mark_failed(reasons[0])
                ready -= action
        ready._post()


class DunningCaseLine(models.Model):
    """The PDF of the invoice of an open item."""

    _inherit = "dunning.case.line"

    invoice_pdf_mark = fields.Char(
        "Copy made of",
        readonly=True,
        help="What the invoice said when its copy was made: once it says something "
        "else, a new copy is made.",
    )

    def _get_invoice_pdf(self):
        """Return the invoice as it was sent, else the copy that was made of it."""
        self.ensure_one()
        # The debtor's own invoice, whoever attaches it.
        move = self.move_id.sudo()
        sent = move.invoice_pdf_report_id
        if sent and not move._is_renumbered_since(sent):
            return sent
        is_true = self.invoice_pdf_mark == move._get_dunning_mark()
        return self.invoice_pdf_id if is_true else self.env["ir.attachment"]

    def _make_invoice_pdfs(self):
        """Render the invoices that were never printed, some in each call.

        :return: why it failed, for the lines whose invoice could not be rendered
        :rtype: dict[dunning.case.line, str]
        """
        errors = {}
        missing = self.filtered(lambda line: not line._get_invoice_pdf())
        by_report = missing.move_id.grouped(
            lambda move: self.env["account.move.send"]._get_default_pdf_report_id(move)
        )
        for report, moves in by_report.items():
            for ids in split_every(INVOICES_PER_CALL, moves.ids):
                errors |= missing._render_invoices(report, moves.browse(ids))
        return errors

    def _render_invoices(self, report, moves):
        """Render invoices in one call; one that fails does not stop the others."""
        lines = self.filtered(lambda line: line.move_id in moves)
        reports = self.env["ir.actions.report"]
        try:
            with self.env.cr.savepoint():
                content, kind = reports._pre_render_qweb_pdf(
                    report.report_name, moves.ids
                )
                documents = reports._get_splitted_report(
                    report.report_name, content, kind
                )
                lines._keep_invoice_pdfs(documents, kind)
                return {}
        except OperationalError:
            raise  # a conflict with another transaction: the worker tries again
        except Exception as error:
            if not isinstance(error, UserError):
                _logger.warning("Invoices %s not rendered", moves.ids, exc_info=error)
            if len(moves) == 1:
                reason = self.env._(
                    "The invoice %(invoice)s could not be printed: %(error)s",
                    invoice=moves.name,
                    error=error,
                )
                return dict.fromkeys(lines, reason)
        errors = {}
        for move in moves:
            errors |= lines._render_invoices(report, move)
        return errors

    def _keep_invoice_pdfs(self, documents, kind):
        """Store each document once; instalments of an invoice share it.

        :raises UserError: when the program did not tell which page is whose
        """
        for move, lines in self.grouped("move_id").items():
            if not documents.get(move.id):
                raise UserError(self.env._("its pages were not found."))
            copy = self.env["ir.attachment"].create(
                {
                    "name": f"{move._get_dunning_file_name()}.{kind}",
                    "raw": documents[move.id],
                    "res_model": self._name,
                    "res_id": lines[0].id,
                }
            )
            mark = move.sudo()._get_dunning_mark()  # what the copy itself says
            lines.write({"invoice_pdf_id": copy.id, "invoice_pdf_mark": mark})
