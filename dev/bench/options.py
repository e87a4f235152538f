"""What every measuring program is told on its command line."""

import argparse
from pathlib import Path

from bench.meter import Meter


def parse(env, arguments):
    """Return the meter and the other options.

    Mails stay in the queue: ``mail_notify_force_send`` is off for every peer alike.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", required=True)
    parser.add_argument("--session", required=True, help="names one call of make bench")
    parser.add_argument("--repetition", type=int, default=1)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--profiles", type=Path)
    parser.add_argument("--only-compute", action="store_true")
    parser.add_argument("--attached", type=int, default=0)
    options = parser.parse_args(arguments)
    labels = {
        "session": options.session,
        "size": options.size,
        "peer": options.peer,
        "repetition": options.repetition,
    }
    return Meter(env, labels, options.output, options.profiles), options
