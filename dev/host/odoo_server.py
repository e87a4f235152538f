"""Call Odoo: its configuration, its command line and our scripts inside it."""

import os
import re
import socket
import subprocess
import sys

from . import odoo_source, postgres
from .paths import DATA, DEV, HOST, KEY, LOG, PYTHON, HostError, environment

CONFIG = HOST / f"odoo{KEY and '-' + KEY}.conf"
EXCEPTION = re.compile(r"^[\w.]+(Error|Exception|Dependency)\b")


def write_config():
    """Write Odoo's configuration file."""
    # Nothing that a developer does may write to a real debtor: nobody listens at port
    # 9, "discard", of this machine.
    text = f"""[options]
addons_path = {odoo_source.addons_path()}
data_dir = {DATA}
http_interface = 127.0.0.1
list_db = False
smtp_server = 127.0.0.1
smtp_port = 9
screenshots = {LOG}/screens
"""
    if not CONFIG.is_file() or CONFIG.read_text() != text:
        CONFIG.write_text(text)


def odoo_environment():
    """Return the environment of Odoo's process."""
    return environment(
        PYTHONPATH=odoo_source.library(), ODOO_RC=CONFIG, **postgres.connection()
    )


# A child ends when we do, even when we are killed: no server is left behind.
TIED = ("setpriv", "--pdeathsig", "TERM")


def command(*arguments, sub=()):
    """Return an Odoo command line, with one of its sub-commands if wanted."""
    return [*TIED, PYTHON, "-m", "odoo", *sub, "-c", CONFIG, *map(str, arguments)]


def call(*arguments, sub=(), log, what):
    """Run Odoo to its end, its log into a file; a failure becomes one clear line."""
    path = LOG / log
    with open(path, "w", encoding="utf-8") as output:
        result = subprocess.run(
            command(*arguments, sub=sub),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=odoo_environment(),
            cwd=HOST,
            check=False,
        )
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    broken = [line for line in lines if " CRITICAL " in line]
    if result.returncode or broken:
        reason = next(filter(EXCEPTION.match, reversed(lines)), None)
        reason = reason or [f"exit code {result.returncode}", *broken][-1]
        raise HostError(f"{what} failed: {reason} (all of it: {path})")


def stream(*arguments, sub=(), library=None):
    """Start Odoo and return the process, whose output is its log.

    :param library: another folder of Python packages it may import
    """
    env = odoo_environment()
    if library:
        env["PYTHONPATH"] = os.pathsep.join((env["PYTHONPATH"], str(library)))
    return subprocess.Popen(
        command(*arguments, sub=sub),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=env,
        cwd=HOST,
    )


def interact(*arguments, sub=()):
    """Run Odoo in the foreground, the terminal its own; return its exit code."""
    process = subprocess.Popen(
        command(*arguments, sub=sub),
        env=odoo_environment(),
        cwd=HOST,
    )
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # The terminal has sent it to Odoo too, which now ends by itself.
            continue


def script(path, database, arguments=(), http=False, addons=None, log=None):
    """Run ``main(env, arguments)`` of a file inside Odoo; return the exit code.

    :param addons: another addons path than the checkout's
    :param log: a file that takes what Odoo says
    """
    options = ["--http-port", str(any_port())] if http else []
    options += ["--addons-path", addons] if addons else []
    options += ["--logfile", str(log)] if log else []
    program = [PYTHON, DEV / "inside.py", CONFIG, database, *options]
    process = subprocess.run(
        [*TIED, *program, "--", path, *arguments],
        env=odoo_environment(),
        stdin=None if sys.stdin and sys.stdin.isatty() else subprocess.DEVNULL,
        check=False,
    )
    return process.returncode


def any_port():
    """Return a port of this machine that nobody uses, a random one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def free_port(first=8069, last=8169):
    """Return the first port of this machine that nobody uses."""
    for port in range(first, last):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise HostError(f"no free port between {first} and {last}: stop a server first")
