from odoo import api, fields, models

from .dunning_rate import read_percent


class ResPartner(models.Model):
    """Choices of a customer about dunning, per company."""

    _inherit = "res.partner"

    dunning_ladder_id = fields.Many2one(
        "dunning.ladder",
        company_dependent=True,
        help="This customer's own ladder. Empty: by rule of assignment or by default.",
    )
    dunning_user_id = fields.Many2one("res.users", "Collector", company_dependent=True)
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
    dunning_case_count = fields.Integer(
        compute="_compute_dunning_case_count",
        groups="account_dunning.group_dunning_reader",
    )

    @api.constrains("dunning_contract_rate")
    def _check_dunning_contract_rate(self):
        for partner in self:
            self.env["dunning.rate"]._check_stipulated(
                read_percent(partner, "dunning_contract_rate"),
                self.env.company._dunning_today(),
            )

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

    def _compute_dunning_case_count(self):
        counts = self.env["dunning.case"]._read_group(
            [("partner_id", "in", self.commercial_partner_id.ids)],
            ["partner_id"],
            ["__count"],
        )
        by_partner = dict(counts)
        for partner in self:
            partner.dunning_case_count = by_partner.get(
                partner.commercial_partner_id, 0
            )

    def action_open_dunning_cases(self):
        """Open the customer's case, or the list when there are several."""
        cases = self.env["dunning.case"].search(
            [("partner_id", "in", self.commercial_partner_id.ids)]
        )
        return cases._action_open()

    def action_dun(self):
        """**Relancer** from customers: the wizard for the cases of these debtors."""
        cases = self.env["dunning.case"]._open_for(self.commercial_partner_id)
        return cases.action_dun()
