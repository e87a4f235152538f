"""``docs/scenarios.md``: each line shows a test that exists, an X or "later"."""

import ast
import re
from pathlib import Path

from .paths import CHECKOUT

TABLE = CHECKOUT / "docs" / "scenarios.md"
TESTS = CHECKOUT / "tests"
ROW = re.compile(r"^\| (?P<line>[A-Z]?\d[^|]*) \| (?P<what>[^|]+) \| (?P<shown>.+) \|$")
REFERENCE = re.compile(r"`((?:\w+/)*test_\w+\.py)::(test_\w+)`")
REASON = re.compile(r"\b(X|later): \S")


def problems():
    """Return what is wrong with the table, one line each; nothing when it is right."""
    if not TABLE.is_file():
        return ""
    known = {
        (path.relative_to(TESTS).as_posix(), name)
        for path in TESTS.rglob("test_*.py")
        for name in tests(path)
    }
    found, shown, lines = [], set(), []
    for row in filter(None, map(ROW.match, TABLE.read_text("utf-8").splitlines())):
        named = set(REFERENCE.findall(row["shown"]))
        lines.append(row["line"])
        shown |= named
        found += [
            f"scenario {row['line']}: there is no {name} in tests/{file}"
            for file, name in sorted(named - known)
        ]
        if not named and not REASON.search(row["shown"]):
            found.append(f"scenario {row['line']}: no test, no X, no later")
    found += [f"scenario {line} stands twice" for line in twice(lines)]
    found += [
        f"tests/{file}: {name} is in no line of {TABLE.name}"
        for file, name in sorted(known - shown)
        if Path(file).name.startswith("test_scenarios_")
    ]
    return "\n".join(found)


def tests(path):
    """Return the names of the tests in a file."""
    tree = ast.parse(path.read_text("utf-8"))
    return [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def twice(lines):
    """Return the lines that stand more than once."""
    return sorted({line for line in lines if lines.count(line) > 1})
