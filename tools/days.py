"""Days counted in months, as contracts and the law count them. Plain Python."""

from datetime import date, timedelta
from functools import lru_cache

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

#: (month, day) of the French public holidays that do not move (L3133-1 C. trav.).
FIXED_HOLIDAYS = (
    *((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)),
)
#: Easter Monday, Ascension Day, Whit Monday: days after Easter Sunday.
MOVING_HOLIDAYS = (1, 39, 50)


def add_months(day: date, months: int) -> date:
    """Return the same day of another month, its last day where there is none (Code de
    procédure civile 641)."""
    return day + relativedelta(months=months)


@lru_cache(maxsize=32)
def french_holidays(year: int) -> frozenset[date]:
    """Return the public holidays of the whole of France.

    Alsace and Moselle have two more: left out, so that a deadline is never late.
    """
    sunday = easter(year)
    moving = (sunday + timedelta(days=days) for days in MOVING_HOLIDAYS)
    return frozenset([*(date(year, *day) for day in FIXED_HOLIDAYS), *moving])


def next_open_day(day: date) -> date:
    """Return the day on which a period that ends on ``day`` is really over: the next
    one that is no Saturday, Sunday or public holiday (Code de procédure civile 642)."""
    while day.weekday() >= 5 or day in french_holidays(day.year):
        day += timedelta(days=1)
    return day
