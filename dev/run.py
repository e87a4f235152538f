"""The developer's commands, called by the Makefile: ``python3 dev/run.py COMMAND``."""

import argparse
import sys
from pathlib import Path

# Compiled files would litter the checkout.
sys.dont_write_bytecode = True

from host import commands
from host.paths import HostError, warn


def parser():
    """Return the command line's description."""
    top = argparse.ArgumentParser(description=__doc__)
    sub = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, function in commands.COMMANDS.items():
        one = sub.add_parser(name, help=function.__doc__.splitlines()[0])
        one.set_defaults(function=function)
        if name in ("test", "retest"):
            one.add_argument(
                "--tags", default="", help="which tests, as Odoo names them"
            )
        if name == "lifecycle":
            one.add_argument(
                "--version", default="main", help="what git calls the version before"
            )
        if name == "without":
            one.add_argument("--feature", default="", help="one only (all)")
        if name in ("shell", "psql"):
            one.add_argument("database", nargs="?", help="default: the demo database")
        if name == "script":
            add_script_arguments(one)
        if name in ("faults", "mutants", "unit"):
            one.add_argument("arguments", nargs=argparse.REMAINDER)
    return top


def add_script_arguments(one):
    """Describe the arguments of ``script``."""
    one.add_argument("--db", default="demo", help="which of our databases (demo)")
    one.add_argument("--fresh", action="store_true", help="make it anew, without demo")
    one.add_argument("--demo", action="store_true", help="with --fresh: with demo data")
    one.add_argument("--http", action="store_true", help="serve style sheets for PDFs")
    one.add_argument("script", type=Path)
    one.add_argument("arguments", nargs=argparse.REMAINDER)


def main():
    """Run one command; what is missing is said in one line."""
    options = vars(parser().parse_args())
    options.pop("command")
    function = options.pop("function")
    try:
        return function(**options) or 0
    except HostError as error:
        warn(str(error))
        return 1
    except KeyboardInterrupt:
        warn("stopped; the next call goes on from here")
        return 130


if __name__ == "__main__":
    sys.exit(main())
