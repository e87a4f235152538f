from collections import defaultdict
from collections.abc import Iterable
from datetime import date as Date
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.insolvency import is_earlier
from ...tools.interest import Interest, MissingRate, late_interest
from ..limits.dunning_proceeding import find_frozen
from ..limits.host import BORN, get_birth

NOTHING = Interest(Decimal(0), 0, (), Decimal(0))


class Debt(NamedTuple):
    """A case line as its interest is computed of it: thousands are read without
    records. ``due`` is the due date, ``born`` the day of the claim; ``settled`` is what
    it was matched with: ``[day, is a credit note, amount in its currency]``."""

    id: int
    move_line_id: int
    move_id: int
    due: Date
    currency_id: int
    amount: float
    debtor_id: int
    kind: str
    company_id: int
    is_claim: bool
    born: Date
    is_document: bool
    settled: list | None

    @property
    def place(self):
        """See ``dunning.case.line._get_place``."""
        return self.move_id, not self.is_document and self.debtor_id

    def get_settlements(self):
        """Return what settled the item: payments, and credit notes.

        :return: ``([(day, amount)], [(day, amount)])``, in the currency of the item, on
            the day of the entry that it was matched with
        """
        found = ([], [])
        for day, is_credit_note, amount in self.settled or ():
            found[is_credit_note].append(
                (Date.fromisoformat(day), Decimal(str(amount)))
            )
        return found

    def get_last_day(self, rules):
        """Return the last day that counts: interest on earlier claims stops with the
        judgment of insolvency (Code de commerce L622-28)."""
        judgment = rules.judgments.get(self.debtor_id)
        born = get_birth(self.born, rules.returned.get(self.move_line_id))
        if judgment and is_earlier(born, judgment):
            return min(rules.day, judgment - timedelta(days=1))
        return rules.day


class Claimed(NamedTuple):
    """What was claimed or waived of some invoices: lines of claims, and waivers."""

    claims: Iterable = ()
    waivers: Iterable = ()

    def of_kind(self, kind):
        """Return the claims and the waivers of ``interest`` or ``indemnity``."""
        return (
            [one for one in self.claims if one.kind == kind],
            [one for one in self.waivers if one.kind == kind],
        )


class CompanyRules(NamedTuple):
    """What the debts of one company have in common: the last day that counts, the
    rates, what a payment settles first, ``{debtor id: judgment of insolvency}`` and,
    of these debtors, ``{item id: the payment that came back with it}``."""

    day: Date
    rates: object
    first: str
    judgments: dict
    returned: dict


class RateBook:
    """The tables of rates that the debtors of a company need, each made once."""

    def __init__(self, rates, contracts):
        """
        :param dunning.rate rates: the model
        :param contracts: ``{debtor id: stipulated percent, or None}`` of businesses
        """
        self.rates, self.contracts, self.tables = rates, contracts, {}

    @cached_property
    def bank(self):
        """The rates of the central bank, ``{date_from: percent}``."""
        return dict(self.rates._read_percents("ecb_refi"))

    def get_table(self, debt, start):
        """Return the rates of a debt; a public buyer's depends on the day on which the
        delay began.

        :raises MissingRate: when that day has none
        """
        if debt.kind == "public":
            return self.rates._get_public_table(start, self.bank)
        key = (debt.kind == "consumer", self.contracts.get(debt.debtor_id))
        if key not in self.tables:
            is_consumer, contract = key
            self.tables[key] = (
                self.rates._get_consumer_table()
                if is_consumer
                else self.rates._get_business_table(contract)
            )
        return self.tables[key]

    def get_kind(self, debt):
        """Return the kind of rate that the interest of a debt is counted by."""
        is_legal = debt.kind == "consumer" or (
            debt.kind == "business" and self.contracts.get(debt.debtor_id)
        )
        return "legal_other" if is_legal else "ecb_refi"


