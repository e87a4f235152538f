"""``make faults``: every fault that is asked for, its raw output, and the report."""

import argparse
import json
import os
import time
import traceback

from host import databases
from host.paths import CHECKOUT, HostError, say

from . import catalogue, mails, report
from .lab import WORK, Lab

RAW = CHECKOUT / "docs" / "reliability"
SCRATCH = WORK / "raw"


def main(words, clock):
    """Provoke the faults; return 1 when something is lost, double, wrong or hidden."""
    options = parse(words)
    if options.report:
        report.write(RAW, catalogue.FAULTS)
        return 0
    lab = Lab()
    lab.clock = clock
    failed = []
    for name in options.names or catalogue.FAULTS:
        if not provoke(lab, name, options):
            failed.append(name)
    lab.close()
    databases.drop(databases.own_name(mails.QUEUED))
    if not options.scratch:
        report.write(RAW, catalogue.FAULTS)
    say(f"faults: {'NOT as they must be: ' + ', '.join(failed) if failed else 'ok'}")
    return int(bool(failed))


def parse(words):
    """Return the options."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: every fault")
    parser.add_argument("--kills", type=int, default=200, help="of each kind (200)")
    parser.add_argument("--lanes", type=int, default=min(os.cpu_count() or 1, 2))
    parser.add_argument("--random", type=int, default=19, help="seed of the moments")
    parser.add_argument(
        "--scratch",
        action="store_true",
        help="only try: keep the raw output apart, leave the report as it is",
    )
    parser.add_argument("--report", action="store_true", help="only write the page")
    options = parser.parse_args(words)
    unknown = set(options.names) - set(catalogue.FAULTS)
    if unknown:
        raise HostError(f"no such fault: {', '.join(sorted(unknown))}")
    return options


def provoke(lab, name, options):
    """Provoke one fault, keep its raw output, print its counts; tell if all is well."""
    started = time.clock_gettime(time.CLOCK_MONOTONIC)
    try:
        outcomes = list(catalogue.FAULTS[name].function(lab, options))
    except Exception as error:  # noqa: BLE001 the other faults are provoked all the same
        traceback.print_exc()
        print(f"{name:18} BROKEN: {error!r}", flush=True)
        return False
    seconds = time.clock_gettime(time.CLOCK_MONOTONIC) - started
    rows = [outcome.to_row() for outcome in outcomes]
    folder = SCRATCH if options.scratch else RAW
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / f"{name}.jsonl").write_text(text)
    if not options.scratch:
        report.note_run(RAW, name, seconds, options)
    print(f"{name:18} {report.summarize(rows)}  ({seconds:.0f} s)", flush=True)
    for outcome in outcomes:
        for sentence in (outcome.lost + outcome.double + outcome.wrong)[:2]:
            print(f"    WRONG   {sentence}", flush=True)
        for sentence in outcome.hidden[:2]:
            print(f"    HIDDEN  {sentence}", flush=True)
    return all(outcome.is_clean for outcome in outcomes)
