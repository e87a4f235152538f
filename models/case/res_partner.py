from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.interest import read_percent


class ResPartner(models.Model):
    """Choices of a customer about dunning, per company."""

    _inherit = "res.partner"

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
    dunning_contract_rate = fields.Float(
        "Contract rate of late interest",
        company_dependent=True,
        help="Percent per year, as agreed with this customer. Empty: the company's. "
        "Not used for consumers and public bodies, whose rate the law fixes.",
    )
    dunning_debtor_kind = fields.Selection(
        [("business", "Business"), ("consumer", "Consumer"), ("public", "Public body")],
        "Kind of debtor",
        compute="_compute_dunning_debtor_kind",
        store=True,
        readonly=False,
        tracking=True,
        help="The law treats consumers differently. In doubt: consumer.",
    )
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
    dunning_lre_consent_on = fields.Date(
        "Agreed to electronic registered letters on",
        tracking=True,
        copy=False,
        help="The day on which this customer agreed to receive electronic registered "
        "letters. A consumer gets none without it (Code des postes L100); keep the "
        "agreement itself in the documents of the contact.",
    )
    dunning_case_count = fields.Integer(
        compute="_compute_dunning_case_count",
        groups="account_dunning.group_dunning_reader",
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

    dunning_promise_kept_rate = fields.Float(
        "Promises kept",
        compute="_compute_dunning_promise_kept_rate",
        groups="account_dunning.group_dunning_reader",
        help="Of what this customer promised and was judged, the part that came in on "
        "time.",
    )
    dunning_promise_count = fields.Integer(
        "Promises judged",
        compute="_compute_dunning_promise_kept_rate",
        groups="account_dunning.group_dunning_reader",
    )

    @api.constrains("dunning_contract_rate")
    def _check_dunning_contract_rate(self):
        for partner in self:
            self.env["dunning.rate"]._check_stipulated(
                read_percent(partner, "dunning_contract_rate"),
                self.env.company._dunning_today(),
            )

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

    @api.constrains("dunning_ladder_id")
    def _check_dunning_ladder(self):
        for partner in self:
            self.env.company._check_dunning_ladder_is_ours(partner.dunning_ladder_id)

    @api.depends("is_company", "vat", "company_registry")
    def _compute_dunning_debtor_kind(self):
        """Propose the kind; a public body is only ever chosen by a person."""
        for partner in self:
            if partner.dunning_debtor_kind == "public":
                continue
            is_business = partner.is_company or partner.vat or partner.company_registry
            partner.dunning_debtor_kind = "business" if is_business else "consumer"

    def write(self, vals):
        """Whoever gets a parent, or becomes a mere contact, is no debtor of his own:
        his open cases go where the host has just put his items."""
        result = super().write(self._sign_dunning_consent(vals))
        if not {"parent_id", "is_company"}.isdisjoint(vals):
            self._follow_dunning_debtor()
        return result

    def _follow_dunning_debtor(self):
        """Join the open cases of partners that are no debtors of their own any more,
        contacts of these partners included."""
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
        debtors._follow_limits()

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

    @api.depends_context("company")
    def _compute_dunning_promise_kept_rate(self):
        rates = self.env["dunning.promise"]._read_kept_rates(
            self.commercial_partner_id, self.env.company
        )
        for partner in self:
            rate, count = rates.get(partner.commercial_partner_id.id, (0.0, 0))
            partner.dunning_promise_kept_rate = rate
            partner.dunning_promise_count = count

    def action_open_dunning_cases(self):
        """Open the customer's case, or the list when there are several."""
        cases = self.env["dunning.case"].search(self._get_dunning_case_domain())
        return cases._action_open()

    def action_dun(self):
        """**Relancer** from customers: the wizard for the cases of these debtors."""
        cases = self.env["dunning.case"]._open_for(self.commercial_partner_id)
        return cases.action_dun()

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
