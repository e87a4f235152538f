"""``make test``: the module's tests and what else must hold, each counted.

Two things run at a time. The tests are shared out over two databases, copies of one in
which the module was installed once; what remains fills up the two lines.
"""

import os
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from . import (
    bridges,
    databases,
    lint,
    odoo_server,
    odoo_source,
    peers,
    shares,
    translations,
    unit,
)
from .paths import (
    CHECKOUT,
    DEV,
    KEY,
    LOG,
    MODULE,
    HostError,
    locked,
    module_hash,
    say,
    timed,
    warn,
)
from .testlog import TestLog

# Odoo's own chatter during tests hides ours; its warnings are kept.
LOG_HANDLERS = (
    *("odoo.modules.loading:WARNING", "odoo.modules.registry:WARNING"),
    *("odoo.addons.base:WARNING", "odoo.service.server:WARNING", "werkzeug:ERROR"),
    "odoo.tests.stats:DEBUG",
)

#: The developer's guide in code: one small module for each hook that it explains.
EXAMPLES = CHECKOUT / "docs" / "examples"
#: The logs of the two shares, of which ``make times`` takes the seconds.
SHARE_LOGS = ("test-1.log", "test-2.log")


class Count:
    """How many checks passed and failed; several threads count."""

    def __init__(self):
        self.passed = self.failed = 0
        self._lock = threading.Lock()

    def add(self, passed):
        """Count checks that passed, of which nobody needs to read one by one."""
        with self._lock:
            self.passed += passed

    def check(self, what, problem):
        """Count one check: it passed when there is no problem to show."""
        with self._lock:
            if problem:
                self.failed += 1
                print(f"\nFAILED  {what}\n{problem}", flush=True)
            else:
                self.passed += 1
                say(f"{what}: ok")

    def close(self):
        """Print the closing line; return the exit code, a failure when nothing ran."""
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return int(self.failed > 0 or self.passed == 0)


def run(tags="", with_lint=False):
    """Test in fresh databases; without tags, check installation and texts as well."""
    databases.drop_left_over()
    count = Count()
    name = databases.own_name(f"test_{os.getpid()}")
    try:
        if tags:
            prepare(name)
            run_tests(count, name, "test.log", tags)
        else:
            run_all(count, name, with_lint)
    finally:
        for database in (name, *databases.names(f"{name}_")):
            databases.drop(database)
    return count.close()


