"""Limitation (prescription): the last day on which a debt can be claimed in court.

Sources: Code civil 2224, Code de commerce L110-4 (five years), Code de la consommation
L218-2 (two years against a consumer), Code de commerce L133-6 (one year, carriage of
goods); 2228-2229 (counted in days, complete when the last one is over); 2231 and 2240
(who acknowledges the debt starts a new full period). A reminder or a formal notice does
not interrupt it (Cass. com. 18 May 2022, n° 20-23.204). Plain Python.
"""

from collections.abc import Iterable
from datetime import date

from .days import add_months


def limitation_date(
    start: date, years: int, interruptions: Iterable[date] = ()
) -> date:
    """Return the last day to act.

    :param start: due date, or the earlier day from which the claim could be made
    :param years: whole years of the period
    :param interruptions: days on which the debtor acknowledged the debt, or a court
        was asked; each one starts a new full period. One that came when the period was
        over changes nothing: the time left is never overstated.
    :raises ValueError: when the period is not at least one year
    """
    if years < 1:
        raise ValueError(f"A limitation period is at least one year, not {years}.")
    last = add_months(start, 12 * years)
    for day in sorted(interruptions):
        if start <= day <= last:
            last = max(last, add_months(day, 12 * years))
    return last
