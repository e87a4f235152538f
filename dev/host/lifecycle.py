"""``make lifecycle``: upgrade from the version before, uninstall, install again.

The version before is installed with its demonstration and left to work for some days.
A copy of what the database then holds is kept beside it, so that afterwards SQL says
which rows of which tables are no longer as they were.
"""

import shutil
import subprocess
import tarfile
from io import BytesIO

from . import databases, odoo_server, odoo_source
from .paths import CHECKOUT, HOST, LOG, MODULE, HostError, say, timed
from .postgres import sql
from .testing import Count, warnings_of

FOLDER = HOST / "before"
DAYS = CHECKOUT / "dev" / "lifecycle_days.py"
LEAVE = CHECKOUT / "dev" / "lifecycle_leave.py"
BEFORE = "before"  # the schema with the copies

#: What is not ours: neither an upgrade nor the way out may touch it.
BOOKS = (
    *("account_move", "account_move_line", "account_payment"),
    *("account_partial_reconcile", "account_full_reconcile", "res_partner_bank"),
)
PEOPLE = ("res_partner", "res_users")
MAIL = ("mail_mail", "mail_template")
#: Columns that Odoo writes whenever somebody looks, or that say who wrote last.
RESTLESS = ("write_date", "write_uid", "message_main_attachment_id")
#: What follows a new version as long as nobody has changed it: the columns, and which
#: rows are somebody's own. The days before change a text and the source of a rate.
SHIPPED = {
    "mail_template": (
        ("subject", "body_html"),
        (
            "AND b.id NOT IN (SELECT res_id FROM ir_model_data "
            f"WHERE module = '{MODULE}' AND model = 'mail.template' "
            "AND name != 'mail_template_reminder')"
        ),
    ),
    "dunning_rate": (("source",), "AND b.source NOT LIKE 'Arrêté of the half-year%'"),
}
#: Where a message hangs changes on the way out: it goes to the customer.
MOVED = ("model", "res_id", "record_name")


def run(version):
    """Do the whole life of the module; return the exit code."""
    count = Count()
    name = databases.own_name("lifecycle")
    try:
        with timed(f"the version before ({version}), with its demonstration"):
            install_before(version, name)
        keep_copies(name)
        upgrade(count, name)
        upgraded = structure(name)
        leave(count, name)
        come_back(count, name, upgraded)
    finally:
        databases.drop(name)
    return count.close()


