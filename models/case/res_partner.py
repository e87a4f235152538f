from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...tools.registration import find_siren, is_public

#: Who decides how a customer is dunned.
COLLECTOR = "account_dunning.group_dunning_collector"
#: Countries whose companies have a SIREN: France and its overseas territories.
FRENCH_COUNTRIES = (
    *("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC"),
)


class ResPartner(models.Model):
    """Choices of a customer about dunning, per company."""

    _name = "res.partner"
    _inherit = ["res.partner", "dunning.choices"]

    dunning_ladder_id = fields.Many2one(
        "dunning.ladder",
        company_dependent=True,
        help="This customer's own ladder. Empty: by rule of assignment or by default.",
    )
    dunning_user_id = fields.Many2one(
        "res.users",
        "Collector",
        company_dependent=True,
        help="In charge of this customer's cases. Empty: the company's collector.",
    )
    dunning_contact_id = fields.Many2one(
        "res.partner",
        "Contact for reminders",
        company_dependent=True,
        help="Who receives the reminders. Empty: the invoice address.",
    )
    dunning_debtor_kind = fields.Selection(
        [("business", "Business"), ("consumer", "Consumer"), ("public", "Public body")],
        "Kind of debtor",
        compute="_compute_dunning_debtor_kind",
        store=True,
        readonly=False,
        tracking=True,
        help="The law treats consumers and public bodies differently. In doubt: "
        "consumer. A new customer whose SIREN begins with 1 or 2 is proposed as a "
        "public body.",
    )
    dunning_kind_is_checked = fields.Boolean(
        "Kind looked at",
        copy=False,
        help="Somebody has looked at the kind of this customer: the checks of the "
        "start-up list him no more.",
    )
    dunning_case_count = fields.Integer(
        compute="_compute_dunning_case_count",
        groups="account_dunning.group_dunning_reader",
    )

    @api.model
    def _get_dunning_writers(self):
        return super()._get_dunning_writers() | {
            "dunning_ladder_id": COLLECTOR,
            "dunning_user_id": COLLECTOR,
            "dunning_contact_id": COLLECTOR,
            "dunning_debtor_kind": COLLECTOR,
            "dunning_kind_is_checked": COLLECTOR,
        }

    @api.constrains("dunning_ladder_id")
    def _check_dunning_ladder(self):
        for partner in self:
            self.env.company._check_dunning_ladder_is_ours(partner.dunning_ladder_id)

    @api.constrains("dunning_user_id")
    def _check_dunning_user(self):
        for partner in self:
            self.env.company._dunning_check_able(partner.dunning_user_id)

    @api.depends("is_company", "vat", "company_registry")
    def _compute_dunning_debtor_kind(self):
        """Propose the kind. A public body is proposed of who is new; of those who have
        a kind already a person decides: see ``action_dunning_mark_public``."""
        for partner in self:
            if partner.dunning_debtor_kind == "public" and partner._origin:
                continue
            is_business = partner.is_company or partner.vat or partner.company_registry
            kind = "business" if is_business else "consumer"
            is_new = not partner._origin or not partner.dunning_debtor_kind
            if is_new and partner._dunning_has_public_number():
                kind = "public"
            partner.dunning_debtor_kind = kind

    def _dunning_has_public_number(self):
        """Tell whether the SIREN is one of a body under public law; a number of another
        country says nothing."""
        self.ensure_one()
        if self.country_id and self.country_id.code not in FRENCH_COUNTRIES:
            return False
        return is_public(find_siren(self.company_registry, self.vat))

    def action_dunning_mark_public(self):
        """Make customers public bodies: a person has looked at them. Undone by editing
        the kind."""
        return self._dunning_check_kind({"dunning_debtor_kind": "public"})

    def action_dunning_keep_kind(self):
        """Note that the kinds of customers are right as they are."""
        return self._dunning_check_kind({})

    def _dunning_check_kind(self, values):
        if not self.env.user.has_group(COLLECTOR):
            raise AccessError(
                self.env._("A collector decides what kind of debtor a customer is.")
            )
        debtors = self.commercial_partner_id
        (self | debtors).check_access("read")
        # Who decides how a customer is dunned need not edit customers.
        debtors.sudo().write(values | {"dunning_kind_is_checked": True})
        return True

    def write(self, vals):
        """Whoever gets a parent, or becomes a mere contact, is no debtor of his own:
        his open cases go where the host has just put his items."""
        result = super().write(vals)
        if not {"parent_id", "is_company"}.isdisjoint(vals):
            self._follow_dunning_debtor()
        return result

    def _follow_dunning_debtor(self):
        """Join the open cases of partners that are no debtors of their own any more,
        contacts of these partners included; a hook for what else follows them.

        :return: the debtors
        """
        debtors = self.commercial_partner_id
        # Whoever may edit customers need not have rights on dunning.
        cases = self.env["dunning.case"].sudo()
        homeless = cases.search(
            [
                ("partner_id.commercial_partner_id", "in", debtors.ids),
                ("partner_id", "not in", debtors.ids),
                ("state", "!=", "closed"),
            ]
        )
        for partner in homeless.partner_id:
            cases._join_debtors(partner, partner.commercial_partner_id)
        return debtors

    def _get_dunning_case_domain(self):
        """Return the domain of the debtors' cases, with those that their contacts had
        while they were debtors of their own."""
        debtors = self.commercial_partner_id
        return [("partner_id.commercial_partner_id", "in", debtors.ids)]

    def _compute_dunning_case_count(self):
        cases = self.env["dunning.case"].search_fetch(
            self._get_dunning_case_domain(), ["partner_id"]
        )
        by_debtor = cases.grouped(lambda case: case.partner_id.commercial_partner_id)
        for partner in self:
            debtor = partner.commercial_partner_id
            partner.dunning_case_count = len(by_debtor.get(debtor, ()))

    def action_open_dunning_cases(self):
        """Open the customer's case, or the list when there are several."""
        cases = self.env["dunning.case"].search(self._get_dunning_case_domain())
        return cases._action_open()

    def action_dun(self):
        """**Relancer** from customers: the wizard for the cases of these debtors."""
        cases = self.env["dunning.case"]._open_for(self.commercial_partner_id)
        return cases.action_dun()


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging two customers."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_values(self, src_partners, dst_partner):
        """Let choices about dunning go with the rest, as whoever merges wants it: who
        may merge is the host's to say, though he cannot write them by themselves."""
        for name in dst_partner._get_closed_dunning_fields():
            found = src_partners.filtered(name)[-1:]
            if found and not dst_partner[name]:
                dst_partner.sudo()[name] = found[name]
        return super()._update_values(src_partners, dst_partner)
