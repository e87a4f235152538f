from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    dunning_print_service = fields.Boolean(
        "Letters by the printing service",
        help="Letters and registered letters are printed and posted by the service; "
        "they count from the day on which it says that it posted them.",
    )
