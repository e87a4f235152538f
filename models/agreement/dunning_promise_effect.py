from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ...tools import covers


class DunningPromiseEffect(models.Model):
    """What a promise does as it is made: it covers invoices and replaces others."""

    _name = "dunning.promise"
    _inherit = ["dunning.promise", "dunning.commitment"]

    def _take_effect(self):
        """Cover the invoices, replace what was promised of them before, confirm it."""
        self.ensure_one()
        company = self.company_id
        lines = self.line_ids or self._find_oldest()
        if not lines:
            raise UserError(
                self.env._(
                    "%(debtor)s owes nothing that could be promised: everything open "
                    "is disputed or on a payment plan.",
                    debtor=self.partner_id.display_name,
                )
            )
        earlier = self._find_earlier(lines)
        promise_sudo = self.sudo()  # see the class: the engine's to write
        promise_sudo.write(
            {
                "is_whole_case": not self.line_ids,
                "line_ids": [Command.set(lines.ids)],
                "promised_on": self.promised_on or company._dunning_today(),
                "date_until": company._dunning_last_tolerated_day(self.date),
                "attempt": 1 + len(earlier),
                "fallback_disclosed": self.fallback_disclosed or self._must_disclose(),
                "partial_mark": self._get_partial_mark(),
            }
        )
        self._replace(earlier)
        everything = self.case_id._get_promisable(self.currency_id)
        covered = everything | lines if self.is_whole_case else lines
        self._release_from_whole(lines)
        self._cover(covers.PROMISED, self.amount, covered, self.date_until)
        self._log_made()
        if self.confirm:
            self._tell_made()
        self._on_made()

    def _on_made(self):
        self._propose_interruption("promise", self.promised_on)
        return super()._on_made()

    def _find_oldest(self):
        """Return the oldest items due that the amount pays."""
        amounts = self.case_id._get_free_amounts(
            self.case_id._get_promisable(self.currency_id)
        )
        left, found = self.amount, self.env["dunning.case.line"]
        for line, amount in amounts.items():
            if self.currency_id.compare_amounts(left, 0) <= 0:
                break
            found |= line
            left -= amount
        return found

    def _find_earlier(self, lines):
        """Return the promises of the same items that were not kept as they were made:
        open ones, which this one replaces, failed, replaced or withdrawn ones."""
        domain = (
            Domain("id", "!=", self.id)
            & Domain("case_id", "=", self.case_id.id)
            & Domain("currency_id", "=", self.currency_id.id)
            & (Domain("state", "!=", "cancelled") | Domain("is_withdrawn", "=", True))
            & Domain("state", "!=", "kept")
        )
        same = Domain("line_ids", "in", lines.ids)
        if not self.line_ids:
            same |= Domain("is_whole_case", "=", True)
        return self.search(domain & same)

    def _replace(self, earlier):
        """One promise at a time for an item: the new one ends what was still open."""
        running = earlier.filtered(lambda one: one.state in self._get_running_states())
        running._end("replaced", {"replaced_by_id": self.id})

    def _release_from_whole(self, lines):
        """What a promise names is taken out of one that stands for the whole case."""
        whole = self.sudo().search(  # what is kept back is the engine's to write
            [
                ("id", "!=", self.id),
                ("case_id", "=", self.case_id.id),
                ("is_whole_case", "=", True),
                ("state", "in", self._get_running_states()),
            ]
        )
        covers_of_whole = whole._get_covers()
        covers_of_whole.filtered(lambda cover: cover.line_id in lines).unlink()

    def _must_disclose(self):
        after = self.company_id.dunning_disclose_after
        return bool(after) and self.case_id._count_broken_agreements() >= after

    @api.model
    def _get_partial_mark(self):
        """Return the last matching in the books: what comes later is since then."""
        partials = self.env["account.partial.reconcile"].sudo()  # a number only
        return partials.search([], order="id desc", limit=1).id
