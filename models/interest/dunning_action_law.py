from odoo import api, fields, models
from odoo.tools import format_date


class DunningActionLaw(models.Model):
    """What the law adds to a late payment, named or claimed in a message.

    It follows the kind of the debtor and not the ladder: whichever text a consumer is
    sent, it names neither the indemnity of 40 € nor any interest before the formal
    notice. Sources: between businesses C. com. L441-10; public bodies CCP L2192-13,
    R2192-31 (ECB + 8 points), D2192-35 (40 €); consumers C. civ. 1231-6 and 1344-1.
    Claimed or only named, as the level says; the figures are those of the lines.
    """

    _inherit = "dunning.action"

    late_payment_text = fields.Char(compute="_compute_late_payment_text")

    @api.depends(
        "case_id.partner_id.dunning_debtor_kind",
        "level_id",
        "interest_until",
        "interest_warning",
        "line_ids.interest",
        "line_ids.indemnity",
    )
    @api.depends_context("lang")
    def _compute_late_payment_text(self):
        open_credits = self._read_credits_of_claims()
        for action in self:
            kind = action.case_id.partner_id.dunning_debtor_kind
            if kind not in ("business", "public"):
                action.late_payment_text = action._describe_law_of_consumer()
            elif action in open_credits:
                action.late_payment_text = action._describe_claim(
                    kind == "public", open_credits[action]
                )
            else:
                law = (
                    action._describe_law_of_public_body()
                    if kind == "public"
                    else action._describe_law_of_business()
                )
                totals = action._get_late_totals()
                action.late_payment_text = action._add_figures(law, totals)

    def _read_credits_of_claims(self):
        """Map the contacts that claim something to the open credits of the debtor."""
        claiming = self.filtered(
            lambda action: (
                (claimed := action._get_claimed_totals()).interest or claimed.indemnity
            )
        )
        return claiming._read_open_credits() if claiming else {}

    # Named as information

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
        totals = self._get_late_totals()
        if totals.interest:
            totals.indemnity = {}  # whatever a line may hold
            law = self.env._(
                "By articles 1231-6 and 1344-1 of the French Civil Code, interest at "
                "the legal rate has run on this sum since our formal notice was first "
                "presented to you. It is not included in the amount above, and nothing "
                "else is added to it."
            )
            return self._add_figures(law, totals)
        if not self.is_formal_notice:
            return ""
        return self.env._(
            "By articles 1231-6 and 1344-1 of the French Civil Code, interest at the "
            "legal rate runs on this sum from this formal notice on. Nothing else is "
            "added to it."
        )

    def _add_figures(self, law, totals):
        """Add to a sentence what it comes to, as information."""
        parts = self._describe_amounts(totals)
        if not parts:
            return law
        figures = self.env._(
            "For information, to date: %(amounts)s.", amounts=self._join(parts)
        )
        return f"{law} {figures}"

    def _describe_amounts(self, totals):
        """Return interest and indemnity in words, each apart."""
        parts = []
        if totals.interest:
            parts.append(
                self.env._(
                    "%(amount)s of interest (until %(date)s, at %(rates)s per year)",
                    amount=self._format_sums(totals.interest),
                    date=format_date(self.env, self.interest_until),
                    rates=self._format_percents(totals.percents),
                )
            )
        if totals.indemnity:
            parts.append(
                self.env._(
                    "%(amount)s of fixed indemnity",
                    amount=self._format_sums(totals.indemnity),
                )
            )
        return parts

    # Claimed

    def _describe_claim(self, is_public, credits_of):
        """Return what is claimed beside the invoices, and all of it together."""
        claimed, named = self._get_claimed_totals(), self._get_late_totals()
        total = self._format_sums(self._add_up(self._get_payable(credits_of), claimed))
        amounts = self._join(self._describe_amounts(claimed))
        if is_public:
            text = self.env._(
                "By articles L2192-13, R2192-31 and D2192-35 of the French Public "
                "Procurement Code (rate of the European Central Bank plus eight "
                "points, fixed indemnity of €40 for recovery costs), we also claim, "
                "beside the amount above: %(amounts)s. The total claimed is %(total)s.",
                amounts=amounts,
                total=total,
            )
        else:
            text = self.env._(
                "By article L441-10 of the French Commercial Code, we also claim, "
                "beside the amount above: %(amounts)s. The total claimed is %(total)s. "
                "Interest goes on until payment.",
                amounts=amounts,
                total=total,
            )
        if claimed.interest:
            named.interest = {}
        if claimed.indemnity:
            named.indemnity = {}
        return self._add_figures(text, named)
