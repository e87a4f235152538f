from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """When exclusions are looked at again."""

    _inherit = "res.config.settings"

    dunning_review_months = fields.Integer(
        related="company_id.dunning_review_months", readonly=False
    )
