import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize

from ...tools import lre as core

_logger = logging.getLogger(__name__)

LRE_CRON = "account_dunning.ir_cron_dunning_lre"
#: How long a letter waits before it is handed in again to a provider that was silent.
TRY_AGAIN_AFTER = timedelta(minutes=50)


class DunningActionLre(models.Model):
    """A registered letter that leaves by a provider instead of the post office.

    It is handed in once: under a key of its own, one letter in one transaction. Whoever
    drops it or prints it on paper must know first that the provider does not have it.
    """

    _inherit = "dunning.action"

    is_electronic = fields.Boolean(
        "Electronic registered letter",
        readonly=True,
        copy=False,
        help="It leaves by the company's provider and counts from the day the provider "
        "has it.",
    )
    is_lre_on_paper = fields.Boolean("Chosen on paper", readonly=True, copy=False)
    lre_provider = fields.Char("Provider", readonly=True, copy=False)
    lre_key = fields.Char(
        "Key of the sending",
        readonly=True,
        copy=False,
        help="The same at each attempt: the provider takes the letter once.",
    )
    lre_reference = fields.Char("Number at the provider", readonly=True, copy=False)
    lre_status = fields.Selection(
        [
            ("to_send", "To hand in"),
            ("in_doubt", "Not answered yet"),
            ("sent", "Handed in"),
            (core.NOTIFIED, "Addressee notified"),
            (core.ACCEPTED, "Accepted"),
            (core.REFUSED, "Refused"),
            (core.UNCLAIMED, "Not collected"),
        ],
        "At the provider",
        readonly=True,
        copy=False,
        help="“Not answered yet”: the provider could not be reached and may have the "
        "letter; it is asked again, with the same key, until it answers.",
    )
    lre_next_try = fields.Datetime("Next attempt", readonly=True, copy=False)

    _one_key = models.UniqueIndex(
        "(lre_key) WHERE lre_key IS NOT NULL", "Each letter has a key of its own."
    )

    def _leaves_electronically(self):
        """Tell whether this registered letter goes through the company's provider."""
        self.ensure_one()
        return bool(
            self.channel == "registered"
            and self.level_id.is_registered_electronic
            and self.company_id.dunning_lre_provider
            and not self.is_lre_on_paper
        )

    def _cannot_be_posted(self):
        return super()._cannot_be_posted() and not self._leaves_electronically()

    def _queue_letters(self):
        electronic = self.filtered(lambda action: action._leaves_electronically())
        result = super(DunningActionLre, self - electronic)._queue_letters()
        electronic._queue_lre()
        return result

    def _queue_lre(self):
        """Freeze electronic letters whose addressee may receive one."""
        for action in self:
            if refusal := action._get_lre_refusal():
                action._mark_failed(refusal)
                continue
            action.state = "queued"
            action.sudo().write(  # the engine's to say
                {
                    "is_electronic": True,
                    "lre_provider": action.company_id.dunning_lre_provider,
                    "lre_key": action.lre_key or action._make_lre_key(),
                    "lre_status": "to_send",
                    "lre_next_try": False,
                }
            )
        if self:
            self.env.ref(LRE_CRON)._trigger()

    def _make_lre_key(self):
        """Return a key that no other letter of any database has."""
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"{database}-{self.id}"

    def _get_lre_refusal(self):
        """Return why the addressee cannot get it electronically, empty if he can."""
        self.ensure_one()
        contact, debtor = self.contact_id, self.partner_id
        if not email_normalize(contact.email):
            return self.env._(
                "%(contact)s has no valid e-mail address for an electronic registered "
                "letter: correct it, then send again, or send it on paper.",
                contact=contact.display_name,
            )
        agreed = contact.dunning_lre_consent_on or debtor.dunning_lre_consent_on
        if debtor.dunning_debtor_kind == "consumer" and not agreed:
            return self.env._(
                "%(contact)s is a consumer and has not agreed to electronic registered "
                "letters (Code des postes L100): note the day of the agreement on the "
                "contact, then send again, or send it on paper.",
                contact=contact.display_name,
            )
        return ""

    def _get_lre_pdf(self):
        """Return the letter and what it encloses, as one PDF.

        Where invoices are joined to it, the file is kept as it was handed in: the
        provider certifies this file.
        """
        self.ensure_one()
        content, letter = self._get_merged_pdf(), self._get_pdf()
        if content == letter.raw:
            return content
        name = self.env._("%(letter)s - as handed in.pdf", letter=letter.name)
        kept = self.proof_ids.filtered(lambda one: one.name == name)
        if not kept:
            kept = self.env["ir.attachment"].create(
                {
                    "name": name,
                    "raw": content,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
            self.proof_ids |= kept
        return kept.raw

    def _ask_for_proof(self, day):
        """The provider tells by itself: nobody need look for it."""
        on_paper = self.filtered(lambda action: not action.is_electronic)
        return super(DunningActionLre, on_paper)._ask_for_proof(day)

    # Buttons

    def _check_may_cancel(self):
        """Nor is what the provider may have already."""
        for action in self:
            if action.state == "queued" and action.lre_status == "in_doubt":
                raise UserError(
                    self.env._(
                        "The provider has not answered about “%(action)s” and may "
                        "have it already: it cannot be dropped before it answers.",
                        action=action.display_name,
                    )
                )
        return super()._check_may_cancel()

    def action_send_on_paper(self):
        """Take an electronic letter that failed to the post office instead."""
        self.check_access("write")
        failed = self.filtered(
            lambda action: action.state == "failed" and action._leaves_electronically()
        )
        failed.sudo().write(  # the engine's to say
            {"is_lre_on_paper": True, "is_electronic": False, "lre_status": False}
        )
        return failed.action_send_again()

    # Handed in

    @api.model
    def _cron_lre(self):
        """Hand in what waits, one letter in one transaction, then ask for news."""
        actions = self.env["dunning.action"]

        def waiting():
            return (
                Domain("state", "=", "queued")
                & Domain("lre_status", "in", ("to_send", "in_doubt"))
                & (
                    Domain("lre_next_try", "=", False)
                    | Domain("lre_next_try", "<=", fields.Datetime.now())
                )
            )

        def claim():
            todo = actions.search(waiting(), limit=20, order="id")
            return todo.try_lock_for_update(limit=1)

        def work(letter):
            letter.with_company(letter.company_id)._hand_in_lre()
            return actions.search_count(waiting())

        self.env["dunning.worker"]._cron_work_off(claim, work, LRE_CRON)
        self._cron_fetch_lre()

    def _hand_in_lre(self):
        """Hand one letter in, after a fresh look at the money."""
        was_tried = bool(self.printed_on)
        letter = self._in_company_language()._print()
        if not letter:
            return
        if was_tried and (outdated := letter._find_outdated()):
            letter._stop_lre(outdated[letter])
            return
        try:
            receipt = self.env["dunning.lre"]._lre_send(letter)
        except core.Unreachable as silence:
            letter._wait_for_provider(silence)
        except core.Refused as refusal:
            letter.lre_status = False
            letter._mark_failed(str(refusal))
        else:
            letter.write({"lre_reference": receipt.reference, "lre_status": "sent"})
            letter._mark_done(receipt.deposited_on)

    def _stop_lre(self, reason):
        """The money has changed since the first attempt: a person must decide."""
        if self.lre_status == "to_send":
            self._drop(reason)
            return
        self._mark_failed(
            self.env._(
                "%(reason)s The provider did not answer when the letter was handed in: "
                "look on its site whether it has left.",
                reason=reason,
            )
        )

    def _wait_for_provider(self, silence):
        """Keep the letter for a later attempt, and tell the collector once."""
        _logger.warning("Electronic letter %s not answered: %s", self.id, silence)
        self.write(
            {
                "lre_status": "in_doubt",
                "lre_next_try": fields.Datetime.now() + TRY_AGAIN_AFTER,
            }
        )
        self.case_id._plan_task(
            self.env._("Electronic registered letter not handed in yet"),
            self.env._(
                "The provider could not be reached (%(reason)s). The letter to "
                "%(debtor)s is handed in again every hour, once only. If this lasts, "
                "check the connection in the settings.",
                reason=silence,
                debtor=self.partner_id.display_name,
            ),
        )
