from decimal import Decimal

from odoo import models
from odoo.fields import Command
from odoo.tools import format_date, formatLang

from ...tools.interest import DIVISOR

#: Which account of the company each kind of line goes to.
ACCOUNTS = {
    "interest": "dunning_interest_account_id",
    "indemnity": "dunning_indemnity_account_id",
    "costs": "dunning_indemnity_account_id",
}


class DunningClaimNote(models.Model):
    """The debit note of a claim: a draft, without VAT, in a journal of its own.

    Damages for lateness pay for no supply: they are outside the scope of VAT (CGI 256;
    law-and-practice, 1.5). The note shows the calculation and the invoice of each sum.
    """

    _inherit = "dunning.claim"

    def _create_note(self):
        """Make the draft of one claim, in the debtor's language."""
        self.ensure_one()
        company = self.company_id
        company._dunning_prepare_claims()
        claim = self.with_context(lang=self.case_id._get_lang()).with_company(company)
        # A draft that an accountant checks and posts: whoever may claim needs no right
        # on the journals.
        notes = claim.env["account.move"].sudo()
        self.move_id = notes.create(claim._prepare_note())
        if self.proof_ids:
            # The proofs go with the note, copies of those kept with the claim.
            for proof in self.proof_ids.sudo():
                proof.copy({"res_model": notes._name, "res_id": self.move_id.id})
        return self.move_id

    def _prepare_note(self):
        company, partner = self.company_id, self.partner_id
        numbers = dict.fromkeys(filter(None, self.line_ids.move_id.mapped("name")))
        return {
            "move_type": "out_invoice",
            "company_id": company.id,
            "journal_id": company.dunning_claim_journal_id.id,
            "partner_id": partner.address_get(["invoice"])["invoice"],
            "currency_id": self.currency_id.id,
            "invoice_date": self.date,
            "invoice_date_due": self.date,
            "invoice_payment_term_id": False,
            "invoice_origin": ", ".join(numbers),
            "dunning_claim_id": self.id,
            "narration": self.env._(
                "These sums make good a late payment: they are outside the scope of "
                "VAT."
            ),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": line._describe_on_note(),
                        "quantity": 1,
                        "price_unit": line.amount,
                        "account_id": company[ACCOUNTS[line.kind]].id,
                        "tax_ids": [Command.clear()],
                    }
                )
                for line in self.line_ids
            ],
        }


class DunningClaimLineNote(models.Model):
    """How a sum of a claim is explained on the note."""

    _inherit = "dunning.claim.line"

    def _describe_on_note(self):
        self.ensure_one()
        if self.kind == "costs":
            return self.name
        names = {"invoice": self.move_id.name or "", "debtor": self.move_id.ref or ""}
        if self.kind == "indemnity":
            return self.env._(
                "Fixed indemnity for recovery costs, invoice %(invoice)s", **names
            )
        title = self.env._(
            "Late-payment interest, invoice %(invoice)s due %(due)s",
            due=format_date(self.env, self.date_due),
            **names,
        )
        words = [title, *map(self._describe_segment, self.segments or [])]
        if self.currency_id.compare_amounts(self.amount, self._get_gross()) < 0:
            words.append(
                self.env._(
                    "Of which claimed: %(amount)s",
                    amount=formatLang(
                        self.env, self.amount, currency_obj=self.currency_id
                    ),
                )
            )
        return "\n".join(words)

    def _get_gross(self):
        """Return the interest of all the days, before what was waived."""
        parts = (
            Decimal(base) * Decimal(percent) * days
            for _start, _end, days, base, percent in self.segments or []
        )
        return self.currency_id.round(float(sum(parts, Decimal(0)) / DIVISOR))

    def _describe_segment(self, segment):
        """Return "from … to …: 31 days on 12,000.00 at 14.25 % per year"."""
        start, end, days, base, percent = segment
        return self.env._(
            "From %(start)s to %(end)s: %(days)s days on %(base)s at %(percent)s %% "
            "per year",
            start=format_date(self.env, start),
            end=format_date(self.env, end),
            days=days,
            base=formatLang(self.env, float(base), currency_obj=self.currency_id),
            percent=formatLang(self.env, float(percent), digits=2),
        )
