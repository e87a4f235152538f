from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models

from ...tools.interest import Interest, MissingRate, late_interest, read_percent
from ..limits.dunning_proceeding import is_frozen

NOTHING = Interest(Decimal(0), 0, (), Decimal(0))


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
        compute="_compute_amount_interest",
        currency_field="currency_id",
        help="Late-payment interest until today, at the rates of the law or of the "
        "contract. It is shown; nothing is booked before you claim it.",
    )
    interest_warning = fields.Char(
        compute="_compute_amount_interest",
        help="Why the interest cannot be computed, and how to mend it.",
    )
    amount_indemnity = fields.Monetary(
        "Indemnity",
        compute="_compute_amount_indemnity",
        currency_field="company_currency_id",
        help="The flat indemnity for recovery costs, once for each invoice paid late, "
        "however many instalments it has. Never for a consumer.",
    )

    @api.depends(
        "date_due", "move_line_id.amount_residual", "move_line_id.amount_currency"
    )
    def _compute_amount_interest(self):
        for line, (interest, warning) in self._get_interest().items():
            line.amount_interest = line.currency_id.round(float(interest.amount))
            line.interest_warning = warning

    @api.depends("date_due", "move_id", "case_id.partner_id.dunning_debtor_kind")
    def _compute_amount_indemnity(self):
        amounts = self._get_indemnities()
        for line in self:
            line.amount_indemnity = amounts.get(line, 0.0)

    def _get_interest(self, until=None):
        """Map each line to its interest until a day, and why it could not be computed.

        What was claimed or waived is taken off: it is a debt of its own, or none.

        :param until: the last day that counts; each company's today when None
        :rtype: dict[dunning.case.line, tuple[Interest, str | False]]
        """
        rates = self.env["dunning.rate"]
        result = {line: (NOTHING, False) for line in self}
        settled, notices = self._read_settlements(), self._read_presentations()
        claims = self._read_interest_claims()
        bank = dict(rates._read_percents("ecb_refi"))
        for company, lines in self.grouped("company_id").items():
            day = until or (company and company._dunning_today())
            tables = lines.with_company(company)._get_rate_tables()
            judgments = lines._read_judgments(company)
            for line in lines.filtered("move_line_id"):
                start = line._get_interest_start(notices)
                last = line._get_last_interest_day(day, judgments)
                if not start or start >= last:
                    continue
                payments, credit_notes = settled[line.move_line_id.id]
                try:
                    table = tables[line.case_id.partner_id]
                    if table is None:
                        table = rates._get_public_table(start, bank)
                    result[line] = (
                        late_interest(
                            line._get_principal(),
                            start,
                            last,
                            table,
                            payments,
                            company.dunning_interest_first,
                            credit_notes,
                            unit=Decimal(str(line.currency_id.rounding)),
                            claims=claims.get(line, ()),
                        ),
                        False,
                    )
                except MissingRate as error:
                    result[line] = (NOTHING, rates._describe_missing(error))
        return result

    def _read_judgments(self, company):
        """Map debtors to the judgment of their insolvency proceedings, if any runs."""
        running = self.env["dunning.proceeding"]
        return running._read_running(company, self.case_id.partner_id)

    def _get_last_interest_day(self, day, judgments):
        """Return the last day that counts: interest on earlier claims stops with the
        judgment of insolvency (Code de commerce L622-28)."""
        self.ensure_one()
        if not is_frozen(self, judgments):
            return day
        judgment = judgments[self.case_id.partner_id.id]
        return min(day, judgment - timedelta(days=1))

    def _get_principal(self):
        """Return the amount of the item, VAT included, in its currency."""
        # The journal item is the debtor's; who sees the case may know its amount.
        return Decimal(str(self.move_line_id.sudo().amount_currency))

    def _get_interest_start(self, presentations):
        """Return the day after which the item bears interest, None when it bears none.

        The due date; for a consumer the first presentation of the formal notice. A
        note that claims interest bears none: no interest on interest (C. civ. 1343-2).
        """
        self.ensure_one()
        if self.move_id.dunning_claim_id:
            return None
        if self.case_id.partner_id.dunning_debtor_kind != "consumer":
            return self.date_due
        return presentations.get(self.id)

    def _read_presentations(self):
        """Map lines to the day on which their formal notice was first presented."""
        rows = self.env["dunning.action.line"]._read_group(
            [
                ("case_line_id", "in", self.ids),
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

    def _get_rate_tables(self):
        """Map debtors to their rates; None for a public buyer, whose rate depends on
        the day on which the delay began."""
        rates = self.env["dunning.rate"]
        tables, contracts = {}, {}
        for debtor in self.case_id.partner_id:
            kind = debtor.dunning_debtor_kind
            if kind == "public":
                tables[debtor] = None
                continue
            contract = None
            if kind == "business":
                debtor_rate = read_percent(debtor, "dunning_contract_rate")
                contract = debtor_rate or read_percent(
                    self.env.company, "dunning_contract_rate"
                )
            key = (kind, contract)
            if key not in contracts:
                contracts[key] = (
                    rates._get_consumer_table()
                    if kind == "consumer"
                    else rates._get_business_table(contract)
                )
            tables[debtor] = contracts[key]
        return tables

    def _read_settlements(self):
        """Map journal items to what settled them: payments, and credit notes.

        :return: ``{move line id: ([(day, amount)], [(day, amount)])}``, amounts in the
            currency of the item, on the day of the entry that it was matched with
        """
        # How an item was matched is read for its interest only, never shown.
        partials = self.env["account.partial.reconcile"].sudo()
        partials = partials.search_fetch(
            [("debit_move_id", "in", self.move_line_id.ids)],
            ["debit_move_id", "credit_move_id", "debit_amount_currency"],
        )
        counterparts = partials.credit_move_id
        counterparts.fetch(["date", "move_id"])
        counterparts.move_id.fetch(["move_type"])
        settled = defaultdict(lambda: ([], []))
        for partial in partials:
            counterpart = partial.credit_move_id
            is_credit_note = counterpart.move_id.move_type == "out_refund"
            amount = Decimal(str(partial.debit_amount_currency))
            settled[partial.debit_move_id.id][is_credit_note].append(
                (counterpart.date, amount)
            )
        return settled

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
        for company, lines in self.grouped("company_id").items():
            judgments = lines._read_judgments(company)
            found |= lines.filtered(
                lambda line, judgments=judgments: (
                    is_frozen(line, judgments)
                    and line.date_due
                    >= judgments[line.case_id.partner_id.id] - timedelta(days=1)
                )
            )
        return found

    def _get_late_invoices(self, interests, day):
        """Return, of settled and open items, the first one of each invoice paid late.

        :param interests: what ``_get_interest`` returned for them
        """
        late = self.filtered(
            lambda line: (
                line._may_bear_indemnity()
                and (interests[line][0].days or line._is_open_and_late(day))
            )
        )
        late -= late._find_frozen_in_time()
        firsts = [lines[:1].id for lines in late.grouped("move_id").values()]
        return self.browse(firsts)

    def _get_indemnity_lines(self, day=None):
        """Return the lines that bear the indemnity: of each invoice paid late, its
        oldest open item. A consumer owes none.

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
        oldest = self.search(
            [("move_id", "in", late.move_id.ids), ("case_id", "in", late.case_id.ids)],
            order="date_due, id",
        )
        first = {}
        for line in oldest:
            first.setdefault((line.case_id, line.move_id), line)
        return late.browse([line.id for line in first.values()]) & late

    # What was claimed or waived of the interest and the indemnity of an item: it is
    # no longer part of what is shown to date.
    #
    # Kept by journal item and invoice, not by line of a case: an item that comes into
    # another case is not claimed again.

    def _read_settled(self, kind):
        """Return the claims in force and the waivers of a kind on these invoices.

        :param kind: ``interest`` or ``indemnity``
        """
        domain = [("kind", "=", kind), ("move_id", "in", self.move_id.ids)]
        # That it was claimed counts, whoever looks at the amount that is left.
        claims = self.env["dunning.claim.line"].sudo()
        waivers = self.env["dunning.waiver"].sudo()
        return (
            claims.search(domain + claims._get_live_domain()),
            waivers.search(domain + waivers._get_live_domain()),
        )

    def _read_interest_claims(self):
        """Map lines to ``[(last day, amount)]`` of interest claimed or waived."""
        found = defaultdict(list)
        of_move = self.grouped("move_id")
        for records in self._read_settled("interest"):
            for record in records:
                line = record._find_line(of_move.get(record.move_id, self.browse()))
                if line:
                    found[line].append((record.date_to, Decimal(str(record.amount))))
        return found

    def _read_claimed_until(self):
        """Map lines to the last day of which the interest was claimed."""
        days = {}
        of_move = self.grouped("move_id")
        for claim in self._read_settled("interest")[0]:
            line = claim._find_line(of_move.get(claim.move_id, self.browse()))
            if line:
                days[line] = max(days.get(line, claim.date_to), claim.date_to)
        return days

    def _get_indemnities(self, day=None):
        """Map the lines that bear the indemnity on a day to what is left of it.

        :param day: an item is late when it was due before; today when None
        """
        return self._get_indemnity_lines(day)._get_indemnities_left()

    def _get_indemnities_left(self):
        """Map lines to the company's indemnity less what was claimed or waived."""
        left = {line: line.company_id.dunning_indemnity for line in self}
        claims, waivers = (
            self._read_settled("indemnity") if any(left.values()) else ((), ())
        )
        claimed = {claim.move_id.id for claim in claims}
        waived = defaultdict(float)
        for waiver in waivers:
            waived[waiver.move_id.id] += waiver.amount
        for line, amount in left.items():
            move_id, currency = line.move_id.id, line.company_currency_id
            rest = 0.0 if move_id in claimed else amount - waived[move_id]
            left[line] = currency.round(max(rest, 0.0))
        return {line: amount for line, amount in left.items() if amount}

    @api.model
    def _selection_hold(self):
        return super()._selection_hold() + [("claim", self.env._("Note for interest"))]

    def _get_ledger_hold(self):
        claim = "claim" if self.move_id.dunning_claim_id else False
        return super()._get_ledger_hold() or claim
