import json
from collections import defaultdict
from dataclasses import dataclass, field

from odoo import fields, models
from odoo.tools import format_date

from ..books.money import format_amount

#: What a placeholder must be called for the demand to name its parts itself.
BREAKDOWN = "object.breakdown_text"


@dataclass(slots=True)
class LateTotals:
    """What a contact names beside the invoices: amounts by currency, and the rates."""

    interest: dict = field(default_factory=lambda: defaultdict(float))
    indemnity: dict = field(default_factory=lambda: defaultdict(float))
    percents: list = field(default_factory=list)


class DunningAction(models.Model):
    """Interest and indemnity in a contact: computed in one batch when it is prepared,
    and again, for good, when it is queued.

    Only where the text of the level names them. A half-year without a rate ends the
    count on its eve: the text names that day, and the contact warns who approves it.
    What is claimed is part of the one amount that the contact asks for.
    """

    _inherit = "dunning.action"

    interest_until = fields.Date(
        "Interest until",
        readonly=True,
        help="The last day of which the interest was counted: it is printed with it.",
    )
    interest_warning = fields.Char(
        readonly=True,
        help="Which days the interest leaves out, and who mends it where.",
    )
    rate_facts = fields.Json(
        "Rates used",
        readonly=True,
        help="Each rate of the interest, with what it is made of.",
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
            for alike in actions._split_by_object():
                alike._set_late_amounts_of(company, day)

    def _split_by_object(self):
        """Return the contacts in groups in which each debtor is asked for the same
        items: money that names none is deducted from these. Nearly always one."""
        groups = []
        for actions in self.grouped("case_id").values():
            objects = actions.grouped(
                lambda action: frozenset(action._get_object_lines().case_line_id.ids)
            )
            for place, same in enumerate(objects.values()):
                if place == len(groups):
                    groups.append(self.browse())
                groups[place] |= same
        return groups

    def _set_late_amounts_of(self, company, day):
        lines = self._get_object_lines().sudo()  # the engine's own
        items = lines.case_line_id.with_company(company)
        interests = items._get_interest(day, items, lines._get_kept_back())
        indemnities = items._get_indemnities(day)
        for line in lines:
            line._set_late_amounts(
                interests.get(line.case_line_id), indemnities, company
            )
        self._tell_late_amounts(interests, company, day)

    def _tell_late_amounts(self, interests, company, day):
        """Keep the last day that counted, why the next ones do not, and the rates."""
        rates = self.env["dunning.rate"]
        contracts = rates._read_contracts(self.case_id.partner_id, company)
        told = defaultdict(self.browse)
        for action in self:
            debtor = action.case_id.partner_id
            found = [
                interests[item]
                for item in action._get_object_lines().case_line_id
                if item in interests
            ]
            warning = next(filter(None, (why for _one, why in found)), False)
            days = [one.segments[-1].date_to for one, _why in found if one.segments]
            basis = rates._describe_basis(
                debtor.dunning_debtor_kind,
                contracts.get(debtor.id),
                [one for one, _why in found],
            )
            until = max(days) if warning and days else day
            told[until, warning, json.dumps(basis)] |= action
        for (until, warning, basis), actions in told.items():
            actions._write_facts(
                {
                    "interest_until": until,
                    "interest_warning": warning,
                    "rate_facts": json.loads(basis) or False,
                }
            )

    def _get_late_totals(self):
        """Return what the contact names beside the items of its object."""
        self.ensure_one()
        totals = LateTotals()
        for line in self._get_object_lines():
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

    def _is_claiming(self):
        """Tell whether anything is claimed beside the items."""
        self.ensure_one()
        claimed = self._get_claimed_totals()
        return bool(claimed.interest or claimed.indemnity)

    def _get_demanded(self):
        """What is claimed is demanded with the principal: one amount, for who pays less
        than is claimed must not have complied with the notice."""
        claimed = self._get_claimed_totals()
        sums = defaultdict(float, super()._get_demanded())
        for amounts in (claimed.interest, claimed.indemnity):
            for currency, amount in amounts.items():
                sums[currency] += amount
        return {currency: currency.round(amount) for currency, amount in sums.items()}

    def _format_sums(self, sums):
        return self._join(
            format_amount(self.env, currency.round(amount), currency)
            for currency, amount in sums.items()
        )

    def _format_claim(self):
        """Return the rows below the principal: each claimed sum apart."""
        self.ensure_one()
        claimed = self._get_claimed_totals()
        is_public = self.case_id.partner_id.dunning_debtor_kind == "public"
        rows = []
        for currency, amount in claimed.interest.items():
            names = {
                "date": format_date(self.env, self.interest_until),
                "rates": self._format_percents(claimed.percents),
            }
            name = (
                self.env._(
                    "Moratory interest until %(date)s, at %(rates)s per year", **names
                )
                if is_public
                else self.env._(
                    "Late-payment interest until %(date)s, at %(rates)s per year",
                    **names,
                )
            )
            rows.append({"name": name, "amount": self._format_sums({currency: amount})})
        for currency, amount in claimed.indemnity.items():
            name = self._name_indemnity()
            rows.append({"name": name, "amount": self._format_sums({currency: amount})})
        return rows

    def _name_indemnity(self):
        """Return the name of the row of the indemnity: of how many invoices it is."""
        amounts = [
            line.indemnity for line in self._get_object_lines() if line.indemnity
        ]
        if len(amounts) < 2 or len(set(amounts)) > 1:
            return self.env._("Fixed indemnity for recovery costs")
        each = format_amount(
            self.env,
            amounts[0],
            self.company_id.currency_id,
            trailing_zeroes=False,
        )
        return self.env._(
            "Fixed indemnity for recovery costs (%(count)s invoices × %(amount)s)",
            count=len(amounts),
            amount=each,
        )

    def _complete_lines(self, day=None):
        result = super()._complete_lines(day)
        self._set_late_amounts(day)
        return result

    def _get_table_values(self, as_date):
        values = super()._get_table_values(as_date)
        return values | {"beside": self._format_claim()}
