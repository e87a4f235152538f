from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    dunning_lre_url = fields.Char(
        "Address of the provider",
        groups="base.group_system",
        help="Where its programs answer, for example https://api.provider.example.",
    )
    dunning_lre_token = fields.Char(
        "Token of the provider",
        groups="base.group_system",
        help="Proves to the provider that it is you who sends.",
    )
