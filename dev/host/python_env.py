"""The virtual environment with the Python packages of Odoo and of the developer."""

import subprocess
import sys

from .paths import DEV, PYTHON, VENV, HostError, digest, is_done, mark_done, run, timed

REQUIREMENTS = DEV / "requirements.txt"
OLDEST = (3, 11)


def set_up():
    """Make sure that every package is there in the version and with the hash pinned."""
    key = digest(REQUIREMENTS.read_text(), sys.version, str(VENV))
    if is_done("python", key) and PYTHON.exists():
        return
    if sys.version_info < OLDEST:
        found, wanted = sys.version.split()[0], ".".join(map(str, OLDEST))
        raise HostError(
            f"Python {found} is too old: call make with PYTHON=… of a {wanted} or newer"
        )
    with timed("Python packages"):
        make_venv()
        install()
    mark_done("python", key)


def make_venv():
    """Create the environment, anew when its Python is no longer the one in use."""
    if is_done("venv", digest(sys.version, str(VENV))) and PYTHON.exists():
        return
    # Debian ships the module in a package of its own.
    check = subprocess.run(
        [sys.executable, "-c", "import venv, ensurepip"],
        capture_output=True,
        check=False,
    )
    if check.returncode:
        raise HostError(
            "this Python cannot make virtual environments: install python3-venv"
        )
    run([sys.executable, "-m", "venv", "--clear", VENV], what="making the environment")
    mark_done("venv", digest(sys.version, str(VENV)))


def install():
    """Install the pinned packages; pip checks each file against the hashes.

    What it compiles would never be read: our programs keep compiled files elsewhere.
    """
    run(
        [
            *(PYTHON, "-m", "pip", "install", "--quiet", "--no-cache-dir"),
            "--no-compile",
            *("--no-deps", "--require-hashes", "--disable-pip-version-check"),
            *("-r", REQUIREMENTS),
        ],
        what="installing the Python packages",
    )
