from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_lre_url = fields.Char(related="company_id.dunning_lre_url", readonly=False)
    dunning_lre_token = fields.Char(
        related="company_id.dunning_lre_token", readonly=False
    )
