from decimal import Decimal

from odoo import fields, models


class DunningActionLine(models.Model):
    """What a contact names of an item beside its balance, frozen."""

    _inherit = "dunning.action.line"

    interest = fields.Monetary(
        help="Late-payment interest of the item that the contact names, in the "
        "currency of the invoice, until the day kept on the contact.",
    )
    indemnity = fields.Monetary(
        currency_field="company_currency_id",
        help="Flat indemnity for recovery costs that the contact names for the item: "
        "once for each invoice, on its oldest open item.",
    )
    interest_rates = fields.Char(
        help="The rates of that interest in the order of time, percent per year."
    )

    def _get_kept_back(self):
        """Map the case lines to what of them is promised, planned or contested, and
        thus not asked for: a text claims no interest on what it leaves out.

        :return: ``{dunning.case.line: Decimal}``, in the currency of the item
        """
        kept_back = {}
        for line in self:
            amount = line.currency_id.round(line.amount_residual - line.amount_claimed)
            if amount > 0:
                kept_back[line.case_line_id] = Decimal(str(amount))
        return kept_back

    def _set_late_amounts(self, found, indemnities, company):
        """Write what the item owes beside its balance.

        :param found: its ``(Interest, warning)``, None for an item without a case
        :param indemnities: ``{dunning.case.line: amount}``
        """
        interest = found and found[0]
        percents = [segment.percent for segment in interest.segments] if found else []
        values = {
            "interest": float(interest.amount) if found else 0.0,
            "indemnity": indemnities.get(self.case_line_id, 0.0),
            "interest_rates": ";".join(dict.fromkeys(f"{p:.2f}" for p in percents)),
        }
        if any(self[name] != value for name, value in values.items()):
            self._write_facts(values)