class DunningCaseLine(models.Model):
    """Late-payment interest to date and the flat indemnity of open items.

    Businesses owe penalties from the day after the due date, without any reminder, and
    40 € for each invoice paid late (Code de commerce L441-10 II, D441-5); public buyers
    the same at a rate that is frozen (Code de la commande publique R2192-31). Consumers
    owe the legal rate, only from the day after the first presentation of the formal
    notice, and never an indemnity (Code civil 1231-6, 1344-1). Amounts are in the
    currency of the item, the indemnity in the company's.
    """

    _inherit = "dunning.case.line"

    # Both by dunning.case.line.
    currency_id = fields.Many2one("res.currency")
    company_currency_id = fields.Many2one("res.currency")
    amount_interest = fields.Monetary(
        "Interest to date",
        compute="_compute_late_amounts",
        currency_field="currency_id",
        help="Late-payment interest until today, at the rates of the law or of the "
        "contract. It is shown; nothing is booked before you claim it.",
    )
    interest_warning = fields.Char(
        compute="_compute_late_amounts",
        help="Why the interest cannot be computed, and how to mend it.",
    )
    amount_indemnity = fields.Monetary(
        "Indemnity",
        compute="_compute_late_amounts",
        currency_field="company_currency_id",
        help="The flat indemnity for recovery costs, once for each invoice paid late, "
        "however many instalments it has. Never for a consumer.",
    )

    @api.depends(
        "date_due",
        "move_id",
        "move_line_id.amount_residual",
        "move_line_id.amount_currency",
        "case_id.partner_id.dunning_debtor_kind",
    )
    def _compute_late_amounts(self):
        claimed = self._read_claimed()
        indemnities = self._get_indemnities(claimed=claimed)
        for line, (interest, warning) in self._iter_interest(claimed=claimed):
            line.amount_interest = line.currency_id.round(float(interest.amount))
            line.interest_warning = warning
            line.amount_indemnity = indemnities.get(line, 0.0)

    def _get_interest(self, until=None, asked=None, kept_back=None):
        """Map each line to its interest until a day, and why some days are missing.

        :param until: the last day that counts; each company's today when None
        :param asked: lines whose debtor is asked to pay: see ``_read_unmatched``
        :param kept_back: ``{line: amount}`` that is not asked for, in the currency of
            the item: it bears no interest in that text
        :rtype: dict[dunning.case.line, tuple[Interest, str | False]]
        """
        return dict(self._iter_interest(until, asked=asked, kept_back=kept_back))

    def _iter_interest(self, until=None, claimed=None, asked=None, kept_back=None):
        """Yield what :meth:`_get_interest` maps, one line after the other: of every
        open item of a company, the results together would fill the memory.

        What was claimed or waived is taken off: it is a debt of its own, or none.

        :param Claimed claimed: of these lines, where it was read before
        """
        debts = self._read_debts()
        claimed = claimed or self._read_claimed(
            [debt.move_id for debt in debts.values()]
        )
        claims = self._find_interest_claims(debts, claimed)
        starts = self._read_starts(debts)
        of_company = self._read_company_rules(debts, until)
        bearing = [debt for debt in debts.values() if starts.get(debt.id)]
        unmatched = self._read_unmatched(bearing, of_company, asked)
        for line in self:
            debt = debts.get(line._origin.id)
            start = starts.get(line._origin.id)
            if not start:
                yield line, (NOTHING, False)
                continue
            payments, credit_notes = (
                matched + known
                for matched, known in zip(
                    debt.get_settlements(),
                    unmatched[debt.move_line_id],
                    strict=True,
                )
            )
            if kept_back and kept_back.get(line):
                credit_notes = [*credit_notes, (start, kept_back[line])]
            yield (
                line,
                self._compute_debt(
                    debt,
                    start,
                    of_company[debt.company_id],
                    payments=payments,
                    credit_notes=credit_notes,
                    claims=claims.get(debt.id, ()),
                ),
            )

    @api.model
    def _compute_debt(self, debt, start, rules, **events):
        """Return the interest of one debt, and which of its days have no rate: it is
        counted until the day before these, and nothing is guessed.

        :param Debt debt: the item
        :param start: the day after which it bears interest
        :param CompanyRules rules: of its company
        :param events: payments, credit notes and claims, see ``late_interest``
        """
        last = debt.get_last_day(rules)
        if start >= last:
            return NOTHING, False
        currency = self.env["res.currency"].browse(debt.currency_id)

        def count(until):
            return late_interest(
                # The amount of the item, VAT included, in its currency.
                Decimal(str(debt.amount)),
                start,
                until,
                rules.rates.get_table(debt, start),
                first=rules.first,
                unit=Decimal(str(currency.rounding)),
                **events,
            )

        try:
            return count(last), False
        except MissingRate as error:
            kind = rules.rates.get_kind(debt)
            known = error.day - timedelta(days=1)
            is_known = known > start
            warning = self.env["dunning.rate"]._describe_missing(
                error, kind, known if is_known else None
            )
            return count(known) if is_known else NOTHING, warning

    def _read_debts(self):
        """Map line ids to what the interest of their items is computed of, in one
        query; without a journal item nothing is known.

        :rtype: dict[int, Debt]
        """
        self.flush_model(["case_id", "move_line_id", "move_id", "date_due"])
        self.env["dunning.case"].flush_model(["partner_id", "company_id"])
        self.env["account.move.line"].flush_model(
            ["amount_currency", "date", "date_maturity", "move_id"]
        )
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move"].flush_model(
            ["dunning_claim_id", "delivery_date", "invoice_date", "move_type"]
        )
        self.env["res.partner"].flush_model(["dunning_debtor_kind"])
        # The journal item is the debtor's; who sees the case may know its amount. How
        # it was matched is read for its interest only, never shown.
        rows = self.env.execute_query(
            SQL(
                """SELECT line.id, line.move_line_id, line.move_id, line.date_due,
                          line.currency_id, item.amount_currency, debtor.id,
                          debtor.dunning_debtor_kind, dossier.company_id,
                          move.dunning_claim_id IS NOT NULL,
                          %s,
                          COALESCE(%s, FALSE),
                          (SELECT jsonb_agg(jsonb_build_array(
                                      counterpart.date,
                                      entry.move_type = 'out_refund',
                                      matched.debit_amount_currency)
                                      ORDER BY matched.id)
                             FROM account_partial_reconcile matched
                             JOIN account_move_line counterpart
                                  ON counterpart.id = matched.credit_move_id
                             JOIN account_move entry ON entry.id = counterpart.move_id
                            WHERE matched.debit_move_id = item.id)
                     FROM dunning_case_line line
                     JOIN dunning_case dossier ON dossier.id = line.case_id
                     JOIN res_partner debtor ON debtor.id = dossier.partner_id
                     JOIN account_move_line item ON item.id = line.move_line_id
                LEFT JOIN account_move move ON move.id = line.move_id
                    WHERE line.id = ANY(%s)
                 ORDER BY line.date_due, line.id""",
                BORN,
                self.env["account.move.line"]._sql_dunning_is_document("move"),
                list(self._origin.ids),
            )
        )
        return {row[0]: Debt(*row) for row in rows}

    @api.model
    def _read_company_rules(self, debts, until):
        """Map ids of companies to what their debts have in common.

        :rtype: dict[int, CompanyRules]
        """
        debtors = defaultdict(set)
        businesses = defaultdict(set)
        for debt in debts.values():
            debtors[debt.company_id].add(debt.debtor_id)
            if debt.kind == "business":
                businesses[debt.company_id].add(debt.debtor_id)
        partners, rates = self.env["res.partner"], self.env["dunning.rate"]
        running = self.env["dunning.proceeding"]
        judgments = {
            company.id: running._read_running(
                company, partners.browse(debtors[company.id])
            )
            for company in self.env["res.company"].browse(debtors)
        }
        frozen = [
            debt.move_line_id
            for debt in debts.values()
            if debt.debtor_id in judgments[debt.company_id]
        ]
        items = self.env["account.move.line"].sudo()  # as for their amounts
        returned = items.browse(frozen)._read_dunning_returned()
        return {
            company.id: CompanyRules(
                until or company._dunning_today(),
                RateBook(
                    rates,
                    rates._read_contracts(
                        partners.browse(businesses[company.id]), company
                    ),
                ),
                company.dunning_interest_first,
                judgments[company.id],
                returned,
            )
            for company in self.env["res.company"].browse(debtors)
        }

    def _read_starts(self, debts):
        """Map lines to the day after which the item bears interest, if it bears any.

        The due date; for a consumer the first presentation of the formal notice. A
        note that claims interest bears none: no interest on interest (C. civ. 1343-2).
        """
        bearing = [debt for debt in debts.values() if not debt.is_claim]
        of_consumers = [debt.id for debt in bearing if debt.kind == "consumer"]
        presented = self._read_presentations(of_consumers) if of_consumers else {}
        return {
            debt.id: presented.get(debt.id) if debt.kind == "consumer" else debt.due
            for debt in bearing
        }

    @api.model
    def _read_presentations(self, line_ids):
        """Map lines to the day on which their formal notice was first presented."""
        rows = self.env["dunning.action.line"]._read_group(
            [
                ("case_line_id", "in", line_ids),
                ("level_id.is_formal_notice", "=", True),
                ("action_id.state", "=", "done"),
                ("action_id.presentation_date", "!=", False),
            ],
            ["case_line_id", "action_id"],
        )
        days = {}
        for line, action in rows:
            day = action.presentation_date
            days[line.id] = min(days.get(line.id, day), day)
        return days

    def _may_bear_indemnity(self):
        """Tell whether the law knows an indemnity for the invoice of the item."""
        self.ensure_one()
        kind = self.case_id.partner_id.dunning_debtor_kind
        is_owing = kind != "consumer" and self.move_id
        return bool(is_owing and not self.move_id.dunning_claim_id)

    def _is_open_and_late(self, day):
        self.ensure_one()
        # Whether it was paid is no secret to who sees the case.
        return self.date_due < day and not self.move_line_id.sudo().reconciled

    def _find_frozen_in_time(self):
        """Return the lines that were not late before the judgment of their debtor's
        insolvency: who may not pay owes no indemnity (Code de commerce L441-10 II)."""
        found = self.browse()
        running = self.env["dunning.proceeding"]
        for company, lines in self.grouped("company_id").items():
            judgments = running._read_running(company, lines.case_id.partner_id)
            found |= find_frozen(lines, judgments).filtered(
                lambda line, judgments=judgments: (
                    line.date_due
                    >= judgments[line.case_id.partner_id.id] - timedelta(days=1)
                )
            )
        return found

    def _get_late_invoices(self, interests, day):
        """Return, of settled and open items, the first one of each debt paid late.

        :param interests: what ``_get_interest`` returned for them
        """
        late = self.filtered(
            lambda line: (
                line._may_bear_indemnity()
                and (interests[line][0].days or line._is_open_and_late(day))
            )
        )
        late -= late._find_frozen_in_time()
        by_debt = late.grouped(lambda line: line._get_debt())
        firsts = [lines[:1].id for lines in by_debt.values()]
        return self.browse(firsts)

    def _get_indemnity_lines(self, day=None):
        """Return the lines that bear the indemnity: of each debt paid late (an invoice,
        an item of another entry), its oldest open item. A consumer owes none.

        :param day: late is what was due before it; each company's today when None
        """
        today = {
            company: day or company._dunning_today() for company in self.company_id
        }
        late = self.filtered(
            lambda line: (
                line.date_due
                and line.date_due < today[line.company_id]
                and line._may_bear_indemnity()
            )
        )
        late -= late._find_frozen_in_time()
        first = {}
        for line in late.case_id.line_ids.sorted(lambda line: (line.date_due, line.id)):
            first.setdefault((line.case_id, line._get_debt()), line)
        return late.browse([line.id for line in first.values()]) & late

    # What was claimed or waived of the interest and the indemnity of an item: it is
    # no longer part of what is shown to date.
    #
    # Kept by journal item and invoice, not by line of a case: an item that comes into
    # another case is not claimed again.

    def _read_claimed(self, move_ids=None):
        """Return the claims in force and the waivers on these invoices.

        :param move_ids: the invoices of the lines, where they are known already
        :rtype: Claimed
        """
        domain = [("move_id", "in", move_ids or self.move_id.ids)]
        # That it was claimed counts, whoever looks at the amount that is left.
        claims = self.env["dunning.claim.line"].sudo()
        waivers = self.env["dunning.waiver"].sudo()
        # Most invoices have neither: one question for both.
        found = [
            records._search(domain + records._get_live_domain()).select(
                SQL("%s", records._name), SQL.identifier(records._table, "id")
            )
            for records in (claims, waivers)
        ]
        rows = self.env.execute_query(SQL("(%s) UNION ALL (%s)", *found))
        return Claimed(
            *(
                records.browse(key for name, key in rows if name == records._name)
                for records in (claims, waivers)
            )
        )

    def _find_interest_claims(self, debts, claimed):
        """Map lines to ``[(last day, amount)]`` of interest claimed or waived."""
        found = defaultdict(list)
        of_place = defaultdict(list)
        for debt in debts.values():
            of_place[debt.place].append(debt.id)
        for records in claimed.of_kind("interest"):
            for record in records:
                lines = self.browse(of_place.get(record._get_place()))
                line = record._find_line(lines)
                found[line.id].append((record.date_to, Decimal(str(record.amount))))
        return found

    def _read_claimed_until(self):
        """Map lines to the last day of which the interest was claimed."""
        days = {}
        of_place = self.grouped(lambda line: line._get_place())
        for claim in self._read_claimed().of_kind("interest")[0]:
            line = claim._find_line(of_place.get(claim._get_place(), self.browse()))
            if line:
                days[line] = max(days.get(line, claim.date_to), claim.date_to)
        return days

    def _get_indemnities(self, day=None, claimed=None):
        """Map the lines that bear the indemnity on a day to what is left of it.

        :param day: an item is late when it was due before; today when None
        :param Claimed claimed: of these lines, where it was read before
        """
        return self._get_indemnity_lines(day)._get_indemnities_left(claimed)

    def _get_indemnities_left(self, claimed=None):
        """Map lines to the company's indemnity less what was claimed or waived."""
        left = {line: line.company_id.dunning_indemnity for line in self}
        claimed = claimed or (self._read_claimed() if any(left.values()) else Claimed())
        claims, waivers = claimed.of_kind("indemnity")
        of_place = defaultdict(self.browse)
        if claims or waivers:
            of_place |= self.grouped(lambda line: line._get_place())
        debts = {
            record: record._get_debt(of_place[record._get_place()])
            for record in (*claims, *waivers)
        }
        claimed = {debts[claim] for claim in claims}
        waived = defaultdict(float)
        for waiver in waivers:
            waived[debts[waiver]] += waiver.amount
        for line, amount in left.items():
            debt, currency = line._get_debt(), line.company_currency_id
            rest = 0.0 if debt in claimed else amount - waived[debt]
            left[line] = currency.round(max(rest, 0.0))
        return {line: amount for line, amount in left.items() if amount}

    @api.model
    def _selection_hold(self):
        return super()._selection_hold() + [("claim", self.env._("Note for interest"))]

    def _get_ledger_hold(self):
        claim = "claim" if self.move_id.dunning_claim_id else False
        return super()._get_ledger_hold() or claim
