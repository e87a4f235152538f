from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount


class DunningClaimWizardLine(models.TransientModel):
    """What is owed beside one invoice, and what is decided of it."""

    _name = "dunning.claim.wizard.line"
    _description = "Claim Interest of an Invoice"

    wizard_id = fields.Many2one("dunning.claim.wizard", ondelete="cascade")
    case_line_id = fields.Many2one(
        "dunning.case.line", required=True, readonly=True, ondelete="cascade"
    )
    move_id = fields.Many2one(related="case_line_id.move_id")
    date_due = fields.Date(related="case_line_id.date_due")
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one(
        related="wizard_id.currency_id", string="Company currency"
    )
    date_from = fields.Date("From", readonly=True)
    date_to = fields.Date("Until", readonly=True)
    days = fields.Integer(readonly=True)
    base = fields.Monetary("Balance", readonly=True)
    rates = fields.Char("Rate %", readonly=True)
    interest = fields.Monetary(readonly=True)
    interest_waived = fields.Monetary("Interest waived")
    indemnity = fields.Monetary(currency_field="company_currency_id", readonly=True)
    indemnity_waived = fields.Monetary(
        "Indemnity waived", currency_field="company_currency_id"
    )
    is_claimed = fields.Boolean(
        "Claim",
        default=True,
        help="Off: what is not waived stays owed, to be claimed another time.",
    )

    def _read_waived(self, claimable):
        """Return the interest and the indemnity that are waived.

        :raises UserError: less than nothing, or more than is owed
        """
        self.ensure_one()
        given_up = []
        for name, owed, currency in (
            ("interest_waived", claimable.interest, self.currency_id),
            ("indemnity_waived", claimable.indemnity, self.company_currency_id),
        ):
            amount = currency.round(self[name])
            if currency.compare_amounts(amount, 0) < 0 or (
                currency.compare_amounts(amount, owed) > 0
            ):
                raise UserError(
                    self.env._(
                        "%(invoice)s: between zero and %(owed)s can be waived, not "
                        "%(amount)s.",
                        invoice=claimable.line.move_id.name,
                        owed=format_amount(self.env, owed, currency),
                        amount=format_amount(self.env, amount, currency),
                    )
                )
            given_up.append(amount)
        return given_up
