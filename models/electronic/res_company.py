from odoo import fields, models


class ResCompany(models.Model):
    """Who carries the electronic registered letters of a company."""

    _inherit = "res.company"

    dunning_lre_provider = fields.Selection(
        selection=lambda self: self.env["dunning.lre"]._selection_provider(),
        string="Provider of electronic registered letters",
        help="Levels with an electronic registered letter hand it to this provider. "
        "Empty: registered letters are printed. Providers are modules of their own.",
    )
