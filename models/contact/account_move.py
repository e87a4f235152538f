from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Calls about an invoice, written down from the invoice."""

    _inherit = "account.move"

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
