"""Late-payment interest: what a debt has earned by a day, segment by segment.

Simple interest on the balance of each day, at the rate of that day, over 365 days even
in a leap year, rounded once. The first day that counts is the day after the due date,
the last one is the day of payment. Sources: Code de commerce L441-10 II (penalties
between businesses, no reminder needed), Code civil 1231-6 and 1344-1 (legal rate from
the formal notice), 1343-1 (allocation of a partial payment), 1343-2 (no interest on
interest). Plain Python; money and percents are ``Decimal``, days are ``date``.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .days import add_months

CENT = Decimal("0.01")
#: Percent, and days of a year: a leap year counts 365 as well.
DIVISOR = Decimal(36500)
ONE_DAY = timedelta(days=1)
FOREVER = date.max
PRINCIPAL, INTEREST = "principal", "interest"
#: What happens to a debt, in the order in which it counts on one day.
CREDIT_NOTE, CLAIM, PAYMENT = range(3)


class MissingRate(LookupError):
    """A day has no rate: nothing is guessed.

    ``day`` is the first day without one.
    """

    def __init__(self, day: date):
        super().__init__(f"There is no interest rate for {day.isoformat()}.")
        self.day = day


@dataclass(frozen=True, slots=True)
class Segment:
    """Days of one balance and one rate, both ends included; ``amount`` unrounded."""

    date_from: date
    date_to: date
    days: int
    base: Decimal
    percent: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Interest:
    """What is owed beside the principal on a day.

    ``amount`` is the interest not yet paid, rounded once, half up; ``days`` are those
    on which something was owed; ``principal_left`` is rounded alike.
    """

    amount: Decimal
    days: int
    segments: tuple[Segment, ...]
    principal_left: Decimal

    def since(self, day: date | None) -> tuple[Segment, ...]:
        """Return the segments after a day (which ended one), all of them for None."""
        return tuple(s for s in self.segments if day is None or s.date_from > day)


class RateTable:
    """Rates of a debt: each holds until the next one begins.

    A table by half-years (more than one line, all on 1 January or 1 July) holds no
    longer than the half-years that it lists: what comes next is fixed by law, not ours
    to continue. A single rate, or one that changes on other days, is a contract's.

    ``then`` is a rate that a contract fixes for whatever comes after them: the caller
    knows that the law will not lift it.
    """

    def __init__(
        self, rates: Iterable[tuple[date, Decimal]], then: Decimal | None = None
    ):
        lines = sorted(rates, key=lambda line: line[0])
        self._starts = [start for start, _percent in lines]
        self._percents = [_to_decimal(percent) for _start, percent in lines]
        for earlier, later in zip(self._starts, self._starts[1:], strict=False):
            if earlier == later:
                raise ValueError(f"Two rates begin on {later.isoformat()}.")
        following = [start - ONE_DAY for start in self._starts[1:]] + [FOREVER]
        if len(lines) > 1 and all(map(_begins_half_year, self._starts)):
            following = [
                min(end, _end_of_half_year(start))
                for start, end in zip(self._starts, following, strict=True)
            ]
        self._ends = following
        if then is not None and self._ends[-1:] not in ([], [FOREVER]):
            self._starts.append(self._ends[-1] + ONE_DAY)
            self._percents.append(_to_decimal(then))
            self._ends.append(FOREVER)

    def split(self, first: date, last: date):
        """Yield ``(from, to, percent)`` for the days from first to last, included.

        :raises MissingRate: for a day without a rate
        """
        while first <= last:
            index = bisect_right(self._starts, first) - 1
            if index < 0 or first > self._ends[index]:
                raise MissingRate(first)
            end = min(last, self._ends[index])
            yield first, end, self._percents[index]
            if end == FOREVER:
                return
            first = end + ONE_DAY


def late_interest(
    principal: Decimal,
    due: date,
    until: date,
    rates: RateTable | Iterable[tuple[date, Decimal]],
    payments: Sequence[tuple[date, Decimal]] = (),
    first: str = PRINCIPAL,
    credit_notes: Sequence[tuple[date, Decimal]] = (),
    unit: Decimal = CENT,
    claims: Sequence[tuple[date, Decimal]] = (),
) -> Interest:
    """Return the interest on a debt that was due on a day, until another one.

    :param principal: amount due, VAT included
    :param until: the last day that counts (the day of payment)
    :param rates: ``[(date_from, percent per year), …]`` or a prepared table
    :param payments: ``[(day, amount), …]``; what came by the due date earns nothing
    :param first: what a payment settles first, ``"principal"`` or ``"interest"``
    :param credit_notes: credit notes: they reduce the price, so always the principal
    :param unit: the smallest amount of the currency
    :param claims: interest until a day that was claimed, and is a debt of its own
        since, or waived: it is taken off what has been earned, and where it was more
        than that (a payment was entered late) off what is earned later
    :raises MissingRate: when a day that counts has no rate
    :raises ValueError: for a negative amount, or an unknown order of allocation
    """
    if first not in (PRINCIPAL, INTEREST):
        raise ValueError(f"“{first}” is neither principal nor interest.")
    table = rates if isinstance(rates, RateTable) else RateTable(rates)
    account = _Account(_to_decimal(principal), due, table)
    for day, kind, amount in _order(payments, credit_notes, claims):
        if day > until:
            break
        account.run_to(day)
        account.settle(kind, amount, first)
    account.run_to(until)
    return account.close(unit)


class _Account:
    """Balance of a debt and the interest it has earned, day by day."""

    def __init__(self, principal, due, table):
        if principal < 0:
            raise ValueError(f"A principal cannot be negative: {principal}.")
        self.principal, self.interest = principal, Decimal(0)
        self.day, self.table, self.segments = due, table, []

    def run_to(self, day):
        """Let the balance earn until a day, included."""
        if day <= self.day:
            return
        if self.principal:
            for start, end, percent in self.table.split(self.day + ONE_DAY, day):
                days = (end - start).days + 1
                amount = self.principal * percent * days / DIVISOR
                self.segments.append(
                    Segment(start, end, days, self.principal, percent, amount)
                )
                self.interest += amount
        self.day = day

    def settle(self, kind, amount, first):
        """Take a payment, a credit note or a claim of interest; a rest is left."""
        if kind == CLAIM:
            self.interest -= amount
            return
        if kind == PAYMENT and first == INTEREST:
            amount = self._pay_interest(amount)
        paid = min(amount, self.principal)
        self.principal -= paid
        if kind == PAYMENT and first == PRINCIPAL:
            self._pay_interest(amount - paid)

    def _pay_interest(self, amount):
        paid = min(amount, max(self.interest, Decimal(0)))
        self.interest -= paid
        return amount - paid

    def close(self, unit):
        return Interest(
            amount=round_half_up(max(self.interest, Decimal(0)), unit),
            days=sum(segment.days for segment in self.segments),
            segments=tuple(self.segments),
            principal_left=round_half_up(self.principal, unit),
        )


def round_half_up(amount: Decimal, unit: Decimal = CENT) -> Decimal:
    """Round to a multiple of ``unit``, as the published figures are."""
    return (amount / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit


def half_year_start(day: date) -> date:
    """Return the first day of the half-year of a day: where the rate is anchored."""
    return date(day.year, 1 if day.month < 7 else 7, 1)


def next_half_year(day: date) -> date:
    """Return the first day of the half-year after that of a day."""
    return add_months(half_year_start(day), 6)


def _end_of_half_year(start):
    return date(start.year, 6, 30) if start.month == 1 else date(start.year, 12, 31)


def _begins_half_year(day):
    return day == half_year_start(day)


def _order(payments, credit_notes, claims):
    """Return what happens to the debt by day; of one day the credit notes first."""
    kinds = ((CREDIT_NOTE, credit_notes), (CLAIM, claims), (PAYMENT, payments))
    return sorted(
        (day, kind, _to_amount(amount))
        for kind, events in kinds
        for day, amount in events
    )


def _to_amount(value):
    amount = _to_decimal(value)
    if amount < 0:
        raise ValueError(
            f"A payment, credit note or claim cannot be negative: {amount}."
        )
    return amount


def _to_decimal(value):
    if isinstance(value, float):
        raise TypeError(f"Amounts and rates are Decimal, not float: {value!r}.")
    return Decimal(value)


def read_percent(values, name: str) -> Decimal | None:
    """Return a percentage of a record or mapping, None when it is empty.

    Percentages are stored as floats of two decimals: they become exact here, and only
    here.
    """
    return Decimal(f"{values[name]:.2f}") if values[name] else None
