"""Schedules of payment plans: amounts that add up to the cent, dates that keep the day.

Plain Python; money is ``Decimal``, days are ``date``, percent are per year.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_UP, Decimal

from .days import add_months

CENT = Decimal("0.01")
#: Rhythms of a plan: months or days between two instalments.
MONTHS = {"month": 1, "quarter": 3}
DAYS = {"week": 7, "fortnight": 14}
#: Instalments in a year.
PER_YEAR = {"week": 52, "fortnight": 26, "month": 12, "quarter": 4}
DAYS_IN_YEAR = 365
#: Ten years of weeks: what takes longer is no plan.
MOST_INSTALMENTS = 520


@dataclass(frozen=True, slots=True)
class Instalment:
    """What is to be paid on a day; ``interest`` is the part of it that is interest."""

    date: date
    amount: Decimal
    interest: Decimal = Decimal(0)

    @property
    def principal(self) -> Decimal:
        return self.amount - self.interest


def schedule(
    total: Decimal,
    count: int,
    first_date: date,
    every: str = "month",
    down_payment: Decimal = Decimal(0),
    unit: Decimal = CENT,
) -> list[tuple[date, Decimal]]:
    """Return the instalments of a plan; the last one carries the cents.

    :param total: what is to be paid, the down payment included
    :param count: number of instalments, the down payment not counted
    :param first_date: day of the down payment if there is one, else of the first
        instalment; a plan that begins on the last day of a month keeps to the ends of
        the months
    :param every: ``week``, ``fortnight``, ``month`` or ``quarter``
    :param down_payment: what is paid at once, before the instalments
    :raises ValueError: when that cannot be divided into instalments
    """
    total, down_payment = Decimal(total), Decimal(down_payment)
    if not 1 <= count <= MOST_INSTALMENTS:
        raise ValueError(f"A plan has 1 to {MOST_INSTALMENTS} instalments.")
    if down_payment < 0 or total - down_payment < unit * count:
        raise ValueError(
            f"{total} less {down_payment} cannot be divided into {count} instalments."
        )
    dates = [_nth(first_date, every, n) for n in range(count + bool(down_payment))]
    rest = total - down_payment
    share = (rest / count / unit).quantize(Decimal(1), ROUND_DOWN) * unit
    amounts = [share] * (count - 1) + [rest - share * (count - 1)]
    if down_payment:
        amounts.insert(0, down_payment)
    return list(zip(dates, amounts, strict=True))


def count_for(
    total: Decimal,
    capacity: Decimal,
    every: str = "month",
    down_payment: Decimal = Decimal(0),
    unit: Decimal = CENT,
) -> int:
    """Return the fewest instalments of which none is above what the debtor can pay.

    :param capacity: what the debtor says he can pay a month
    :raises ValueError: when there is nothing he can pay, or nothing left to divide
    """
    rest = Decimal(total) - Decimal(down_payment)
    share = Decimal(capacity) * 12 / PER_YEAR[every]
    # Each instalment is a whole number of cents, and the last carries what is left.
    share = (share / unit).quantize(Decimal(1), ROUND_DOWN) * unit
    if rest <= 0 or rest > share * MOST_INSTALMENTS:
        raise ValueError(f"{rest} cannot be paid with {capacity} a month.")
    count = int((rest / share).quantize(Decimal(1), ROUND_CEILING))
    while _last_share(rest, count, unit) > share:
        count += 1
    return count


def add_interest(
    rows: Iterable[tuple[date, Decimal]],
    percent: Decimal,
    start: date,
    unit: Decimal = CENT,
) -> list[Instalment]:
    """Add to each instalment the simple interest on what was left before it.

    Days of 365ths, the day of payment included; each instalment is rounded, half up,
    because each one is paid.

    :param rows: the principal by day, as :func:`schedule` gives it
    :param start: the day from which interest runs, itself not counted
    """
    rows = list(rows)
    left = sum((principal for _day, principal in rows), Decimal(0))
    result, since = [], start
    for day, principal in rows:
        days = max((day - since).days, 0)
        exact = left * Decimal(percent) * days / (100 * DAYS_IN_YEAR)
        interest = _round(exact, unit)
        result.append(Instalment(day, principal + interest, interest))
        left -= principal
        since = max(since, day)
    return result


def annuity(
    principal: Decimal, percent: Decimal, count: int, unit: Decimal = CENT
) -> Decimal:
    """Return the equal payment that settles a debt with its interest.

    :param percent: for one period, not a year
    """
    rate = Decimal(percent) / 100
    if not rate:
        return _round(Decimal(principal) / count, unit)
    return _round(Decimal(principal) * rate / (1 - (1 + rate) ** -count), unit)


def equal_instalments(
    total: Decimal,
    count: int,
    first_date: date,
    every: str,
    percent: Decimal,
    down_payment: Decimal = Decimal(0),
    unit: Decimal = CENT,
) -> list[Instalment]:
    """Return instalments that are all the same, interest included; the last one
    carries the cents.

    The interest of a period is on what was left before it, from the start of the plan:
    one period before the first instalment, or the day of the down payment.
    """
    rows = schedule(total, count, first_date, every, down_payment, unit)
    result = []
    left = Decimal(total)
    if down_payment:
        result.append(Instalment(rows[0][0], Decimal(down_payment)))
        left -= Decimal(down_payment)
        rows = rows[1:]
    period = Decimal(percent) / PER_YEAR[every]
    payment = annuity(left, period, count, unit)
    for number, (day, _share) in enumerate(rows, start=1):
        interest = _round(left * period / 100, unit)
        amount = left + interest if number == count else payment
        if amount <= 0:
            raise ValueError(f"{total} is too little for {count} equal instalments.")
        result.append(Instalment(day, amount, interest))
        left -= amount - interest
    return result


def fill(amounts: Sequence[Decimal], received: Decimal) -> list[Decimal]:
    """Return what is paid of each instalment: payments fill them in order."""
    left, filled = max(Decimal(received), Decimal(0)), []
    for amount in amounts:
        part = min(amount, left)
        filled.append(part)
        left -= part
    return filled


def cash_by_month(
    rows: Iterable[tuple[date, Decimal]], today: date
) -> dict[date, Decimal]:
    """Return what is expected in each month (its first day), in order.

    What was due before today is expected now.
    """
    months: dict[date, Decimal] = {}
    for day, amount in rows:
        month = max(day, today).replace(day=1)
        months[month] = months.get(month, Decimal(0)) + amount
    return dict(sorted(months.items()))


def average_delay(
    dues: Iterable[tuple[date, Decimal]], rows: Iterable[tuple[date, Decimal]]
) -> int:
    """Return by how many days a plan is later than the due dates, on average.

    Each day weighs as much as what is paid on it.
    """
    return round(_average_day(rows) - _average_day(dues))


def months_between(first: date, last: date) -> int:
    """Return how many months a plan lasts, a month that is begun counts as a whole."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return max(months + (add_months(first, months) < last), 0)


def _average_day(rows):
    rows = list(rows)
    total = sum((amount for _day, amount in rows), Decimal(0))
    if not total:
        return Decimal(0)
    return sum(Decimal(day.toordinal()) * amount for day, amount in rows) / total


def _last_share(rest, count, unit):
    share = (rest / count / unit).quantize(Decimal(1), ROUND_DOWN) * unit
    return rest - share * (count - 1)


def _round(amount, unit):
    return (amount / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit


def _nth(first, every, number):
    if every in DAYS:
        return first + timedelta(days=DAYS[every] * number)
    if every not in MONTHS:
        raise ValueError(f"“{every}” is no rhythm of a plan.")
    day = add_months(first, MONTHS[every] * number)
    # A plan that begins at the end of a month, be it the 28th, keeps to the ends.
    if (first + timedelta(days=1)).day == 1:
        return add_months(day.replace(day=1), 1) - timedelta(days=1)
    return day
