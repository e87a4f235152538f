"""Where things are, and the few helpers that every other file of the host needs.

Everything that the host makes lies in one folder that git ignores: ``.host`` in the
checkout, or the folder named by ``DUNNING_HOST``. Removing that folder undoes it all.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

MODULE = "account_dunning"
CHECKOUT = Path(__file__).resolve().parents[2]
DEV = CHECKOUT / "dev"
HOST = Path(os.environ.get("DUNNING_HOST") or CHECKOUT / ".host").absolute()
CACHE = HOST / "cache"
STAMPS = HOST / "stamps"
VENV = HOST / "venv"
PYTHON = VENV / "bin" / "python"
BIN = HOST / "bin"
DATA = HOST / "data"
DEBIAN = HOST / "debian"
FONTS_CONF = HOST / "fonts.conf"

# Checkouts that share one host folder have their own links, databases and logs in it.
OWN = HOST == CHECKOUT / ".host"
KEY = "" if OWN else hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:6]
ADDONS = HOST / ("addons" + (f"-{KEY}" if KEY else ""))
LOG = HOST / "log" / KEY

# Not part of the module: Odoo walks through every folder of a module (translations),
# and must find neither the host, which contains Odoo itself, nor our programs.
NOT_MODULE = {"bridges", "dev", "dist", "docs", "node_modules", "__pycache__"}


class HostError(Exception):
    """Something is missing or went wrong; the text says what to do about it."""


def say(text):
    """Tell the user about one step that takes time."""
    print(f"· {text}", flush=True)


def warn(text):
    """Tell the user about something that works less well than it should."""
    print(f"! {text}", file=sys.stderr, flush=True)


def prepare_folders():
    """Make the folders that every step writes into."""
    for folder in (HOST, LOG, CACHE, STAMPS, BIN, DATA, HOST / "tmp"):
        folder.mkdir(parents=True, exist_ok=True)


def digest(*parts):
    """Return a short key of the given values, to notice when one of them changes."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def is_done(step, key):
    """Tell whether a step was finished with the same inputs."""
    stamp = STAMPS / step
    return stamp.is_file() and stamp.read_text() == key


def mark_done(step, key):
    """Remember that a step is finished: its last act, so a broken one is redone."""
    part = STAMPS / f"{step}.part"
    part.write_text(key)
    part.replace(STAMPS / step)


@contextlib.contextmanager
def locked(name):
    """Let one process at a time do this; the others wait and then find it done."""
    HOST.mkdir(parents=True, exist_ok=True)
    with open(HOST / f".{name}.lock", "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another run is busy with the {name}, waiting")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def run(command, log="setup.log", what=None, **options):
    """Run a program, its output into a log file; a failure becomes one clear line."""
    path = LOG / log
    with open(path, "a", encoding="utf-8") as output:
        output.write(f"\n$ {' '.join(map(str, command))}\n")
        output.flush()
        started = output.tell()
        options.setdefault("stdin", subprocess.DEVNULL)
        result = subprocess.run(
            list(map(str, command)),
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            **options,
        )
    if result.returncode:
        last = path.read_bytes()[started:].decode(errors="replace").strip()
        reason = last.splitlines()[-1] if last else f"exit code {result.returncode}"
        raise HostError(f"{what or command[0]} failed: {reason} (all of it: {path})")


def output_of(command, **options):
    """Return what a program prints, or nothing when it fails or is not there."""
    try:
        result = subprocess.run(
            list(map(str, command)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **options,
        )
    except OSError:
        return ""
    return result.stdout if result.returncode == 0 else ""


@contextlib.contextmanager
def timed(text):
    """Say what is done and, when it took a while, how long."""
    say(text)
    started = time.monotonic()
    yield
    seconds = time.monotonic() - started
    if seconds > 5:
        say(f"{text}: {seconds:.0f} s")


def environment(**more):
    """Return the environment of every program we start.

    Homes, caches and compiled files are sent into the host folder, so that a run leaves
    nothing in the checkout nor in the user's home.
    """
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    env |= {
        "PATH": os.pathsep.join(
            [str(BIN), str(VENV / "bin"), os.environ.get("PATH", os.defpath)]
        ),
        "PYTHONPYCACHEPREFIX": str(CACHE / "pycache"),
        "PYTHONUNBUFFERED": "1",
        "PYLINTHOME": str(CACHE / "pylint"),
        "XDG_CACHE_HOME": str(CACHE / "xdg"),
        "XDG_CONFIG_HOME": str(CACHE / "xdg-config"),
        "XDG_DATA_HOME": str(CACHE / "xdg-data"),
        "LANG": os.environ.get("LANG") or "C.UTF-8",
    }
    if FONTS_CONF.is_file():
        env["FONTCONFIG_FILE"] = str(FONTS_CONF)
    return env | {name: str(value) for name, value in more.items()}


def module_entries():
    """Return the files and folders of the checkout that make up the Odoo module."""
    return sorted(
        entry
        for entry in CHECKOUT.iterdir()
        if not entry.name.startswith(".")
        and entry.name not in NOT_MODULE
        and entry != HOST
    )


def module_hash():
    """Return a key of the module's files, to know whether a database is up to date."""
    sha = hashlib.sha256()
    for entry in module_entries():
        files = sorted(entry.rglob("*")) if entry.is_dir() else [entry]
        for file in files:
            if file.is_file() and "tests" not in file.parts and file.suffix != ".pyc":
                sha.update(str(file.relative_to(CHECKOUT)).encode() + file.read_bytes())
    return sha.hexdigest()[:16]
