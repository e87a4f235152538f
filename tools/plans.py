"""How a payment plan goes: what is reminded of, missed, broken or completed.

Plain Python; money is ``Decimal``, days are ``date``. A plan is judged by the receipts
of now, as if for the first time: a payment that is taken back changes the verdict by
itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .instalments import fill
from .settlement import MONEY, NETTED

COMPLETED = "completed"
REMINDER = "reminder"
TO_CHECK = "to_check"
MISSED = "missed"
BROKEN = "broken"
#: What it was about is not due any more, or moved elsewhere, and nobody has paid.
VOID = "void"
#: Nothing to do today.
RESPECTED = ""


@dataclass(frozen=True, slots=True)
class Due:
    """An instalment: ``last_day`` is the last one on which it is in time.

    ``noticed`` tells whether the debtor was written to because it was missed,
    ``noticed_on`` when that notice reached him.
    """

    key: int
    date: date
    amount: Decimal
    last_day: date
    noticed: bool = False
    noticed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done on a day, for which instalment; ``missing`` is late;
    ``ended_as`` is what settled it other than money (see ``tools/settlement.py``)."""

    step: str = RESPECTED
    due: Due | None = None
    missing: Decimal = Decimal(0)
    ended_as: str = ""

    @property
    def is_void(self) -> bool:
        return self.step == VOID

    @property
    def is_to_check(self) -> bool:
        return self.step == TO_CHECK


def judge(
    dues: Sequence[Due],
    received: Decimal,
    announced: Decimal,
    today: date,
    reminder_days: int,
    notice_days: int,
    ended_as: str = "",
) -> Verdict:
    """Return how a plan stands.

    :param dues: its instalments, in the order in which payments fill them
    :param received: the money that came in since the agreement
    :param announced: money of the debtor that is not matched yet
    :param reminder_days: how long before its date the debtor is reminded; 0: never
    :param notice_days: how long after the notice the plan still holds
    :param ended_as: what settled it as a whole, if anything did
    """
    if ended_as and ended_as != MONEY:
        return Verdict(TO_CHECK if ended_as == NETTED else VOID, ended_as=ended_as)
    paid = fill([due.amount for due in dues], received)
    left = [(due, due.amount - part) for due, part in zip(dues, paid, strict=True)]
    left = [(due, amount) for due, amount in left if amount > 0]
    if not left or ended_as == MONEY:
        return Verdict(COMPLETED)
    late = [(due, amount) for due, amount in left if today > due.last_day]
    if not late:
        return _remind(left, today, reminder_days)
    first = late[0][0]
    missing = sum((amount for _due, amount in late), Decimal(0))
    if announced >= missing:
        return Verdict(TO_CHECK, first, missing)
    if not first.noticed:
        return Verdict(MISSED, first, missing)
    if first.noticed_on and today > first.noticed_on + timedelta(days=notice_days):
        return Verdict(BROKEN, first, missing)
    return Verdict(RESPECTED, first, missing)


def _remind(left, today, reminder_days):
    for due, _amount in left:
        if due.date - timedelta(days=reminder_days) <= today < due.date:
            return Verdict(REMINDER, due)
    return Verdict()
