"""Read the log of a test run: what ran, what failed, and which warnings are ours."""

import re
from collections import Counter
from dataclasses import dataclass, field

from .paths import MODULE

LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ "
    r"(?P<level>[A-Z]+) (?P<database>\S+) (?P<logger>[^:\s]+): (?P<text>.*)$"
)
STARTING = re.compile(r"^Starting (\S+) \.\.\.")
OUTCOME = re.compile(r"^(FAIL|ERROR): (?:Subtest )?(?P<name>\S+(?: \([\w.]+\))?)")
SKIPPED = re.compile(r"^skipped (\S+) : (.*)")
SUMMARY = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
# What Odoo says once more about tests that it has already reported.
REPEATED = re.compile(r"Module \w+: \d+ failures|At least one test failed")
OURS = re.compile(rf"\b{MODULE}\b|\bdunning\.[a-z]")
LOUD = ("WARNING", "ERROR", "CRITICAL")
# What Odoo reports of a class at the end: a file and its folder go before the name.
SECONDS = re.compile(r"^\t\w+\.(?:\w+\.)*(?P<name>[A-Z]\w*): (?P<seconds>[\d.]+)s ")
# A skipped browser test is no pass: the browser is part of what we set up.
BROWSER = re.compile(r"chrome|websocket", re.IGNORECASE)


@dataclass
class Record:
    """One message of the log, with the lines that follow it."""

    level: str
    logger: str
    text: str
    lines: list = field(default_factory=list)

    def is_ours(self):
        """Tell whether our module said this, or Odoo said it about our module."""
        own = self.logger.startswith(f"odoo.addons.{MODULE}")
        return own or bool(OURS.search("\n".join([self.text, *self.lines])))

    def show(self, most=25):
        """Return the message, the middle of a very long one left out."""
        lines = [f"{self.level} {self.logger}: {self.text}", *self.lines]
        if len(lines) > most:
            lines[3 : len(lines) - most + 4] = ["    […]"]
        return "\n".join(lines)


class TestLog:
    """What a run of Odoo's tests said, fed line by line."""

    def __init__(self):
        self.records = []
        self.started = []
        self.failed = {}
        self.skipped = {}
        self.noise = []
        self.summary = None

    def feed(self, line):
        """Take one line; return the name of a test that starts with it, if any."""
        found = LINE.match(line)
        if not found:
            if self.records:
                self.records[-1].lines.append(line.rstrip())
            return None
        record = Record(found["level"], found["logger"], found["text"])
        self.records.append(record)
        if record.level in LOUD:
            return self._take_loud(record)
        return self._take_progress(record)

    def _take_loud(self, record):
        outcome = OUTCOME.match(record.text)
        if outcome:
            self.failed.setdefault(outcome["name"], []).append(record)
        elif not (SUMMARY.search(record.text) or REPEATED.match(record.text)):
            self.noise.append(record)
        self._take_summary(record)

    def _take_progress(self, record):
        self._take_summary(record)
        skipped = SKIPPED.match(record.text)
        if skipped:
            name, reason = skipped.groups()
            if BROWSER.search(reason):
                self.failed[name] = [record]
            else:
                self.skipped[name] = reason
        starting = STARTING.match(record.text)
        if starting:
            self.started.append(starting.group(1))
            return starting.group(1)
        return None

    def _take_summary(self, record):
        summary = SUMMARY.search(record.text)
        if summary and "loading database" in record.text:
            self.summary = tuple(map(int, summary.groups()))

    def seconds(self):
        """Return how long each class took, its set-up included."""
        taken = Counter()
        for record in self.records:
            if record.logger == "odoo.tests.stats":
                for found in filter(None, map(SECONDS.match, record.lines)):
                    taken[found["name"]] += float(found["seconds"])
        return taken

    def is_complete(self):
        """Tell whether Odoo came to its end and agrees with what we read."""
        return bool(self.summary) and self.summary[2] == len(self.started)

    def passed(self):
        """Return how many tests ran and passed."""
        bad = set(self.failed) | set(self.skipped)
        return len([name for name in self.started if name not in bad])

    def bad_noise(self):
        """Return the messages that must not be: errors, and warnings about us."""
        # Not every error is ours, but none belongs into a run of our tests.
        return [r for r in self.noise if r.level != "WARNING" or r.is_ours()]
