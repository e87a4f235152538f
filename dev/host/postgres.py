"""The database server: the one that the user has (``PGHOST`` …), or our own.

Our own comes as a wheel, runs from a folder of the host, listens on a socket in that
folder only and is set for speed: what it holds can be made again.
"""

import os
import secrets
import shutil
import socket
import subprocess

from .paths import (
    HOST,
    LOG,
    VENV,
    HostError,
    environment,
    locked,
    output_of,
    run,
    timed,
)

CLUSTER = HOST / "pg"
CLUSTER_DATA = CLUSTER / "data"
PASSWORD = CLUSTER / "password"
SERVER_LOG = CLUSTER / "server.log"
ROLE = "odoo"
OURS = "DUNNING_OWN_SERVER"
PORT = 5432
# A socket's path may have some 107 characters, its own name included.
LONGEST_FOLDER = 85

SETTINGS = """
# Added by the set-up: a server for development, whose data can be made again.
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 512MB
max_wal_size = 4GB
maintenance_work_mem = 256MB
jit = off
"""


def is_given():
    """Tell whether the user has a server of his own."""
    # Not in a terminal that `run.py env` has led to our server.
    return not os.environ.get(OURS) and any(
        os.environ.get(name) for name in ("PGHOST", "PGPORT", "PGSERVICE")
    )


def programs():
    """Return the folder with ``psql`` and the server's programs."""
    found = sorted(VENV.glob("lib/python*/site-packages/*/pginstall*/bin/psql"))
    if not found:
        raise HostError(
            "no PostgreSQL programs in the environment: `make clean`, again"
        )
    return found[-1].parent


def connection():
    """Return the usual variables that lead to the server in use."""
    if is_given():
        return {}
    if uses_socket():
        return {"PGHOST": CLUSTER, "PGPORT": PORT, "PGUSER": ROLE, OURS: "1"}
    return {
        OURS: "1",
        "PGHOST": "127.0.0.1",
        "PGPORT": (CLUSTER / "port").read_text(),
        "PGUSER": ROLE,
        "PGPASSWORD": PASSWORD.read_text(),
    }


def uses_socket():
    """Tell whether the folder's path is short enough to hold a socket."""
    return len(str(CLUSTER)) <= LONGEST_FOLDER


def sql(statement, database="postgres"):
    """Run one statement and return its rows as lines of text."""
    result = subprocess.run(
        [programs() / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database],
        input=statement,
        capture_output=True,
        text=True,
        check=False,
        env=environment(**connection(), PGCONNECT_TIMEOUT=10),
    )
    if result.returncode:
        raise HostError(f"PostgreSQL: {result.stderr.strip().splitlines()[0]}")
    return result.stdout.splitlines()


def set_up():
    """Make sure that a server answers and that Odoo may create databases in it."""
    if is_given():
        check_given()
        return
    if answers():
        return
    with locked("database server"):
        if not answers():
            with timed("PostgreSQL"):
                make_cluster()
                start()


def answers():
    """Tell whether our server is up."""
    if not (CLUSTER / "made").exists():
        return False
    family, address = socket.AF_INET, ("127.0.0.1", 0)
    if uses_socket():
        family, address = socket.AF_UNIX, str(CLUSTER / f".s.PGSQL.{PORT}")
    else:
        address = ("127.0.0.1", int((CLUSTER / "port").read_text()))
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(address) == 0


def check_given():
    """Stop with a clear line when the given server cannot serve."""
    found = sql(
        "SELECT current_user, rolcreatedb OR rolsuper FROM pg_roles "
        "WHERE rolname = current_user"
    )
    user, may_create = found[0].split("|")
    if user == "postgres":
        raise HostError(
            "Odoo refuses the database user postgres: set PGUSER to another one that "
            "may create databases (CREATE ROLE odoo LOGIN CREATEDB)"
        )
    if may_create != "t":
        raise HostError(
            f"the database user {user} may not create databases: "
            f"ALTER ROLE {user} CREATEDB"
        )


def as_server(*command):
    """Return a command as the user who runs the server: never root, who is refused.

    Root hands over to ``nobody``, with the right to pass through closed folders when
    the host lies in one (a checkout below /root).
    """
    if os.geteuid() != 0:
        return list(command)
    plain = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    keep = [f"--{kind}-caps=+dac_override" for kind in ("inh", "ambient")]
    keep.append("--securebits=+no_setuid_fixup")  # or access(2) ignores the right
    reach = [*plain, "test", "-x", programs() / "postgres", "-a", "-x", CLUSTER]
    closed = subprocess.run(reach, capture_output=True, check=False).returncode
    return [*plain, *(keep if closed else ()), *command]


def make_cluster():
    """Create the server's folder, its settings and the role that Odoo uses."""
    if (CLUSTER / "made").exists():
        return
    shutil.rmtree(CLUSTER, ignore_errors=True)
    CLUSTER.mkdir(mode=0o700)
    PASSWORD.write_text(secrets.token_hex(16))
    if os.geteuid() == 0:
        shutil.chown(CLUSTER, "nobody", "nogroup")
        shutil.chown(PASSWORD, "nobody", "nogroup")
    run(
        as_server(
            *(programs() / "initdb", "-D", CLUSTER_DATA, "-U", ROLE, "--no-sync"),
            *("--encoding=UTF8", "--locale=C.UTF-8", f"--pwfile={PASSWORD}"),
            *("--auth-local=trust", "--auth-host=scram-sha-256"),
        ),
        what="creating the database server",
        cwd=CLUSTER,
    )
    with open(CLUSTER_DATA / "postgresql.conf", "a", encoding="utf-8") as settings:
        settings.write(SETTINGS)
    (CLUSTER / "made").touch()


def listening():
    """Return the settings of where to listen: our socket, else this machine only."""
    if uses_socket():
        return f"-c listen_addresses= -k {CLUSTER} -p {PORT}"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (CLUSTER / "port").write_text(str(port))
    return f"-c listen_addresses=127.0.0.1 -c unix_socket_directories= -p {port}"


def start():
    """Start our server and wait until it answers."""
    run(
        as_server(
            *(programs() / "pg_ctl", "start", "--wait", "--silent", "-D", CLUSTER_DATA),
            *("-l", SERVER_LOG, "-o", listening()),
        ),
        what=f"starting the database server (see {SERVER_LOG})",
        cwd=CLUSTER,
    )


def crash():
    """End our server as a crash would, without tidying up, and start it again."""
    run(
        as_server(
            *(programs() / "pg_ctl", "stop", "--mode=immediate", "--wait", "--silent"),
            *("-D", CLUSTER_DATA),
        ),
        what="crashing the database server",
        cwd=CLUSTER,
    )
    start()


def stop():
    """Stop our server, if it runs."""
    if is_given() or not (CLUSTER_DATA / "postmaster.pid").exists():
        return
    LOG.mkdir(parents=True, exist_ok=True)
    output_of(
        as_server(*(programs() / "pg_ctl", "stop", "--mode=fast", "-D", CLUSTER_DATA)),
        cwd=CLUSTER,
    )
