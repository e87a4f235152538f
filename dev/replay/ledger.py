"""The invoices to replay, and what plain arithmetic expects of them.

Nothing here knows Odoo or the module: what the engine did is compared with this.
"""

import csv
import hashlib
from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

COLUMNS = ("customer", "invoice", "invoice_date", "due_date", "amount", "disputed")
ONE_DAY = timedelta(days=1)
#: Real books: which debts and which payments, and how long these wait.
OPENING_EVERY, BANKED_EVERY = 10, 5
BANKED_BEFORE = timedelta(days=2)


class LedgerError(Exception):
    """The file is not what the replay can read."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """One row of the file; ``settled`` is None when it was never paid.

    In real books (see :func:`in_real_books`) it may stand on an opening entry, and its
    money may lie on the bank, not matched, from ``banked`` on.
    """

    number: str
    customer: str
    issued: date
    due: date
    amount: Decimal
    disputed: bool
    settled: date | None
    is_opening: bool = False
    banked: date | None = None

    def is_unmatched(self, day: date) -> bool:
        """Tell whether it is open in the books when the run of a day begins."""
        return self.issued <= day and not (self.settled and self.settled <= day)

    def is_open(self, day: date) -> bool:
        """Tell whether money is missing when the run of a day begins.

        A payment is registered before the run of its day.
        """
        return self.is_unmatched(day) and not (self.banked and self.banked <= day)


@dataclass(frozen=True, slots=True)
class Rules:
    """The waits of the ladder that is replayed, in days."""

    delays: tuple[int, ...] = (5, 15, 30, 45, 60)
    gaps: tuple[int, ...] = (0, 1, 1, 1, 1)
    contact_gap: int = 0
    deadline: int = 0
    grace: int = 0
    skip: int = 0  # 7: every seventh run is left out; 0: none
    disputes: bool = False  # disputed invoices are contested on their due date
    real: bool = False  # an opening entry, and money that waits to be matched

    def wait(self, height: int) -> int:
        """Return the days between a rung and the next one, the ``height``-th.

        All levels print the same deadline, so it only adds to the gap.
        """
        if not self.deadline:
            return self.gaps[height]
        return max(self.gaps[height], self.deadline + self.grace + 1)


@dataclass(frozen=True, slots=True)
class Rung:
    """One invoice reaches one level on one day."""

    day: date
    number: str
    level: int


def read(path: Path) -> list[Invoice]:
    """Read the invoices of a file, in the order in which they were issued."""
    try:
        with open(path, newline="", encoding="utf-8") as handle:
            rows = list(csv.DictReader(handle))
    except OSError as error:
        raise LedgerError(f"{path}: {error.strerror}") from error
    invoices = [_read_row(path, line, row) for line, row in enumerate(rows, 2)]
    if not invoices:
        raise LedgerError(f"{path}: no invoice in it")
    if len({invoice.number for invoice in invoices}) < len(invoices):
        raise LedgerError(f"{path}: an invoice number occurs twice")
    return sorted(invoices, key=lambda invoice: (invoice.issued, invoice.number))


def in_real_books(invoices: Sequence[Invoice]) -> list[Invoice]:
    """Return the rows as real books have them: every tenth debt stands on one opening
    entry of the first day, every fifth payment lies on the bank two days before it is
    matched."""
    first = min(invoice.issued for invoice in invoices)
    rows, paid = [], 0
    for number, row in enumerate(invoices, 1):
        if number % OPENING_EVERY == 0:
            row = replace(row, is_opening=True, issued=first)
        if row.settled:
            paid += 1
            if paid % BANKED_EVERY == 0:
                row = replace(row, banked=max(row.settled - BANKED_BEFORE, row.issued))
        rows.append(row)
    return rows


def _read_row(path: Path, line: int, row: dict) -> Invoice:
    try:
        settled = row.get("settled_date")
        return Invoice(
            number=row["invoice"],
            customer=row["customer"],
            issued=date.fromisoformat(row["invoice_date"]),
            due=date.fromisoformat(row["due_date"]),
            amount=Decimal(row["amount"]),
            disputed=row["disputed"] == "yes",
            settled=date.fromisoformat(settled) if settled else None,
        )
    except (KeyError, ValueError, ArithmeticError) as error:
        wanted = ", ".join((*COLUMNS, "settled_date"))
        raise LedgerError(
            f"{path}, line {line}: {error!r}; columns wanted: {wanted}"
        ) from error


def dunnable(invoices: Iterable[Invoice], rules: Rules) -> list[Invoice]:
    """Return the invoices that may be dunned at all.

    Contested as a whole on its due date, an invoice is never late before that.
    """
    return [one for one in invoices if not (rules.disputes and one.disputed)]


def digest(path: Path) -> str:
    """Return what tells one file from another, whatever its name."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def days_of(invoices: Sequence[Invoice], rules: Rules) -> list[date]:
    """Return the days to replay: whole months, from the first invoice to the last
    payment (or to the top of the ladder, for what was never paid)."""
    first = min(invoice.issued for invoice in invoices).replace(day=1)
    top = timedelta(days=rules.delays[-1])
    last = max(invoice.settled or invoice.due + top for invoice in invoices)
    last = last.replace(day=monthrange(last.year, last.month)[1])
    return [first + ONE_DAY * number for number in range((last - first).days + 1)]


def skipped_days(days: Sequence[date], every: int) -> list[date]:
    """Return the days on which no run takes place: the seventh, fourteenth …"""
    return list(days[every - 1 :: every]) if every else []


