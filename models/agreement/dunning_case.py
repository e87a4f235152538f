from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools import covers as core
from .dunning_cover import CoverRow


class DunningCaseCover(models.Model):
    """What promises, plans and disputes keep back of a case, read live."""

    _inherit = "dunning.case"

    currency_id = fields.Many2one("res.currency")  # the company's, by dunning.case
    amount_disputed = fields.Monetary(
        "Disputed",
        compute="_compute_kept_back",
        search="_search_amount_disputed",
        help="What the debtor contests of the open items: it waits, the rest goes on.",
    )
    amount_promised = fields.Monetary(
        "Promised",
        compute="_compute_kept_back",
        search="_search_amount_promised",
        help="What is still to come of promises and payment plans: it waits, the rest "
        "goes on.",
    )

    def _read_covers(self):
        """Return the covers in force of the cases, in one query.

        :rtype: list[CoverRow]
        """
        domain = Domain("case_id", "in", self.ids) & Domain("active", "=", True)
        return list(self._read_rows("dunning.cover", CoverRow, domain, "id"))

    def _keep_back(self, items, lines):
        """Return the open items with what is kept back of each of them.

        :param items: ``{move line id: OpenItem}``
        :param lines: ``{case id: [CaseLine]}`` of these cases
        """
        covers = self._read_covers()
        if not covers:
            return items
        kept = self._get_kept_back(covers, items, lines)
        return items | {key: items[key].keep_back(parts) for key, parts in kept.items()}

    @api.model
    def _get_kept_back(self, covers, items, lines):
        """Map journal items to what is kept back of each, by kind.

        :param covers: list of :class:`CoverRow`
        :return: ``{move line id: {kind: Decimal in the currency of the item}}``
        """
        rows = {row.id: row for of_case in lines.values() for row in of_case}
        balances = {
            key: items[row.move_line_id].balance
            for key, row in rows.items()
            if row.move_line_id in items
        }
        cover = self.env["dunning.cover"]
        # A settled item has no row: what came in on it counts all the same.
        never = fields.Date.to_date("9999-12-31")
        kept = core.kept_back(
            [
                cover._to_core(
                    row, rows[row.line_id].date_due if row.line_id in rows else never
                )
                for row in covers
            ],
            balances,
        )
        return {rows[key].move_line_id: parts for key, parts in kept.items()}

    def _find_kept_back(self):
        """Map cases to what is kept back of each open item today.

        :rtype: dict[dunning.case, dict[OpenItem, dict[str, Decimal]]]
        """
        result = defaultdict(dict)
        by_case = defaultdict(list)
        for row in self._read_covers():
            by_case[row.case_id].append(row)
        covered = self.browse(by_case)
        for company, cases in covered.grouped("company_id").items():
            items, lines = cases._read_books(company, company._dunning_today())
            for case in cases:
                of_case = {case.id: lines[case.id]}
                kept = self._get_kept_back(by_case[case.id], items, of_case)
                result[case] = {items[key]: parts for key, parts in kept.items()}
        return result

    @api.depends("line_ids.move_line_id.amount_residual")
    def _compute_kept_back(self):
        kept = self._find_kept_back()
        for case in self:
            totals = defaultdict(Decimal)
            for item, parts in kept.get(case, {}).items():
                for kind, amount in parts.items():
                    totals[kind] += item.to_company(amount)
            case.amount_disputed = float(totals[core.DISPUTED])
            case.amount_promised = float(totals[core.PROMISED] + totals[core.PLANNED])

    def _search_amount_disputed(self, operator, value):
        return self._search_kept_back("amount_disputed", operator, value)

    def _search_amount_promised(self, operator, value):
        return self._search_kept_back("amount_promised", operator, value)

    @api.model
    def _search_kept_back(self, name, operator, value):
        """Few cases have a commitment: theirs are computed, the others have nothing."""
        covers = self.env["dunning.cover"].search([("active", "=", True)])
        cases = covers.case_id
        found = cases.filtered_domain([(name, operator, value)])
        without = Domain("id", "not in", cases.ids)
        is_zero_found = bool(self.new({}).filtered_domain([(name, operator, value)]))
        return Domain("id", "in", found.ids) | (
            without if is_zero_found else Domain.FALSE
        )
