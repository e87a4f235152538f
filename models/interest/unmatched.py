from collections import defaultdict
from decimal import Decimal

from odoo import api, models

from ...tools.known_money import CREDIT_NOTE


class DunningCaseLine(models.Model):
    """Interest follows the money: what is known of the debtor and not matched yet
    reduces what bears interest, from its own day on (design, rule 7).

    Nobody owes interest on what a text itself deducts (Code civil 1347: claims are set
    off on the day on which both are due).
    """

    _inherit = "dunning.case.line"

    @api.model
    def _read_unmatched(self, debts, of_company, asked=None):
        """Map journal items to the money that is for them and not matched: payments,
        and credit notes, as ``Debt.get_settlements`` gives what was matched.

        Money that names an item is for that item, what is left for the oldest ones: one
        question for all the debtors of a company, one more where there is money.

        :param debts: list of :class:`Debt` that bear interest
        :param of_company: ``{company id: CompanyRules}``
        :param asked: lines of a message: what names no item is deducted from these,
            thus it reduces their interest first, then that of others
        """
        unmatched = defaultdict(lambda: ([], []))
        debtors = defaultdict(set)
        for debt in debts:
            debtors[debt.company_id].add(debt.debtor_id)
        first = frozenset(asked.move_line_id.ids) if asked else frozenset()
        for company in self.env["res.company"].browse(debtors):
            day = max(of_company[company.id].day, company._dunning_today())
            for part in self._share_out(company, debtors[company.id], day, first):
                is_credit_note = part.money.source == CREDIT_NOTE
                unmatched[part.item][is_credit_note].append(
                    (part.money.day, Decimal(part.item_amount))
                )
        return unmatched

    @api.model
    def _share_out(self, company, debtor_ids, day, first):
        """Yield which money settles what of the open items of debtors on a day."""
        partners = self.env["res.partner"].browse(debtor_ids)
        items_model = self.env["account.move.line"]
        found = items_model._read_dunning_money(company, partners, day)
        found = {
            debtor_id: rows
            for debtor_id, rows in found.items()
            if any(row.counts for row in rows)
        }
        if not found:
            return
        partners = partners.browse(found)
        rows = items_model._read_dunning_items(company, day, partners)
        items = {item.line_id: item for item in rows}
        cases = self.env["dunning.case"]
        money = cases._give_out(found, items)
        of_debtor = defaultdict(list)
        for item in cases._announce_money(money, items).values():
            of_debtor[item.partner_id].append(item.to_asked())
        for debtor_id, one in money.items():
            yield from one.allocation.parts
            yield from one.allocation.spread(of_debtor[debtor_id], first)
