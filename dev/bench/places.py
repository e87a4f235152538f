"""Databases of the benchmark, and programs that run inside them.

Three kinds of template, each with a key of what it was made from: the books (only
Odoo's own modules), the books with our module and the floor, the books with OCA's.
"""

import datetime
from pathlib import Path

from host import databases, odoo_server, odoo_source, peers
from host.paths import CHECKOUT, MODULE, HostError, digest, module_hash, say, timed

from bench.sizes import SEED

BENCH = Path(__file__).parent
FLOOR = BENCH / "addons"
OCA_MODULE = "account_credit_control"
MAKERS = (
    *("generate.py", "receivables.py", "prototypes.py", "multiply.py"),
    *("books_check.py", CHECKOUT / "demo" / "books.py"),
)
PREFIX = databases.own_name("bench_")


def addons_path():
    """Return the add-ons of an Odoo that also knows the floor and the peer."""
    return f"{odoo_source.addons_path()},{FLOOR},{peers.addons_path()}"


def run_inside(program, database, *arguments, http=False):
    """Run ``main(env, arguments)`` of one of our files inside Odoo.

    :param http: serve style sheets, for programs that print
    :raises HostError: when it does not come to its end
    """
    words = [str(word) for word in arguments]
    addons = addons_path()
    if odoo_server.script(BENCH / program, database, words, http=http, addons=addons):
        raise HostError(f"{program} failed in {database}, which is kept")


def make(kind, size, key, source, steps):
    """Return a template database, made from another one if it is missing.

    :param key: what it is made from; another key makes a new one and drops the old
    :param steps: a function that is called with the name of the new database
    """
    flavour = f"{PREFIX}{kind}_{size.name}_"
    name = flavour + key
    if databases.exists(name):
        return name
    with timed(f"template database: {kind}, {size.name}"):
        part = f"{name}_part"
        databases.clone(source, part)
        steps(part)
        databases.rename(part, name)
    for old in databases.names(flavour):
        if old != name:
            databases.drop(old)
    return name


def books(size, today):
    """Return the template with customers and documents."""
    plain = databases.template(demo=False)
    parts = [(BENCH / program).read_text() for program in MAKERS]
    key = digest(plain, parts, size.customers, size.invoices, SEED, today)
    arguments = ("--customers", size.customers, "--invoices", size.invoices)
    arguments += ("--seed", SEED, "--today", today)
    return make(
        *("books", size, key, plain),
        lambda name: run_inside("generate.py", name, *arguments),
    )


def ours(size, today):
    """Return the template with our module, set up, and the floor."""
    source = books(size, today)
    floor = [path.read_text() for path in sorted(FLOOR.rglob("*.*")) if path.is_file()]
    setup = (BENCH / "prepare.py").read_text()
    key = digest(source, module_hash(), floor, setup)

    def install(name):
        install_modules(name, f"{MODULE},bench_floor")
        run_inside("prepare.py", name)

    return make("ours", size, key, source, install)


def oca(size, today):
    """Return the template with OCA's module."""
    source = books(size, today)
    key = digest(source, peers.REQUIREMENTS.read_text())
    return make(
        *("oca", size, key, source), lambda name: install_modules(name, OCA_MODULE)
    )


def install_modules(name, modules):
    """Install modules into a database."""
    options = ("-d", name, "-i", modules, "--stop-after-init", "--no-http")
    odoo_server.call(
        *(*options, "--addons-path", addons_path()),
        log="bench-install.log",
        what=f"installing {modules}",
    )


def measure(program, template, label, *arguments, http=False):
    """Run a measuring program in a fresh copy of a template, which is dropped."""
    copy = f"{PREFIX}run"
    say(label)
    databases.clone(template, copy)
    run_inside(program, copy, *arguments, http=http)
    databases.drop(copy)


def company_today():
    """Return the day on which the books end, in the company's time zone.

    The generated company works in the server's: Odoo falls back on UTC.
    """
    return datetime.datetime.now(datetime.UTC).date()
