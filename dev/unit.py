"""``make unit``: the tests of ``tools/``, without Odoo and without a database.

Plain ``unittest``: ``python dev/unit.py [-k PATTERN] [-v]``, with the Python of the
host's environment (the tests need hypothesis, lxml and polib).
"""

import argparse
import sys
import unittest
from importlib import import_module
from types import ModuleType

from host.paths import CACHE, CHECKOUT, MODULE

TESTS = CHECKOUT / "tests" / "tools"


def prepare():
    """Make ``tools`` and its tests importable by their names inside the module.

    The packages around them are empty ones with the right folders: what the module
    itself executes when it is imported needs Odoo.
    """
    sys.pycache_prefix = str(CACHE / "pycache")
    for name, folder in ((MODULE, CHECKOUT), (f"{MODULE}.tests", CHECKOUT / "tests")):
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    # Examples that failed are tried first the next time; not kept in the checkout.
    import_module("hypothesis.configuration").set_hypothesis_home_dir(
        CACHE / "hypothesis"
    )
    # A machine with other work to do is no finding.
    hypothesis = import_module("hypothesis")
    slow = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile(
        "unit", deadline=None, suppress_health_check=slow
    )
    hypothesis.settings.load_profile("unit")


def test_modules() -> list[str]:
    """Return the names of the test files, without the suffix."""
    return sorted(path.stem for path in TESTS.glob("test_*.py"))


def load(names: list[str], patterns: list[str] | None = None) -> unittest.TestSuite:
    """Return the tests of some files; with patterns, only those that one of them fits.

    :param patterns: as ``python -m unittest -k`` takes them
    """
    loader = unittest.TestLoader()
    if patterns:
        loader.testNamePatterns = [
            one if "*" in one else f"*{one}*" for one in patterns
        ]
    modules = (import_module(f"{MODULE}.tests.tools.{name}") for name in names)
    return unittest.TestSuite(map(loader.loadTestsFromModule, modules))


def main() -> int:
    """Run the tests; the last line is counted by ``make test``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-k", dest="patterns", action="append", help="only such names")
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    prepare()
    runner = unittest.TextTestRunner(verbosity=1 + options.verbose)
    result = runner.run(load(test_modules(), options.patterns))
    # A sub-test that fails belongs to the one test around it.
    bad = {
        getattr(test, "test_case", test).id()
        for test, _problem in result.failures + result.errors
    }
    bad |= {test.id() for test in result.unexpectedSuccesses}
    passed = result.testsRun - len(bad) - len(result.skipped)
    print(f"{passed} passed, {len(bad)} failed")
    return int(bool(bad) or not result.testsRun)


if __name__ == "__main__":
    sys.exit(main())
