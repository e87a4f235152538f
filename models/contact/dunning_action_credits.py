from collections import defaultdict
from dataclasses import dataclass
from datetime import date as Date

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_amount


@dataclass(frozen=True, slots=True)
class OpenCredit:
    """Money in the debtor's favour that is not matched yet; the amount is positive."""

    name: str
    date: Date
    currency: models.BaseModel
    amount: float


class DunningActionCredits(models.Model):
    """What speaks for the debtor stands beside what he owes, and is deducted.

    Credit notes and payments in the books that nobody has matched yet. Money that is
    only announced holds a message back (see ``_read_dunning_credits``): what is not in
    the books is not told as if it were.
    """

    _inherit = "dunning.action"

    def _read_open_credits(self):
        """Map actions to the open credits of their debtors, the oldest first."""
        by_debtor = {}
        for company, actions in self.grouped("company_id").items():
            found = self._read_company_credits(company, actions.partner_id)
            for action in actions:
                by_debtor[action] = found.get(action.partner_id.id, [])
        return by_debtor

    @api.model
    def _read_company_credits(self, company, debtors):
        """Map ids of debtors to their credits with a company and its branches."""
        # As for the amounts due: access to the journals is not needed to dun.
        items = self.env["account.move.line"].sudo()
        items = items.search_fetch(
            items._dunning_credit_domain()
            & Domain("partner_id.commercial_partner_id", "in", debtors.ids)
            & Domain("company_id", "in", company._dunning_tree().ids),
            ["partner_id", "move_name", "date", "currency_id"]
            + ["amount_residual_currency"],
            order="date, id",
        )
        found = defaultdict(list)
        for item in items:
            credit = OpenCredit(
                item.move_name or "",
                item.date,
                item.currency_id,
                -item.amount_residual_currency,
            )
            found[item.partner_id.commercial_partner_id.id].append(credit)
        return found

    def _get_payable(self, credits_of):
        """Return per currency what is left to pay; what the credits cover is left out.

        A courtesy asks for nothing yet, and deducts nothing. What credits cover wholly
        is not asked for at all, unless a person does so all the same.

        :param credits_of: the open credits of the debtor
        """
        totals = self._get_totals()
        if self.kind == "courtesy":
            return totals
        payable = dict(totals)
        for credit in credits_of:
            if credit.currency in payable:
                payable[credit.currency] -= credit.amount
        return {
            currency: currency.round(amount)
            for currency, amount in payable.items()
            if currency.compare_amounts(amount, 0) > 0
        } or totals

    def _format_credits(self, credits_of, as_date):
        """Return what the table of a text shows of the credits.

        Only credits in a currency that is claimed: no sum is ever mixed.

        :param as_date: formats a date for the reader
        :return: rows of credits, the amounts that are left to pay
        """
        self.ensure_one()
        totals = self._get_totals()
        shown = [credit for credit in credits_of if credit.currency in totals]
        if self.kind == "courtesy" or not shown:
            return [], []
        rows = [
            {
                "name": credit.name,
                "date": as_date(credit.date),
                "amount": format_amount(self.env, -credit.amount, credit.currency),
            }
            for credit in shown
        ]
        payable = self._get_payable(shown).items()
        return rows, [format_amount(self.env, amount, cur) for cur, amount in payable]
