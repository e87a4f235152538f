"""Schedules of payment plans: amounts that add up to the cent, dates that keep the day.

Plain Python; money is ``Decimal``, days are ``date``.
"""

from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from .days import add_months

CENT = Decimal("0.01")
#: Rhythms of a plan: months or days between two instalments.
MONTHS = {"month": 1, "quarter": 3}
DAYS = {"week": 7, "fortnight": 14}


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
        instalment; a plan that begins on the 31st keeps to the ends of the months
    :param every: ``week``, ``fortnight``, ``month`` or ``quarter``
    :param down_payment: what is paid at once, before the instalments
    :raises ValueError: when that cannot be divided into instalments
    """
    total, down_payment = Decimal(total), Decimal(down_payment)
    if count < 1:
        raise ValueError("A plan has at least one instalment.")
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


def _nth(first, every, number):
    if every in MONTHS:
        return add_months(first, MONTHS[every] * number)
    if every in DAYS:
        return first + timedelta(days=DAYS[every] * number)
    raise ValueError(f"“{every}” is no rhythm of a plan.")
