"""The readings that are kept, one file for each size, and what can be computed of them.

A file has one header line for each part (``nights``, ``papers``, ``oca``): when and on
what it was measured; then its readings. Measuring a part again replaces all of it.
"""

import json
import math
import statistics
from dataclasses import dataclass, field

from host.paths import CHECKOUT

from bench.sizes import SIZES

FOLDER = CHECKOUT / "docs" / "performance"
PROFILES = FOLDER / "profiles"


@dataclass
class Stage:
    """One stage at one size, over its repetitions."""

    name: str
    unit: str
    count: int
    extra: dict
    walls: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)
    memories: list[int] = field(default_factory=list)
    queries: int = 0

    @property
    def wall(self):
        """The median of its wall times, in seconds."""
        return statistics.median(self.walls)

    @property
    def cpu(self):
        """The median of its processor times, in seconds."""
        return statistics.median(self.cpus)

    @property
    def each(self):
        """Milliseconds for each of what it handled."""
        return 1000 * self.wall / self.count if self.count else None


@dataclass
class Part:
    """One part at one size: when, on what, and its stages by name."""

    session: str
    machine: dict
    stages: dict[str, Stage] = field(default_factory=dict)


def keep(size, part, session, machine, readings):
    """Put the readings of a part in the place of those that were kept."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{size}.jsonl"
    rows = _read(path)
    others = [row for row in rows if row["peer"] != part]
    header = {"peer": part, "session": session, "machine": machine}
    lines = [*others, header, *readings]
    path.write_text("".join(json.dumps(row) + "\n" for row in lines))


def _read(path):
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


def load():
    """Return {size: {part: Part}} of all that was kept, from small to large."""
    found = {}
    for size in SIZES:
        parts = {}
        for row in _read(FOLDER / f"{size}.jsonl"):
            if "machine" in row:
                parts[row["peer"]] = Part(row["session"], row["machine"])
            else:
                _add(parts[row["peer"]].stages, row)
        if parts:
            found[size] = parts
    return found


def _add(stages, row):
    name = row["stage"]
    if name not in stages:
        stages[name] = Stage(name, row["unit"], row["count"], row["extra"])
    stage = stages[name]
    stage.walls.append(row["wall"])
    stage.cpus.append(row["cpu"])
    stage.memories.append(row["memory"])
    stage.queries = row["queries"]


def exponent(small, large, factor):
    """Return how time grows with the size: 1 is in proportion, 2 is quadratic.

    :param small: seconds at the smaller size
    :param factor: how many times as many customers the larger size has
    """
    return math.log(large / small) / math.log(factor)
