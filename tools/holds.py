"""When a temporary hold of a case or an item is in force.

Plain Python; days are ``date`` in the company's time zone. A hold needs no scheduler to
end: the day after ``date_until`` it is over, whoever looks.
"""

from dataclasses import dataclass
from datetime import date, timedelta

#: A person keeps it back for a time: a code beside those of the ledger.
ON_HOLD = "on_hold"
# What the law holds back: codes beside those of the ledger.
INSOLVENCY = "insolvency"  # claims born before the judgment
OVER_INDEBTED = "over_indebted"  # debts of a consumer born before his admission
FROZEN = (INSOLVENCY, OVER_INDEBTED)  # may be neither asked for nor paid
TIME_BARRED = "time_barred"  # a consumer can no longer be sued for them
BY_LAW = (*FROZEN, TIME_BARRED)

#: A hold is temporary: who wants more excludes the invoice from follow-up.
MOST_HOLD_DAYS = 366

# What became of a hold.
RUNNING = "running"
INTERRUPTED = "interrupted"
DONE = "done"

# Why an end date is refused.
NOT_TO_COME = "not_to_come"
TOO_FAR = "too_far"


@dataclass(frozen=True, slots=True)
class Hold:
    """``date_until`` is the last day held; ``ended_on`` the day somebody resumed."""

    date_from: date
    date_until: date
    ended_on: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether nobody is dunned on that day because of the hold."""
        return self.date_from <= day < self.free_on

    @property
    def free_on(self) -> date:
        """Return the first day on which the calendar decides again."""
        after = self.date_until + timedelta(days=1)
        return min(after, self.ended_on) if self.ended_on else after

    def state(self, today: date) -> str:
        """Return what became of the hold as seen today."""
        if self.ended_on and self.ended_on <= self.date_until:
            return INTERRUPTED
        return DONE if today > self.date_until else RUNNING


def refuse_end(today: date, date_until: date) -> str:
    """Return why a hold cannot end on a date; empty when it can."""
    if date_until <= today:
        return NOT_TO_COME
    return TOO_FAR if (date_until - today).days > MOST_HOLD_DAYS else ""
