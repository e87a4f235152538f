"""One record of each kind, made by Odoo itself, read, and taken back.

The rows hold whatever Odoo and its modules store. What differs between copies is
marked: the prototypes carry values that occur nowhere else (a net amount of 137, a due
date of its own), so a copy is the row with each mark replaced.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from odoo.tools import SQL

from odoo.addons.account_dunning.demo.books import QUIET, Books

NET, MONEY_IN = 137.0, 53.0
PARTNER = {
    "name": "Prototype of a customer",
    "email": "prototype@customer.example.com",
    "street": "1 Prototype street",
    "zip": "99991",
    "city": "Prototown",
    "ref": "PROTOTYPE",
}
RELATIONS = {
    "account_move_line_account_tax_rel": "account_tax_id",
    "account_account_tag_account_move_line_rel": "account_account_tag_id",
}


@dataclass
class Row:
    """A database row as text, by column, and the type of each column."""

    table: str
    values: dict[str, str | None]
    types: dict[str, str]


@dataclass
class Line:
    """A journal item: its row, and what it is linked to ({relation: [ids]})."""

    row: Row
    is_receivable: bool
    links: dict[str, list[int]]


@dataclass
class Prototype:
    """A document: its row, its items, and its marks ({text of a value: meaning})."""

    row: Row
    lines: list[Line]
    marks: dict[str, str] = field(default_factory=dict)


@dataclass
class Prototypes:
    """Everything that is multiplied, and the rate of the tax on invoices."""

    partner: Row
    partner_marks: dict[str, str]
    partial: Row
    documents: dict[str, Prototype]
    tax_rate: float


def make_prototypes(env, today):
    """Return the prototypes; the database is left as it was."""
    with env.cr.savepoint() as savepoint:
        found = Workshop(env(context={**env.context, **QUIET}), today).make()
        savepoint.rollback()
    env.cr.postcommit.clear()
    return found


class Workshop:
    """Makes each kind of record once."""

    def __init__(self, env, today):
        self.env, self.books = env, Books(env)
        self.day, self.due = today - timedelta(days=33), today - timedelta(days=3)
        self.partner = self.books.add_customers([{**PARTNER, "lang": "en_US"}])
        self.tax_ids = env.company.account_sale_tax_id.ids

    def make(self):
        """Make everything, read it, and return it."""
        sale = self.books.prepare_invoice(
            self.partner, self.day, self.due, NET, self.tax_ids
        )
        money = [(self.partner, MONEY_IN, "Payment")]
        receipt = self.books.prepare_receipt(self.day, money)
        invoice, refund, entry = self.books.post(
            [
                sale,
                sale | {"move_type": "out_refund"},
                receipt | {"partner_id": self.partner.id},
            ]
        )
        self.env.flush_all()
        documents = {
            "invoice": self._read_document(invoice, "net", "tax", "total"),
            "refund": self._read_document(refund, "net", "tax", "total"),
            "entry": self._read_document(entry, "total", "", "total"),
        }
        self.books.match(invoice | entry)
        self.env.flush_all()
        partial = invoice.line_ids.matched_credit_ids
        marks = {value: name for name, value in PARTNER.items()}
        return Prototypes(
            partner=self._read(self.partner),
            partner_marks=marks | {"en_US": "lang"},
            partial=self._read(partial),
            documents=documents,
            tax_rate=invoice.amount_tax / invoice.amount_untaxed,
        )

    def _read_document(self, move, net, tax, total):
        """Return the rows of a move; ``net``, ``tax``, ``total``: what amounts mean."""
        owed = self.books.get_items(move)
        lines = [
            Line(
                row=self._read(line),
                is_receivable=line in owed,
                links={
                    relation: self._read_links(relation, column, line.id)
                    for relation, column in RELATIONS.items()
                },
            )
            for line in move.line_ids.sorted("id")
        ]
        untaxed = move.amount_untaxed or move.amount_total
        marks = {
            f"{move.amount_total:.2f}": total,
            f"{move.amount_tax:.2f}": tax,
            f"{untaxed:.2f}": net,
            str(self.day): "day",
            str(self.due): "due",
            move.name: "name",
            PARTNER["name"]: "partner_name",
        }
        return Prototype(self._read(move), lines, marks)

    def _read_links(self, relation, column, line_id):
        rows = self.env.execute_query(
            SQL(
                "SELECT %s FROM %s WHERE account_move_line_id = %s",
                *(SQL.identifier(column), SQL.identifier(relation), line_id),
            )
        )
        return [row[0] for row in rows]

    def _read(self, record):
        types = self._column_types(record._table)
        [values] = self.env.execute_query(
            SQL(
                "SELECT %s FROM %s WHERE id = %s",
                SQL(", ").join(SQL("%s::text", SQL.identifier(name)) for name in types),
                SQL.identifier(record._table),
                record.id,
            )
        )
        return Row(record._table, dict(zip(types, values, strict=True)), types)

    def _column_types(self, table):
        rows = self.env.execute_query(
            SQL(
                "SELECT column_name, udt_name FROM information_schema.columns"
                " WHERE table_schema = current_schema() AND table_name = %s"
                " ORDER BY ordinal_position",
                table,
            )
        )
        return dict(rows)
