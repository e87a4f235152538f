from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """How fresh the bank is."""

    _inherit = "res.config.settings"

    dunning_bank_text = fields.Char(compute="_compute_dunning_bank")
    dunning_is_bank_fresh = fields.Boolean(compute="_compute_dunning_bank")

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_dunning_bank(self):
        for settings in self:
            company = settings.company_id
            _state, _what, text = company._dunning_check_bank()
            settings.dunning_bank_text = text[:1].upper() + text[1:]
            settings.dunning_is_bank_fresh = company._dunning_is_bank_fresh(
                company._dunning_today()
            )
