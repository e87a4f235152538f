"""Compare what a mode delivered with what was expected, and show it as tables."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from replay.checks import compare, rungs_of, softer
from replay.ledger import (
    Invoice,
    Rules,
    Rung,
    days_of,
    dunnable,
    full_run,
    lost_by_skipping,
    skipped_days,
    spaced_customer_days,
    step_by_step,
)
from replay.modes import MODES, Outcome

NEVER = "before any contact"


def mode(
    name: str,
    invoices: Sequence[Invoice],
    outcome: Outcome,
    published: Mapping | None,
) -> tuple[list[str], list[str]]:
    """Return what to print about a mode, and what is wrong with it.

    :param published: the numbers known for this very file, None for another file
    """
    rules = MODES[name]
    lines = [f"\n## {name}: {describe(rules)}\n"]
    lines += level_table(rules, invoices, outcome)
    lines += [""]
    lines += settled_table(rules, invoices, outcome)
    notes, problems = compared(rules, invoices, outcome)
    if name == "disputes" and published:
        problems += disputes_problems(rules, invoices, outcome, published)
        notes.append("The numbers published with disputes were compared.")
    if name == "full" and published:
        problems += published_problems(rules, invoices, outcome, published)
        notes.append(f"The numbers published for {published['name']} were compared.")
    if rules.contact_gap:
        notes.append(dropped(rules, invoices, outcome))
    notes.append(f"Contacts softer than one before: {softer(outcome.contacts)}.")
    notes.append(f"Decisions asked for at the end of the ladder: {outcome.decisions}.")
    return [*lines, "", *notes], problems


def describe(rules: Rules) -> str:
    """Return the waits of a mode in words."""
    delays, gaps = ("/".join(map(str, row)) for row in (rules.delays, rules.gaps))
    texts = [f"levels {delays}, gaps {gaps}"]
    for name in ("contact_gap", "deadline", "grace"):
        if value := getattr(rules, name):
            texts.append(f"{name.replace('_', ' ')} {value}")
    if rules.disputes:
        texts.append("disputed invoices contested on their due date")
    if rules.skip:
        texts.append(f"every {rules.skip}th run skipped")
    return ", ".join(texts)


def table(head: Sequence[str], rows: Iterable[Sequence]) -> list[str]:
    """Return a Markdown table that is readable as it is."""
    rows = [list(map(str, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    texts = ["| " + " | ".join(_pad(row, widths)) + " |" for row in (list(head), *rows)]
    marks = ["-" * widths[0], *(f"{'-' * (width - 1)}:" for width in widths[1:])]
    return [texts[0], "| " + " | ".join(marks) + " |", *texts[1:]]


def _pad(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    cells = [row[0].ljust(widths[0])]
    return cells + [
        text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True)
    ]


def level_table(
    rules: Rules, invoices: Sequence[Invoice], outcome: Outcome
) -> list[str]:
    """Show contacts per level and channel, and the invoices that reached each level."""
    spoke = Counter((one.level, one.channel) for one in outcome.contacts)
    channels = sorted({channel for _level, channel in spoke}) or ["email"]
    reached = reached_levels(rules, invoices, outcome)
    head = ["level", *(f"contacts, {name}" for name in channels), "invoices", "amount"]
    rows = [
        [f"D+{level}", *(spoke[level, name] for name in channels), *reached[level]]
        for level in rules.delays
    ]
    sums = [sum(spoke[level, name] for level in rules.delays) for name in channels]
    counts, amounts = zip(*reached.values(), strict=True)
    return table(head, [*rows, ["all", *sums, sum(counts), sum(amounts)]])


def reached_levels(
    rules: Rules, invoices: Sequence[Invoice], outcome: Outcome
) -> dict[int, tuple[int, Decimal]]:
    """Map each level to the number and the amount of the invoices delivered there."""
    amounts = {invoice.number: invoice.amount for invoice in invoices}
    reached = dict.fromkeys(rules.delays, (0, Decimal("0.00")))
    for rung in rungs_of(outcome.contacts):
        count, amount = reached[rung.level]
        reached[rung.level] = (count + 1, amount + amounts[rung.number])
    return reached


def settled_table(
    rules: Rules, invoices: Sequence[Invoice], outcome: Outcome
) -> list[str]:
    """Show at which point invoices were settled; the disputed ones are only counted."""
    highest = highest_levels(outcome)
    rows = []
    for level in (0, *rules.delays):
        group = [one for one in invoices if highest.get(one.number, 0) == level]
        settled = [one for one in group if one.settled]
        rows.append(
            [
                f"after D+{level}" if level else NEVER,
                len(settled),
                sum((one.amount for one in settled), Decimal("0.00")),
                sum(one.disputed for one in settled),
                len(group) - len(settled),
            ]
        )
    sums = [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)]
    head = ["settled", "invoices", "amount", "of them disputed", "never settled"]
    return table(head, [*rows, ["all", *sums]])


def highest_levels(outcome: Outcome) -> dict[str, int]:
    """Map the invoices that were ever dunned to the highest level they reached."""
    highest: dict[str, int] = {}
    for rung in rungs_of(outcome.contacts):
        highest[rung.number] = max(rung.level, highest.get(rung.number, 0))
    return highest


def compared(
    rules: Rules, invoices: Sequence[Invoice], outcome: Outcome
) -> tuple[list[str], list[str]]:
    """Compare every level of every invoice, day by day, with the expected one."""
    days = days_of(invoices, rules)
    held = set(days) - set(skipped_days(days, rules.skip))
    delivered = rungs_of(outcome.contacts)
    expected = step_by_step(dunnable(invoices, rules), rules, held)
    problems = compare(delivered, expected)
    notes = [f"Compared with plain arithmetic: {len(expected)} levels, by day."]
    plain = MODES["full"]
    if rules.skip:
        full = full_run(invoices, plain)
        kept, lost = lost_by_skipping(invoices, full, days, rules.skip)
        problems += compare(delivered, kept)
        notes += lost_notes(invoices, full, kept, lost, days)
    elif rules.disputes:
        rungs = full_run(dunnable(invoices, rules), plain)
        problems += compare(delivered, rungs)
    elif rules == plain:
        problems += compare(delivered, full_run(invoices, plain))
    return notes, problems


def lost_notes(
    invoices: Iterable[Invoice],
    full: Sequence[Rung],
    kept: Iterable[Rung],
    lost: Sequence[Rung],
    days: Sequence[date],
) -> Iterator[str]:
    """List what skipped runs cost: the levels whose invoice was settled meanwhile."""
    settled = {invoice.number: invoice.settled for invoice in invoices}
    later = len(set(kept) - set(full))
    yield (
        f"Of {len(full)} levels {later} came at the next run instead, "
        f"{len(lost)} fell away because the invoice was settled before it."
    )
    for rung in lost:
        when = f"settled on {settled[rung.number]}"
        if rung.day == days[-1]:
            when = "no run after it"
        yield f"- invoice {rung.number}, D+{rung.level} due on {rung.day}, {when}"


def dropped(rules: Rules, invoices: Sequence[Invoice], outcome: Outcome) -> str:
    """Put our number of contacts beside the one of an engine that drops."""
    rungs = full_run(invoices, rules)
    count = spaced_customer_days(invoices, rungs, rules.contact_gap)
    return (
        f"Contacts: {len(outcome.contacts)}; they are deferred. An engine that drops "
        f"what comes sooner than {rules.contact_gap} days after a contact, without the "
        f"other waits, makes {count}."
    )


def disputes_problems(
    rules: Rules, invoices: Sequence[Invoice], outcome: Outcome, published: Mapping
) -> list[str]:
    """Return in words where the run with disputes misses the published numbers."""
    reached = reached_levels(rules, invoices, outcome)
    counts = [count for count, _amount in reached.values()]
    wanted = published["with_disputes"]
    return [] if counts == wanted else [f"with disputes: {counts} instead of {wanted}"]


def published_problems(
    rules: Rules, invoices: Sequence[Invoice], outcome: Outcome, published: Mapping
) -> list[str]:
    """Return in words where the full run misses the numbers published for the file."""
    reached = reached_levels(rules, invoices, outcome)
    full = full_run(invoices, rules)
    found = {
        "invoices": len(invoices),
        "per_level": [count for count, _amount in reached.values()],
        "amounts": [str(amount) for _count, amount in reached.values()],
        "customer_days": len(outcome.contacts),
        "spaced_customer_days": spaced_customer_days(invoices, full, 7),
        "customers": len({contact.customer for contact in outcome.contacts}),
        "disputed": sum(invoice.disputed for invoice in invoices),
    }
    return [
        f"{key}: {value} instead of {published[key]}"
        for key, value in found.items()
        if value != published[key]
    ]


def costs(outcomes: Mapping[str, Outcome], workers: int) -> list[str]:
    """Show what each mode cost."""
    head = ["mode", "runs", "s", "payments", "run", "mail", "checks"]
    head += ["ms a run", "slowest", "queries a run", "MB"]
    rows = []
    for name, outcome in outcomes.items():
        parts = [outcome.seconds[what] for what in head[3:7]]
        row = [name, outcome.runs, *(f"{part:.0f}" for part in [sum(parts), *parts])]
        row.append(f"{1000 * outcome.seconds['run'] / outcome.runs:.0f}")
        row.append(f"{1000 * outcome.slowest:.0f}")
        row.append(f"{outcome.queries / outcome.runs:.0f}")
        rows.append([*row, outcome.megabytes])
    title = f"## Time in seconds, {min(workers, len(rows))} at a time"
    return ["", title, "", *table(head, rows)]
