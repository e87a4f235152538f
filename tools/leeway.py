"""How much time somebody may grant a debtor by himself.

Plain Python; days are ``date`` in the company's time zone. Promises and holds are
*grants*: each of them lets an item wait. Who may grant less asks who may grant more.
"""

from dataclasses import dataclass
from datetime import date, timedelta

# Why a grant is more than somebody may give.
TOO_LONG = "too_long"
TOO_OFTEN = "too_often"


@dataclass(frozen=True, slots=True)
class Leeway:
    """What one role may grant: how many days ahead a promise may lie, how many grants
    an item may have after its first, how many days a hold may last."""

    role: str
    days_ahead: int
    renewals: int
    hold_days: int

    def last_day(self, today: date) -> date:
        """Return the last day for which a promise may be taken today."""
        return today + timedelta(days=self.days_ahead)

    def refuse_hold(self, first: date, last: date, earlier: int) -> str:
        """Return why a hold is more than that; empty when it is not.

        :param first: the day on which it begins, and ``last`` its last day
        :param earlier: how many grants its items have had before, at most
        """
        if last > first + timedelta(days=self.hold_days):
            return TOO_LONG
        return self.refuse_renewal(earlier)

    def refuse_renewal(self, earlier: int) -> str:
        """Return why one more grant is too many; empty when it is not."""
        return TOO_OFTEN if earlier > self.renewals else ""
