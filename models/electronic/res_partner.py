from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResPartner(models.Model):
    """Whether a customer takes electronic registered letters."""

    _inherit = "res.partner"

    dunning_lre_consent_on = fields.Date(
        "Agreed to electronic registered letters on",
        tracking=True,
        copy=False,
        help="The day on which this customer agreed to receive electronic registered "
        "letters. A consumer gets none without it (Code des postes L100); keep the "
        "agreement itself in the documents of the contact.",
    )

    @api.constrains("dunning_lre_consent_on")
    def _check_dunning_lre_consent_on(self):
        today = self.env.company._dunning_today()
        for partner in self:
            agreed_on = partner.dunning_lre_consent_on
            if agreed_on and agreed_on > today:
                raise ValidationError(
                    self.env._(
                        "%(partner)s cannot have agreed on a day in the future.",
                        partner=partner.display_name,
                    )
                )
