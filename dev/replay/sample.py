"""Make the shipped ledger, and what to expect of it: ``python3 dev/replay/sample.py``.

Twelve customers, sixty invoices, the same on every call. The expected numbers are found
by asking of each day and invoice, in the simplest way that works, whether a level falls
on it; they stand in ``oracles.json`` under the checksum of the file.
"""

import csv
import hashlib
import json
import random
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).parent
LEDGER = HERE / "sample.csv"
ORACLES = HERE / "oracles.json"
HEAD = (
    "customer,country_code,invoice,invoice_date,due_date,amount,disputed,settled_date"
)
LEVELS = (5, 15, 30, 45, 60)
FIRST_DAY = date(2024, 1, 2)
SEED = 2024
TERMS = (14, 30, 30, 45)
CUSTOMERS = [f"{number:04}-SAMPLE" for number in range(1, 13)]
COUNT = 60

# Customer, day of the invoice, days to its due date, days from there to the payment.
CORNERS = (
    (0, 0, 30, -30),  # paid when it was issued
    (0, 5, 30, -40),  # paid before it was issued
    (0, 10, 30, 0),  # on the due date
    (0, 12, 30, 5),  # on the day of the first level: no contact
    (0, 14, 30, 6),  # the day after: one contact
    (1, 20, 0, 1),  # due at once
    (1, 20, 20, 61),  # climbs to the top
    (1, 30, 20, 46),  # on another level on the same days
    (1, 45, 20, 31),  # and a third one
    (2, 0, 14, None),  # never paid
    (3, 3, 30, 6),  # all is paid one day after a contact …
    (3, 40, 0, 20),  # … and a new debt is late before the contact gap is over
    (4, 30, 30, 15),  # on the day of the second level
    (4, 31, 30, 16),  # the day after
    (0, 5, 30, 6),  # when every 7th run is skipped: no run in between
    (2, 15, 10, 16),  # the same on the second level
)


def corner_rows(amounts):
    """Return the invoices on which an engine may stumble."""
    for customer, issued, term, late in CORNERS:
        yield row(CUSTOMERS[customer], issued, term, late, amounts)


def random_rows(amounts):
    """Return ordinary invoices: most customers pay in time, some always late."""
    for _number in range(COUNT - len(CORNERS)):
        place = amounts.randrange(4, len(CUSTOMERS))
        habit = -10 + 4 * (place - 4)
        late = round(amounts.gauss(habit, 7))
        yield row(
            CUSTOMERS[place],
            amounts.randrange(90),
            amounts.choice(TERMS),
            max(late, -13),
            amounts,
        )


def row(customer, issued, term, late, amounts):
    """Return one invoice as a list of texts, its number left empty."""
    day = FIRST_DAY + timedelta(days=issued)
    due = day + timedelta(days=term)
    settled = "" if late is None else str(due + timedelta(days=late))
    amount = f"{amounts.randrange(2_000, 300_000) / 100:.2f}"
    disputed = "yes" if amounts.random() < 0.2 else "no"
    return [customer, "250", "", str(day), str(due), amount, disputed, settled]


def make_rows():
    """Return all rows in the order of their dates, numbered."""
    amounts = random.Random(SEED)
    rows = sorted([*corner_rows(amounts), *random_rows(amounts)], key=lambda r: r[3])
    for number, values in enumerate(rows, 1):
        values[2] = f"S{number:03}"
    return rows


def expect(rows):
    """Return the numbers of the oracle, found day by day."""
    per_level, cents = dict.fromkeys(LEVELS, 0), dict.fromkeys(LEVELS, 0)
    uncontested = dict.fromkeys(LEVELS, 0)
    customer_days, reached = set(), set()
    for customer, _country, _number, _issued, due, amount, disputed, settled in rows:
        day = date.fromisoformat(due)
        for late in range(1, max(LEVELS) + 1):
            day += timedelta(days=1)
            if late in LEVELS and (not settled or date.fromisoformat(settled) > day):
                per_level[late] += 1
                uncontested[late] += disputed == "no"
                cents[late] += int(amount.replace(".", ""))
                customer_days.add((customer, day))
                reached.add(customer)
    return {
        "name": LEDGER.name,
        "invoices": len(rows),
        "per_level": list(per_level.values()),
        "amounts": [f"{total / 100:.2f}" for total in cents.values()],
        "customer_days": len(customer_days),
        "spaced_customer_days": len(thinned(customer_days, 7)),
        "customers": len(reached),
        "disputed": sum(values[6] == "yes" for values in rows),
        "with_disputes": list(uncontested.values()),
    }


def thinned(customer_days, gap):
    """Return what is left when days too close to the one before are dropped."""
    left = set()
    for customer, day in sorted(customer_days):
        sooner = {(customer, day - timedelta(days=back)) for back in range(1, gap)}
        if not sooner & left:
            left.add((customer, day))
    return left


def main():
    """Write the ledger and its oracle."""
    rows = make_rows()
    with open(LEDGER, "w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerows([HEAD.split(","), *rows])
    oracles = json.loads(ORACLES.read_text())
    others = {
        key: value for key, value in oracles.items() if value["name"] != LEDGER.name
    }
    key = hashlib.sha256(LEDGER.read_bytes()).hexdigest()
    ORACLES.write_text(json.dumps(others | {key: expect(rows)}, indent=2) + "\n")


if __name__ == "__main__":
    main()
