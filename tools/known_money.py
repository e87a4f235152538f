"""Which open items the money that is known, and not matched yet, is for.

Plain Python; money is ``Decimal``, in the currency of the company unless said
otherwise, days are ``date``. Source: design, rule 7. Money that names an item (a linked
payment, its number in the reference, exactly its balance) stands for that item; what is
left of all others is deducted from what is asked as a whole.
"""

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

NOTHING = Decimal(0)
CENT = Decimal("0.01")
#: A shorter number stands in a text by chance.
LEAST_SIGNS, LEAST_DIGITS = 4, 5
#: A reference of a bank is not longer; the rest of a longer text names nothing.
MOST_SIGNS = 1000

#: Why an item is not dunned that known money covers.
ANNOUNCED = "announced"

# Where the money is.
CREDIT_NOTE = "credit_note"  # in the books, on the account of the debtor
CREDIT = "credit"  # an entry in his favour there
PAID = "paid"  # a payment there
PAYMENT = "payment"  # a payment that no posted entry shows yet
BANK = "bank"  # a bank line that is not matched
ONLINE = "online"  # an online payment on its way
IN_BOOKS = (CREDIT_NOTE, CREDIT, PAID)


@dataclass(frozen=True, slots=True)
class Open:
    """What is open of an item: ``balance`` in its currency, ``residual`` in that of
    the company; ``group`` is the document it is an item of, ``numbers`` are what the
    debtor may quote."""

    key: int
    due: date
    currency: int
    balance: Decimal
    residual: Decimal
    group: int = 0
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Money:
    """Some money of a debtor, less what is matched: ``amount`` in the currency of the
    company, ``currency_amount`` in its own.

    ``groups`` are the documents that it is linked with, ``text`` what its reference
    says. ``is_bound`` money is for these documents and for nothing else: what is left
    of it is nobody's.
    """

    key: tuple[str, int]
    day: date
    amount: Decimal
    currency: int
    currency_amount: Decimal
    groups: frozenset[int] = frozenset()
    text: str = ""
    is_bound: bool = False

    @property
    def source(self) -> str:
        return self.key[0]


@dataclass(slots=True)
class Part:
    """What some money settles of an item, in both currencies."""

    money: Money
    item: int
    amount: Decimal
    item_amount: Decimal


@dataclass(slots=True)
class Allocation:
    """What the known money of a debtor is for.

    ``left`` maps the keys of money to what names no item: it is deducted from the
    whole.
    """

    moneys: tuple[Money, ...] = ()
    parts: list[Part] = field(default_factory=list)
    left: dict[tuple[str, int], Decimal] = field(default_factory=dict)

    @property
    def free(self) -> Decimal:
        """The money that names no item."""
        return sum(self.left.values(), NOTHING)

    @property
    def total(self) -> Decimal:
        """All of it that waits to be matched."""
        return self.free + sum((part.amount for part in self.parts), NOTHING)

    def spread(self, items: Iterable[Open], first: Container[int] = ()) -> list[Part]:
        """Return how the money that names nothing goes on items, the oldest first: in
        their own currency, lest a text mixes sums.

        :param items: with what is still asked for each as the balance
        :param first: keys of those that come before all others, however old these are
        """
        items = sorted(
            items, key=lambda item: (item.key not in first, item.due, item.key)
        )
        moneys = [money for money in self.moneys if money.key in self.left]
        book = _Book(items, moneys)
        for money in moneys:
            left = self.left[money.key]
            own = _share(money.currency_amount, left, money.amount)
            book.left[money.key] = left, own
            book.give(money, [i for i in items if i.currency == money.currency])
        return book.parts

    def by_item(self) -> dict[int, Decimal]:
        """Return what settles each item, in its currency."""
        sums: dict[int, Decimal] = {}
        for part in self.parts:
            sums[part.item] = sums.get(part.item, NOTHING) + part.item_amount
        return sums


def names(text: str, number: str) -> bool:
    """Tell whether a reference quotes a number, however its parts are set apart.

    ``VIR FAC 2026-00012`` and ``FAC202600012`` quote ``FAC/2026/00012``;
    ``FAC/2026/000123`` does not.
    """
    parts = re.findall(r"[^\W_]+", number.upper())
    signs = "".join(parts)
    if len(signs) < LEAST_SIGNS or not any(sign.isdigit() for sign in signs):
        return False
    if signs.isdigit() and len(signs) < LEAST_DIGITS:
        return False
    text = text[:MOST_SIGNS].upper()
    if parts[-1] not in text:
        return False
    # Letters may stand before a number of digits, not before a longer word.
    before = r"(?<!\d)" if signs[0].isdigit() else r"(?<![^\W_])"
    after = r"(?!\d)" if signs[-1].isdigit() else r"(?![^\W_])"
    pattern = r"[\W_]*".join(map(re.escape, parts))
    return bool(re.search(before + pattern + after, text))


