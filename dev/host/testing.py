"""``make test``: the module's tests and what else must hold, each counted."""

import os
import time

from . import databases, odoo_server, odoo_source, peers, translations
from .paths import CHECKOUT, KEY, LOG, MODULE, HostError, locked, module_hash, say, warn
from .testlog import TestLog

# Odoo's own chatter during tests hides ours; its warnings are kept.
LOG_HANDLERS = (
    *("odoo.modules.loading:WARNING", "odoo.modules.registry:WARNING"),
    *("odoo.addons.base:WARNING", "odoo.service.server:WARNING", "werkzeug:ERROR"),
)

#: The developer's guide in code: one small module for each hook that it explains.
EXAMPLES = CHECKOUT / "docs" / "examples"


class Count:
    """How many checks passed and failed."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, problem):
        """Count one check: it passed when there is no problem to show."""
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


def run(tags):
    """Test in fresh databases; without tags, check installation and texts as well."""
    databases.drop_left_over()
    count = Count()
    name = databases.own_name(f"test_{os.getpid()}")
    try:
        if not tags:
            databases.both_templates()
        databases.clone(databases.template(), name)
        run_tests(count, name, "-i", tags)
        if not tags:
            check_plain_install(count, f"{name}_plain")
            check_other_modules(count, f"{name}_jobs")
    finally:
        databases.drop(name)
        databases.drop(f"{name}_jobs")
        databases.drop(f"{name}_plain")
    return count.close()


def run_again(tags):
    """Test in the database of the last time, the module upgraded if it changed."""
    name = databases.own_name("retest")
    count = Count()
    with locked(f"test database{KEY}"):
        if not databases.exists(name):
            with_what = "making the database that `make retest` keeps"
            say(with_what)
            databases.with_module(name)
        run_tests(count, name, "-u", tags)
        databases.note(name, module_hash())
    return count.close()


def check_other_modules(count, name):
    """Test beside other modules: OCA's queue_job, and the examples of the guide."""
    peers.set_up()
    databases.clone(databases.template(demo=False), name)
    examples = sorted(path.parent.name for path in EXAMPLES.glob("*/__manifest__.py"))
    addons = (odoo_source.addons_path(), peers.addons_path(), EXAMPLES)
    run_tests(
        count,
        name,
        "-i",
        ",".join([f"dunning_jobs/{MODULE}", *(f"/{one}" for one in examples)]),
        modules=",".join([MODULE, "queue_job", *examples]),
        extra=("--addons-path", ",".join(map(str, addons))),
        library=peers.FOLDER,
    )


def run_tests(count, name, option, tags, modules=MODULE, extra=(), library=None):
    """Install or upgrade the module with its tests, and judge by the log."""
    log = TestLog()
    started = time.monotonic()
    path = LOG / ("test.log" if option == "-i" else "retest.log")
    path = LOG / "jobs.log" if library else path
    options = (
        *("-d", name, option, modules, "--test-tags", tags or f"/{MODULE}"),
        *extra,
        *("--stop-after-init", "--http-port", odoo_server.any_port()),
        *(f"--log-handler={handler}" for handler in LOG_HANDLERS),
    )
    process = odoo_server.stream(*options, library=library)
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


def report(count, log, code, path):
    """Count the tests and show what went wrong, as shortly as it can be read."""
    count.passed += log.passed()
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
    log = TestLog()
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        log.feed(line)
    return "\n".join(record.show() for record in log.bad_noise())
