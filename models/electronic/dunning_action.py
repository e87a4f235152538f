import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize_all, format_date

from ...tools import lre as core

_logger = logging.getLogger(__name__)
LRE_CRON = "account_dunning.ir_cron_dunning_lre"
#: How long a letter waits before it is handed in again to a provider that was silent.
TRY_AGAIN_AFTER = timedelta(minutes=50)


class DunningAction(models.Model):
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

    is_lre_archived = fields.Boolean(
        "Proofs archived",
        readonly=True,
        copy=False,
        help="The provider has told the end and its proofs are kept here.",
    )

    is_registered_electronic = fields.Boolean(
        "Level by electronic letter", related="level_id.is_registered_electronic"
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
        result = super(DunningAction, self - electronic)._queue_letters()
        electronic._queue_lre()
        return result

    def _queue_lre(self):
        """Freeze electronic letters whose addressee may receive one."""
        for action in self:
            if refusal := action._get_lre_refusal():
                action._mark_failed(refusal)
                continue
            action._write_facts({"state": "queued"})
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
        if not email_normalize_all(contact.email):
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
        if content == letter._read_dunning_bytes():
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
        return kept._read_dunning_bytes()

    def _ask_for_proof(self, day):
        """The provider tells by itself: nobody need look for it."""
        on_paper = self.filtered(lambda action: not action.is_electronic)
        return super(DunningAction, on_paper)._ask_for_proof(day)

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

    def _has_left(self):
        """So has what the provider has, or may have."""
        is_handed_in = bool(self.lre_reference) or self.lre_status == "in_doubt"
        return is_handed_in or super()._has_left()

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

        def waiting():
            return (
                Domain("state", "=", "queued")
                & Domain("lre_status", "in", ("to_send", "in_doubt"))
                & (
                    Domain("lre_next_try", "=", False)
                    | Domain("lre_next_try", "<=", fields.Datetime.now())
                )
            )

        self.env["dunning.worker"]._cron_serve(
            self._name,
            waiting,
            lambda letter: letter.with_company(letter.company_id)._hand_in_lre(),
            lambda letter, error: letter._fail_in_worker(error),
            LRE_CRON,
            1,
        )
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
            letter._write_facts({"lre_status": False})
            letter._mark_failed(str(refusal))
        else:
            letter._write_facts(
                {"lre_reference": receipt.reference, "lre_status": "sent"}
            )
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
        self._write_facts(
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

    # What the provider certifies of an electronic registered letter, and its proofs.
    #
    # The provider keeps them for one year only (Code des postes R53-2, R53-3): they are
    # fetched and kept here.

    @api.model
    def _cron_fetch_lre(self):
        """Ask the providers about letters whose end or proofs are not known yet."""
        pending = self.env["dunning.action"].search(
            [
                ("is_electronic", "=", True),
                ("state", "=", "done"),
                ("lre_reference", "!=", False),
                ("is_lre_archived", "=", False),
            ]
        )
        by_provider = pending.grouped(lambda one: (one.company_id, one.lre_provider))
        for (company, _provider), letters in by_provider.items():
            letters.with_company(company)._in_company_language()._fetch_lre_news()
            self.env["ir.cron"]._commit_progress()

    def _fetch_lre_news(self):
        """Ask one provider about letters of one company, note what it says of each; a
        letter that fails stays as it is, with a task on its case."""
        news = {}

        def fetch(letters):
            try:
                news.update(self.env["dunning.lre"]._lre_fetch(letters))
            except core.Unreachable as silence:
                _logger.warning("No news of electronic letters: %s", silence)

        def note(letters):
            for letter in letters.filtered(lambda one: one in news):
                letter._note_lre_news(news[letter])
            letters._ask_for_lre_end()

        for work in (fetch, note):
            self.env["dunning.worker"]._do_each(
                self, work, lambda letter, error: letter.case_id._tell_left_out(error)
            )

    def _ask_for_lre_end(self):
        """Ask a person when the fifteen days are over and the provider is silent."""
        for letter in self:
            notified = letter.presentation_date
            if letter.lre_status in core.FINAL or not notified:
                continue
            last = core.last_day_to_accept(notified)
            # The proof is issued the day after (R53-3).
            if letter.company_id._dunning_today() > last + timedelta(days=1):
                letter.case_id._plan_task(
                    self.env._("Ask the provider what became of the registered letter"),
                    self.env._(
                        "The letter to %(debtor)s could be accepted until %(day)s. The "
                        "provider has not said yet what became of it (its number: "
                        "%(number)s).",
                        debtor=letter.partner_id.display_name,
                        day=format_date(self.env, last),
                        number=letter.lre_reference,
                    ),
                )

    def _note_lre_news(self, news):
        """Enter what the provider certifies, and archive its proofs."""
        self._archive_lre_proofs(news.proofs)
        values = core.read_news(news)
        changed = {name: day for name, day in values.items() if self[name] != day}
        try:
            with self.env.cr.savepoint():
                self._write_facts(
                    changed
                    | {
                        "lre_status": news.status,
                        "is_lre_archived": core.is_archived(news),
                    }
                )
                self.flush_recordset()
        except UserError as error:
            self.case_id._plan_task(
                self.env._("Check the dates of the electronic registered letter"),
                str(error),
            )

    def _archive_lre_proofs(self, proofs):
        """Keep each proof once; the provider forgets it after a year."""
        known = set(self.proof_ids.mapped("name"))
        new = self.env["ir.attachment"].create(
            [
                {
                    "name": proof.name,
                    "raw": proof.content,
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for proof in proofs
                if proof.name not in known
            ]
        )
        if new:
            self.proof_ids |= new

    def action_print_letters(self):
        if electronic := self.filtered("is_electronic"):
            raise UserError(
                self.env._(
                    "The electronic registered letter to %(debtor)s leaves by its "
                    "provider: it is not printed.",
                    debtor=electronic[0].partner_id.display_name,
                )
            )
        return super().action_print_letters()

    def _is_told_by_machine(self):
        return self.is_electronic or super()._is_told_by_machine()
