from odoo import api, fields, models


class DunningActionLaw(models.AbstractModel):
    """What the law adds to a late payment, said as information in a message.

    It follows the kind of the debtor and not the ladder: whichever text a consumer is
    sent, it names neither the indemnity of 40 € nor any interest before the formal
    notice. Sources: between businesses C. com. L441-10; public bodies CCP L2192-13,
    R2192-31 (ECB + 8 points), D2192-35 (40 €); consumers C. civ. 1231-6 and 1344-1.
    """

    _name = "dunning.action.law"
    _description = "Dunning Action: What the Law Says"

    late_payment_text = fields.Char(compute="_compute_late_payment_text")

    @api.depends("case_id.partner_id.dunning_debtor_kind", "level_id")
    @api.depends_context("lang")
    def _compute_late_payment_text(self):
        for action in self:
            kind = action.case_id.partner_id.dunning_debtor_kind
            action.late_payment_text = {
                "business": action._describe_law_of_business,
                "public": action._describe_law_of_public_body,
            }.get(kind, action._describe_law_of_consumer)()

    def _describe_law_of_business(self):
        if self.level_id.tone in ("firm", "formal"):
            return self.env._(
                "Between businesses, the late-payment interest and the fixed indemnity "
                "for recovery costs laid down in article L441-10 of the French "
                "Commercial Code are due by law. They are not included in the amount "
                "above; our rights in this respect remain reserved."
            )
        return self.env._(
            "For your information, between businesses any late payment gives rise by "
            "law to late-payment interest and to the fixed indemnity for recovery "
            "costs laid down in article L441-10 of the French Commercial Code. They "
            "are not included in the amount above."
        )

    def _describe_law_of_public_body(self):
        return self.env._(
            "For your information, this delay gives rise by law to late-payment "
            "interest (rate of the European Central Bank plus eight points) and to a "
            "fixed indemnity of €40 for recovery costs (articles L2192-13, R2192-31 "
            "and D2192-35 of the French Public Procurement Code), not included above."
        )

    def _describe_law_of_consumer(self):
        """Only interest at the legal rate, and only from the formal notice on."""
        if not self.is_formal_notice:
            return ""
        return self.env._(
            "By articles 1231-6 and 1344-1 of the French Civil Code, interest at the "
            "legal rate runs on this sum from this formal notice on. Nothing else is "
            "added to it."
        )
