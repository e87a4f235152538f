from collections import defaultdict
from datetime import date as Date
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.returned import PAID_BACK_WORDS, RETURNED_WORDS, name_returned

#: Journals in which money moves.
MONEY_JOURNALS = ("bank", "cash", "credit")
#: Until when a payment comes back: a direct debit without mandate may be contested for
#: thirteen months (Code monétaire et financier L133-24).
MONTHS_TO_RETURN = 13


class Returned(NamedTuple):
    """A payment that came back unpaid: the invoices that are owed again, since when,
    and which payment it was (empty when nobody can tell)."""

    move_ids: tuple
    numbers: str
    invoice_date: Date
    born: Date
    payment: str
    paid_on: Date
    label: str

    @property
    def name(self):
        return name_returned(self.numbers, self.label)


class AccountMoveLine(models.Model):
    """What the bank debits on a customer's account: a payment of his that came back
    unpaid is owed again, what we paid back ourselves is not.

    The bank's words tell; where they do not, it came back when it has exactly the
    amount of an earlier payment that had settled an invoice.
    """

    _inherit = "account.move.line"

    @api.model
    def _get_dunning_claimed_domain(self):
        """Return the items that are claims: something is open of them in their own
        currency (of a revaluation nothing is), and we did not pay it back."""
        open_one = Domain("amount_residual_currency", ">", 0)
        return open_one & self._get_dunning_owed_domain()

    @api.model
    def _get_dunning_owed_domain(self):
        """Return the debits of customers that are no money which we paid back."""
        return Domain.custom(to_sql=self._sql_dunning_is_owed)

    @api.model
    def _sql_dunning_is_owed(self, model, alias, query):
        """Return the test of what is no money that we paid back."""
        self._flush_for_returned()
        fields = model._fields
        item = SQL.identifier(alias)
        return SQL(
            # One after the other: the last test is asked of a few items, not of every
            # line that an account's journal has on the bank's side.
            """(CASE WHEN %(journal)s NOT IN (
                    SELECT id FROM account_journal WHERE type IN %(types)s) THEN TRUE
                WHEN %(account)s NOT IN (
                    SELECT id FROM account_account
                     WHERE account_type = 'asset_receivable') THEN FALSE
                ELSE (SELECT CASE
                        WHEN entry.reversed_entry_id IS NOT NULL
                          OR line.amount > 0
                          OR payment.payment_type = 'inbound' THEN TRUE
                        WHEN said.words ~* %(returned)s THEN TRUE
                        WHEN said.words ~* %(paid_back)s THEN FALSE
                        ELSE EXISTS (%(settled)s)
                    END
                      FROM account_move entry
                 LEFT JOIN account_bank_statement_line line
                           ON line.id = entry.statement_line_id
                 LEFT JOIN account_payment payment
                           ON payment.id = entry.origin_payment_id
                CROSS JOIN LATERAL (SELECT %(words)s AS words) said
                     WHERE entry.id = %(item)s.move_id) END)""",
            account=SQL.identifier(alias, "account_id", to_flush=fields["account_id"]),
            journal=SQL.identifier(alias, "journal_id", to_flush=fields["journal_id"]),
            types=MONEY_JOURNALS,
            returned=RETURNED_WORDS,
            paid_back=PAID_BACK_WORDS,
            words=self._sql_dunning_words(item),
            settled=SQL(
                "SELECT 1 FROM account_move_line paid WHERE %s AND %s AND EXISTS (%s)",
                self._sql_dunning_earlier(item),
                SQL("paid.amount_currency = -%s.amount_currency", item),
                SQL(
                    """SELECT 1 FROM account_partial_reconcile part
                         JOIN account_move_line owed ON owed.id = part.debit_move_id
                        WHERE part.credit_move_id = paid.id
                          AND owed.journal_id != paid.journal_id"""
                ),
            ),
            item=item,
        )

    @api.model
    def _sql_dunning_words(self, item):
        """Return what the bank, or whoever entered it, says of a movement."""
        return SQL(
            "concat_ws(' ', line.payment_ref, payment.memo, entry.ref, %s.name)", item
        )

    @api.model
    def _sql_dunning_earlier(self, item):
        """Return the test of the debtor's payments (``paid``) that may have come back
        with an item."""
        return SQL(
            """paid.partner_id = %(item)s.partner_id
               AND paid.company_id = %(item)s.company_id
               AND paid.currency_id = %(item)s.currency_id
               AND paid.parent_state = 'posted' AND paid.balance < 0
               AND paid.account_id IN (
                   SELECT id FROM account_account
                    WHERE account_type = 'asset_receivable')
               AND paid.date <= %(item)s.date
               AND paid.date > %(item)s.date - make_interval(months => %(months)s)""",
            item=item,
            months=MONTHS_TO_RETURN,
        )

    @api.model
    def _flush_for_returned(self):
        for name, used in {
            "account.move": ["reversed_entry_id", "ref", "name", "payment_reference"],
            "account.bank.statement.line": ["payment_ref", "amount"],
            "account.payment": ["payment_type", "memo"],
            "account.journal": ["type"],
            "account.partial.reconcile": ["debit_move_id", "credit_move_id"],
            self._name: ["name", "amount_currency", "balance", "date", "partner_id"],
        }.items():
            self.env[name].flush_model(used)

    def _read_dunning_returned(self):
        """Map ids of items that the bank has debited to what came back with them.

        Only those of which it can be told: the words of the bank name the invoice or
        the payment, or an earlier payment has exactly the amount.

        :rtype: dict[int, Returned]
        """
        if not self:
            return {}
        self._flush_for_returned()
        rows = self.env.execute_query(
            SQL(
                """SELECT item.id, invoice.id, invoice.name, invoice.invoice_date,
                          LEAST(invoice.delivery_date, invoice.invoice_date,
                                invoice.date),
                          paid.move_name, paid.date,
                          COALESCE(line.payment_ref, payment.memo, entry.ref, ''),
                          position(lower(invoice.name) IN lower(said.words)) > 0
                          OR position(lower(invoice.payment_reference)
                                      IN lower(said.words)) > 0,
                          position(lower(paid.move_name) IN lower(said.words)) > 0,
                          paid.amount_currency = -item.amount_currency,
                          part.debit_amount_currency = item.amount_currency
                     FROM account_move_line item
                     JOIN account_journal journal ON journal.id = item.journal_id
                          AND journal.type IN %(types)s
                     JOIN account_move entry ON entry.id = item.move_id
                LEFT JOIN account_bank_statement_line line
                          ON line.id = entry.statement_line_id
                LEFT JOIN account_payment payment
                          ON payment.id = entry.origin_payment_id
               CROSS JOIN LATERAL (SELECT %(words)s AS words) said
                     JOIN account_move_line paid ON %(earlier)s
                     JOIN account_partial_reconcile part
                          ON part.credit_move_id = paid.id
                     JOIN account_move_line owed ON owed.id = part.debit_move_id
                     JOIN account_move invoice ON invoice.id = owed.move_id
                          AND invoice.move_type IN ('out_invoice', 'out_receipt')
                    WHERE item.id = ANY(%(ids)s) AND item.balance > 0
                 ORDER BY paid.date DESC, paid.id DESC, invoice.id""",
                types=MONEY_JOURNALS,
                words=self._sql_dunning_words(SQL("item")),
                earlier=self._sql_dunning_earlier(SQL("item")),
                ids=list(self.ids),
            )
        )
        candidates = defaultdict(list)
        for item_id, *row in rows:
            candidates[item_id].append(row)
        found = {key: self._choose_returned(of) for key, of in candidates.items()}
        return {key: returned for key, returned in found.items() if returned}

    @api.model
    def _choose_returned(self, rows):
        """Return what came back: the invoice that is named, else the payment that is
        named, else the last payment of exactly that amount, else what a payment had
        settled with it; None when nothing fits."""
        for place in (-4, -3, -2, -1):
            if fitting := [row for row in rows if row[place]]:
                break
        else:
            return None
        payment = fitting[0][4]
        of_payment = [row for row in fitting if row[4] == payment]
        label = fitting[0][6]
        return Returned(
            tuple(row[0] for row in of_payment),
            ", ".join(row[1] for row in of_payment),
            min((row[2] for row in of_payment if row[2]), default=None),
            min((row[3] for row in of_payment if row[3]), default=None),
            payment,
            fitting[0][5],
            label,
        )
