"""What this concern adds to models of the host."""

from odoo import api, fields, models

from ..case.res_partner import COLLECTOR


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

    @api.model
    def _get_dunning_writers(self):
        return super()._get_dunning_writers() | {
            "dunning_lre_consent_on": COLLECTOR,
        }

    @api.constrains("dunning_lre_consent_on")
    def _check_dunning_lre_consent_on(self):
        for partner in self.filtered("dunning_lre_consent_on"):
            self.env.company._dunning_check_entered(
                partner.dunning_lre_consent_on,
                self.env._("Consent of %(partner)s", partner=partner.display_name),
            )


class ResCompany(models.Model):
    """Who carries the electronic registered letters of a company."""

    _inherit = "res.company"

    dunning_lre_provider = fields.Selection(
        selection=lambda self: self.env["dunning.lre"]._selection_provider(),
        string="Provider of electronic registered letters",
        help="Levels with an electronic registered letter hand it to this provider. "
        "Empty: registered letters are printed. Providers are modules of their own.",
    )
