from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    retention_until = fields.Date(
        "Retention money until",
        copy=False,
        help="The customer may keep this amount back until the end of this day "
        "(in French building works: one year after acceptance, law 71-584 of 1971). "
        "The invoice is not dunned before.",
    )

    @api.model
    def _get_dunning_hold_domains(self):
        today = self.env.company._dunning_today()
        return super()._get_dunning_hold_domains() | {
            "retention": [("retention_until", ">=", today)]
        }
