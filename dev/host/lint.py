"""``make lint``: style and rules, each tool quiet or the run fails.

Odoo's own checkers want the module in a folder of its technical name, below the root of
a git repository. So they read a scratch copy of what git knows or would take.
(prettier is left out: it needs Node and breaks sentences in letters and mails.)
"""

import csv
import shutil
import subprocess
from pathlib import Path

from . import bridges, guide, house_map, scenarios, translations
from .paths import CACHE, CHECKOUT, HOST, MODULE, NOT_MODULE, VENV, environment, say

SCRATCH = HOST / "lint" / MODULE
PROGRAMS = VENV / "bin"


def run():
    """Run every check, even after a failure; return the exit code."""
    files = known_files()
    copy(files)
    checks = {
        "ruff check": ruff("check", "--quiet"),
        "ruff format": ruff("format", "--check", "--quiet"),
        "pylint-odoo": pylint(files),
        "OCA checks": oca_checks(),
        "csv": csv_problems(files),
        "scenarios": scenarios.problems(),
        "guides": guide.problems(),
        "map": house_map.problems(),
        "bridges": bridges.problems(),
        "French": translations.problems() if has(files, "i18n") else "",
    }
    bad = {name: said for name, said in checks.items() if said.strip()}
    for name, said in bad.items():
        print(f"\nFAILED  {name}\n{said.rstrip()}")
    say(f"lint: {len(checks) - len(bad)} of {len(checks)} checks have nothing to say")
    return int(bool(bad))


def known_files():
    """Return the files that git tracks or would, without what it ignores."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=False)
    names = listed.stdout.decode().split("\0")
    if listed.returncode:  # an archive, not a clone
        names = [str(p.relative_to(CHECKOUT)) for p in CHECKOUT.rglob("*")]
    outside = (
        HOST.relative_to(CHECKOUT).parts[0] if HOST.is_relative_to(CHECKOUT) else ""
    )
    paths = [Path(name) for name in names if name]
    return [p for p in paths if (CHECKOUT / p).is_file() and p.parts[0] != outside]


def has(files, folder):
    """Tell whether the checkout has files in a folder."""
    return any(path.parts[0] == folder for path in files)


def copy(files):
    """Copy the module into a fresh git repository, the host's programs left out."""
    shutil.rmtree(SCRATCH.parent, ignore_errors=True)
    for path in files:
        if path.parts[0] not in NOT_MODULE:
            target = SCRATCH / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(CHECKOUT / path, target)
    SCRATCH.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "-q", SCRATCH.parent], check=True)
    subprocess.run(["git", "-C", SCRATCH.parent, "add", "-Af", "."], check=True)


def output(program, *arguments, cwd=SCRATCH.parent):
    """Return what a checker says; nothing means that it is content."""
    result = subprocess.run(
        [PROGRAMS / program, *map(str, arguments)],
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode and not result.stdout.strip():
        return f"{program} ended with exit code {result.returncode}"
    return result.stdout if result.returncode else ""


def ruff(*arguments):
    """Check the whole checkout, programs included."""
    said = output("ruff", *arguments, "--cache-dir", CACHE / "ruff", ".", cwd=CHECKOUT)
    if said and arguments[0] == "format":
        said += "\nremedy: `make format`"
    return said


def reformat():
    """Bring Python files into shape."""
    for arguments in (("check", "--fix", "--quiet"), ("format", "--quiet")):
        print(ruff(*arguments))


def pylint(files):
    """Check the module with Odoo's rules."""
    if not has(files, "__manifest__.py"):
        return ""
    config = CHECKOUT / ".pylintrc"
    return output("pylint", f"--rcfile={config}", "--score=n", MODULE)


def oca_checks():
    """Check XML, CSV, PO files and the manifest as OCA does."""
    # po-pretty-format empties translations that equal the original ("Date", "Total"),
    # which ours must have: only so can a missing one be told from a deliberate one.
    off = "--disable=prefer-readme-rst,po-pretty-format"
    po_files = sorted(SCRATCH.glob("i18n/*.po*"))
    said = output("oca-checks-odoo-module", off, SCRATCH)
    return said + (output("oca-checks-po", off, *po_files) if po_files else "")


def csv_problems(files):
    """Return which CSV files have rows of another length than their head."""
    found = []
    for path in files:
        if path.suffix == ".csv":
            with open(CHECKOUT / path, newline="", encoding="utf-8") as handle:
                rows = list(csv.reader(handle))
            wrong = [n for n, row in enumerate(rows, 1) if len(row) != len(rows[0])]
            found += [f"{path}:{n}: not as many fields as the head" for n in wrong]
    return "\n".join(found)
