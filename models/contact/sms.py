from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import html2plaintext

from ...tools.sms import measure, simplify

#: An SMS that the operator would cut into more parts is a letter, not an SMS.
MOST_PARTS = 4
#: SMS that one worker hands to the host's queue in one transaction.
SMS_PER_SHARE = 50
RELEASE_CRON = "account_dunning.ir_cron_dunning_sms"


class DunningAction(models.Model):
    """SMS through the host's queue, which has no office hours: a message is frozen when
    it is decided, and handed to that queue when the company is at work."""

    _inherit = "dunning.action"

    sms_id = fields.Many2one(
        "sms.sms", "SMS", readonly=True, index="btree_not_null", ondelete="set null"
    )
    sms_size = fields.Char(
        "Length",
        compute="_compute_sms_size",
        help="Letters, and how many SMS the operator charges. Letters with unusual "
        "accents, such as ê or ô, make an SMS shorter: 70 letters instead of 160.",
    )

    @api.depends("channel", "body", "level_id")
    def _compute_sms_size(self):
        for action in self:
            is_sms = action.channel == "sms"
            action.sms_size = is_sms and self._describe_sms(
                self._to_sms_text(action.text_body)
            )

    @api.model
    def _describe_sms(self, text):
        """Return the size of a text in words."""
        size = measure(text)
        return self.env._(
            "%(signs)s letters, %(parts)s SMS", signs=size.signs, parts=size.parts
        )

    @api.model
    def _to_sms_text(self, body):
        """Return the text of an SMS as it leaves, from the frozen body."""
        return simplify(html2plaintext(body or "", include_references=False))

    def _render_sms(self):
        """Render the texts of the levels, one compilation per text and language.

        :return: {action id: (subject, body)}
        """
        texts = {}
        actions = self.filtered(lambda action: action.channel == "sms" and action.id)
        by_text = actions.grouped(lambda action: action.level_id.sms_template_id)
        for template, of_text in by_text.items():
            if not template:
                continue
            bodies = of_text._render(template, "body")
            for action in of_text:
                lines = simplify(bodies[action.id] or "").split("\n")
                body = Markup("<br/>").join(map(escape, lines))
                texts[action.id] = (action.level_id.name, body)
        return texts

    # Leaving

    def _queue_sms(self):
        """Let SMS wait for the company's hours; what cannot be sent fails at once."""
        reasons = self._find_sms_obstacles()
        unreachable = self.filtered(lambda action: action in reasons)
        unreachable._mark_failed_each(reasons)
        unreachable._use_other_channel()
        ready = self.filtered(lambda action: action not in reasons)
        # A message that failed before must not leave twice.
        ready.sms_id.sudo().filtered(lambda s: s.state == "error").action_set_canceled()
        # What carries it is the engine's to say.
        ready.sudo().write({"sms_id": False, "message_id": False})
        ready._write_facts({"state": "queued"})
        ready._release_sms()

    def _find_sms_obstacles(self):
        """Map each SMS that cannot leave to the reason, in the user's words."""
        numbers = {action: action._get_sms_number() for action in self}
        refused = self._read_refused_numbers([*numbers.values()])
        reasons = {}
        for action in self:
            reason = action._find_sms_obstacle(numbers[action], refused)
            if reason:
                reasons[action] = reason
        return reasons

    def _find_sms_obstacle(self, number, refused):
        contact = self.contact_id
        if not number:
            return self.env._(
                "%(contact)s has no valid telephone number (%(phone)s): correct it, "
                "then send again.",
                contact=contact.display_name,
                phone=self.contact_phone or self.env._("no phone number"),
            )
        if number in refused:
            return self.env._(
                "%(contact)s wants no SMS: the number %(number)s is on the list of "
                "refused numbers.",
                contact=contact.display_name,
                number=number,
            )
        if reason := contact._get_dunning_sms_refusal():
            return reason
        text = self._to_sms_text(self.body)
        if not text:
            return self.env._("The SMS has no text: write one, then send again.")
        if measure(text).parts > MOST_PARTS:
            return self.env._(
                "The text is too long for an SMS (%(size)s, at most %(most)s SMS): "
                "shorten it, then send again.",
                size=self._describe_sms(text),
                most=MOST_PARTS,
            )
        return ""

    @api.model
    def _read_refused_numbers(self, numbers):
        """Return those of the numbers that the host must not send to."""
        # The list is the administrator's; that a number is on it is no secret here.
        refused = self.env["phone.blacklist"].sudo()
        found = refused.search([("number", "in", list(filter(None, numbers)))])
        return {*found.mapped("number")}

    def _get_sms_number(self):
        """Return the number in international form, empty if there is no valid one."""
        self.ensure_one()
        country = self.contact_id.country_id or self.company_id.country_id
        return self.contact_phone and self.contact_id._phone_format(
            number=self.contact_phone, country=country
        )

    def _release_sms(self):
        """Hand to the host's queue what may leave now; the rest waits for its hour."""
        now = fields.Datetime.now()
        for (company, _day, _stamped), actions in self.grouped(
            lambda action: (action.company_id, action.queued_on, action.is_stamped)
        ).items():
            leaves_at = actions[0]._get_sending_time()
            if not leaves_at or leaves_at <= now:
                actions.with_company(company)._put_sms_in_queue()
            else:
                self.env.ref(RELEASE_CRON)._trigger(leaves_at)

    def _put_sms_in_queue(self):
        messages = self.env["mail.message"].create(
            [action._prepare_sms_message() for action in self]
        )
        # The SMS queue is the host's: a collector writes to it through us only.
        waiting = self.env["sms.sms"].sudo()
        waiting = waiting.create(
            [
                {
                    "body": self._to_sms_text(action.body),
                    "number": action._get_sms_number(),
                    "partner_id": action.contact_id.id,
                    "mail_message_id": message.id,
                }
                for action, message in zip(self, messages, strict=True)
            ]
        )
        # What became of it, shown on the message in the chatter; the queue's as well.
        self.env["mail.notification"].sudo().create(
            [
                {
                    "author_id": sms.mail_message_id.author_id.id,
                    "mail_message_id": sms.mail_message_id.id,
                    "res_partner_id": sms.partner_id.id,
                    "sms_number": sms.number,
                    "notification_type": "sms",
                    "sms_id_int": sms.id,
                    "sms_tracker_ids": [Command.create({"sms_uuid": sms.uuid})],
                    "notification_status": "ready",
                    "is_read": True,
                }
                for sms in waiting
            ]
        )
        for action, sms in zip(self.sudo(), waiting, strict=True):  # see _queue_emails
            action._write_facts(
                {"sms_id": sms.id, "message_id": sms.mail_message_id.id}
            )

    def _prepare_sms_message(self):
        return self._prepare_message() | {
            "message_type": "sms",
            "record_company_id": self.company_id.id,
        }

    @api.model
    def _cron_release_sms(self):
        """Hand SMS to the host's queue when their company is at work; any number of
        workers may."""
        waiting = (
            Domain("state", "=", "queued")
            & Domain("channel", "=", "sms")
            & Domain("message_id", "=", False)
        )
        now = fields.Datetime.now()
        by_company = self._read_group(waiting, ["company_id"])
        worker = self.env["dunning.worker"]
        at_work = worker._do_each(
            self.env["res.company"].union(*(company for (company,) in by_company)),
            lambda companies: companies.filtered(
                lambda one: one._dunning_sending_time(one._dunning_today()) <= now
            ),
            worker._tell_manager,
        )
        ids = [company.id for companies in at_work for company in companies]
        waiting &= Domain("company_id", "in", ids)

        def work(share):
            # Who paid during the night is left alone.
            share._in_company_language()._drop_outdated()._release_sms()

        worker._cron_serve(
            self._name,
            lambda: waiting,
            work,
            lambda action, error: action._fail_in_worker(error),
            RELEASE_CRON,
            SMS_PER_SHARE,
        )
