"""How long an invoice has been late, in the bands that old items are decided in.

Plain Python: ages are whole days after the due date (1 = the day after it).
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Band:
    """From ``first`` to ``last`` days late, both included; no ``last``: without end."""

    first: int
    last: int | None = None

    def holds(self, days_late: int) -> bool:
        return self.first <= days_late and (self.last is None or days_late <= self.last)


#: A month: the ladder as it is. A quarter, a year: what was perhaps reminded already in
#: another program. Beyond: what nobody has asked for in a year.
BANDS = (Band(1, 30), Band(31, 90), Band(91, 365), Band(366))


def find_band(days_late: int, bands: Iterable[Band] = BANDS) -> Band | None:
    """Return the band of an age; None for what is not late."""
    return next((band for band in bands if band.holds(days_late)), None)
