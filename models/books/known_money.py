"""The money of debtors that is known and not matched with an item yet."""

from collections import defaultdict
from datetime import date as Date
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ...tools import known_money as core

#: Working days after which somebody looks at a bank line that nobody has matched.
BANK_LINE_DAYS = 3
#: Online payments of this provider are transfers that the debtor has only chosen.
CHOSEN_TRANSFER = "custom"


class KnownMoney(NamedTuple):
    """One row of what is known: thousands are read each night. ``record_id`` is what
    the host shows of it: an entry, a payment, an online payment.

    ``amount`` is in the currency of the company; ``is_waiting`` money is waited for so
    many days from its day on, ``is_bound`` is for the documents ``move_ids`` and for
    nothing else. ``is_hint`` money is only told of, ``is_over`` was waited for long
    enough: neither counts. ``arrives`` are the payments of its amount that the bank has
    not confirmed: ``[id, is posted, the numbers they are for]``.
    """

    source: str
    id: int
    partner_id: int
    company_id: int
    amount: Decimal
    currency_id: int
    currency_amount: Decimal
    day: Date
    name: str
    text: str
    move_ids: tuple
    is_waiting: bool
    is_bound: bool
    is_hint: bool
    record_id: int
    arrives: list | None = None
    is_over: bool = False

    @property
    def counts(self):
        """Whether nobody is asked for it."""
        return not (self.is_hint or self.is_over)

    @property
    def key(self):
        """What tells it from all others."""
        return (self.source, self.id)

    @property
    def model(self):
        """The model of the host that it is a record of."""
        return MODELS[self.source]

    def to_core(self):
        """Return it as the functional core knows it."""
        return core.Money(
            self.key,
            self.day,
            self.amount,
            self.currency_id,
            self.currency_amount,
            frozenset(self.move_ids or ()),
            self.text or "",
            self.is_bound,
        )


MODELS = {
    **dict.fromkeys(core.IN_BOOKS, "account.move"),
    core.PAYMENT: "account.payment",
    core.BANK: "account.move",
    core.ONLINE: "payment.transaction",
}


#: What the query reads beside them.
MORE_MODELS = (
    *("account.move.line", "account.account", "account.journal"),
    *("account.bank.statement.line", "payment.provider"),
)