def net(moneys: Iterable[Money]) -> list[Money]:
    """Return the money without the bank lines that the bank took back: a line of less
    than nothing undoes the last one before it of its amount.

    Another amount is none of our money: we paid a refund, or a supplier.
    """
    moneys = sorted(moneys, key=lambda money: (money.day, money.key))
    kept = [money for money in moneys if money.amount > 0]
    for correction in (money for money in moneys if money.amount < 0):
        undone = [
            money
            for money in kept
            if money.source == correction.source
            and money.day <= correction.day
            and money.currency == correction.currency
            and money.currency_amount == -correction.currency_amount
        ]
        kept = [money for money in kept if money not in undone[-1:]]
    return kept


def _share(whole, part, total):
    """Return of a whole what a part is of a total, to the cent."""
    if part == total:
        return whole
    return (whole * part / total).quantize(CENT, ROUND_HALF_UP)


def allocate(items: Iterable[Open], moneys: Iterable[Money]) -> Allocation:
    """Return which items the money of one debtor is for.

    First what is linked with a document, then what quotes its number (of several, in
    order of due date), then an exact balance (of several, the oldest). What is left
    names nothing.

    :param items: everything open of the debtor, whatever keeps it back
    """
    items = sorted(items, key=lambda item: (item.due, item.key))
    moneys = net(moneys)
    book = _Book(items, moneys)
    for money in moneys:
        book.give(money, [item for item in items if item.group in money.groups])
    for money in moneys:
        if not money.is_bound and money.text and book.has(money):
            book.give(money, [item for item in items if _is_named(money, item)])
    for money in moneys:
        if not money.is_bound and book.is_whole(money):
            book.give(money, book.find_exact(money)[:1])
    return book.close()


def _is_named(money, item):
    return any(names(money.text, number) for number in item.numbers)


class _Book:
    """What is open of items and left of money while it is given out."""

    def __init__(self, items: Sequence[Open], moneys: Sequence[Money]):
        self.items, self.moneys = items, tuple(moneys)
        self.balances = {item.key: item.balance for item in items}
        #: In the currency of the company, and in that of the money.
        self.left = {
            money.key: (money.amount, money.currency_amount) for money in moneys
        }
        self.parts: list[Part] = []

    def has(self, money):
        return self.left[money.key][0] > 0

    def is_whole(self, money):
        return self.left[money.key][0] == money.amount

    def give(self, money, items):
        """Let money settle items, one after the other, as far as it goes."""
        for item in items:
            amount, own, paid = self._settle(money, item)
            if amount <= 0 or paid <= 0:
                continue
            left, own_left = self.left[money.key]
            self.left[money.key] = left - amount, own_left - own
            self.balances[item.key] -= paid
            self.parts.append(Part(money, item.key, amount, paid))

    def _settle(self, money, item):
        """Return what the money gives for an item: in the currency of the company, in
        its own, in that of the item.

        In one currency the rate of its day does not matter.
        """
        balance = self.balances[item.key]
        left, own_left = self.left[money.key]
        if money.currency == item.currency:
            paid = min(balance, own_left)
            return _share(left, paid, own_left) if paid else NOTHING, paid, paid
        residual = _share(item.residual, balance, item.balance)
        amount = min(residual, left)
        own = _share(own_left, amount, left) if left else NOTHING
        return amount, own, _share(balance, amount, residual) if residual else NOTHING

    def find_exact(self, money):
        """Return the items of which the money is exactly the balance, oldest first."""
        return [
            item
            for item in self.items
            if self.balances[item.key] == item.balance
            and (
                item.balance == money.currency_amount
                if item.currency == money.currency
                else item.residual == money.amount
            )
        ]

    def close(self):
        left = {
            money.key: self.left[money.key][0]
            for money in self.moneys
            if self.has(money) and not (money.is_bound and money.groups)
        }
        return Allocation(self.moneys, self.parts, left)
