"""Accountants at work while the engine runs: payments, credit notes, reversals.

Each is a process with connections of its own and books as a web request would: in one
transaction that the host retries when it collides with another.
"""

import json
import random

from host.paths import HOST

from odoo.service.model import retrying

from odoo.addons.account_dunning.demo.books import Books

from .lab import introduce, now, opened, pause
from .seed import DAY

#: What an accountant books, and how often in 20.
MIX = ["pay"] * 10 + ["partial"] * 4 + ["credit"] * 3 + ["reverse"] * 3
REST = 0.02  # seconds between two operations


def book(say, name, number, stop, out):
    """Book operations on random debtors until the file ``stop`` appears.

    Writes one line per operation: what, for whom, when it began and was committed, how
    often it was tried, and what the invoice's balance was afterwards.
    """
    introduce(name, f"accountant{number}")
    chance = random.Random(number)
    with opened(name) as env, open(out, "w", encoding="utf-8") as file:
        accountant = Accountant(env, number, chance)
        say("begin")
        while not stop.exists():
            kind = chance.choice(MIX)
            row = measure(env, accountant, kind)
            if row:
                file.write(json.dumps(row) + "\n")
            pause(REST)
    return {}


def measure(env, accountant, kind):
    """Do one operation and return what to record of it."""
    tries, begun = [], now()
    env.invalidate_all()

    def attempt():
        tries.append(now())
        return getattr(accountant, kind)()

    try:
        done = retrying(attempt, env)
        error = None
    except Exception as problem:  # noqa: BLE001 a refused operation is a result too
        env.cr.rollback()
        env.invalidate_all()
        done, error = None, repr(problem)
    if done is None and not error:
        return None
    return {
        "kind": kind,
        "ref": done and done[0],
        "left": done and done[1],
        "begun": begun,
        "last_try": tries[-1],
        "committed": now(),
        "tries": len(tries),
        "error": error,
    }


class Accountant:
    """Books on the invoices of every second e-mail debtor, so that two never meet."""

    def __init__(self, env, number, chance):
        self.env, self.chance, self.books = env, chance, Books(env)
        invoices = env["account.move"].search(
            [("move_type", "=", "out_invoice"), ("partner_id.ref", "=like", "E%")],
            order="id",
        )
        # Two accountants, each with a journal and debtors of his own.
        self.open = [move_id for move_id in invoices.ids if move_id % 2 == number]
        self.paid = []
        self.chance.shuffle(self.open)
        self.journal = self.books.get_journal(("bank", "cash")[number])
        env.cr.commit()

    def _take(self, share=1.0):
        """Choose an open invoice; return it with the amount to book."""
        while self.open:
            # A request knows one invoice, not what was read for the others.
            move = self.env["account.move"].browse(self.open[-1])
            if move.amount_residual > 0:
                return move, round(move.amount_residual * share, 2)
            self.open.pop()
        return None, 0

    def _book(self, function, share=1.0):
        """Book something on an invoice; return whose it is and what is left of it."""
        move, amount = self._take(share)
        if not move:
            return None
        function(move, amount)
        self.chance.shuffle(self.open)
        return self._answer(move)

    def _register(self, move, amount):
        self.books.pay(move, DAY, amount=amount, journal_id=self.journal.id)

    def _answer(self, move):
        self.env.flush_all()
        return move.partner_id.ref, round(move.amount_residual, 2)

    def pay(self):
        """Pay an invoice in full."""

        def pay(move, amount):
            self._register(move, amount)
            self.paid.append(move.id)

        return self._book(pay)

    def partial(self):
        """Pay a third of an invoice."""
        return self._book(self._register, 1 / 3)

    def credit(self):
        """Credit an invoice in full, the two matched."""
        return self._book(lambda move, _amount: self.books.credit(move, DAY))

    def reverse(self):
        """Take back a payment: the invoice is open again, the money goes back."""
        if not self.paid:
            return None
        move = self.env["account.move"].browse(self.paid[-1])
        self.books.take_back(move)
        self.paid.pop()
        self.open.append(move.id)
        return self._answer(move)


def read_rows(folder=HOST):
    """Return what all accountants recorded, in the order of their commits."""
    rows = [
        json.loads(line)
        for file in sorted(folder.glob("accountant*.jsonl"))
        for line in file.read_text().splitlines()
    ]
    return sorted(rows, key=lambda row: row["committed"])
