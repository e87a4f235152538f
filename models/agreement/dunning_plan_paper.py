from odoo import models


class DunningPlanPaper(models.Model):
    """What the written agreement says, in the debtor's language."""

    _inherit = "dunning.plan"

    def _get_party_lines(self, partner):
        """Return name, address and registration of a party."""
        self.ensure_one()
        lines = self.env["dunning.action"]._get_address_lines(partner)
        # The registrations stand on every invoice; they are no secret.
        registry = partner.sudo().company_registry
        if registry:
            lines.append(self.env._("Registration: %(number)s", number=registry))
        if partner.vat:
            lines.append(self.env._("VAT: %(number)s", number=partner.vat))
        return lines

    def _get_amount_in_words(self):
        self.ensure_one()
        # Odoo Writes It Like A Title.
        return self.currency_id.amount_to_text(self.amount).lower()

    def _format_invoices(self):
        """Return the rows of the invoices: what was open when it was proposed."""
        self.ensure_one()
        day_of = self.env["dunning.action"]._format_day
        start = {cover.line_id.id: cover.balance_start for cover in self._get_covers()}
        lines = self.line_ids.sorted(lambda line: (line.date_due, line.id))
        return [
            {
                "name": line.move_id.name or "",
                "date": day_of(line.invoice_date),
                "due": day_of(line.date_due),
                # As for the amounts a case shows.
                "amount": self._format(start.get(line.id, line.sudo().amount_residual)),
            }
            for line in lines
        ]

    def _format_rate(self):
        """Return the rate as it is written: "6" or "6.25" in the language."""
        self.ensure_one()
        code = self.env.lang or "en_US"
        text = self.env["res.lang"]._lang_get(code).format("%.3f", self.interest_rate)
        return text.rstrip("0").rstrip(".,")

    def _get_bank_text(self):
        """Return where to pay, as on the invoices."""
        self.ensure_one()
        # Where to pay is printed on every invoice; it is no secret of the accountant.
        banks = self.line_ids.move_id.sudo().partner_bank_id
        bank = banks if len(banks) == 1 else self.company_id.sudo().bank_ids[:1]
        return bank.acc_number or ""

    def _get_notice_emails(self):
        contact = self.contact_id or self.case_id._get_contact()
        emails = [self.company_id.email, contact.email]
        return ", ".join(filter(None, emails))
