"""What this concern adds to models of the host."""

from hashlib import sha256
from smtplib import SMTPServerDisconnected

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.mail import decode_message_header
from odoo.tools.misc import split_every

from ...tools.automatic import is_automatic
from ...tools.channels import BY_PERSON
from ..case.res_partner import COLLECTOR
from .deliver import ACCEPTED

#: Mails checked against the ledger, then sent, together.
CHUNK_SIZE = 50
#: What the host says of a message that will not arrive.
NOT_DELIVERED = ("bounce", "exception")
#: Where what a debtor writes comes in, and what the host calls a message that nobody
#: has written himself.
ANSWERED = {"dunning.case", "res.partner"}
OUT_OF_OFFICE = "out_of_office"
#: Placeholders that are tables: a telephone shows none.
TABLES = ("items_table", "payment_block")


class MailTemplate(models.Model):
    """Texts of levels are mail templates: one editor, one language mechanism."""

    _inherit = "mail.template"

    @api.constrains("subject", "body_html", "model_id")
    def _check_dunning_wording(self):
        """Refuse a forbidden phrase as soon as the text of a level is saved."""
        for template in self:
            if template.model == "dunning.action":
                text = f"{template.subject or ''}\n{template.body_html or ''}"
                self.env["dunning.level"]._raise_forbidden(template.name, text)

    @api.constrains("model_id")
    def _check_dunning_levels(self):
        """A text that a level uses stays a text for dunning."""
        others = self.filtered(lambda template: template.model != "dunning.action")
        # Archived levels too, and those of other companies.
        levels = self.env["dunning.level"].sudo().with_context(active_test=False)
        used = levels.search(
            Domain("mail_template_id", "in", others.ids)
            | Domain("letter_template_id", "in", others.ids),
            limit=1,
        )
        if used:
            raise ValidationError(
                self.env._(
                    "The level “%(level)s” uses this text: it stays a text for "
                    "dunning.",
                    level=used.display_name,
                )
            )


class MailMessage(models.Model):
    """The message of the case on which a reminder hangs in the mail queue."""

    _inherit = "mail.message"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_queued_reminder(self):
        """Removed, the reminder would go with it, and nobody would know."""
        if self.env.su:
            return
        # Whoever removes a message need not see the contact.
        waiting = self.env["dunning.action"].sudo()
        waiting = waiting.search(
            Domain("state", "=", "queued")
            & (
                Domain("message_id", "in", self.ids)
                | Domain("mail_mail_id.mail_message_id", "in", self.ids)
            ),
            limit=1,
        )
        if waiting:
            raise UserError(
                self.env._(
                    "“%(contact)s” waits with this message: cancel the contact "
                    "instead, the message is then not sent.",
                    contact=waiting.display_name,
                )
            )


class MailThread(models.AbstractModel):
    """What comes in by e-mail on a case, or on the record of a customer."""

    _inherit = "mail.thread"

    @api.model
    def _message_parse_post_process(self, message, message_dict, routes):
        """Keep automatic answers apart: an absence notice is no word of the debtor."""
        values = super()._message_parse_post_process(message, message_dict, routes)
        if ANSWERED.intersection(route[0] for route in routes or ()):
            headers = {name: decode_message_header(message, name) for name in message}
            if is_automatic(headers, message_dict.get("subject") or ""):
                values["message_type"] = OUT_OF_OFFICE
        return values


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
            actions = actions._in_company_language()
            left_out = actions._do_each_or_fail(lambda some: some._drop_outdated())
            for action in left_out:
                reason = action.failure_reason
                action.mail_mail_id.write(
                    {"state": "exception", "failure_reason": reason}
                )
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
            self.sudo().dunning_action_ids._lock_for_delivery()  # see send()
        return super().write(vals)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        for mail in self:
            actions = mail.sudo().dunning_action_ids._get_sendable()  # see send()
            actions._in_company_language()._do_each_or_fail(
                lambda some, mail=mail: some._follow_mail(
                    mail, failure_reason or mail.failure_reason, failure_type
                )
            )
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason, failure_type
        )


