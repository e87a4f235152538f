from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from .dunning_action import BREAKDOWN
from .dunning_rate import BUSINESS_MARGIN, PUBLIC_MARGIN

#: Of more half-years than this the text names the rates, not what each is made of.
MOST_EXPLAINED = 3


class DunningAction(models.Model):
    """What the law adds to a late payment, named or claimed in a message.

    It follows the kind of the debtor and not the ladder: whichever text a consumer is
    sent, it names neither the indemnity of 40 € nor any interest before the formal
    notice. Sources: between businesses C. com. L441-10, D441-5; public bodies CCP
    L2192-13, R2192-31 (ECB + 8 points), R2192-32, R2192-36, D2192-35 (40 €); consumers
    C. civ. 1231-6 and 1344-1. Claimed or only named, as the level says; the figures are
    those of the lines.
    """

    _inherit = "dunning.action"

    breakdown_text = fields.Char(
        compute="_compute_late_payment_text",
        help="What the amount that is asked for consists of, to follow it in a "
        "sentence. Empty where nothing is claimed beside the principal.",
    )

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
        for action in self:
            kind = action.case_id.partner_id.dunning_debtor_kind
            is_claiming = action._is_claiming()
            action.breakdown_text = is_claiming and action._describe_breakdown()
            if kind not in ("business", "public"):
                action.late_payment_text = action._describe_law_of_consumer()
            elif is_claiming:
                action.late_payment_text = action._describe_claim(kind == "public")
            else:
                law = (
                    action._describe_law_of_public_body()
                    if kind == "public"
                    else action._describe_law_of_business()
                )
                totals = action._get_late_totals()
                action.late_payment_text = action._add_figures(law, totals)

    # The demand

    def _describe_breakdown(self):
        """Return ", that is … of principal, … of interest and … of indemnity": one
        amount is demanded, and the debtor reads what it is made of."""
        claimed = self._get_claimed_totals()
        is_public = self.case_id.partner_id.dunning_debtor_kind == "public"
        principal = self._format_sums(self._get_payable())
        parts = [
            self.env._(
                "%(amount)s of principal, after deduction of the sums in your favour",
                amount=principal,
            )
            if self._get_deductions()
            else self.env._("%(amount)s of principal", amount=principal)
        ]
        if claimed.interest:
            names = {
                "amount": self._format_sums(claimed.interest),
                "date": self._format_day(self.interest_until),
            }
            parts.append(
                self.env._("%(amount)s of moratory interest until %(date)s", **names)
                if is_public
                else self.env._(
                    "%(amount)s of late-payment interest until %(date)s", **names
                )
            )
        if claimed.indemnity:
            amount = self._format_sums(claimed.indemnity)
            parts.append(self.env._("%(amount)s of fixed indemnity", amount=amount))
        parts = self._join(parts)
        if not claimed.interest:
            return self.env._(", that is %(parts)s", parts=parts)
        if is_public:
            return self.env._(
                ", that is %(parts)s, in addition to the moratory interest that runs "
                "until the principal is paid",
                parts=parts,
            )
        return self.env._(
            ", that is %(parts)s, in addition to the interest that runs until payment "
            "in full",
            parts=parts,
        )

    # Named as information

    def _describe_law_of_business(self):
        if self.level_id.tone in ("firm", "formal"):
            return self.env._(
                "Between businesses, the late-payment interest and the fixed indemnity "
                "for recovery costs laid down in articles L441-10 and D441-5 of the "
                "French Commercial Code are due by law. They are not included in the "
                "amount above; our rights in this respect remain reserved."
            )
        return self.env._(
            "For your information, between businesses any late payment gives rise by "
            "law to late-payment interest and to the fixed indemnity for recovery "
            "costs laid down in articles L441-10 and D441-5 of the French Commercial "
            "Code. They are not included in the amount above."
        )

    def _describe_law_of_public_body(self):
        return self.env._(
            "For your information, this delay gives rise by law to moratory interest "
            "(rate of the European Central Bank plus eight points) and to a fixed "
            "indemnity of €40 for recovery costs (articles L2192-13, R2192-31 and "
            "D2192-35 of the French Public Procurement Code), not included above. The "
            "interest runs until the principal is paid (article R2192-32); it is paid, "
            "with the indemnity, within 45 days of that payment (article R2192-36)."
        )

    def _describe_law_of_consumer(self):
        """Only interest at the legal rate, and only from the formal notice on."""
        totals = self._get_late_totals()
        if totals.interest:
            totals.indemnity = {}  # whatever a line may hold
            law = self.env._(
                "Under articles 1231-6 and 1344-1 of the French Civil Code, interest "
                "at the legal rate applicable to professional creditors has run on "
                "this sum since our formal notice was first presented to you. It is "
                "not included in the amount above. No costs are claimed from you."
            )
            return self._add_figures(law, totals)
        if not self.is_formal_notice:
            return ""
        return self.env._(
            "Under articles 1231-6 and 1344-1 of the French Civil Code, interest at "
            "the legal rate applicable to professional creditors%(rate)s runs on this "
            "sum from this formal notice on. No costs are claimed from you.",
            rate=self._describe_legal_rate(),
        )

    def _describe_legal_rate(self):
        """Return " (2.75 % per year in the second half of 2026)", that of the day of
        the text; empty when it is not known: nothing is guessed."""
        day = self.queued_on or self.interest_until or self.date
        rate = self.env["dunning.rate"]._get_legal_rate(day)
        if rate is None:
            return ""
        names = {"rate": self._format_percents([rate]), "year": day.year}
        if day.month < 7:
            return self.env._(
                " (%(rate)s per year in the first half of %(year)s)", **names
            )
        return self.env._(
            " (%(rate)s per year in the second half of %(year)s)", **names
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
            names = {
                "amount": self._format_sums(totals.interest),
                "date": format_date(self.env, self.interest_until),
                "rates": self._explain_rates(totals.percents),
            }
            parts.append(
                self.env._(
                    "%(amount)s of moratory interest (until %(date)s, at %(rates)s)",
                    **names,
                )
                if self.case_id.partner_id.dunning_debtor_kind == "public"
                else self.env._(
                    "%(amount)s of interest (until %(date)s, at %(rates)s)", **names
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

    def _describe_claim(self, is_public):
        """Return what the claim rests on; where the demand does not name its parts,
        these as well."""
        claimed, named = self._get_claimed_totals(), self._get_late_totals()
        names = {
            "rates": self._explain_rates(claimed.percents),
            "parts": self._join(self._describe_amounts(claimed)),
        }
        texts = [
            self._describe_claim_on_public_body(claimed, names)
            if is_public
            else self._describe_claim_on_business(claimed, names)
        ]
        if claimed.interest and is_public:
            texts.append(
                self.env._(
                    "Moratory interest runs until the day on which the principal is "
                    "paid (article R2192-32); it is paid, with the indemnity, within "
                    "45 days of that payment (article R2192-36)."
                )
            )
        if claimed.interest:
            named.interest = {}
        if claimed.indemnity:
            named.indemnity = {}
        return self._add_figures(" ".join(texts), named)

    def _describe_claim_on_business(self, claimed, names):
        if not self._is_broken_down():
            text = self.env._(
                "Under articles L441-10 and D441-5 of the French Commercial Code, the "
                "amount above includes: %(parts)s.",
                **names,
            )
            if not claimed.interest:
                return text
            goes_on = self.env._("Interest goes on until payment in full.")
            return f"{text} {goes_on}"
        text = self.env._(
            "Late-payment interest and the fixed indemnity for recovery costs are due "
            "by law, without any reminder (articles L441-10 and D441-5 of the French "
            "Commercial Code)."
        )
        if not claimed.interest:
            return text
        counted = self.env._(
            "The interest is counted from the day after each due date, at %(rates)s.",
            **names,
        )
        return f"{text} {counted}"

    def _describe_claim_on_public_body(self, claimed, names):
        if not self._is_broken_down():
            return self.env._(
                "Under articles L2192-13, R2192-31 and D2192-35 of the French Public "
                "Procurement Code (fixed indemnity of €40 for recovery costs), the "
                "amount above includes: %(parts)s.",
                **names,
            )
        text = self.env._(
            "Moratory interest and the fixed indemnity of €40 for recovery costs are "
            "due by law, without any reminder (articles L2192-13, R2192-31 and "
            "D2192-35 of the French Public Procurement Code)."
        )
        if not claimed.interest:
            return text
        counted = self.env._(
            "Moratory interest is counted from the day after each due date, at "
            "%(rates)s.",
            **names,
        )
        return f"{text} {counted}"

    def _is_broken_down(self):
        """Tell whether the text names the parts of its amount where it asks for it: an
        older one, or one that somebody wrote, may not."""
        self.ensure_one()
        body = self._get_template().sudo().body_html or ""  # a text, whoever prints
        return BREAKDOWN in body

    # The rates

    def _format_percents(self, percents):
        """Return "14.50 % and 14.25 %", as the reader writes numbers."""
        return self._join(
            self.env._(
                "%(number)s %%", number=formatLang(self.env, float(percent), digits=2)
            )
            for percent in percents
        )

    def _explain_rates(self, percents):
        """Return the rates with what they are made of: "12.40 % per year: the
        refinancing rate of the European Central Bank in force on 1 July 2026, 2.40 %,
        plus 10 points"."""
        rates = self.env._("%(rates)s per year", rates=self._format_percents(percents))
        facts = self.rate_facts or []
        kinds = {fact["kind"] for fact in facts}
        if len(kinds) != 1 or not kinds <= {"business", "public"}:
            return rates
        names = {
            "rates": rates,
            "points": PUBLIC_MARGIN if kinds == {"public"} else BUSINESS_MARGIN,
        }
        if len(facts) > MOST_EXPLAINED:
            return self.env._(
                "%(rates)s: the refinancing rate of the European Central Bank in force "
                "on the first day of each half-year, plus %(points)s points",
                **names,
            )
        anchors = self._join(
            self.env._(
                "on %(date)s, %(rate)s",
                date=self._format_day(fields.Date.to_date(fact["day"])),
                rate=self._format_percents([fact["reference"]]),
            )
            for fact in facts
        )
        return self.env._(
            "%(rates)s: the refinancing rate of the European Central Bank in force "
            "%(anchors)s, plus %(points)s points",
            anchors=anchors,
            **names,
        )

    @api.model
    def _get_placeholders(self):
        return (*super()._get_placeholders(), "breakdown_text")
