"""Write a plan: each prototype, multiplied by INSERT … SELECT.

Followers and chatter messages of the documents are not made. The database must not
hold posted documents yet: numbers start at one.
"""

import json
from collections import Counter
from dataclasses import asdict

from odoo.tools import SQL
from odoo.tools.misc import split_every

#: Columns of money whose copies differ from their prototype by a factor only.
MONEY = ("numeric", "float8")
NOW = SQL("now() AT TIME ZONE 'utc'")
CHUNK_SIZE = 10_000  # rows sent to the database at once
PARTNER_COLUMNS = ("partner_id", "commercial_partner_id", "partner_shipping_id")
TABLES = (
    "res_partner",
    "account_move",
    "account_move_line",
    "account_partial_reconcile",
    "account_full_reconcile",
)
SIGNS = {"invoice": 1, "refund": -1, "entry": -1}


class Writer:
    """Writes customers and documents of one plan."""

    def __init__(self, env, plan, prototypes):
        self.env, self.plan, self.prototypes = env, plan, prototypes
        self.first = {table: self._next_id(table) for table in TABLES}
        self.width = max(len(one.lines) for one in prototypes.documents.values())

    def write(self):
        """Write everything and let the sequences go on from there."""
        self._load_customers()
        self._load_documents()
        self._copy_customers()
        self._write_full_reconciliations()
        for kind, prototype in self.prototypes.documents.items():
            self._copy_moves(kind, prototype)
            for position, line in enumerate(prototype.lines):
                self._copy_line(kind, prototype, position, line)
        self._copy_reconciliations()
        for table in TABLES:
            self._execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM %s",
                *(table, SQL.identifier(table)),
            )
        self.env.invalidate_all()
        self.env.registry.clear_all_caches()

    def _execute(self, code, *values):
        self.env.cr.execute(SQL(code, *values))

    def _next_id(self, table):
        query = SQL("SELECT COALESCE(max(id), 0) + 1 FROM %s", SQL.identifier(table))
        return self.env.execute_query(query)[0][0]

    # The plan, as temporary tables

    def _load(self, table, rows):
        for chunk in split_every(CHUNK_SIZE, rows):
            name = SQL.identifier(table)
            self._execute(
                "INSERT INTO %s SELECT * FROM json_populate_recordset(NULL::%s, %s)",
                *(name, name, json.dumps(list(chunk), default=str)),
            )
        self._execute("ANALYZE %s", SQL.identifier(table))

    def _load_customers(self):
        self._execute(
            "CREATE TEMP TABLE bench_customer (id int, name text, email text,"
            " lang text, street text, zip text, city text, ref text) ON COMMIT DROP"
        )
        first = self.first["res_partner"]
        self._load(
            "bench_customer",
            (
                asdict(customer) | {"id": first + customer.number}
                for customer in self.plan.customers
            ),
        )

    def _load_documents(self):
        self._execute(
            "CREATE TEMP TABLE bench_document (number int, move_id int, line_id int,"
            " kind text, partner_id int, partner_name text, day date, due date,"
            " net numeric, tax numeric, total numeric, residual numeric, state text,"
            " settles int, prefix text, serial int, name text,"
            " partial_id int, full_id int) ON COMMIT DROP"
        )
        self._load("bench_document", self._number_documents())
        self._execute("CREATE UNIQUE INDEX ON bench_document (number)")

    def _number_documents(self):
        """Yield the rows of documents, with their names and reconciliations."""
        matched = self._match()
        serials = Counter()
        for number, document in enumerate(self.plan.documents):
            prefix, name = self._name(document, serials)
            partial_id, full_id = matched.get(number, (None, None))
            yield {
                "number": number,
                "move_id": self.first["account_move"] + number,
                "line_id": self.first["account_move_line"] + number * self.width,
                "kind": document.kind,
                "partner_id": self.first["res_partner"] + document.customer,
                "partner_name": self.plan.customers[document.customer].name,
                "day": document.day,
                "due": document.due,
                "net": document.net,
                "tax": document.tax,
                "total": document.total,
                "residual": document.residual,
                "state": self._payment_state(document),
                "settles": document.settles,
                "prefix": prefix,
                "serial": serials[prefix],
                "name": name,
                "partial_id": partial_id,
                "full_id": full_id,
            }

    def _match(self):
        """Map documents to (partial id, full id or None) of their reconciliation."""
        matched, partial = {}, self.first["account_partial_reconcile"]
        full = self.first["account_full_reconcile"]
        for number, payment in enumerate(self.plan.documents):
            if payment.settles is None:
                continue
            is_full = not self.plan.documents[payment.settles].residual
            pair = (partial, full if is_full else None)
            matched[number] = matched[payment.settles] = pair
            partial, full = partial + 1, full + is_full
        return matched

    def _name(self, document, serials):
        """Return the prefix and the name, numbered by journal and year."""
        values = self.prototypes.documents[document.kind].row.values
        year = values["date"][:4]
        prefix = values["sequence_prefix"].replace(year, str(document.day.year))
        serials[prefix] += 1
        digits = len(values["name"]) - len(values["sequence_prefix"])
        return prefix, f"{prefix}{serials[prefix]:0{digits}d}"

    @staticmethod
    def _payment_state(document):
        if not document.paid or document.kind != "invoice":
            return "not_paid"
        return "partial" if document.residual else "paid"

    # Copies

    def _copy(self, row, marks, changes, source):
        """Insert one copy of a row for each row of a source.

        :param marks: {text of a value: column of the source that takes its place}
        :param changes: {column: expression}, stronger than marks
        """
        columns = row.types
        expressions = [
            SQL(
                "CAST(%s AS %s)",
                changes.get(name) or self._expression(row, name, marks),
                SQL.identifier(columns[name]),
            )
            for name in columns
        ]
        self._execute(
            "INSERT INTO %s (%s) SELECT %s FROM %s",
            SQL.identifier(row.table),
            SQL(", ").join(map(SQL.identifier, columns)),
            SQL(", ").join(expressions),
            source,
        )

    def _expression(self, row, name, marks):
        """Return what a copy has in a column that nothing else is known about."""
        value = row.values[name]
        if name in ("create_date", "write_date"):
            return NOW
        if value is None:
            return SQL("NULL")
        if row.types[name] in MONEY:
            meaning = marks.get(f"{abs(float(value)):.2f}")
            if meaning and float(value):
                sign = SQL("-") if float(value) < 0 else SQL("")
                return SQL("%s%s", sign, SQL.identifier("one", meaning))
        elif value in marks:
            return SQL.identifier("one", marks[value])
        return SQL("%s", value)

    def _copy_customers(self):
        own = SQL("one.id")
        changes = {"id": own, "commercial_partner_id": own}
        marks = self.prototypes.partner_marks
        source = SQL("bench_customer one")
        self._copy(self.prototypes.partner, marks, changes, source)

    def _partner_changes(self, row):
        return {
            name: SQL("one.partner_id")
            for name in PARTNER_COLUMNS
            if row.values.get(name) is not None
        }

    def _copy_moves(self, kind, prototype):
        changes = {
            "id": SQL("one.move_id"),
            "sequence_prefix": SQL("one.prefix"),
            "sequence_number": SQL("one.serial"),
            "access_token": SQL("NULL"),
            **self._partner_changes(prototype.row),
        }
        if kind != "entry":
            changes |= {
                "payment_state": SQL("one.state"),
                "amount_residual": SQL("one.residual"),
                "amount_residual_signed": SQL("one.residual * %s", SIGNS[kind]),
            }
        self._copy(prototype.row, prototype.marks, changes, self._documents(kind))

    def _documents(self, kind):
        return SQL("bench_document one WHERE one.kind = %s", kind)

    def _copy_line(self, kind, prototype, position, line):
        own = SQL("one.line_id + %s", position)
        changes = {
            "id": own,
            "move_id": SQL("one.move_id"),
            **self._partner_changes(line.row),
        }
        if line.is_receivable:
            residual = SQL("one.residual * %s", SIGNS[kind])
            changes |= {
                "amount_residual": residual,
                "amount_residual_currency": residual,
                "reconciled": SQL("one.partial_id IS NOT NULL AND one.residual = 0"),
                "full_reconcile_id": SQL("one.full_id"),
                "matching_number": SQL(
                    "COALESCE(one.full_id::text, 'P' || one.partial_id)"
                ),
            }
        self._copy(line.row, prototype.marks, changes, self._documents(kind))
        for relation, linked in line.links.items():
            for link in linked:
                self._execute(
                    "INSERT INTO %s SELECT %s, %s FROM %s",
                    *(SQL.identifier(relation), own, link, self._documents(kind)),
                )

    def _write_full_reconciliations(self):
        user = self.env.uid
        self._execute(
            "INSERT INTO account_full_reconcile"
            " (id, create_uid, write_uid, create_date, write_date)"
            " SELECT full_id, %s, %s, %s, %s FROM bench_document"
            " WHERE settles IS NOT NULL AND full_id IS NOT NULL",
            *(user, user, NOW, NOW),
        )

    def _copy_reconciliations(self):
        positions = {
            kind: [line.is_receivable for line in prototype.lines].index(True)
            for kind, prototype in self.prototypes.documents.items()
        }
        amounts = ("amount", "debit_amount_currency", "credit_amount_currency")
        changes = {
            "id": SQL("one.partial_id"),
            "debit_move_id": SQL("invoice.line_id + %s", positions["invoice"]),
            "credit_move_id": SQL("one.line_id + %s", positions["entry"]),
            "full_reconcile_id": SQL("one.full_id"),
            "max_date": SQL("greatest(one.day, invoice.day)"),
            **dict.fromkeys(amounts, SQL("one.total")),
        }
        source = SQL(
            "bench_document one"
            " JOIN bench_document invoice ON invoice.number = one.settles"
        )
        self._copy(self.prototypes.partial, {}, changes, source)
