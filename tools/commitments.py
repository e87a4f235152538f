"""Whether a promise to pay was kept, from what was really paid.

Plain Python; money is ``Decimal`` in the currency of the promise, days are ``date`` in
the company's time zone. A verdict is worked out afresh from the payments of now and
remembers nothing: a payment that is taken back, or found later, changes it by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

OPEN = "open"
TO_CHECK = "to_check"
KEPT = "kept"
PARTIAL = "partial"
BROKEN = "broken"
#: Nothing of what it was about is due any more, and nobody has paid.
VOID = "void"

FAILED = (PARTIAL, BROKEN)
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What settled a part of the items since the promise: ``day`` is the accounting
    date of the counterpart; ``is_money`` is true of payments and credit notes, false of
    entries that only move the debt elsewhere."""

    day: date
    amount: Decimal
    is_money: bool = True


@dataclass(frozen=True, slots=True)
class Promise:
    """``amount`` was promised of items on which ``start`` was open then; ``last_day``
    is the last one on which the bank may bring it in."""

    amount: Decimal
    start: Decimal
    last_day: date

    @property
    def expected(self) -> Decimal:
        """What had to come in: nobody pays more than what is open."""
        return max(min(self.amount, self.start), NOTHING)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``received`` is what came in on time, never more than expected; ``left`` what is
    still to come of it today."""

    state: str
    received: Decimal = NOTHING
    left: Decimal = NOTHING

    @property
    def failed(self) -> bool:
        return self.state in FAILED

    def escalates(self, is_done: bool) -> bool:
        """Tell whether the debtor hears of it, or plan B happens: once, and only while
        something is left to pay.

        :param is_done: it was escalated before
        """
        return self.failed and self.left > 0 and not is_done


def judge(
    promise: Promise,
    receipts: Iterable[Receipt],
    today: date,
    announced: Decimal = NOTHING,
) -> Verdict:
    """Return what became of a promise, as seen today.

    :param receipts: since it was made, on the items it is about
    :param announced: money of the debtor that may be meant for it: open credits,
        payments in process, bank lines without a match, what came in on other items
    """
    receipts = list(receipts)
    expected = promise.expected
    if expected <= 0:
        return Verdict(VOID)
    in_time = [receipt for receipt in receipts if receipt.day <= promise.last_day]
    money = sum((one.amount for one in in_time if one.is_money), NOTHING)
    entered = sum((one.amount for one in in_time), NOTHING)
    received = min(max(money, NOTHING), expected)
    left = max(expected - sum((one.amount for one in receipts), NOTHING), NOTHING)
    if money >= expected:
        return Verdict(KEPT, received, NOTHING)
    if today <= promise.last_day:
        return Verdict(OPEN, received, left)
    if entered >= expected or 0 < left <= announced:
        return Verdict(TO_CHECK, received, left)
    return Verdict(PARTIAL if received else BROKEN, received, left)
