from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """Who carries electronic registered letters."""

    _inherit = "res.config.settings"

    dunning_lre_provider = fields.Selection(
        related="company_id.dunning_lre_provider", readonly=False
    )
    has_lre_providers = fields.Boolean(compute="_compute_has_lre_providers")

    @api.depends("company_id")
    def _compute_has_lre_providers(self):
        has_any = bool(self.env["dunning.lre"]._selection_provider())
        for settings in self:
            settings.has_lre_providers = has_any
