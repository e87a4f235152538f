"""Measure one stage: wall and processor time, SQL queries, peak memory.

A stage ends with its flush and commit, which belong to its cost. Readings are appended
to a file as JSON lines, so that nothing is lost when a later stage fails.
"""

import cProfile
import gc
import json
import pstats
import re
import resource
import threading
import time
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path

PROFILE_LINES = 25
#: Written to /proc/self/clear_refs: the peak (VmHWM) starts again from here.
RESET_PEAK = "5"


@dataclass
class Reading:
    """What one stage cost.

    ``wall`` and ``cpu`` in seconds (``cpu`` with child processes such as the PDF
    program, without PostgreSQL), ``memory`` the peak of this process in MiB; ``count``
    is how many of ``unit`` it handled, ``extra`` whatever else is worth knowing.
    """

    stage: str
    unit: str = ""
    count: int = 0
    wall: float = 0.0
    cpu: float = 0.0
    queries: int = 0
    memory: int = 0
    extra: dict = field(default_factory=dict)


class Meter:
    """Measures stages on one environment and writes them down."""

    def __init__(self, env, labels, path, profiles=None):
        """
        :param labels: ``{name: value}`` written with every reading (size, repetition…)
        :param path: the file that readings are appended to
        :param profiles: a folder for profiles, which slow everything down; None: none
        """
        self.env, self.labels = env, labels
        self.path, self.profiles = Path(path), profiles and Path(profiles)
        # Odoo counts the queries of a thread, whichever cursor they go through.
        self.thread = threading.current_thread()
        self.thread.query_count, self.thread.query_time = 0, 0.0

    @contextmanager
    def stage(self, stage, unit="", count=0, commits=True):
        """Measure the block; it may set ``count`` and ``extra`` of the reading.

        :param commits: end with a commit, which is part of the cost
        """
        reading = Reading(stage, unit, count)
        self.env.flush_all()
        self.env.cr.commit()
        self.env.invalidate_all()
        gc.collect()
        _reset_peak()
        queries, cpu, start = self.thread.query_count, _cpu(), _clock()
        with self._profiled(stage):
            yield reading
            self.env.flush_all()
            if commits:
                self.env.cr.commit()
        reading.wall = round(_clock() - start, 4)
        reading.cpu = round(_cpu() - cpu, 3)
        reading.queries = self.thread.query_count - queries
        reading.memory = _memory("VmHWM")
        self._keep(reading)

    @contextmanager
    def _profiled(self, stage):
        if not self.profiles or stage.startswith("floor"):
            with nullcontext():
                yield
            return
        profile = cProfile.Profile()
        profile.enable()
        try:
            yield
        finally:
            profile.disable()
            name = re.sub(r"\W+", "-", f"{self.labels['size']} {stage}")
            path = self.profiles / f"{name}.txt"
            with open(path, "w", encoding="utf-8") as output:
                for order in ("cumulative", "tottime"):
                    stats = pstats.Stats(profile, stream=output).strip_dirs()
                    stats.sort_stats(order).print_stats(PROFILE_LINES)

    def _keep(self, reading):
        row = {**self.labels, **asdict(reading)}
        with open(self.path, "a", encoding="utf-8") as output:
            output.write(json.dumps(row) + "\n")
        each = 1000 * reading.wall / reading.count if reading.count else 0
        print(
            f"  {reading.stage:44} {reading.wall:9.3f} s {reading.count:7} "
            f"{each:9.2f} ms each {reading.queries:7} queries {reading.memory:5} MiB",
            flush=True,
        )


def _clock():
    """Return seconds that no frozen clock stops."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def _cpu():
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _reset_peak():
    Path("/proc/self/clear_refs").write_text(RESET_PEAK)


def _memory(key):
    """Return a figure of this process in MiB, as the kernel counts it."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) // 1024
    return 0
