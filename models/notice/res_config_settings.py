from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """What every formal notice says beside its text."""

    _inherit = "res.config.settings"

    dunning_legal_basis = fields.Char(
        related="company_id.dunning_legal_basis", readonly=False
    )
    dunning_mediator = fields.Text(
        related="company_id.dunning_mediator", readonly=False
    )
