from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """How long a debt can be claimed in court."""

    _inherit = "res.config.settings"

    dunning_limitation_sector = fields.Selection(
        related="company_id.dunning_limitation_sector", readonly=False
    )
    dunning_limitation_years = fields.Integer(
        related="company_id.dunning_limitation_years", readonly=False
    )
