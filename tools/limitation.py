"""Limitation (prescription): the last day on which a debt can be claimed in court.

Sources: Code civil 2224, Code de commerce L110-4 (five years), Code de la consommation
L218-2 (two years against a consumer), Code de commerce L133-6 (one year, carriage of
goods), Code des postes L34-2 (one year, electronic communications), law 68-1250 of 31
December 1968 (public bodies: four years from the first day of the next year); 2228-2229
(counted in days, complete when the last one is over); 2231 and 2240 (who acknowledges
the debt starts a new full period); 2241-2242 (a claim in court, until the proceedings
end), 2238 (mediation suspends, at least six months are left afterwards); 2254 (by
contract one to ten years, never with a consumer: Code de la consommation L218-1). A
reminder or a formal notice does not interrupt it (Cass. com. 18 May 2022, n°
20-23.204), but of a public body each written demand to pay does: new four years begin
on 1 January after it (law 68-1250, article 2). Plain Python.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .days import add_months

#: Years by law, by kind of debtor. Public bodies: counted in whole calendar years.
LEGAL_YEARS = {"business": 5, "consumer": 2, "public": 4}
#: Years where the law has a shorter period for a trade.
SECTOR_YEARS = {"transport": 1, "telecom": 1}
#: What a contract between businesses may say (Code civil 2254).
SHORTEST_CONTRACT, LONGEST_CONTRACT = 1, 10
#: The shortest period of all, in months: nothing younger needs a closer look.
SHORTEST_MONTHS = 12
#: Months left at least when a suspension is over (Code civil 2238).
LEFT_AFTER_SUSPENSION = 6


@dataclass(frozen=True, slots=True)
class Period:
    """So many whole years; ``by_calendar``: from the first day of the next year."""

    years: int
    by_calendar: bool = False

    def last_day(self, start: date) -> date:
        if self.by_calendar:
            return date(start.year + self.years, 12, 31)
        return add_months(start, 12 * self.years)


@dataclass(frozen=True, slots=True)
class Event:
    """What interrupts the period on a day, or suspends it from ``day`` to ``until``.

    An interruption with ``until`` (a claim in court) lasts until that day. One that is
    ``by_calendar`` (a written demand to pay) counts for periods of calendar years only,
    those of public bodies.
    """

    day: date
    until: date | None = None
    suspends: bool = False
    by_calendar: bool = False

    def extend(self, last: date, period: Period) -> date:
        """Return the last day to act with the event, given the one without it."""
        if not self.suspends:
            return max(last, period.last_day(max(self.day, self.until or self.day)))
        if not self.until:  # it runs on as long as nobody says when it ended
            return last
        left = add_months(self.until, LEFT_AFTER_SUSPENSION)
        return max(last + (self.until - self.day), left)


def find_period(kind: str, sector: str = "", contract_years: int = 0) -> Period:
    """Return the period of a debt; in doubt the shortest.

    :param kind: of the debtor; what is not known is a consumer
    :param sector: a trade with a shorter period, empty for any other
    :param contract_years: agreed between businesses, 0 for nothing
    """
    if kind not in LEGAL_YEARS:
        kind = "consumer"
    years = LEGAL_YEARS[kind]
    if kind == "business" and contract_years:
        years = min(max(contract_years, SHORTEST_CONTRACT), LONGEST_CONTRACT)
    special = SECTOR_YEARS.get(sector)
    if special and special <= years:
        return Period(special)
    return Period(years, by_calendar=kind == "public")


def last_day_to_act(start: date, period: Period, events: Iterable[Event] = ()) -> date:
    """Return the last day to act.

    :param start: the earliest day from which the claim could be made
    :param events: what interrupts or suspends the period, in any order. What came
        before it, or when it was over, changes nothing: the time left is never
        overstated.
    """
    last = period.last_day(start)
    for event in sorted(events, key=lambda event: event.day):
        is_known = period.by_calendar or not event.by_calendar
        if is_known and start <= event.day <= last:
            last = max(last, event.extend(last, period))
    return last


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
    return last_day_to_act(start, Period(years), map(Event, interruptions))
