from odoo import api, fields, models

from ...tools.interest import next_half_year, read_percent
from .dunning_rate import ASK_DAYS_AHEAD


class DunningCompanyInterest(models.Model):
    """What a company decides about late-payment interest and the flat indemnity."""

    _inherit = "res.company"

    dunning_contract_rate = fields.Float(
        "Contract rate of late interest",
        digits=(6, 2),
        help="Percent per year, as your terms of sale say. Empty: the rate of the "
        "European Central Bank plus 10 points, as the law says.",
    )
    dunning_interest_first = fields.Selection(
        [("principal", "The invoice first"), ("interest", "Its interest first")],
        "A payment on account settles",
        required=True,
        default="principal",
        help="The law puts interest first unless you agreed otherwise; accounting "
        "usually settles the invoice.",
    )
    dunning_indemnity = fields.Monetary(
        "Flat indemnity for recovery costs",
        compute="_compute_dunning_indemnity",
        store=True,
        readonly=False,
        help="Once for each invoice that a business or a public body pays late (40 € "
        "in France, Code de commerce D441-5). 0: none.",
    )

    @api.constrains("dunning_contract_rate")
    def _check_dunning_contract_rate(self):
        for company in self:
            self.env["dunning.rate"]._check_stipulated(
                read_percent(company, "dunning_contract_rate"),
                company._dunning_today(),
            )

    @api.depends("account_fiscal_country_id")
    def _compute_dunning_indemnity(self):
        for company in self:
            if not company.dunning_indemnity:
                is_french = company.account_fiscal_country_id.code == "FR"
                company.dunning_indemnity = 40 if is_french else 0

    def _dunning_ask_for_rates(self):
        """Plan one task for the credit manager when a half-year that is about to begin,
        or has begun, has no rates yet."""
        self.ensure_one()
        rates = self.env["dunning.rate"]
        today = self._dunning_today()
        coming = next_half_year(today)
        days = [today] + [coming] * ((coming - today).days <= ASK_DAYS_AHEAD)
        for day in days:
            if not rates._get_missing(day):
                continue
            summary = self.env._(
                "Interest rates of %(half_year)s to enter",
                half_year=rates._name_half_year(day),
            )
            if summary not in self.partner_id.activity_ids.mapped("summary"):
                self.partner_id.activity_schedule(
                    "mail.mail_activity_data_todo",
                    date_deadline=max(day, today),
                    summary=summary,
                    user_id=self.dunning_manager_id.id,
                )
