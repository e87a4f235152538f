"""Days counted in months, as contracts and the law count them. Plain Python."""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

#: (month, day) of the French public holidays that do not move (L3133-1 C. trav.).
FIXED_HOLIDAYS = (
    *((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)),
)
#: Easter Monday, Ascension Day, Whit Monday: days after Easter Sunday.
MOVING_HOLIDAYS = (1, 39, 50)


def add_months(day: date, months: int) -> date:
    """Return the same day of another month, its last day where there is none (Code de
    procédure civile 641)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (Butcher's algorithm)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    moon = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * moon) // 451
    month, day = divmod(h + moon - 7 * m + 114, 31)
    return date(year, month, day + 1)


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
