"""The laboratory: a working database, processes that can be killed, a mail server.

Odoo is loaded once; each worker is a fork of this program that opens connections of its
own, so that a worker costs milliseconds and dies like any process.
"""

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import sys
import time
import traceback

import freezegun
import psycopg2
from host import databases, mailbox, postgres
from host.paths import HOST

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.tools import config

WORK = HOST / "faults"
#: The clock of all workers when they start: 10:00 in Paris on the day of the seed.
MOMENT = "2026-03-10 09:00:00"
PATIENCE = 240  # seconds that a worker may take
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def now():
    """Return the real clock, in seconds, which no frozen time changes."""
    return time.clock_gettime(time.CLOCK_REALTIME)


def pause(seconds):
    """Wait, exactly enough for moments drawn at random."""
    if seconds > 0:
        select.select([], [], [], seconds)


class WorkerFailed(Exception):
    """A worker that nobody killed did not come to its end."""


class Worker:
    """A process at work on a database, which may be killed."""

    def __init__(self, function, *arguments):
        sql_db.close_all()
        sys.stdout.flush()
        self.reader, writer = os.pipe()
        parent = os.getpid()
        self.pid = os.fork()
        if not self.pid:
            os.close(self.reader)
            be_worker(parent, writer, function, arguments)
        os.close(writer)
        self.lines, self.rest, self.status = [], b"", None

    def poll(self, timeout):
        """Read what the worker said; tell whether it is still there."""
        ready, _w, _x = select.select([self.reader], [], [], timeout)
        if not ready:
            return True
        chunk = os.read(self.reader, 65536)
        *whole, self.rest = (self.rest + chunk).split(b"\n")
        self.lines += [json.loads(line) for line in whole if line]
        return bool(chunk)

    def said(self, event):
        """Return what the worker said about an event, or None."""
        return next((row for row in self.lines if row["event"] == event), None)

    def wait_for(self, event, timeout=PATIENCE):
        """Wait until the worker said something; return it, None when it ended."""
        end = now() + timeout
        while not self.said(event):
            if now() > end or not self.poll(max(end - now(), 0)):
                break
        return self.said(event)

    def kill(self):
        """End it at once, as a power cut would."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout=PATIENCE):
        """Wait for the end; return its last word, None when it was killed."""
        end = now() + timeout
        while self.poll(max(end - now(), 0)):
            if now() > end:
                self.kill()
                self.collect()
                raise WorkerFailed(f"worker took more than {timeout} s")
        self.collect()
        return self.said("end")

    def collect(self):
        """Take the ended process off the machine's list."""
        with contextlib.suppress(OSError):
            os.close(self.reader)
        if self.status is None:
            _pid, self.status = os.waitpid(self.pid, 0)

    def result(self, timeout=PATIENCE):
        """Return what a worker found out; it must not have failed."""
        end = self.wait(timeout)
        if end is None or "error" in end:
            raise WorkerFailed(end["error"] if end else "worker vanished")
        return end


def be_worker(parent, writer, function, arguments):
    """Do the work of a fresh fork and leave without the parent's tidying up."""
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    log = os.open(WORK / "workers.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, sys.stderr.fileno())

    def say(event, **values):
        line = json.dumps({"event": event, "at": now(), **values}, default=str)
        os.write(writer, line.encode() + b"\n")

    code = 0
    try:
        say("end", **(function(say, *arguments) or {}))
    except BaseException as error:  # noqa: BLE001 whatever it is, the parent is told
        code = 1
        text = "".join(traceback.format_exception_only(error)).strip()
        say("end", error=text, kind=type(error).__name__)
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


@contextlib.contextmanager
def opened(name, **context):
    """Give an environment on a database; what was done is committed."""
    with Registry(name).cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, context)


def introduce(name, who):
    """Tell the database server who we are: it then shows who waits for whom."""
    config["db_app_name"] = who
    Registry(name)._db = sql_db.db_connect(name)


class MailServer(mailbox.MailServer):
    """The SMTP server process and what it recorded."""

    def __init__(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        super().__init__(folder, mode="accept")

    def read(self, name="accepted"):
        """Return what it recorded since :meth:`forget`."""
        text = (self.folder / f"{name}.jsonl").read_text()
        # The last line may be half written still.
        whole = text[: text.rfind("\n") + 1]
        return [json.loads(line) for line in whole.splitlines()]

    def forget(self):
        """Start a new record."""
        for name in ("accepted", "refused"):
            os.truncate(self.folder / f"{name}.jsonl", 0)
        self.behave(mode="accept")


class Lab:
    """One lane: its database, its mail server, its workers one after the other."""

    def __init__(self, lane=1):
        self.name = databases.own_name(f"faults_lane{lane}")
        self.folder = WORK / f"lane{lane}"
        self.server = MailServer(self.folder)
        self.loaded = self.is_mailed = False

    def fresh(self, template):
        """Start again from a copy of a database, with nothing sent yet."""
        sql_db.close_all()
        databases.clone(template, self.name)
        self.server.forget()
        config["smtp_port"] = self.server.port
        if not self.loaded:
            Registry(self.name)
            self.loaded = True
            sql_db.close_all()

    def start(self, function, *arguments):
        """Start a worker on the database."""
        return Worker(function, self.name, *arguments)

    def do(self, function, *arguments, timeout=PATIENCE):
        """Let a worker do something to the end; return what it found out."""
        return self.start(function, *arguments).result(timeout)

    def read(self, query, parameters=()):
        """Return the rows of a query, read by a connection of its own."""
        with self.connected() as cursor:
            cursor.execute(query, parameters)
            return cursor.fetchall()

    def write(self, statement, parameters=()):
        """Change the database directly, as a person with SQL would."""
        with self.connected() as cursor:
            cursor.execute(statement, parameters)

    @contextlib.contextmanager
    def connected(self):
        """Give a cursor of a plain connection that commits each statement."""
        connection = psycopg2.connect(dbname=self.name, **address())
        connection.autocommit = True
        try:
            yield connection.cursor()
        finally:
            connection.close()

    def release(self):
        """Leave the database, so that it can be copied."""
        sql_db.close_all()

    def close(self):
        """Remove what the lane made."""
        self.server.stop()
        sql_db.close_all()
        databases.drop(self.name)


def address():
    """Return where the database server is, as psycopg2 wants it."""
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user"}
    given = postgres.connection() or os.environ
    found = {word: str(given[key]) for key, word in names.items() if given.get(key)}
    if password := given.get("PGPASSWORD"):
        found["password"] = password
    return found


def load_odoo(config_file, database):
    """Load Odoo and stop its clock on the day of the seed, from where it ticks."""
    log = WORK / "odoo.log"
    WORK.mkdir(parents=True, exist_ok=True)
    words = ["-c", config_file, "-d", database, "--no-http", "--max-cron-threads=0"]
    words += ["--log-level=warn", f"--logfile={log}"]
    config.parse_config(words, setup_logging=True)
    # Before any worker: freezing looks through every module that is loaded.
    Registry(database)
    sql_db.close_all()
    return freezegun.freeze_time(MOMENT, tick=True).start()
