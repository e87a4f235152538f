"""What an open item is: whose, under which number, of which day.

A document of sale has all of it. Of any other entry, such as the opening entry of a
company that changed its program, each journal item stands for itself: one entry, a
hundred customers. Said once in SQL, for thousands of items at night, and once for
records; both say the same.
"""

from odoo import models
from odoo.fields import Command, Domain
from odoo.tools import SQL

from ...tools.items import debt_key, first_text


class AccountMove(models.Model):
    """What tells documents from other entries."""

    _inherit = "account.move"

    def _is_dunning_document(self):
        """Tell whether the entry is an invoice, a credit note or a receipt: then its
        number, date and contact are those of its items."""
        self.ensure_one()
        return self.move_type != "entry"


class AccountMoveLine(models.Model):
    """The identity of an item, whatever kind of entry it is in."""

    _inherit = "account.move.line"

    def _get_dunning_number(self):
        """Return the number under which the debtor knows the item: the document's,
        else what the item itself says, else what its entry says."""
        self.ensure_one()
        move = self.move_id
        if move._is_dunning_document():
            return move.name or ""
        return first_text(self.name, move.ref, move.name)

    def _get_dunning_date(self):
        """Return the date of the item, None when the books do not know it.

        The document's; else that of the entry, but an opening entry is no date of an
        invoice that was due before.
        """
        self.ensure_one()
        move = self.move_id
        if move._is_dunning_document() or move.invoice_date:
            return move.invoice_date or None
        if self.date_maturity and self.date_maturity < self.date:
            return None
        return self.date or None

    def _get_dunning_contact(self):
        """Return who was billed: the document's customer, else the item's own."""
        self.ensure_one()
        move = self.move_id
        return move.partner_id if move._is_dunning_document() else self.partner_id

    def _get_dunning_debt(self):
        """Return the key of the debt that the item is a part of.

        :rtype: tuple
        """
        self.ensure_one()
        return debt_key(
            self.move_id.id,
            self.partner_id.commercial_partner_id.id,
            self.id,
            self.name,
            self.move_id._is_dunning_document(),
        )

    def _prepare_dunning_credit_note(self, amount, words, account=None):
        """Return the values of a draft that credits an item without an invoice. Its
        VAT is not known here: an accountant completes and posts it.

        :param amount: VAT included, in the currency of the item
        :param words: what its line says
        :param account: of the line; the journal's own when None
        """
        self.ensure_one()
        line = {"name": words, "quantity": 1, "price_unit": amount}
        line |= {"account_id": account.id} if account else {}
        return {
            "move_type": "out_refund",
            "company_id": self.company_id.id,
            "partner_id": self._get_dunning_contact().id,
            "currency_id": self.currency_id.id,
            "invoice_origin": self._get_dunning_number(),
            "invoice_line_ids": [Command.create(line | {"tax_ids": [Command.clear()]})],
        }

    def _find_dunning_unnamed(self):
        """Return the items without a number, or without a due date, of their own: what
        they say of themselves tells no debtor what he owes.

        A label that items of other debtors in the entry have as well is none, and the
        reference of an entry is that of an item only if it is one debtor's.
        """
        found = self.browse()
        for move, items in self.grouped("move_id").items():
            if move._is_dunning_document():
                continue
            others = self.search(
                Domain("move_id", "=", move.id)
                & Domain("account_type", "=", "asset_receivable")
                & Domain("partner_id", "!=", False)
            ).grouped(lambda item: item.partner_id.commercial_partner_id)
            for item in items:
                debtor = item.partner_id.commercial_partner_id
                theirs = {
                    first_text(other.name)
                    for partner, of_partner in others.items()
                    for other in of_partner
                    if partner != debtor
                }
                label = first_text(item.name) or (not theirs and first_text(move.ref))
                if not label or label in theirs or not item.date_maturity:
                    found |= item
        return found

    # The same in SQL

    def _sql_dunning_is_document(self, move):
        """Return the test of which entries are documents.

        :param str move: the alias of entries in the query
        """
        return SQL("(%s <> 'entry')", SQL.identifier(move, "move_type"))

    def _sql_dunning_identity(self, item, move):
        """Return the columns of an item's number, date and contact.

        Who reads them flushes ``_flush_dunning_identity``.

        :param str item: the alias of journal items in the query
        :param str move: the alias of their entries
        :rtype: tuple[SQL, SQL, SQL]
        """
        is_document = self._sql_dunning_is_document(move)
        names = (
            *((item, "name"), (move, "ref"), (move, "name")),
            *((move, "invoice_date"), (item, "date_maturity"), (item, "date")),
            *((move, "partner_id"), (item, "partner_id")),
        )
        label, ref, number, invoiced, due, day, billed, partner = (
            SQL.identifier(*name) for name in names
        )
        blanks = " \t\n\r\x0b\x0c\u00a0\u2007\u202f"
        return (
            SQL(
                "CASE WHEN %s THEN %s ELSE COALESCE(NULLIF(btrim(%s, %s), ''), "
                "NULLIF(btrim(%s, %s), ''), %s) END",
                *(is_document, number, label, blanks, ref, blanks, number),
            ),
            SQL(
                "CASE WHEN %s OR %s IS NOT NULL THEN %s WHEN %s < %s THEN NULL "
                "ELSE %s END",
                *(is_document, invoiced, invoiced, due, day, day),
            ),
            SQL("CASE WHEN %s THEN %s ELSE %s END", is_document, billed, partner),
        )

    def _flush_dunning_identity(self):
        """Write what the SQL of an item's identity reads."""
        self.env["account.move"].flush_model(
            ["move_type", "name", "ref", "invoice_date", "partner_id"]
        )
        self.flush_model(["name", "date_maturity", "date", "partner_id"])
