"""Whether a promise to pay, or an offer, was kept, from what was really paid.

Plain Python; money is ``Decimal`` in the currency of the promise, days are ``date`` in
the company's time zone. A verdict is worked out afresh from the payments of now and
remembers nothing: a payment that is taken back, or found later, changes it by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .settlement import CREDITED, MONEY, NETTED, NOTHING, Receipt, add_up, ending

OPEN = "open"
TO_CHECK = "to_check"
KEPT = "kept"
PARTIAL = "partial"
BROKEN = "broken"
#: What it was about is not due any more, or moved elsewhere, and nobody has paid.
VOID = "void"

FAILED = (PARTIAL, BROKEN)


@dataclass(frozen=True, slots=True)
class Promise:
    """``amount`` was promised of items on which ``start`` was open then; ``last_day``
    is the last one on which the bank may bring it in; ``credited`` is what credit notes
    have taken off the items since."""

    amount: Decimal
    start: Decimal
    last_day: date
    credited: Decimal = NOTHING

    @property
    def expected(self) -> Decimal:
        """What had to come in: nobody pays more than what is open."""
        return max(min(self.amount, self.start - self.credited), NOTHING)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``received`` is the money that came in on time, never more than expected;
    ``left`` what is still to come of it today; ``ended_as`` what settled it other than
    money (see ``tools/settlement.py``)."""

    state: str
    received: Decimal = NOTHING
    left: Decimal = NOTHING
    ended_as: str = ""

    @property
    def is_void(self) -> bool:
        return self.state == VOID

    @property
    def is_to_check(self) -> bool:
        return self.state == TO_CHECK

    @property
    def failed(self) -> bool:
        return self.state in FAILED

    @property
    def missing(self) -> Decimal:
        """What the debtor would be accused of."""
        return self.left if self.failed else NOTHING

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

    :param receipts: since it was made, on the items it is about; of credit notes
        ``promise.credited`` tells
    :param announced: money of the debtor that may be meant for it: open credits,
        payments in process, bank lines without a match, what came in on other items
    """
    receipts = [one for one in receipts if one.kind != CREDITED]
    expected = promise.expected
    sums = add_up(one for one in receipts if one.day <= promise.last_day)
    received = min(max(sums.get(MONEY, NOTHING), NOTHING), expected)
    left = max(expected - sum((one.amount for one in receipts), NOTHING), NOTHING)
    ended_as = ending(expected, sums)
    if ended_as == MONEY:
        return Verdict(KEPT, received)
    if ended_as:
        state = TO_CHECK if ended_as == NETTED else VOID
        return Verdict(state, received, left, ended_as)
    if today <= promise.last_day:
        return Verdict(OPEN, received, left)
    if 0 < left <= announced:
        return Verdict(TO_CHECK, received, left)
    return Verdict(PARTIAL if received else BROKEN, received, left)
