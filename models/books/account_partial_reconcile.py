from collections import defaultdict
from datetime import date as Date
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain

from ...tools import settlement as core

#: A debt that was moved elsewhere is followed so far: a bill of exchange is paid, a
#: doubtful debt after all.
MOST_STAGES = 2


class Settlement(NamedTuple):
    """A part of what stands against an item.

    ``mark`` is the number of the matching: later ones have a higher one. ``amount`` is
    in the currency of the item, ``company_amount`` in that of the company; ``kind`` is
    one of ``tools/settlement.py``, of a credit note money: ``is_credit_note`` tells.
    """

    mark: int
    day: Date
    amount: Decimal
    company_amount: Decimal
    kind: str
    is_credit_note: bool = False

    @property
    def own_kind(self):
        """How it was settled, with credit notes told from money."""
        return core.CREDITED if self.is_credit_note else self.kind


class Side(NamedTuple):
    """Lines of one kind on the other side of an entry."""

    kind: str
    balance: Decimal
    line_ids: tuple


class AccountPartialReconcile(models.Model):
    """What stands against an item, classed once for all who ask: cases, agreements."""

    _inherit = "account.partial.reconcile"

    @api.model
    def _read_dunning_settlements(
        self, items, after=0, is_whole=False, stages=MOST_STAGES
    ):
        """Map ids of journal items to what settled them, in a few queries for all.

        How an item was matched is read for the verdict only, never shown.

        :param items: receivable items
        :param after: only matchings with a higher number
        :param is_whole: only of items on which nothing is open any more
        :rtype: dict[int, list[Settlement]]
        """
        found = defaultdict(list)
        domain = Domain("debit_move_id", "in", items.ids) & Domain("id", ">", after)
        if is_whole:
            domain &= Domain("debit_move_id.reconciled", "=", True)
        partials = self.sudo().search_fetch(
            domain,
            ["debit_move_id", "credit_move_id", "debit_amount_currency", "amount"],
            order="id",
        )
        if not partials:
            return found
        counterparts = partials.credit_move_id
        counterparts.fetch(["date", "move_id"])
        sides = self._read_dunning_sides(counterparts.move_id)
        moved = [
            line_id
            for of_move in sides.values()
            for side in of_move
            if side.kind == core.TRANSFERRED
            for line_id in side.line_ids
        ]
        onward = {}
        if moved and stages > 1:
            moved = items.browse(moved)
            onward = self._read_dunning_settlements(moved, stages=stages - 1)
        for partial in partials:
            of_move = sides[partial.credit_move_id.move_id.id]
            found[partial.debit_move_id.id] += partial._split_dunning(of_move, onward)
        return found

    def _split_dunning(self, sides, onward):
        """Return what a matching settled, by kind and day.

        :param sides: what stands on the other side of its entry
        :param onward: what settled that in turn
        """
        day, days, weights = self.credit_move_id.date, {}, defaultdict(Decimal)
        for side in sides:
            left = side.balance
            for line_id in side.line_ids:
                for row in onward.get(line_id, ()):
                    part = min(row.company_amount, left)
                    weights[row.own_kind] += part
                    known = days.get(row.own_kind, day)
                    days[row.own_kind] = max(row.day, known)
                    left -= part
            weights[side.kind] += left
        parts = core.split(Decimal(str(self.debit_amount_currency)), weights)
        entered = core.split(Decimal(str(self.amount)), weights)
        return [
            Settlement(
                self.id,
                days.get(kind, day),
                parts.get(kind, core.NOTHING),
                entered.get(kind, core.NOTHING),
                core.MONEY if kind == core.CREDITED else kind,
                kind == core.CREDITED,
            )
            for kind in {**parts, **entered}
        ]

    # What the entry that stands against an item was

    @api.model
    def _read_dunning_sides(self, moves):
        """Map ids of entries to what stands on their other side.

        A credit note is one whatever its accounts; what an opening entry has brought
        along is money.
        """
        moves.fetch(
            ["move_type", "company_id", "origin_payment_id", "statement_line_id"]
        )
        opening = moves.company_id.account_opening_move_id
        credit_notes = moves.filtered(lambda move: move.move_type == "out_refund")
        plain = opening | credit_notes
        sides = {move.id: [Side(core.MONEY, Decimal(1), ())] for move in moves & plain}
        for move in credit_notes:
            sides[move.id] = [Side(core.CREDITED, Decimal(1), ())]
        lines = self.env["account.move.line"].sudo()  # see above
        rows = lines._read_group(
            [("move_id", "in", (moves - plain).ids), ("balance", ">", 0)],
            ["move_id", "account_id", "tax_line_id"],
            ["balance:sum", "id:array_agg"],
        )
        accounts = self.env["account.account"].sudo()
        accounts = accounts.browse({account.id for _move, account, *_rest in rows})
        kind_of = self._get_dunning_kinds(moves, accounts)
        sides |= {move.id: [] for move in moves - plain}
        for move, account, tax, balance, line_ids in rows:
            kind = core.TAX if tax else kind_of(move, account)
            # What is followed onward are the lines of a debt that was moved.
            followed = tuple(line_ids) if kind == core.TRANSFERRED else ()
            sides[move.id].append(Side(kind, Decimal(str(balance)), followed))
        return sides

    @api.model
    def _get_dunning_kinds(self, moves, accounts):
        """Return the function that tells what an account in an entry says of it."""
        companies = moves.company_id
        for root in companies.root_id:  # one read of what the codes are made from
            accounts.with_company(root).fetch(["account_type", "code_store"])
        # The gain or loss on a currency is entered beside a payment, not instead.
        money = companies.income_currency_exchange_account_id
        money |= companies.expense_currency_exchange_account_id
        money |= companies.transfer_account_id
        discounts = companies.account_journal_early_pay_discount_loss_account_id

        @cache
        def get_outstanding():
            ways = self.env["account.payment.method.line"].sudo()  # accounts only
            return ways.search(
                [("payment_account_id", "in", accounts.ids)]
            ).payment_account_id

        def get_kind(move, account):
            if account in money:
                return core.MONEY
            if account in discounts:
                return core.DISCOUNT
            is_payment = bool(move.origin_payment_id or move.statement_line_id)
            code = account.with_company(move.company_id).code or ""
            kind = core.classify(account.account_type, code, is_payment)
            if kind != core.TRANSFERRED or account.account_type == "asset_receivable":
                return kind
            return core.MONEY if account in get_outstanding() else kind

        return get_kind
