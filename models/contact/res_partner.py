from odoo import api, fields, models


class ResPartner(models.Model):
    """What a customer says about reminders by SMS."""

    _inherit = "res.partner"

    dunning_sms_consent = fields.Selection(
        [("agreed", "Agrees"), ("refused", "Refuses")],
        "Reminders by SMS",
        tracking=True,
        copy=False,
        help="A consumer gets reminders by SMS only if he agreed to it: note it here "
        "as soon as he did. Businesses and public bodies get them unless they refuse. "
        "Numbers on Odoo's list of refused telephone numbers never get any.",
    )
    dunning_sms_consent_user_id = fields.Many2one(
        "res.users", "Noted by", readonly=True, copy=False, ondelete="set null"
    )
    dunning_sms_consent_on = fields.Date("Noted on", readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._sign_dunning_consent(vals) for vals in vals_list])

    @api.model
    def _sign_dunning_consent(self, vals):
        """Add who notes a choice about SMS, and when: nobody else writes it."""
        signature = {"dunning_sms_consent_user_id", "dunning_sms_consent_on"}
        vals = {name: value for name, value in vals.items() if name not in signature}
        choice = vals.get("dunning_sms_consent")
        if "dunning_sms_consent" in vals:
            vals |= {
                "dunning_sms_consent_user_id": choice and self.env.uid,
                "dunning_sms_consent_on": choice and fields.Date.context_today(self),
            }
        return vals

    def _get_dunning_sms_refusal(self):
        """Return why the contact gets no reminder by SMS, empty if he may."""
        self.ensure_one()
        debtor = self.commercial_partner_id
        choice = self.dunning_sms_consent or debtor.dunning_sms_consent
        if choice == "refused":
            return self.env._(
                "%(contact)s refuses reminders by SMS.", contact=self.display_name
            )
        if debtor.dunning_debtor_kind == "consumer" and choice != "agreed":
            return self.env._(
                "%(contact)s is a consumer and has not agreed to reminders by SMS: "
                "note it on the contact, then send again.",
                contact=self.display_name,
            )
        return ""

    def write(self, vals):
        return super().write(self._sign_dunning_consent(vals))
