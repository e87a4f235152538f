"""How an item was settled: by money, or only set off, moved elsewhere or written off.

Plain Python; money is ``Decimal``. What stands against an item is classed by the
accounts on the other side of its entry: of a payment the bank, of a transfer the
account of doubtful debts. Only money keeps a promise, an instalment or an offer: a
credit note lowers what was due of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

#: Money, or a credit note; a rounding counts with it.
MONEY = "money"
#: Set off against what we owe.
NETTED = "netted"
#: Moved to another account: doubtful debts, a bill, another debtor.
TRANSFERRED = "transferred"
#: Entered as a loss, or against a sale.
WRITTEN_OFF = "written_off"
#: Nothing of it is due any more, and nothing stands against it.
NOTHING_DUE = "void"
#: A credit note, where it is told from money: it settles a debt, and nobody has paid.
CREDITED = "credited"

#: What goes with the money of its entry, and is written off without any: what the bank
#: kept for itself, a discount for early payment, the taxes of that discount.
FEE, DISCOUNT, TAX = "fee", "discount", "tax"

#: Accounts of the French chart whose type does not tell: cheques and bills in
#: collection, internal transfers, what customers paid in advance.
MONEY_CODES = ("511", "58", "419")
NETTED_CODES = ("40",)
TRANSFERRED_CODES = ("416", "467")
FEE_CODES = ("627",)

#: Below this an entry to expenses or income is a rounding.
LEAST_LOSS = Decimal(1)
NOTHING = Decimal(0)
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What settled a part of an item: ``day`` is the accounting date of the money or
    entry that stands against it."""

    day: date
    amount: Decimal
    kind: str = MONEY


def classify(account_type: str, code: str = "", is_payment: bool = False) -> str:
    """Return what an account on the other side of an entry says of it.

    :param is_payment: the entry is one of a payment or a bank line, where an account
        that nothing else tells of is a stage of the money
    """
    if account_type.startswith(("expense", "income")):
        return FEE if code.startswith(FEE_CODES) else WRITTEN_OFF
    by_type = {
        "asset_cash": MONEY,
        "liability_credit_card": MONEY,
        "liability_payable": NETTED,
        "asset_receivable": TRANSFERRED,
        # The other side of an opening balance: it was paid before the books began.
        "equity": MONEY,
        "equity_unaffected": MONEY,
    }
    if account_type in by_type:
        return by_type[account_type]
    for codes, kind in (
        (MONEY_CODES, MONEY),
        (NETTED_CODES, NETTED),
        (TRANSFERRED_CODES, TRANSFERRED),
    ):
        if code.startswith(codes):
            return kind
    return MONEY if is_payment else TRANSFERRED


def split(
    amount: Decimal, weights: Mapping[str, Decimal], unit: Decimal = CENT
) -> dict[str, Decimal]:
    """Return the parts of what was matched, by kind.

    :param weights: what stands on the other side of the entry, by kind: the money part
        is what the bank side covers
    """
    weights = _attach(weights)
    total = sum(weights.values(), NOTHING)
    if total <= 0:
        return {TRANSFERRED: amount}
    parts = {
        kind: (amount * weight / total).quantize(unit, ROUND_HALF_UP)
        for kind, weight in weights.items()
    }
    parts[max(weights, key=weights.get)] += amount - sum(parts.values(), NOTHING)
    loss = parts.get(WRITTEN_OFF, NOTHING)
    if 0 < loss < LEAST_LOSS:
        parts[MONEY] = parts.get(MONEY, NOTHING) + parts.pop(WRITTEN_OFF)
    return {kind: part for kind, part in parts.items() if part}


def _attach(weights):
    """Return the weights without what only goes with others."""
    has_money = weights.get(MONEY, NOTHING) > 0
    has_discount = has_money and weights.get(DISCOUNT, NOTHING) > 0
    goes_with_money = {FEE: has_money, DISCOUNT: has_money, TAX: has_discount}
    attached = defaultdict(Decimal)
    for kind, weight in weights.items():
        if kind in goes_with_money:
            kind = MONEY if goes_with_money[kind] else WRITTEN_OFF
        attached[kind] += weight
    return attached


def add_up(receipts: Iterable[Receipt]) -> dict[str, Decimal]:
    """Return the sums by kind."""
    sums = defaultdict(Decimal)
    for receipt in receipts:
        sums[receipt.kind] += receipt.amount
    return dict(sums)


def largest(sums: Mapping[str, Decimal]) -> str:
    """Return the kind of the largest sum, money before others; empty for none."""
    order = (MONEY, NETTED, TRANSFERRED, WRITTEN_OFF)
    found = {kind: sums.get(kind, NOTHING) for kind in order}
    kind = max(order, key=found.get)
    return kind if found[kind] > 0 else ""


def ending(expected: Decimal, sums: Mapping[str, Decimal]) -> str:
    """Return what settled an expected sum: money if it covers all of it, else the
    largest of what stands beside the money; empty while something is left.

    :param expected: what had to come in; nothing more is due when not above zero
    """
    if expected <= 0:
        return NOTHING_DUE
    if sums.get(MONEY, NOTHING) >= expected:
        return MONEY
    if sum(sums.values(), NOTHING) < expected:
        return ""
    return largest({kind: part for kind, part in sums.items() if kind != MONEY})


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the items of an agreement, in their currency.

    ``start`` is what was open when it was made, of the items that are still due or
    paid; ``drop`` by how much less is open now; ``receipts`` what was matched since;
    ``elsewhere`` the money that came in on other items of the debtor.
    """

    start: Decimal
    drop: Decimal
    receipts: tuple[Receipt, ...] = ()
    elsewhere: Decimal = NOTHING

    @property
    def news(self) -> list[Receipt]:
        """The receipts without what was only matched again: money that had come in
        before lowers no balance. The oldest money is taken for it."""
        again = sum((one.amount for one in self.receipts), NOTHING) - self.drop
        news = []
        for one in sorted(self.receipts, key=lambda one: (one.kind != MONEY, one.day)):
            part = min(max(again, NOTHING), one.amount)
            again -= part
            if one.amount > part:
                news.append(Receipt(one.day, one.amount - part, one.kind))
        return news

    @property
    def money(self) -> Decimal:
        """The money that came in, as far as the balances show it."""
        return add_up(self.news).get(MONEY, NOTHING)

    @property
    def credited(self) -> Decimal:
        """What credit notes took off."""
        return add_up(self.news).get(CREDITED, NOTHING)

    @property
    def covered(self) -> Decimal:
        """What nobody waits for any more: paid, or taken off by credit notes."""
        return self.money + self.credited

    def get_ending(self, expected: Decimal) -> str:
        """Return what settled an expected sum, see :func:`ending`: what credit notes
        took off was not expected any more."""
        sums = add_up(self.news)
        credited = sums.pop(CREDITED, NOTHING)
        return ending(min(expected, self.start) - credited, sums)

    @property
    def other(self) -> Decimal:
        """What was set off, moved elsewhere or written off."""
        return sum((one.amount for one in self.news), NOTHING) - self.covered
