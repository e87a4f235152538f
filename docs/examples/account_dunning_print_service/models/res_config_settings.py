from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_print_service = fields.Boolean(
        related="company_id.dunning_print_service", readonly=False
    )