class ResCompany(models.Model):
    """How long a company waits for money that is only on its way."""

    _inherit = "res.company"

    dunning_draft_payment_days = fields.Integer(
        "Draft payments count for (days)",
        default=15,
        help="A draft payment, such as a cheque to be deposited, keeps its invoices "
        "back for so many days from its date; after that somebody has to post or to "
        "cancel it.",
    )
    dunning_online_payment_days = fields.Integer(
        "Online payments count for (days)",
        default=7,
        help="An online payment that is pending keeps its invoices back for so many "
        "days; what has not come by then does not come any more.",
    )

    @api.constrains("dunning_draft_payment_days", "dunning_online_payment_days")
    def _check_dunning_money_days(self):
        for company in self:
            days = (
                company.dunning_draft_payment_days,
                company.dunning_online_payment_days,
            )
            if not all(0 <= count <= 366 for count in days):
                raise ValidationError(
                    self.env._("Money on its way counts for 0 to 366 days.")
                )

    def _dunning_get_waiting_days(self):
        """Map each source of money that may never come to the days it counts for."""
        self.ensure_one()
        return {
            core.PAYMENT: self.dunning_draft_payment_days,
            core.ONLINE: self.dunning_online_payment_days,
        }

    # One query each, with the columns of :class:`KnownMoney` in their order.

    def _sql_dunning_open_credits(self, wanted, tree, date):
        """Open credits on the receivable accounts that are followed: payments, credit
        notes, from their own day on."""
        return SQL(
            """SELECT CASE WHEN move.move_type = 'out_refund' THEN %(credit_note)s
                           WHEN move.origin_payment_id IS NOT NULL
                                OR move.statement_line_id IS NOT NULL THEN %(paid)s
                           ELSE %(credit)s END,
                      item.id, debtor.commercial_partner_id,
                      item.company_id, (-item.amount_residual)::text,
                      item.currency_id, (-item.amount_residual_currency)::text,
                      item.date,
                      CASE WHEN move.move_type = 'entry'
                                AND move.origin_payment_id IS NULL
                                AND move.statement_line_id IS NULL
                           THEN COALESCE(NULLIF(item.name, ''), move.name)
                           ELSE move.name END,
                      CASE WHEN move.move_type = 'out_refund' THEN move.ref
                           ELSE concat_ws(' ', move.ref, item.name, payment.memo) END,
                      array_remove(ARRAY[move.reversed_entry_id] || ARRAY(
                          SELECT linked.invoice_id
                            FROM account_move__account_payment linked
                           WHERE linked.payment_id = move.origin_payment_id), NULL),
                      FALSE, FALSE, FALSE, move.id, NULL::jsonb
                 FROM account_move_line item
                 JOIN account_account account ON account.id = item.account_id
                 JOIN account_move move ON move.id = item.move_id
            LEFT JOIN account_payment payment ON payment.id = move.origin_payment_id
                 JOIN res_partner debtor ON debtor.id = item.partner_id
                WHERE account.account_type = 'asset_receivable'
                  AND item.parent_state = 'posted' AND NOT item.reconciled
                  AND item.amount_residual < 0
                  AND item.amount_residual_currency < 0 -- of a revaluation nothing is
                  AND item.date <= %(date)s
                  AND item.company_id IN %(tree)s
                  AND item.account_id NOT IN %(left_out)s AND %(wanted)s""",
            credit_note=core.CREDIT_NOTE,
            credit=core.CREDIT,
            paid=core.PAID,
            date=date,
            tree=tree,
            left_out=self._dunning_left_out_accounts().subselect(),
            wanted=wanted,
        )

    @api.model
    def _sql_dunning_payments(self, wanted, tree, date):
        """Payments of customers that no posted entry shows yet, lest one be counted
        twice. Paid ones without an entry are for their own invoices only: a bank line
        settled the others. So is what somebody else pays for a debtor."""
        return SQL(
            """SELECT %(source)s, payment.id, debtor.commercial_partner_id,
                      payment.company_id,
                      abs(payment.amount_company_currency_signed)::text,
                      payment.currency_id, payment.amount::text, payment.date,
                      COALESCE(payment.name, payment.memo),
                      concat_ws(' ', payment.memo, payment.payment_reference),
                      ARRAY(SELECT linked.invoice_id
                              FROM account_move__account_payment linked
                             WHERE linked.payment_id = payment.id),
                      payment.state = 'draft',
                      payment.state = 'paid'
                      OR debtor.commercial_partner_id != payer.commercial_partner_id,
                      FALSE, payment.id, NULL::jsonb
                 FROM account_payment payment
            LEFT JOIN account_move move ON move.id = payment.move_id
                 JOIN res_partner payer ON payer.id = payment.partner_id
                 JOIN LATERAL (%(debtors)s) debtor ON TRUE
                WHERE payment.payment_type = 'inbound'
                  AND payment.partner_type = 'customer'
                  AND (payment.state IN ('draft', 'in_process')
                       OR payment.state = 'paid' AND payment.move_id IS NULL)
                  AND (move.id IS NULL OR move.state = 'draft')
                  AND payment.company_id IN %(tree)s AND %(wanted)s""",
            source=core.PAYMENT,
            debtors=self._sql_dunning_paid_for(
                SQL(
                    """SELECT invoice.id, invoice.commercial_partner_id
                         FROM account_move__account_payment linked
                         JOIN account_move invoice ON invoice.id = linked.invoice_id
                        WHERE linked.payment_id = payment.id"""
                )
            ),
            tree=tree,
            wanted=wanted,
        )

    @api.model
    def _sql_dunning_bank_lines(self, wanted, tree, date):
        """What is not matched of posted bank lines, in and out, as the suspense
        account of the journal shows it: in the currency of the company as well."""
        return SQL(
            """SELECT %(source)s, line.id, debtor.commercial_partner_id,
                      line.company_id, open.amount::text, open.currency_id,
                      open.currency_amount::text, move.date,
                      COALESCE(NULLIF(line.payment_ref, ''), move.name),
                      concat_ws(' ', line.payment_ref, move.ref), NULL::integer[],
                      FALSE, FALSE, FALSE, move.id, arriving.payments
                 FROM account_bank_statement_line line
                 JOIN account_move move ON move.id = line.move_id
                 JOIN account_journal journal ON journal.id = line.journal_id
                 JOIN res_partner debtor ON debtor.id = line.partner_id
                 JOIN LATERAL (
                      SELECT -sum(CASE WHEN account.reconcile
                                  THEN item.amount_residual
                                  ELSE item.balance END) AS amount,
                             -sum(CASE WHEN account.reconcile
                                  THEN item.amount_residual_currency
                                  ELSE item.amount_currency END)
                             AS currency_amount,
                             min(item.currency_id) AS currency_id
                        FROM account_move_line item
                        JOIN account_account account ON account.id = item.account_id
                       WHERE item.move_id = move.id
                         AND item.account_id = journal.suspense_account_id
                 ) open ON open.amount != 0
            LEFT JOIN LATERAL (%(arriving)s) arriving ON open.amount > 0
                WHERE line.is_reconciled IS NOT TRUE AND move.state = 'posted'
                  AND move.date <= %(date)s
                  AND line.company_id IN %(tree)s AND %(wanted)s""",
            source=core.BANK,
            arriving=self._sql_dunning_arriving(),
            date=date,
            tree=tree,
            wanted=wanted,
        )

    @api.model
    def _sql_dunning_arriving(self):
        """Payments that a bank line may be the arrival of: the same debtor, currency
        and amount, and no bank has confirmed them yet."""
        return SQL(
            """SELECT jsonb_agg(jsonb_build_array(
                          payment.id, payment.state != 'draft', said.numbers)
                          ORDER BY payment.date, payment.id) AS payments
                 FROM account_payment payment
                 JOIN res_partner payer ON payer.id = payment.partner_id
                 JOIN LATERAL (
                      SELECT array_remove(array_agg(paid.number), NULL) AS numbers
                        FROM (SELECT unnest(ARRAY[invoice.name,
                                     invoice.payment_reference]) AS number
                                FROM account_move invoice
                               WHERE invoice.id IN (
                                     SELECT linked.invoice_id
                                       FROM account_move__account_payment linked
                                      WHERE linked.payment_id = payment.id
                                      UNION
                                     SELECT owed.move_id
                                       FROM account_move_line credit
                                       JOIN account_partial_reconcile part
                                            ON part.credit_move_id = credit.id
                                       JOIN account_move_line owed
                                            ON owed.id = part.debit_move_id
                                      WHERE credit.move_id = payment.move_id)
                               UNION SELECT payment.memo) paid
                 ) said ON TRUE
                WHERE payer.commercial_partner_id = debtor.commercial_partner_id
                  AND payment.payment_type = 'inbound'
                  AND payment.partner_type = 'customer'
                  AND payment.state IN ('draft', 'in_process', 'paid')
                  AND payment.is_matched IS NOT TRUE
                  AND payment.company_id = line.company_id
                  AND payment.currency_id = open.currency_id
                  AND payment.amount = open.currency_amount"""
        )

    @api.model
    def _sql_dunning_paid_for(self, linked):
        """Return whose money a payment is: the debtors' of the documents it is linked
        with, whoever pays; without any, the payer's (``payer`` in the query).

        :param SQL linked: the documents, with their commercial partners
        """
        return SQL(
            """SELECT DISTINCT paid.commercial_partner_id
                 FROM (%(linked)s) paid (id, commercial_partner_id)
                WHERE paid.commercial_partner_id IS NOT NULL
                UNION
               SELECT payer.commercial_partner_id
                WHERE NOT EXISTS (%(linked)s)""",
            linked=linked,
        )

    @api.model
    def _sql_dunning_online(self, wanted, tree, date):
        """Online payments: those that are made and not in the books yet, those of
        providers in use that may still come, whoever pays. Refunds are none. A transfer
        that was only chosen is told, and waited for as little as what is over."""
        return SQL(
            """SELECT %(source)s, online.id, debtor.commercial_partner_id,
                      online.company_id, NULL::text, online.currency_id,
                      online.amount::text,
                      COALESCE(online.last_state_change, online.create_date)::date,
                      online.reference, '',
                      ARRAY(SELECT linked.invoice_id
                              FROM account_invoice_transaction_rel linked
                             WHERE linked.transaction_id = online.id),
                      online.state != 'done', TRUE,
                      online.dunning_void_reason IS NOT NULL
                      OR online.state != 'done'
                      AND (provider.code = %(chosen)s OR provider.state != 'enabled'),
                      online.id, NULL::jsonb
                 FROM payment_transaction online
                 JOIN payment_provider provider ON provider.id = online.provider_id
                 JOIN res_partner payer ON payer.id = online.partner_id
                 JOIN LATERAL (%(debtors)s) debtor ON TRUE
                WHERE (online.state IN ('pending', 'authorized')
                       OR online.state = 'done' AND provider.state != 'test'
                          AND online.is_post_processed IS NOT TRUE)
                  AND online.amount > 0 AND online.source_transaction_id IS NULL
                  AND COALESCE(online.operation, '') NOT IN ('refund', 'validation')
                  AND online.company_id IN %(tree)s AND %(wanted)s""",
            source=core.ONLINE,
            chosen=CHOSEN_TRANSFER,
            debtors=self._sql_dunning_paid_for(
                SQL(
                    """SELECT invoice.id, invoice.commercial_partner_id
                         FROM account_invoice_transaction_rel linked
                         JOIN account_move invoice ON invoice.id = linked.invoice_id
                        WHERE linked.transaction_id = online.id"""
                )
            ),
            tree=tree,
            wanted=wanted,
        )

    def _to_dunning_money(self, row, date):
        """Return a row of the queries above as money on a day."""
        money = KnownMoney(*row)
        # As text: the host reads numbers as floats.
        money = money._replace(
            amount=money.amount and Decimal(money.amount),
            currency_amount=Decimal(money.currency_amount),
        )
        if money.amount is None:
            # Not in the books yet: at the rate of its day.
            own = self.env["res.currency"].browse(money.currency_id)
            amount = own._convert(
                float(money.currency_amount), self.currency_id, self, money.day
            )
            money = money._replace(amount=Decimal(str(amount)))
        if money.is_waiting and not money.is_hint:
            days = self._dunning_get_waiting_days()[money.source]
            is_over = date > money.day + timedelta(days=days)
            money = money._replace(is_over=is_over)
        return money