def install_before(version, name):
    """Make a database with the module as it was, and let it work."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    archive = subprocess.run(
        ["git", "archive", version], cwd=CHECKOUT, capture_output=True, check=False
    )
    if archive.returncode:
        raise HostError(f"git knows no version {version}: VERSION=… names another")
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
        files.extractall(FOLDER / MODULE, filter="data")
    addons = odoo_source.addons_path().split(",")[:-1] + [str(FOLDER)]
    databases.clone(databases.template(), name)
    options = ("-d", name, "--addons-path", ",".join(addons), "--stop-after-init")
    odoo_server.call(
        *(*options, "--no-http", "-i", MODULE),
        log="lifecycle-before.log",
        what=f"installing {version}",
    )
    if odoo_server.script(DAYS, name, addons=",".join(addons)):
        raise HostError("the days of the version before failed, see above")


def keep_copies(name):
    """Copy every table that the module has, and those it must not touch."""
    ours = sql(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
        "AND tablename LIKE 'dunning%'",
        name,
    )
    wanted = [*ours, *BOOKS, *PEOPLE, *MAIL, "mail_message", "ir_attachment"]
    copies = "".join(
        f'CREATE TABLE {BEFORE}."{table}" AS TABLE public."{table}";'
        for table in wanted
    )
    sql(f"CREATE SCHEMA {BEFORE};{copies}", name)
    rows = sum(int(sql(f'SELECT count(*) FROM "{t}"', name)[0]) for t in ours)
    say(f"{rows} rows of dunning are to be kept, in {len(ours)} tables")


def upgrade(count, name):
    """Upgrade to this checkout: every row is as it was, new columns apart."""
    with timed("upgrading to this checkout"):
        databases.change_module("-u", name, "lifecycle-upgrade.log")
    count.check("the upgrade warns of nothing", noise("lifecycle-upgrade.log"))
    tables = sql(f"SELECT tablename FROM pg_tables WHERE schemaname = '{BEFORE}'", name)
    for table in sorted(tables):
        follows, own = SHIPPED.get(table, ((), ""))
        problems = [differences(name, table, but=follows)]
        problems += [changed(name, table, column, own) for column in follows]
        count.check(f"upgrade keeps {table}", "\n".join(filter(None, problems)))


def leave(count, name):
    """Run once more, then uninstall: books, people and what was sent stay."""
    sent = (
        f"SELECT count(*) FROM {BEFORE}.mail_message m JOIN {BEFORE}.mail_mail q "
        "ON q.mail_message_id = m.id WHERE m.model = 'dunning.case' "
        "AND q.state = 'sent'"
    )
    reminders = int(sql(sent, name)[0])
    count.check(
        f"{reminders} reminders were sent before", "" if reminders else "none to keep"
    )
    log = LOG / "lifecycle-leave.log"
    log.unlink(missing_ok=True)
    with timed("uninstalling"):
        failed = odoo_server.script(LEAVE, name, log=log)
    if failed:
        raise HostError(f"uninstalling failed, see {log}")
    count.check(
        "the way out warns of nothing", noise("lifecycle-leave.log", all_of=True)
    )
    for table in (*BOOKS, *PEOPLE, *MAIL):
        extra = "AND b.model != 'dunning.action'" if table == "mail_template" else ""
        extra = "AND b.state != 'outgoing'" if table == "mail_mail" else extra
        count.check(f"uninstalling keeps {table}", differences(name, table, extra))
    count.check(
        "what was sent stays readable",
        differences(
            name,
            "mail_message",
            f"AND b.id IN (SELECT mail_message_id FROM {BEFORE}.mail_mail)",
            MOVED,
        ),
    )
    left = sql(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
        "AND tablename LIKE 'dunning%' UNION SELECT table_name || '.' || column_name "
        "FROM information_schema.columns WHERE table_schema = 'public' "
        "AND column_name LIKE 'dunning%'",
        name,
    )
    count.check("nothing of ours is left in the database", "\n".join(left))


def come_back(count, name, upgraded):
    """Install it again where it was before: the tables are as after the upgrade."""
    problem = ""
    try:
        with timed("installing it again"):
            databases.change_module("-i", name, "lifecycle-again.log")
    except HostError as error:
        problem = str(error)
    count.check("it installs again", problem or noise("lifecycle-again.log"))
    unlike = sorted(upgraded ^ structure(name))
    count.check("an upgrade makes the tables of a fresh install", "\n".join(unlike))


def structure(name):
    """Return the columns, indexes and constraints of our tables, as lines of text."""
    ours = "LIKE 'dunning%'"
    return {
        *sql(
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' null: ' "
            "|| is_nullable FROM information_schema.columns "
            f"WHERE table_schema = 'public' AND table_name {ours}",
            name,
        ),
        *sql(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' "
            f"AND tablename {ours}",
            name,
        ),
        *sql(
            "SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) "
            "FROM pg_constraint WHERE connamespace = 'public'::regnamespace "
            f"AND conrelid::regclass::text {ours}",
            name,
        ),
    }


def differences(name, table, extra="", but=()):
    """Return how many rows are gone or changed, in the columns both versions have."""
    columns = sql(
        "SELECT column_name FROM information_schema.columns c "
        f"WHERE table_schema = '{BEFORE}' AND table_name = '{table}' "
        "AND EXISTS (SELECT FROM information_schema.columns o "
        "WHERE o.table_schema = 'public' AND o.table_name = c.table_name "
        "AND o.column_name = c.column_name AND o.data_type = c.data_type)",
        name,
    )
    if not columns:
        return "the table is gone"
    compared = [c for c in columns if c not in (*RESTLESS, *but)]
    if "id" in columns:
        found = [changed(name, table, c, extra) for c in compared if c != "id"]
        return "\n".join(filter(None, [gone(name, table, extra), *found]))
    listed = ", ".join(f'"{column}"' for column in compared)
    lost = sql(
        f"SELECT count(*) FROM (SELECT {listed} FROM {BEFORE}.{table} "
        f"EXCEPT SELECT {listed} FROM public.{table}) lost",
        name,
    )
    return "" if lost == ["0"] else f"{lost[0]} rows are gone"


def gone(name, table, extra):
    """Return how many rows are no longer there."""
    rows = sql(
        f"SELECT b.id FROM {BEFORE}.{table} b LEFT JOIN public.{table} a USING (id) "
        f"WHERE a.id IS NULL {extra}",
        name,
    )
    return f"{len(rows)} rows are gone: {', '.join(rows[:8])}" if rows else ""


def changed(name, table, column, extra):
    """Return in how many rows a column says something else."""
    rows = sql(
        f"SELECT b.id FROM {BEFORE}.{table} b JOIN public.{table} a USING (id) "
        f'WHERE a."{column}"::text IS DISTINCT FROM b."{column}"::text {extra}',
        name,
    )
    return f"{column} changed in {len(rows)} rows: {rows[:8]}" if rows else ""


def noise(log, all_of=False):
    """Return the warnings and errors of a log: ours, or whoever's."""
    if not all_of:
        return warnings_of(LOG / log)
    lines = (LOG / log).read_text(encoding="utf-8", errors="replace").splitlines()
    loud = [line for line in lines if " ERROR " in line or " WARNING " in line]
    return "\n".join(line[:300] for line in loud[:20])