class MailActivity(models.Model):
    """Calls and decisions are activities: done there is delivered here."""

    _inherit = "mail.activity"

    dunning_action_ids = fields.One2many("dunning.action", "activity_id")

    def _action_done(self, feedback=False, attachment_ids=None):
        # Whoever was given the task carries it out, whatever his rights on dunning.
        actions = self.sudo().dunning_action_ids
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        # Odoo's own “Mark done” says no outcome: it means that it was carried out.
        done = actions.filtered(lambda action: action.state == "queued")
        made = done.filtered(lambda action: action.channel in BY_PERSON)
        made._write_outcome("reached", feedback)
        done._mark_done()
        return result

    def action_dunning_outcome(self):
        """Open the window where what came of a call about a case is recorded."""
        self.ensure_one()
        self.check_access("read")
        if self.dunning_action_ids:
            return self.dunning_action_ids[:1].action_record_outcome()
        if self.res_model != "dunning.case":
            raise UserError(
                self.env._("“%(task)s” is about no dunning case.", task=self.summary)
            )
        case = self.env["dunning.case"].browse(self.res_id)
        case.check_access("write")
        return case._get_outcome_window(activity_id=self.id)

    def unlink(self):
        """A task that is removed was not carried out: its contact is cancelled."""
        actions = self.sudo().dunning_action_ids  # see _action_done
        result = super().unlink()
        actions.exists()._drop(self.env._("The planned task was removed."))
        return result


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
        reason = vals.get("failure_reason")
        if status not in ACCEPTED:
            reason = reason or told[0].format_failure_reason()
        actions._do_each_or_fail(
            lambda some: some._follow_notification(
                status, reason, vals.get("failure_type")
            )
        )


