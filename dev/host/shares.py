"""The test classes, the seconds that each takes, and the share of each core."""

import ast
import json
from collections import Counter
from dataclasses import dataclass

from .paths import CHECKOUT, DEV, MODULE

TESTS = CHECKOUT / "tests"
#: Tests that need no Odoo, see ``make unit``.
UNIT_TESTS = TESTS / "tools"
#: What each class took on the machine where somebody called ``make times``.
TIMES = DEV / "test_times.json"
#: What a class takes of which nothing is known yet.
NEW = 3.0
#: What Odoo does before the first class that starts a browser: scripts and styles.
BROWSER = 20.0


@dataclass
class TestClass:
    """A class of a test file or of what test files share."""

    name: str
    bases: list
    tests: list


def read(*folders, leave_out=None):
    """Return the classes in the files of some folders, without running any of them."""
    paths = (path for folder in folders for path in sorted(folder.rglob("*.py")))
    return [
        TestClass(node.name, bases(node), tests(node, path))
        for path in paths
        if leave_out not in path.parents
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    ]


def bases(node):
    """Return the names of a class's parents, without the modules they are in."""
    return [ast.unparse(base).rpartition(".")[2] for base in node.bases]


def tests(node, path):
    """Return the names of a class's own tests; Odoo runs no inherited ones."""
    if not path.name.startswith("test_"):
        return []
    functions = (one for one in node.body if isinstance(one, ast.FunctionDef))
    return [one.name for one in functions if one.name.startswith("test")]


def odoo_classes():
    """Return the classes of the module's tests that need Odoo."""
    return read(TESTS, leave_out=UNIT_TESTS)


def names(classes):
    """Return how often each test is written, by the name that Odoo's log gives it."""
    return Counter(f"{one.name}.{test}" for one in classes for test in one.tests)


def unlike(written, ran):
    """Return which tests did not run as often as they are written."""
    lines = [f"did not run: {name}" for name in sorted(written - ran)]
    lines += [f"ran once too often: {name}" for name in sorted(ran - written)]
    if written - ran:
        lines.append("Does the folder's __init__.py import the file?")
    return "\n".join(lines)


def tags():
    """Return what Odoo has to run in the first share, and in the second.

    The second has all that is not in the first: no class can fall between them.
    """
    first = sorted(first_share(odoo_classes(), known_seconds()))
    return (
        ",".join(f"/{MODULE}:{name}" for name in first),
        ",".join([f"/{MODULE}", *(f"-/{MODULE}:{name}" for name in first)]),
    )


def first_share(classes, seconds):
    """Return the names of half of the classes by their seconds, with every browser.

    The longest comes first, each to the share that has less to do. What is to be made
    for the first browser is made in one database only.
    """
    parents = {one.name: one.bases for one in classes}
    tested = {one.name for one in classes if one.tests}
    browser = {name for name in tested if starts_browser(name, parents)}
    length = {name: seconds.get(name, NEW) for name in tested}
    first, done = set(browser), BROWSER + sum(length[name] for name in browser)
    second = 0.0
    for name in sorted(tested - browser, key=lambda name: (-length[name], name)):
        if done <= second:
            first.add(name)
            done += length[name]
        else:
            second += length[name]
    return first


def starts_browser(name, parents):
    """Tell whether a class descends from Odoo's ``HttpCase``."""
    return name == "HttpCase" or any(
        starts_browser(parent, parents) for parent in parents.get(name, ())
    )


def known_seconds():
    """Return the seconds of each class, as far as they were noted."""
    return json.loads(TIMES.read_text()) if TIMES.is_file() else {}


def note(seconds):
    """Write down the seconds of each class."""
    text = json.dumps({name: round(seconds[name], 1) for name in sorted(seconds)})
    TIMES.write_text(text.replace(", ", ",\n ") + "\n")
