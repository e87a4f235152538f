from collections import defaultdict
from dataclasses import dataclass, field

from odoo import fields, models
from odoo.tools import format_amount, format_date, formatLang


@dataclass(slots=True)
class LateTotals:
    """What a contact names beside the invoices: amounts by currency, and the rates."""

    interest: dict = field(default_factory=lambda: defaultdict(float))
    indemnity: dict = field(default_factory=lambda: defaultdict(float))
    percents: list = field(default_factory=list)


class DunningActionLate(models.Model):
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
            actions.write({"interest_until": day, "interest_warning": warning})

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

    def _format_claim(self, credits_of):
        """Return the block under the table: each claimed sum apart, then the totals.

        :param credits_of: the open credits of the debtor, which the total deducts
        """
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
        sums = self._add_up(self._get_payable(credits_of), claimed)
        return rows, [format_amount(self.env, sums[cur], cur) for cur in sums]