def full_run(invoices: Iterable[Invoice], rules: Rules) -> list[Rung]:
    """The oracle: a level fires once, on due + delay, if the invoice is open then."""
    return [
        Rung(day, invoice.number, delay)
        for invoice in invoices
        for delay in rules.delays
        if invoice.is_open(day := invoice.due + timedelta(days=delay))
    ]


def spaced_customer_days(
    invoices: Sequence[Invoice], rungs: Iterable[Rung], gap: int
) -> int:
    """Count the days on which customers are contacted when whatever comes sooner than
    ``gap`` days after a contact is dropped (we defer it instead)."""
    customers = {invoice.number: invoice.customer for invoice in invoices}
    last: dict[str, date] = {}
    count = 0
    for day, customer in sorted({(rung.day, customers[rung.number]) for rung in rungs}):
        if customer not in last or (day - last[customer]).days >= gap:
            last[customer] = day
            count += 1
    return count


def step_by_step(
    invoices: Sequence[Invoice], rules: Rules, days: Collection[date]
) -> list[Rung]:
    """Climb day by day, with every wait: what the engine should do under any rules."""
    rungs: list[Rung] = []
    by_customer: dict[str, list[Invoice]] = {}
    for invoice in invoices:
        by_customer.setdefault(invoice.customer, []).append(invoice)
    for of_customer in by_customer.values():
        rungs += Climb(of_customer, rules).through(days)
    return sorted(rungs, key=lambda rung: (rung.day, rung.number))


class Climb:
    """One customer, day by day: nobody hears a softer text, and a fresh debt joins a
    firmer one that comes within the contact gap."""

    def __init__(self, invoices: Sequence[Invoice], rules: Rules):
        self.invoices, self.rules = invoices, rules
        self.gap = timedelta(days=rules.contact_gap)
        self.height = dict.fromkeys([one.number for one in invoices], 0)
        self.heard = dict.fromkeys(self.height, -1)  # the firmest text, by its place
        self.free_from = {
            one.number: one.due + timedelta(days=rules.grace + 1) for one in invoices
        }
        self.printed: dict[str, date] = {}  # until when each was asked to pay
        self.contact_from = date.min

    def through(self, days: Collection[date]) -> Iterator[Rung]:
        """Yield each level that is delivered."""
        for day in sorted(days):
            if day >= self.contact_from:
                yield from self._step(day)

    def _own_day(self, one: Invoice) -> date:
        wait = timedelta(days=self.rules.delays[self.height[one.number]])
        return max(self.free_from[one.number], one.due + wait)

    def _is_fresh(self, one: Invoice) -> bool:
        return not self.height[one.number] and self.heard[one.number] < 0

    def _step(self, day: date) -> Iterator[Rung]:
        late = [
            one
            for one in self.invoices
            if one.is_open(day) and (day - one.due).days > self.rules.grace
        ]
        top = len(self.rules.delays)
        climbing = [one for one in late if self.height[one.number] < top]
        reached = [one for one in climbing if self._own_day(one) <= day]
        are_fresh = all(map(self._is_fresh, reached))
        if not reached or (are_fresh and self._joins_later(climbing, reached, day)):
            return
        speaking = max(
            max(self.height[one.number], self.heard[one.number]) for one in reached
        )
        if not are_fresh:
            self._list([one for one in late if one not in reached], speaking, day)
        for one in reached:
            yield Rung(day, one.number, self.rules.delays[self.height[one.number]])
            self._reach(one, speaking, day)
        self.contact_from = day + self.gap

    def _joins_later(self, climbing, reached, day) -> bool:
        coming = [self._own_day(one) for one in climbing if not self._is_fresh(one)]
        last_day = min(map(self._own_day, reached)) + self.gap
        return any(day < one <= last_day for one in coming)

    def _list(self, others, speaking: int, day: date) -> None:
        """The printed date binds for what the message only lists too, once a text."""
        rules = self.rules
        asked = day + timedelta(days=rules.deadline + rules.grace + 1)
        for one in others:
            number = one.number
            if self.printed.get(number, date.min) >= day:
                continue  # it has a date of its own
            is_later = self._is_fresh(one) and self._own_day(one) > day + self.gap
            stands_higher = self.height[number] - 1 > speaking
            if is_later or stands_higher or self.heard[number] >= speaking:
                continue
            self.heard[number] = speaking
            if rules.deadline:
                self.free_from[number] = max(self.free_from[number], asked)
                self.printed[number] = asked - timedelta(days=1)

    def _reach(self, one: Invoice, speaking: int, day: date) -> None:
        number = one.number
        self.height[number] += 1
        self.heard[number] = speaking
        if self.rules.deadline:
            granted = timedelta(days=self.rules.deadline + self.rules.grace)
            self.printed[number] = day + granted
        if self.height[number] < len(self.rules.delays):
            wait = self.rules.wait(self.height[number])
            self.free_from[number] = day + timedelta(days=wait)


def lost_by_skipping(
    invoices: Sequence[Invoice], rungs: Iterable[Rung], days: Sequence[date], every: int
) -> tuple[list[Rung], list[Rung]]:
    """Tell what skipped runs change, from the rungs of the full run.

    :return: the rungs that remain, on the day of the next run held where theirs was
        skipped, and those that are lost because the invoice was settled before it
    """
    by_number = {invoice.number: invoice for invoice in invoices}
    skipped = set(skipped_days(days, every))
    kept, lost = [], []
    for rung in rungs:
        day = rung.day
        while day in skipped:
            day += ONE_DAY
        if day <= days[-1] and by_number[rung.number].is_open(day):
            kept.append(Rung(day, rung.number, rung.level))
        else:
            lost.append(rung)
    return kept, lost