class SmsSms(models.Model):
    """The host's SMS queue: who has paid meanwhile is left alone."""

    _inherit = "sms.sms"

    dunning_action_ids = fields.One2many("dunning.action", "sms_id")

    def _send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Just before sending, drop reminders whose items were settled meanwhile.

        By company: the host bills each message to the company of its record.
        """
        # Whoever sends SMS need not have rights on dunning.
        ours = self.filtered(lambda sms: sms.sudo().dunning_action_ids)
        shares = [self - ours]
        for company, of_company in ours.grouped(
            lambda sms: sms.mail_message_id.record_company_id
        ).items():
            actions = of_company.sudo().dunning_action_ids.with_company(company)
            actions = actions._get_sendable()._in_company_language()
            left_out = actions._do_each_or_fail(
                lambda some: some._drop_outdated()._lock_for_delivery()
            )
            left_out.sms_id.write({"state": "error", "failure_type": "unknown"})
            shares.append(
                of_company.filtered(lambda sms: sms.state == "outgoing").with_company(
                    company
                )
            )
        result = None
        for share in filter(None, shares):
            result = super(SmsSms, share)._send(
                unlink_failed=unlink_failed,
                unlink_sent=unlink_sent,
                raise_exception=raise_exception,
            )
        return result


class SmsTemplate(models.Model):
    """Texts of levels are SMS templates: one editor, one language mechanism."""

    _inherit = "sms.template"

    @api.constrains("body", "model_id")
    def _check_dunning_wording(self):
        """Refuse a forbidden phrase, or a table, as soon as the text is saved."""
        for template in self:
            if template.model != "dunning.action":
                continue
            self.env["dunning.level"]._raise_forbidden(template.name, template.body)
            for name in TABLES:
                if name in (template.body or ""):
                    raise ValidationError(
                        self.env._(
                            "“%(placeholder)s” is a table: it cannot stand in the SMS "
                            "“%(template)s”.",
                            placeholder=name,
                            template=template.name,
                        )
                    )

    @api.constrains("model_id")
    def _check_dunning_levels(self):
        """A text that a level uses stays a text for dunning."""
        others = self.filtered(lambda template: template.model != "dunning.action")
        # Archived levels too, and those of other companies.
        levels = self.env["dunning.level"].sudo().with_context(active_test=False)
        used = levels.search(Domain("sms_template_id", "in", others.ids), limit=1)
        if used:
            raise ValidationError(
                self.env._(
                    "The level “%(level)s” uses this text: it stays a text for "
                    "dunning.",
                    level=used.display_name,
                )
            )


class ResPartner(models.Model):
    """What a customer says about reminders by SMS."""

    _inherit = "res.partner"

    dunning_sms_consent = fields.Selection(
        [("agreed", "Agrees"), ("refused", "Refuses")],
        "Reminders by SMS",
        tracking=True,
        copy=False,
        help="A consumer gets reminders by SMS only if he agreed to it: note it here "
        "as soon as he did. Businesses and public bodies get them unless they refuse. "
        "Numbers on Odoo's list of refused telephone numbers never get any.",
    )
    dunning_sms_consent_user_id = fields.Many2one(
        "res.users", "Noted by", readonly=True, copy=False, ondelete="set null"
    )
    dunning_sms_consent_on = fields.Date("Noted on", readonly=True, copy=False)

    @api.model
    def _get_dunning_writers(self):
        return super()._get_dunning_writers() | {
            "dunning_sms_consent": COLLECTOR,
        }

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._sign_dunning_consent(vals) for vals in vals_list])

    @api.model
    def _sign_dunning_consent(self, vals):
        """Add who notes a choice about SMS, and when: nobody else writes it."""
        signature = {"dunning_sms_consent_user_id", "dunning_sms_consent_on"}
        vals = {name: value for name, value in vals.items() if name not in signature}
        choice = vals.get("dunning_sms_consent")
        if "dunning_sms_consent" in vals:
            vals |= {
                "dunning_sms_consent_user_id": choice and self.env.uid,
                "dunning_sms_consent_on": choice and fields.Date.context_today(self),
            }
        return vals

    def _get_dunning_sms_refusal(self):
        """Return why the contact gets no reminder by SMS, empty if he may."""
        self.ensure_one()
        debtor = self.commercial_partner_id
        choice = self.dunning_sms_consent or debtor.dunning_sms_consent
        if choice == "refused":
            return self.env._(
                "%(contact)s refuses reminders by SMS.", contact=self.display_name
            )
        if debtor.dunning_debtor_kind == "consumer" and choice != "agreed":
            return self.env._(
                "%(contact)s is a consumer and has not agreed to reminders by SMS: "
                "note it on the contact, then send again.",
                contact=self.display_name,
            )
        return ""

    def write(self, vals):
        return super().write(self._sign_dunning_consent(vals))


class AccountMove(models.Model):
    """Calls about an invoice, written down from the invoice; what its copies say."""

    _inherit = "account.move"

    def _get_dunning_file_name(self):
        """Return the number of the invoice as it stands in the name of a file."""
        return (self.name or "").replace("/", "_")

    def _get_dunning_mark(self):
        """Return the fingerprint of what an invoice prints: when it changes, a copy of
        it is made anew."""
        self.ensure_one()
        printed = [self.name, self.invoice_date, self.invoice_date_due]
        printed += [self.partner_id.id, self.currency_id.name, self.amount_total]
        printed += [self.ref, self.payment_reference, self.narration]
        for line in self.invoice_line_ids:
            printed += [line.name, line.quantity, line.price_unit, line.discount]
            printed += line.tax_ids.ids
        return sha256(repr(printed).encode()).hexdigest()

    def _is_renumbered_since(self, file):
        """Tell whether the invoice got another number after a file of it was made."""
        self.ensure_one()
        if self._get_dunning_file_name() in (file.name or ""):
            return False
        # The name of a file may say nothing: the history of the invoice does.
        changes = self.env["mail.tracking.value"].sudo()
        return bool(
            changes.search_count(
                [
                    ("field_id.model", "=", self._name),
                    ("field_id.name", "=", "name"),
                    ("mail_message_id.model", "=", self._name),
                    ("mail_message_id.res_id", "=", self.id),
                    ("create_date", ">", file.create_date),
                ],
                limit=1,
            )
        )

    def action_dunning_record_call(self):
        """Open the window where a call about this invoice is recorded."""
        self.ensure_one()
        self.env["dunning.outcome"].check_access("create")
        self.check_access("read")
        self._check_can_be_dunned()
        case = self._dunning_open_at_once().case_id
        if not case:
            raise UserError(
                self.env._(
                    "Nothing of %(invoice)s is open: write it in the customer's own "
                    "history.",
                    invoice=self.display_name,
                )
            )
        return case.action_record_call()

    def _dunning_open_at_once(self, day=None):
        """Return the case lines of these invoices; a case is opened, late or not."""
        cases = self.env["dunning.case"]
        for company, moves in self.grouped("company_id").items():
            cases |= cases.with_company(company)._open_at_once(
                company,
                day or company._dunning_today(),
                moves.commercial_partner_id,
            )
        lines = cases.line_ids.filtered(lambda line: line.move_id in self)
        return lines.sorted(lambda line: (line.date_due, line.id))
