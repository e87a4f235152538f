from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.limitation import LONGEST_CONTRACT, SHORTEST_CONTRACT, find_period

#: Trades whose claims are barred sooner than others.
SECTORS = [
    ("transport", "Carriage of goods (1 year)"),
    ("telecom", "Electronic communications (1 year)"),
]


class ResPartner(models.Model):
    """How long a customer can be sued, and his insolvency proceedings."""

    _inherit = "res.partner"

    dunning_limitation_sector = fields.Selection(
        [("none", "No trade of its own"), *SECTORS],
        "Trade (limitation)",
        company_dependent=True,
        help="Claims of some trades are barred after one year (Code de commerce "
        "L133-6, Code des postes L34-2). Empty: as the company.",
    )
    dunning_limitation_years = fields.Integer(
        "Contractual limitation (years)",
        company_dependent=True,
        help="1 to 10 years, if a contract with this business says so (Code civil "
        "2254). 0: as the company. Never for consumers.",
    )
    dunning_proceeding_ids = fields.One2many(
        "dunning.proceeding",
        "partner_id",
        "Insolvency proceedings",
        groups="account_dunning.group_dunning_reader",
    )

    @api.constrains("dunning_limitation_years", "dunning_debtor_kind")
    def _check_dunning_limitation_years(self):
        for partner in self:
            years = partner.dunning_limitation_years
            check_contract_years(partner, years)
            if years and partner.dunning_debtor_kind != "business":
                raise ValidationError(
                    self.env._(
                        "%(debtor)s is no business: the law fixes the limitation, and "
                        "no contract changes it (Code de la consommation L218-1). "
                        "Remove the contractual years.",
                        debtor=partner.display_name,
                    )
                )

    def _get_limitation_periods(self, company):
        """Map ids of debtors to the period of what they owe to a company.

        :rtype: dict[int, tools.limitation.Period]
        """
        periods = {}
        for debtor in self.with_company(company):
            sector = debtor.dunning_limitation_sector
            sector = sector or company.sudo().dunning_limitation_sector or ""
            years = debtor.dunning_limitation_years
            periods[debtor.id] = find_period(
                debtor.dunning_debtor_kind,
                "" if sector == "none" else sector,
                years or company.sudo().dunning_limitation_years,  # as its terms say
            )
        return periods

    def _follow_limits(self):
        """Let these debtors take over proceedings, and what interrupts limitations, of
        those who are mere contacts of theirs by now; a second running proceeding of
        one debtor stays where it is, for a person to look at."""
        for name in (
            "dunning.limitation.event",
            "dunning.limitation.override",
            "dunning.proceeding",
        ):
            # Whoever may edit customers need not have rights on dunning.
            records = self.env[name].sudo()
            found = records.search(
                [
                    ("partner_id.commercial_partner_id", "in", self.ids),
                    ("partner_id", "not in", self.ids),
                ]
            )
            for record in found:
                debtor = record.partner_id.commercial_partner_id
                if not record._is_doubled_by(debtor):
                    record.partner_id = debtor

    def _follow_dunning_debtor(self):
        debtors = super()._follow_dunning_debtor()
        debtors._follow_limits()
        return debtors


def check_contract_years(record, years):
    """Refuse a contractual limitation that the law does not allow.

    :raises ValidationError: when it is neither empty nor between 1 and 10 years
    """
    if years and not SHORTEST_CONTRACT <= years <= LONGEST_CONTRACT:
        raise ValidationError(
            record.env._(
                "A contract between businesses may set a limitation of 1 to 10 years "
                "(Code civil 2254), not %(years)s. 0: what the law says.",
                years=years,
            )
        )
