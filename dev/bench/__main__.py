"""Measure the module at one size: ``make bench SIZE=small|medium|large``.

Beside it, in the same call, the least that Odoo needs for such work (the floor) and
OCA's module. Readings are kept in ``docs/performance/``; the document is made of all
that lie there, of whatever size and call.
"""

import argparse
import datetime
import json
import sys

sys.dont_write_bytecode = True

from host import commands, peers
from host.paths import LOG, HostError, locked, say, warn

from bench import document, machine, places, results
from bench.sizes import SIZES

PARTS = ("nights", "papers", "oca")
OURS = {"nights": "ours_nights.py", "papers": "ours_papers.py"}
OCA = "oca_dunning.py"


def parse():
    """Return the options."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--runs", type=int, default=3, help="repetitions (3)")
    parser.add_argument(
        "--attached",
        type=int,
        default=20,
        help="e-mails that are approved with their invoices (20)",
    )
    parser.add_argument("--oca-runs", type=int, help="small: 3, else 1")
    parser.add_argument("--skip-oca", action="store_true")
    parser.add_argument("--part", action="append", choices=PARTS, dest="parts")
    parser.add_argument(
        "--profile", action="store_true", help="profile instead: once, nothing is kept"
    )
    parser.add_argument("--only-document", action="store_true")
    return parser.parse_args()


def main():
    """Measure, keep the readings, write the document."""
    options = parse()
    try:
        if not options.only_document:
            with locked("benchmark"):
                Session(options).run()
        say(f"written: {document.write()}")
        return 0
    except HostError as error:
        warn(str(error))
        return 1
    except KeyboardInterrupt:
        warn("stopped: the readings of this call are left out")
        return 130


class Session:
    """One call of ``make bench``: its readings are told apart by its name."""

    def __init__(self, options):
        self.options, self.size = options, SIZES[options.size]
        self.name = f"{datetime.datetime.now():%Y-%m-%d %H:%M}"
        self.parts = options.parts or PARTS
        self.output = LOG / f"bench-{self.size.name}.jsonl"
        self.profiles = results.PROFILES if options.profile else None

    def run(self):
        """Measure every part, repetition by repetition."""
        commands.setup()
        peers.set_up()
        if self.profiles:
            self.profiles.mkdir(parents=True, exist_ok=True)
        today = places.company_today()
        for part, program in OURS.items():
            if part in self.parts:
                template = places.ours(self.size, today)
                more = ["--attached", self.options.attached]
                self._repeat(self.options.runs, part, program, template, *more)
        if "oca" in self.parts and not self.options.skip_oca:
            runs = self.options.oca_runs or self.size.oca_runs
            more = ["--only-compute"] if self.size.oca_only_computes else []
            self._repeat(runs, "oca", OCA, places.oca(self.size, today), *more)

    def _repeat(self, runs, part, program, template, *more):
        runs = 1 if self.profiles else runs
        self.output.unlink(missing_ok=True)
        described = machine.describe()
        for number in range(1, runs + 1):
            arguments = [
                *("--session", self.name, "--size", self.size.name),
                *("--repetition", number, "--peer", part, "--output", self.output),
                *(("--profiles", self.profiles) if self.profiles else ()),
                *more,
            ]
            label = f"{self.size.name}: {part}, {number} of {runs}"
            http = part != "nights"
            places.measure(program, template, label, *arguments, http=http)
        if not self.profiles:
            rows = map(json.loads, self.output.read_text().splitlines())
            results.keep(self.size.name, part, self.name, described, rows)


if __name__ == "__main__":
    sys.exit(main())
