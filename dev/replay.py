"""Run the engine on invoices from a file: ``make replay DATA=file.csv``.

Every invoice is posted, every payment booked on the day it was really made, and the
engine runs on every day in between, as it would at night. What leaves is compared with
plain arithmetic on the file; the first thing that is wrong ends the run with an error.
Modes (``ARGS="--mode full --mode gap"``; all of them otherwise): see docs/replay.md.
"""

import argparse
import json
import os
import pickle
import time
from pathlib import Path

import replay_report as report
from replay_books import load, make_company
from replay_checks import Broken
from replay_clones import ModeFailed, play_all
from replay_ledger import LedgerError, days_of, digest, read
from replay_mode import MODES, Play
from replay_plot import draw

HERE = Path(__file__).parent
SAMPLE = HERE / "replay_sample.csv"
ORACLES = HERE / "replay_oracles.json"


def main(env, arguments):
    """Replay a file; return 1 when something is wrong."""
    options = parse(arguments)
    try:
        if options.play:
            return play(env, options)
        return replay(env, options)
    except (Broken, LedgerError) as error:
        say(f"STOPPED  {error}")
    except ModeFailed as error:
        say(f"FAILED  {error}")
    return 1


def parse(arguments):
    """Return the options."""
    parser = argparse.ArgumentParser(prog="make replay", description=__doc__)
    parser.add_argument("--data", type=Path, default=SAMPLE, help="a CSV file")
    parser.add_argument("--mode", action="append", choices=MODES, dest="modes")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", action="store_true", help="keep the databases")
    parser.add_argument("--plot", type=Path, help="draw the full run into a PNG file")
    parser.add_argument("--play", choices=MODES, help=argparse.SUPPRESS)
    parser.add_argument("--result", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def say(text):
    """Tell the developer, at once."""
    print(text, flush=True)


def play(env, options):
    """Play one mode in this database, which holds the books already."""
    outcome = Play(env, options.play, read(options.data), say).through()
    options.result.write_bytes(pickle.dumps(outcome))
    return 0


def replay(env, options):
    """Load the books, play the modes, compare, print the tables."""
    invoices = read(options.data)
    # Contesting asks for more than the file says: only when it is asked for.
    names = options.modes or [name for name in MODES if name != "disputes"]
    days = days_of(invoices, MODES[names[0]])
    say(f"{options.data.name}: {len(invoices)} invoices, {days[0]} to {days[-1]}")
    start = time.monotonic()
    work = make_company(env)
    for count in load(work, invoices):
        say(f"load  {count:6} invoices posted, {time.monotonic() - start:.0f} s")
    outcomes = play_all(env, names, options.data, options.workers, options.keep)
    published = json.loads(ORACLES.read_text()).get(digest(options.data))
    wrong = []
    for name in names:
        lines, problems = report.mode(name, invoices, outcomes[name], published)
        say("\n".join(lines))
        wrong += [f"{name}: {problem}" for problem in problems]
    say("\n".join(report.costs(outcomes, options.workers)))
    if options.plot and "full" in outcomes:
        draw(options.plot, invoices, outcomes["full"])
    for problem in wrong:
        say(f"WRONG  {problem}")
    say(f"replay of {', '.join(names)}: {'WRONG' if wrong else 'as expected'}")
    return int(bool(wrong))
