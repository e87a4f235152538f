"""Draw what a run did: what was late, what was sent, where invoices were settled.

``python -m replay.plot FILE OUTCOME PNG``, with the packages of the set-up.
"""

import pickle
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from replay.ledger import Invoice, days_of, read
from replay.modes import MODES, Outcome
from replay.report import highest_levels

LEVELS = MODES["full"].delays
# From light to dark as the levels rise.
COLOURS = ("#bcd7ee", "#6baed6", "#3182bd", "#08519c", "#041f4a")
GREY, DARK = "#b8bcc2", "#3c4043"


def draw(path: Path, invoices: Sequence[Invoice], outcome: Outcome) -> None:
    """Draw the full run into a PNG file."""
    import matplotlib as mpl

    mpl.use("Agg")  # no screen needed
    mpl.set_loglevel("warning")
    from matplotlib import pyplot

    pyplot.rcParams.update({"font.size": 9, "axes.edgecolor": GREY})
    figure, (late, sent, settled) = pyplot.subplots(
        3, 1, figsize=(9, 8.5), height_ratios=(3, 3, 2.2), layout="constrained"
    )
    _draw_late(late, invoices)
    _draw_sent(sent, outcome)
    sent.sharex(late)
    _draw_settled(settled, invoices, outcome)
    for axes in (late, sent, settled):
        axes.spines[["top", "right"]].set_visible(False)
        axes.title.set(ha="left", x=0, color=DARK, weight="bold")
    figure.savefig(path, dpi=110)


def _draw_late(axes, invoices: Sequence[Invoice]) -> None:
    days = days_of(invoices, MODES["full"])
    counts = {
        "open": [sum(one.is_open(day) for one in invoices) for day in days],
        "past the due date": [
            sum(one.is_open(day) and one.due < day for one in invoices) for day in days
        ],
    }
    for (label, values), colour in zip(counts.items(), (GREY, DARK), strict=True):
        axes.plot(days, values, color=colour, linewidth=1.4, label=label)
    axes.set_title("Invoices on each day")
    axes.set_ylim(0, 1.2 * max(counts["open"]))
    axes.legend(frameon=False, ncols=2, loc="upper right")


def _draw_sent(axes, outcome: Outcome) -> None:
    weeks = Counter((_monday(one.day), one.level) for one in outcome.contacts)
    mondays = sorted({week for week, _level in weeks})
    height = dict.fromkeys(mondays, 0)
    for level, colour in zip(LEVELS, COLOURS, strict=True):
        values = [weeks[week, level] for week in mondays]
        if any(values):
            bottom = [height[week] for week in mondays]
            axes.bar(
                mondays,
                values,
                5.5,
                bottom,
                align="edge",
                color=colour,
                label=f"D+{level}",
            )
        for week in mondays:
            height[week] += weeks[week, level]
    axes.set_title("Contacts in each week, by the level that speaks")
    axes.set_ylim(0, 1.2 * max(height.values(), default=1))
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.legend(frameon=False, ncols=len(LEVELS), loc="upper right")


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _draw_settled(axes, invoices: Sequence[Invoice], outcome: Outcome) -> None:
    highest = highest_levels(outcome)
    counts = Counter(highest.get(one.number, 0) for one in invoices if one.settled)
    levels = [level for level in (0, *LEVELS) if counts[level]]
    labels = [f"after D+{level}" if level else "before any contact" for level in levels]
    colours = dict(zip((0, *LEVELS), (GREY, *COLOURS), strict=True))
    bars = axes.barh(
        labels,
        [counts[level] for level in levels],
        color=[colours[level] for level in levels],
    )
    axes.bar_label(bars, padding=4, color=DARK)
    axes.invert_yaxis()
    axes.margins(x=0.08)
    axes.set_title("Where invoices were settled")


if __name__ == "__main__":
    file, outcome, png = map(Path, sys.argv[1:])
    draw(png, read(file), pickle.loads(outcome.read_bytes()))