class PaymentTransaction(models.Model):
    """An online payment that a credit manager does not wait for any more."""

    _inherit = ["payment.transaction", "dunning.choices"]
    _name = "payment.transaction"

    dunning_void_reason = fields.Char(
        "Does not count",
        readonly=True,
        copy=False,
        help="Why nobody waits for this online payment any more: its invoices are "
        "dunned although it is not cancelled.",
    )

    @api.model
    def _get_dunning_writers(self):
        return super()._get_dunning_writers() | {"dunning_void_reason": False}


class AccountMoveLine(models.Model):
    """Reads the known money of debtors, all sources in one query."""

    _inherit = "account.move.line"

    @api.model
    def _read_dunning_credits(self, company, partners, date=None):
        """Map ids of debtors to the sum of their money that is not matched yet
        (positive), in the currency of the company."""
        found = self._read_dunning_money(company, partners, date)
        return {
            partner_id: sum(
                (
                    money.amount
                    for money in core.net(row.to_core() for row in rows if row.counts)
                ),
                Decimal(0),
            )
            for partner_id, rows in found.items()
        }

    @api.model
    def _read_dunning_money(self, company, partners=None, date=None):
        """Map ids of debtors to their money that is known on a day, the oldest first.

        Open credits on the receivable accounts that are followed, of the whole tree of
        the company; payments that no posted entry shows yet; what is not matched of
        bank lines; online payments on their way. What does not count (any more) is
        among them.

        :param partners: commercial partners; every debtor when None
        :param date: the day that counts; the company's today when None
        :rtype: dict[int, list[KnownMoney]]
        """
        date = date or company._dunning_today()
        for name in (*set(MODELS.values()), *MORE_MODELS):
            self.env[name].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        wanted = SQL("TRUE")
        if partners is not None:
            wanted = SQL("debtor.commercial_partner_id = ANY(%s)", list(partners.ids))
        tree = company._dunning_tree().subselect()
        query = SQL(" UNION ALL ").join(
            part(wanted=wanted, tree=tree, date=date)
            for part in (
                company._sql_dunning_open_credits,
                company._sql_dunning_payments,
                company._sql_dunning_bank_lines,
                company._sql_dunning_online,
            )
        )
        found = defaultdict(list)
        # Read as superuser: a credit counts even where the user may not look.
        for row in self.sudo().env.execute_query(query):
            money = company._to_dunning_money(row, date)
            found[money.partner_id].append(money)
        for debtor_id, rows in found.items():
            rows.sort(key=lambda money: (money.day, money.key))
            found[debtor_id] = self._count_once(rows)
        return found

    @api.model
    def _count_once(self, rows):
        """Return the money of a debtor without what is told twice: a bank line that
        quotes what a payment of its amount is for is the arrival of that payment.

        One line for each payment: the same amount twice was paid twice. Of a draft, the
        bank line is the better news; of a posted payment the entry is in the books.
        """
        arrived, twice = set(), set()
        for row in rows:
            for payment_id, is_posted, numbers in row.arrives or ():
                if payment_id not in arrived and any(
                    core.names(row.text or "", number) for number in numbers or ()
                ):
                    arrived.add(payment_id)
                    twice.add(row.key if is_posted else (core.PAYMENT, payment_id))
                    break
        return [row for row in rows if row.key not in twice]

    @api.model
    def _find_dunning_nameless_money(self, company, items):
        """Map ids of items to the bank lines, not matched and of nobody or of another
        customer, that quote their number and bring exactly their balance: a hint,
        never money.

        :param items: :class:`OpenItem` of the company
        :rtype: dict[int, account.bank.statement.line]
        """
        lines = self.env["account.bank.statement.line"].sudo()  # see above
        lines = lines.search_fetch(
            [
                ("is_reconciled", "=", False),
                ("amount", ">", 0),
                ("move_id.state", "=", "posted"),
                ("company_id", "any", company._dunning_tree()),
                ("amount", "in", [item.residual_currency for item in items]),
            ],
            ["payment_ref", "amount", "currency_id", "partner_id"],
        )
        found = {}
        for line in lines:
            payer = line.partner_id.commercial_partner_id.id
            for item in items:
                if (
                    payer != item.partner_id
                    and line.currency_id.id == item.currency_id
                    and not line.currency_id.compare_amounts(
                        line.amount, item.residual_currency
                    )
                    and any(
                        core.names(line.payment_ref or "", number)
                        for number in filter(None, (item.name, item.reference))
                    )
                ):
                    found.setdefault(item.line_id, line)
        return found
