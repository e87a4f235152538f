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
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True

from host import commands, databases, odoo_server
from host.paths import DEV, PYTHON, HostError, environment, run, warn

from replay import report
from replay.ledger import LedgerError, days_of, digest, read
from replay.modes import ASKED_FOR, MODES, rows_of

HERE = Path(__file__).parent
SAMPLE = HERE / "sample.csv"
ORACLES = HERE / "oracles.json"


def main():
    """Replay a file; return 1 when something is wrong."""
    try:
        # The lines of ours and of the programs that we start stay in order.
        sys.stdout.reconfigure(line_buffering=True)
        with tempfile.TemporaryDirectory() as folder:
            return replay(parse(), Path(folder))
    except (HostError, LedgerError) as error:
        warn(str(error))
        return 1
    except KeyboardInterrupt:
        warn("stopped")
        return 130


def parse():
    """Return the options."""
    parser = argparse.ArgumentParser(prog="make replay", description=__doc__)
    parser.add_argument("--data", type=Path, default=SAMPLE, help="a CSV file")
    parser.add_argument("--mode", action="append", choices=MODES, dest="modes")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", action="store_true", help="keep the databases")
    parser.add_argument("--plot", type=Path, help="draw the full run into a PNG file")
    options = parser.parse_args()
    options.data = options.data.absolute()
    # These ask for more than the file says.
    options.modes = options.modes or [name for name in MODES if name not in ASKED_FOR]
    return options


def replay(options, folder):
    """Load the books, play the modes, compare, print the tables."""
    invoices = read(options.data)
    days = days_of(invoices, MODES[options.modes[0]])
    print(f"{options.data.name}: {len(invoices)} invoices, {days[0]} to {days[-1]}")
    outcomes = play_all(options, folder)
    published = json.loads(ORACLES.read_text()).get(digest(options.data))
    wrong = []
    for name, outcome in outcomes.items():
        rows = rows_of(name, invoices)
        lines, problems = report.mode(name, rows, outcome, published)
        print("\n".join(lines))
        wrong += [f"{name}: {problem}" for problem in problems]
    print("\n".join(report.costs(outcomes, options.workers)))
    if options.plot and "full" in outcomes:
        plot(options, folder / "full")
    for problem in wrong:
        print(f"WRONG  {problem}")
    print(f"replay of {', '.join(outcomes)}: {'WRONG' if wrong else 'as expected'}")
    return int(bool(wrong))


def play_all(options, folder):
    """Play modes side by side, each in a copy of the books; return their outcomes.

    A copy in which something went wrong is left, to be looked at in Odoo.
    """
    commands.setup()
    books = databases.own_name("replay")
    copies = {name: f"{books}_{name}" for name in options.modes}
    for is_real in sorted({MODES[name].real for name in options.modes}):
        load(books, options.data, is_real)
        for name, copy in copies.items():
            if MODES[name].real == is_real:
                databases.clone(books, copy)

    def play(name):
        words = [name, options.data, folder / name]
        return odoo_server.script(HERE / "play.py", copies[name], words)

    with ThreadPoolExecutor(options.workers) as pool:
        codes = dict(zip(copies, pool.map(play, copies), strict=True))
    for name, copy in copies.items():
        if options.keep or codes[name]:
            print(f"database {copy} is kept")
        else:
            databases.drop(copy)
    if any(codes.values()):
        failed = [name for name, code in codes.items() if code]
        raise HostError(f"FAILED  {', '.join(failed)}")
    return {name: pickle.loads((folder / name).read_bytes()) for name in copies}


def load(books, data, is_real):
    """Write the books of a file into a database: as they are in the file, or real."""
    databases.with_module(books, demo=False)
    words = [data, *(["real"] if is_real else [])]
    if odoo_server.script(HERE / "books.py", books, words):
        raise HostError("loading the books failed, see above")


def plot(options, outcome):
    """Draw the full run, in a process that has matplotlib."""
    program = [PYTHON, "-m", "replay.plot", options.data, outcome, options.plot]
    env = environment(PYTHONPATH=DEV)
    run(program, log="replay-plot.log", what="the plot", env=env)


if __name__ == "__main__":
    sys.exit(main())
