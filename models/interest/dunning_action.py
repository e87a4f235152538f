from collections import defaultdict
from dataclasses import dataclass, field

from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from ..books.money import format_amount


@dataclass(slots=True)
class LateTotals:
    """What a contact names beside the invoices: amounts by currency, and the rates."""

    interest: dict = field(default_factory=lambda: defaultdict(float))
    indemnity: dict = field(default_factory=lambda: defaultdict(float))
    percents: list = field(default_factory=list)


class DunningAction(models.Model):
    """Interest and indemnity in a contact: computed in one batch when it is prepared,
    and again, for good, when it is queued.

    Only where the text of the level names them. A half-year without a rate leaves the
    amounts out, with a warning on the contact: the text then speaks without figures.
    """

    _inherit = "dunning.action"

    interest_until = fields.Date(
        "Interest until",
        readonly=True,
        help="The last day of which the interest was counted: it is printed with it.",
    )
    interest_warning = fields.Char(
        readonly=True,
        help="Why the text names no amount of interest, and how to mend it.",
    )
    total_interest = fields.Char("Interest named", compute="_compute_total_late")
    total_indemnity = fields.Char("Indemnity named", compute="_compute_total_late")

    def _compute_total_late(self):
        for action in self:
            totals = action._get_late_totals()
            action.total_interest = action._format_sums(totals.interest)
            action.total_indemnity = action._format_sums(totals.indemnity)

    def _set_late_amounts(self, date=None):
        """Write on the lines what is owed beside each item, one batch per day.

        :param date: the last day that counts; the day of each step when None
        """
        naming = self.filtered("level_id.names_late_payment")
        # One computation for all the contacts of a day, whatever their number.
        for (company, day), actions in naming.grouped(
            lambda action: (action.company_id, date or action.date)
        ).items():
            lines = actions.line_ids.sudo()  # the engine's own
            items = lines.case_line_id.with_company(company)
            interests = items._get_interest(day)
            indemnities = items._get_indemnities(day)
            for line in lines:
                line._set_late_amounts(
                    interests.get(line.case_line_id), indemnities, company
                )
            actions._tell_late_amounts(interests, day)

    def _tell_late_amounts(self, interests, day):
        """Keep the day of the computation, or why there is none."""
        warnings = defaultdict(self.browse)
        for action in self:
            reasons = [
                interests[item][1]
                for item in action.line_ids.case_line_id
                if item in interests and interests[item][1]
            ]
            warnings[reasons[0] if reasons else False] |= action
        for warning, actions in warnings.items():
            actions._write_facts({"interest_until": day, "interest_warning": warning})

    def _get_late_totals(self):
        """Return what the contact names; nothing at all when a rate is missing."""
        self.ensure_one()
        totals = LateTotals()
        if self.interest_warning:
            return totals
        for line in self.line_ids:
            if line.interest:
                totals.interest[line.currency_id] += line.interest
                for percent in (line.interest_rates or "").split(";"):
                    if percent and percent not in totals.percents:
                        totals.percents.append(percent)
            if line.indemnity:
                totals.indemnity[line.company_currency_id] += line.indemnity
        return totals

    def _get_claimed_totals(self):
        """Return what the contact claims: nothing of a consumer (design, rule 14)."""
        self.ensure_one()
        totals, level = self._get_late_totals(), self.level_id
        if self.case_id.partner_id.dunning_debtor_kind == "consumer":
            return LateTotals()
        return LateTotals(
            totals.interest if level.claim_interest else {},
            totals.indemnity if level.claim_indemnity else {},
            totals.percents,
        )

    def _add_up(self, payable, claimed):
        """Return principal, interest and indemnity together, per currency."""
        sums = defaultdict(float, payable)
        for amounts in (claimed.interest, claimed.indemnity):
            for currency, amount in amounts.items():
                sums[currency] += amount
        return {currency: currency.round(amount) for currency, amount in sums.items()}

    def _format_sums(self, sums):
        return self._join(
            format_amount(self.env, currency.round(amount), currency)
            for currency, amount in sums.items()
        )

    def _format_percents(self, percents):
        """Return "14.50 % and 14.25 %", as the reader writes numbers."""
        return self._join(
            self.env._(
                "%(number)s %%", number=formatLang(self.env, float(percent), digits=2)
            )
            for percent in percents
        )

    def _format_claim(self):
        """Return the block under the table: each claimed sum apart, then the totals."""
        self.ensure_one()
        claimed = self._get_claimed_totals()
        rows = []
        for currency, amount in claimed.interest.items():
            rows.append(
                {
                    "name": self.env._(
                        "Late-payment interest until %(date)s, at %(rates)s per year",
                        date=format_date(self.env, self.interest_until),
                        rates=self._format_percents(claimed.percents),
                    ),
                    "amount": format_amount(self.env, amount, currency),
                }
            )
        for currency, amount in claimed.indemnity.items():
            rows.append(
                {
                    "name": self.env._("Fixed indemnity for recovery costs"),
                    "amount": format_amount(self.env, amount, currency),
                }
            )
        if not rows:
            return [], []
        sums = self._add_up(self._get_payable(), claimed)
        return rows, [format_amount(self.env, sums[cur], cur) for cur in sums]

    # What the law adds to a late payment, named or claimed in a message.
    #
    # It follows the kind of the debtor and not the ladder: whichever text a consumer is
    # sent, it names neither the indemnity of 40 € nor any interest before the formal
    # notice. Sources: between businesses C. com. L441-10; public bodies CCP L2192-13,
    # R2192-31 (ECB + 8 points), D2192-35 (40 €); consumers C. civ. 1231-6 and 1344-1.
    # Claimed or only named, as the level says; the figures are those of the lines.

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
            if kind not in ("business", "public"):
                action.late_payment_text = action._describe_law_of_consumer()
            elif action._is_claiming():
                action.late_payment_text = action._describe_claim(kind == "public")
            else:
                law = (
                    action._describe_law_of_public_body()
                    if kind == "public"
                    else action._describe_law_of_business()
                )
                totals = action._get_late_totals()
                action.late_payment_text = action._add_figures(law, totals)

    def _is_claiming(self):
        """Tell whether anything is claimed beside the items."""
        self.ensure_one()
        claimed = self._get_claimed_totals()
        return bool(claimed.interest or claimed.indemnity)

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
            "and D2192-35 of the French Public Procurement Code), not included above. "
            "The interest runs until the principal is paid (article R2192-32); it is "
            "paid, with the indemnity, within 45 days of that payment (article "
            "R2192-36)."
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

    def _describe_claim(self, is_public):
        """Return what is claimed beside the invoices, and all of it together."""
        claimed, named = self._get_claimed_totals(), self._get_late_totals()
        total = self._format_sums(self._add_up(self._get_payable(), claimed))
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

    def _complete_lines(self, day=None):
        result = super()._complete_lines(day)
        self._set_late_amounts(day)
        return result

    def _get_table_values(self, as_date):
        values = super()._get_table_values(as_date)
        return values | {"beside": self._format_claim()}
