from datetime import date as Date
from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import known_money as core
from .returned_payment import MONEY_JOURNALS


class OpenItem(NamedTuple):
    """One open receivable item as the ledger shows it now: thousands are made each
    night.

    ``name``, ``invoice_date`` and ``contact_id`` are the item's own, see
    ``item_identity``; ``invoice_date`` is None when the books do not know it, and
    ``is_document`` tells an invoice from an item of another entry.
    ``partner_id`` is the debtor: the commercial partner of the one the ledger names.
    ``residual`` is in company currency, ``residual_currency`` in ``currency_id``;
    ``kept_back`` is the part of the latter that a promise, plan or dispute covers, or
    money that is ``announced``; ``reference`` is what the debtor is asked to quote.
    """

    line_id: int
    partner_id: int
    move_id: int
    due: Date
    currency_id: int
    residual: Decimal
    residual_currency: float
    hold: str
    name: str
    invoice_date: Date
    contact_id: int
    is_document: bool
    reference: str
    kept_back: Decimal = Decimal(0)
    announced: Decimal = Decimal(0)

    @property
    def unit(self):
        """What is excluded from follow-up, or starts at a rung, as a whole: a document,
        or an item of another entry.

        :rtype: tuple[bool, int]
        """
        return self.is_document, self.move_id if self.is_document else self.line_id

    @property
    def balance(self):
        """What is open, in the currency of the item."""
        return Decimal(str(self.residual_currency))

    @property
    def claimed_currency(self):
        """What may be claimed now, in the currency of the item."""
        return float(self.balance - self.kept_back)

    @property
    def claimed(self):
        """What may be claimed now, in company currency."""
        return self.residual - self.to_company(self.kept_back)

    def to_company(self, amount):
        """Return a part of the balance in company currency, at the rate of the item."""
        if not amount:
            return Decimal(0)
        return (self.residual * amount / self.balance).quantize(self.residual)

    def keep_back(self, parts):
        """Return the item with what commitments keep back of it.

        Kept back as a whole, it is on hold, for the reason of the largest part.

        :param parts: ``{kind: amount in the currency of the item}``
        """
        total = sum(parts.values(), Decimal(0))
        hold = self.hold
        if total >= self.balance and not hold:
            hold = max(parts, key=parts.get)
        return self._replace(kept_back=total, hold=hold)

    def announce(self, amount):
        """Return the item with the known money that is for it, not matched yet.

        :param amount: in the currency of the item; more than what may be claimed
            counts so far only
        """
        amount = min(amount, self.balance - self.kept_back)
        if amount <= 0:
            return self
        kept_back, hold = self.kept_back + amount, self.hold
        if kept_back >= self.balance and not hold:
            hold = core.ANNOUNCED
        return self._replace(kept_back=kept_back, announced=amount, hold=hold)

    def to_open(self):
        """Return the item as money is given out to it."""
        return core.Open(
            self.line_id,
            self.due,
            self.currency_id,
            self.balance,
            self.residual,
            self.move_id,
            tuple(filter(None, (self.name, self.reference))),
        )

    def to_asked(self):
        """Return what is asked of the item, as money is deducted from it."""
        return core.Open(
            self.line_id,
            self.due,
            self.currency_id,
            self.balance - self.kept_back,
            self.claimed,
        )

    def to_case_line(self):
        """Return what an edited invoice may change on the line of its case."""
        return {
            "date_due": self.due,
            "currency_id": self.currency_id,
            "number": self.name,
        }

    def to_action_line(self, case_line_id, level_id, today, is_for_record=False):
        """Return the values that freeze the item in a contact of a date.

        :param level_id: the rung delivered to the item, None when it is only listed
        :param is_for_record: it stands apart and is not asked for
        """
        return {
            "case_line_id": case_line_id,
            "move_line_id": self.line_id,
            "move_id": self.move_id,
            "level_id": level_id,
            "name": self.name,
            "invoice_date": self.invoice_date,
            "date_due": self.due,
            "days_overdue": max((today - self.due).days, 0),
            "currency_id": self.currency_id,
            "amount_residual": self.residual_currency,
            "amount_claimed": self.claimed_currency,
            "amount_announced": float(self.announced),
            "is_for_record": is_for_record,
        }


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model
    def _get_dunning_item_domain(self, company, date):
        """Return the open items of customers that dunning follows in a company.

        Every figure of the module goes through this domain. Items with an invoice date
        after ``date`` do not exist yet. What we owe or paid back ourselves is no claim,
        nor is an internal entry: see ``_get_dunning_claimed_domain``.
        """
        invoiced = Domain("invoice_date", "<=", date)
        entered = Domain("invoice_date", "=", False) & Domain("date", "<=", date)
        return (
            Domain(
                [
                    ("account_type", "=", "asset_receivable"),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                    ("amount_residual", ">", 0),
                    ("partner_id", "!=", False),
                    ("company_id", "=", company.id),
                    ("account_id", "not any", company._dunning_left_out_accounts()),
                ]
            )
            & (invoiced | entered)
            & self._get_dunning_claimed_domain()
        )

    @api.model
    def _read_dunning_items(self, company, date, partners=None):
        """Read the open items in one query.

        :param partners: commercial partners to read; every debtor when None
        :rtype: list[OpenItem]
        """
        domain = self._get_dunning_item_domain(company, date)
        if partners is not None:
            domain &= Domain("partner_id.commercial_partner_id", "in", partners.ids)
        # Access to journal items is not needed to dun: the case shows what is due.
        query = self.sudo()._search(domain, order="date_maturity, id")
        table = self._table
        move = query.left_join(table, "move_id", "account_move", "id", "dunning_move")
        journal = query.left_join(
            table, "journal_id", "account_journal", "id", "dunning_journal"
        )
        debtor = self._join_dunning_debtor(query)
        self.env["account.move"].flush_model(["payment_state", "payment_reference"])
        self._flush_dunning_identity()
        self.flush_model(["no_followup", "amount_residual_currency", "currency_id"])
        columns = [
            SQL.identifier(table, "id"),
            debtor,
            SQL.identifier(table, "move_id"),
            SQL(
                "COALESCE(%s, %s)",
                *(SQL.identifier(table, name) for name in ("date_maturity", "date")),
            ),
            SQL.identifier(table, "currency_id"),
            SQL("%s::text", SQL.identifier(table, "amount_residual")),
            SQL.identifier(table, "amount_residual_currency"),
            self._sql_dunning_hold(table, move),
            *self._sql_dunning_identity(table, move),
            self._sql_dunning_is_document(move),
            SQL.identifier(move, "payment_reference"),
            SQL("%s IN %s", SQL.identifier(journal, "type"), MONEY_JOURNALS),
        ]
        rows = self.env.execute_query(query.select(*columns))
        return self._make_dunning_items(rows, date)

    @api.model
    def _make_dunning_items(self, rows, date):
        """Return rows of the query above as items, with what keeps them back beside the
        books and, of a payment that came back, the name of its invoice."""
        items = [
            OpenItem(*row[:5], Decimal(row[5]), float(row[6]), *row[7:-1])
            for row in rows
        ]
        # Debited by the bank, it is named as the invoice that it opens again.
        debited = self.browse(row[0] for row in rows if row[-1])
        returned = debited._read_dunning_returned()
        held = self.browse(row[0] for row in rows).sudo()._find_dunning_holds(date)
        for place, item in enumerate(items):
            if item.line_id in held and not item.hold:
                items[place] = item = item._replace(hold=held[item.line_id])
            if found := returned.get(item.line_id):
                items[place] = item._replace(
                    name=found.name,
                    reference=found.numbers,
                    invoice_date=found.invoice_date or item.invoice_date,
                )
        return items

    @api.model
    def _sql_dunning_hold(self, item, move):
        """Return the code of why the books keep an item back, empty when they do not.

        :param item: the alias of journal items in the query
        :param move: the alias of their entries
        """
        holds = self._get_dunning_ledger_holds(
            SQL.identifier(item), SQL.identifier(move)
        )
        tests = [SQL("WHEN %s THEN %s", test, code) for code, test in holds.items()]
        return SQL("CASE %s ELSE '' END", SQL(" ").join(tests))

    @api.model
    def _get_dunning_ledger_holds(self, item, move):
        """Map each code of why the books keep an item back to its test, in the order in
        which they count: a hook.

        Who adds one flushes what it reads, adds the same to
        ``dunning.case.line._get_ledger_hold`` and its words to ``_selection_hold``.

        :param SQL item: the table of journal items in the query
        :param SQL move: the table of their entries
        :rtype: dict[str, SQL]
        """
        state = SQL("%s.payment_state", move)
        return {
            "in_payment": SQL("%s = 'in_payment'", state),
            "blocked": SQL("%s = 'blocked'", state),
            "excluded": SQL("%s.no_followup", item),
        }

    def _find_dunning_holds(self, date):
        """Map ids of items that something beside the books keeps back on a day to the
        code of the reason: a hook.

        For thousands of items at once, read as superuser. Who returns a code adds its
        words to ``dunning.case.line._selection_hold`` and its search to
        ``account.move._get_dunning_hold_domains``:
        ``docs/examples/account_dunning_retention``.

        :rtype: dict[int, str]
        """
        return {}

    @api.model
    def _join_dunning_debtor(self, query):
        """Return the column of the debtor: an entry may name a mere contact, as after a
        merge, but dunning speaks to the commercial partner."""
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        partner = query.left_join(
            self._table, "partner_id", "res_partner", "id", "dunning_debtor"
        )
        return SQL.identifier(partner, "commercial_partner_id")
