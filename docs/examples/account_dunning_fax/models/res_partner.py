from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    fax = fields.Char(help="The number to which reminders by fax are sent.")
