import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools import lre as core

_logger = logging.getLogger(__name__)


class DunningActionLreNews(models.Model):
    """What the provider certifies of an electronic registered letter, and its proofs.

    The provider keeps them for one year only (Code des postes R53-2, R53-3): they are
    fetched and kept here.
    """

    _inherit = "dunning.action"

    is_lre_archived = fields.Boolean(
        "Proofs archived",
        readonly=True,
        copy=False,
        help="The provider has told the end and its proofs are kept here.",
    )

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
            letters = letters.with_company(company)._in_company_language()
            try:
                news = self.env["dunning.lre"]._lre_fetch(letters)
            except core.Unreachable as silence:
                _logger.warning("No news of electronic letters: %s", silence)
                continue
            for letter in letters.filtered(lambda one, news=news: one in news):
                letter._note_lre_news(news[letter])
            letters._ask_for_lre_end()
            self.env["ir.cron"]._commit_progress()

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
                self.write(
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
