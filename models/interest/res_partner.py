from odoo import api, fields, models

from ...tools.interest import read_percent


class ResPartner(models.Model):
    """The rate of late interest agreed upon with a customer."""

    _inherit = "res.partner"

    dunning_contract_rate = fields.Float(
        "Contract rate of late interest",
        company_dependent=True,
        help="Percent per year, as agreed with this customer. Empty: the company's. "
        "Not used for consumers and public bodies, whose rate the law fixes.",
    )

    @api.constrains("dunning_contract_rate")
    def _check_dunning_contract_rate(self):
        for partner in self:
            self.env["dunning.rate"]._check_stipulated(
                read_percent(partner, "dunning_contract_rate"),
                self.env.company._dunning_today(),
            )