def run_all(count, name, with_lint):
    """Run everything, the long things first, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        prepared = pool.submit(prepare, name)

        def run_share(number, tags):
            prepared.result()
            copy = f"{name}_{number}"
            databases.clone(name, copy)
            return run_tests(count, copy, SHARE_LOGS[number - 1], tags)

        plain = pool.submit(check_plain_install, count, f"{name}_plain")
        linted = [pool.submit(check_lint, count)] if with_lint else []
        jobs = [
            *(pool.submit(run_share, *one) for one in enumerate(shares.tags(), 1)),
            pool.submit(check_other_modules, count, f"{name}_jobs"),
            pool.submit(unit.check, count),
        ]
    logs = [job.result() for job in jobs]
    for job in (plain, *linted):
        job.result()
    check_all_ran(count, logs)
    show_slowest(logs)


def prepare(name):
    """Make the database to test in, or to take copies of."""
    template = databases.template()
    with timed(f"installing {MODULE} and making the books of the tests"):
        databases.clone(template, name)
        databases.change_module("-i", name, "test-install.log")
        log = LOG / "test-books.log"
        if odoo_server.script(DEV / "keep_books.py", name, log=log):
            raise HostError(f"making the books of the tests failed (see {log})")


def run_again(tags):
    """Test in the database of the last time, the module upgraded if it changed."""
    name = databases.own_name("retest")
    count = Count()
    with locked(f"test database {KEY or 'own'}"):
        if not databases.exists(name):
            say("making the database that `make retest` keeps")
            databases.with_module(name)
        now = module_hash()
        upgrade = () if databases.noted(name) == now else ("-u", MODULE)
        log = run_tests(count, name, "retest.log", tags, *upgrade)
        if log.is_complete():
            databases.note(name, now)
    return count.close()


def check_lint(count):
    """Count what ``make lint`` says as one check."""
    count.check("lint", lint.said())


def check_other_modules(count, name):
    """Test beside other modules: OCA's queue_job, the examples of the guide, and the
    bridges with what they bridge to."""
    peers.set_up()
    databases.clone(databases.template(demo=False), name)
    examples = sorted(path.parent.name for path in EXAMPLES.glob("*/__manifest__.py"))
    beside = [*examples, *bridges.names()]
    addons = (odoo_source.addons_path(), peers.addons_path(), EXAMPLES, bridges.FOLDER)
    return run_tests(
        count,
        name,
        "jobs.log",
        ",".join([f"dunning_jobs/{MODULE}", *(f"/{one}" for one in beside)]),
        *("-i", ",".join([MODULE, "queue_job", *beside])),
        *("--addons-path", ",".join(map(str, addons))),
        library=peers.FOLDER,
    )


def run_tests(count, name, log_name, tags, *options, library=None):
    """Run the tests that have these tags, and judge by the log, which is returned."""
    log = TestLog()
    started = time.monotonic()
    path = LOG / log_name
    process = odoo_server.stream(
        *("-d", name, "--test-tags", tags or f"/{MODULE}", *options),
        *("--stop-after-init", "--http-port", odoo_server.any_port()),
        *(f"--log-handler={handler}" for handler in LOG_HANDLERS),
        library=library,
    )
    shown = None
    with open(path, "w", encoding="utf-8") as full:
        for line in process.stdout:
            full.write(line)
            test = log.feed(line)
            if test and test.split(".")[0] != shown:
                shown = test.split(".")[0]
                say(shown)
    code = process.wait()
    report(count, log, code, path)
    say(
        f"{len(log.started)} tests in {time.monotonic() - started:.0f} s, log in {path}"
    )
    return log


def report(count, log, code, path):
    """Count the tests and show what went wrong, as shortly as it can be read."""
    count.add(log.passed())
    for name, records in sorted(log.failed.items()):
        count.check(name, "\n".join(record.show() for record in records[:3]))
    for name, reason in log.skipped.items():
        warn(f"skipped {name}: {reason}")
    if not log.is_complete() or (code and not log.failed):
        tail = "\n".join(record.show() for record in log.records[-2:])
        count.check(f"Odoo did not finish (exit code {code}, {path})", tail or "no log")
    elif not log.started:
        count.check("at least one test must run", "none has these tags")
    noise = log.bad_noise()
    count.check("no error, no warning of ours", "\n".join(r.show() for r in noise))


def check_all_ran(count, logs):
    """Check that each test that is written ran, and ran once."""
    written = shares.names(shares.read(shares.TESTS, EXAMPLES, bridges.FOLDER))
    ran = Counter(name for log in logs for name in log.started)
    count.check("every test has run once", shares.unlike(written, ran))


def show_slowest(logs, most=10):
    """Print the classes that took longest."""
    taken = sum((log.seconds() for log in logs), Counter())
    say("the slowest classes:")
    for name, seconds in taken.most_common(most):
        print(f"{seconds:7.1f} s  {name}", flush=True)


def note_times():
    """Note the seconds of each class in the last run, for the next one to share out."""
    paths = [LOG / name for name in SHARE_LOGS]
    if not all(path.is_file() for path in paths):
        raise HostError("run `make test` first: its logs are not there")
    shares.note(sum((read_log(path).seconds() for path in paths), Counter()))
    say(f"{shares.TIMES} is up to date")


def check_plain_install(count, name):
    """Check that the module installs without demo data and its texts are known."""
    try:
        databases.clone(databases.template(demo=False), name)
        databases.change_module("-i", name, "plain.log")
        problem = warnings_of(LOG / "plain.log")
    except HostError as error:
        problem = str(error)
    count.check("installs without demo data", problem)
    if not problem:
        count.check("texts for translators are up to date", translations.outdated(name))


def warnings_of(path):
    """Return what an installation complained about, as text."""
    return "\n".join(record.show() for record in read_log(path).bad_noise())


def read_log(path):
    """Return what a log file says."""
    log = TestLog()
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        log.feed(line)
    return log
