"""``make unit``: the tests of ``tools/``, which need neither Odoo nor a database."""

import re
import subprocess

from .paths import DEV, LOG, PYTHON, environment, say
from .testlog import TestLog

PROGRAM = DEV / "unit.py"
# What unittest says of each test, before what went wrong in one, and at the end.
STARTED = re.compile(r"^test\w+ \(([\w.]+)\)", re.MULTILINE)
FAILED = re.compile(r"^={70}\n(?:FAIL|ERROR): \w+ \(([\w.]+)\)", re.MULTILINE)
SKIPPED = re.compile(r"^OK \(.*skipped=(\d+)", re.MULTILINE)


def run(arguments):
    """Run these tests, or those that the arguments choose; return the exit code."""
    return subprocess.call([PYTHON, PROGRAM, *arguments], env=environment())


def check(count):
    """Count each of these tests; return a log that names those which ran."""
    result = subprocess.run(
        [PYTHON, PROGRAM, "-v"],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    said = result.stdout
    (LOG / "unit.log").write_text(said, encoding="utf-8")
    log = TestLog()
    log.started = [short(path) for path in STARTED.findall(said)]
    # What comes before the first one is the list of all tests.
    _all, *failures = FAILED.split(said)
    failed = dict(zip(map(short, failures[::2]), failures[1::2], strict=True))
    skipped = sum(map(int, SKIPPED.findall(said)))
    count.add(len(log.started) - len(failed) - skipped)
    for name, problem in failed.items():
        count.check(name, problem)
    if result.returncode and not failed:
        count.check("the tests of tools/ come to their end", said[-2000:])
    say(f"{len(log.started)} tests of tools/, log in {LOG / 'unit.log'}")
    return log


def short(path):
    """Return ``Class.test`` of a test's whole path."""
    return ".".join(path.split(".")[-2:])
