"""``make demo``: the database of the demonstration, and Odoo on it."""

from . import databases, mailbox, odoo_server
from .paths import CHECKOUT, DEV, HOST, HostError, module_hash, say, timed

LOGIN = "claire / claire (comptable), hugo / hugo (credit manager), admin / admin"
THINGS_TO_TRY = (
    "Facturation › Relances › Dossiers : ouvrez un dossier, puis cliquez « Relancer »",
    "Facturation › Relances › À valider : approuvez plusieurs relances d'un coup",
    "Facturation › Relances › Échelles de relance : ajoutez ou déplacez un niveau",
)
PREPARE = DEV / "demo_database.py"
COMPANY = CHECKOUT / "demo" / "french_company.py"


def prepare(force=False):
    """Return the name of the demo database, made or upgraded where needed."""
    name = databases.own_name("demo")
    if databases.exists(name) and databases.noted(name):
        if force or databases.noted(name) != module_hash():
            with timed("upgrading the module in the demo database"):
                databases.change_module("-u", name, "demo-upgrade.log")
        return name
    with timed("demo database"):
        databases.clone(databases.template(demo=False), name)
        # French first: records that the demo data creates then speak French too.
        if odoo_server.script(PREPARE, name):
            raise HostError(f"preparing {name} failed, see above")
        databases.change_module("-i", name, "demo-install.log")
    with timed("the French company and its last twelve weeks"):
        try:
            failed = odoo_server.script(COMPANY, name, http=True)
        except BaseException:  # Ctrl-C too: half a company must not be taken as ready
            databases.drop(name)
            raise
        if failed:
            databases.drop(name)
            raise HostError("filling the demo database failed, see above")
    return name


def run():
    """Start Odoo on the demo database until the user stops it."""
    name = prepare()
    port = odoo_server.free_port()
    address = f"http://localhost:{port}"
    for key, value in (
        ("report.url", f"http://127.0.0.1:{port}"),
        ("web.base.url", address),
    ):
        databases.set_parameter(name, key, value)
    with mailbox.opened(HOST / "mail") as smtp_port:
        print(f"\n  {address}   login: {LOGIN}   database: {name}")
        for number, thing in enumerate(THINGS_TO_TRY, 1):
            print(f"  {number}. {thing}")
        say(f"e-mails are not sent but kept in {HOST / 'mail'}; Ctrl-C stops\n")
        return odoo_server.interact(
            *("-d", name, f"--db-filter=^{name}$", "--http-port", port),
            *("--smtp-port", smtp_port, "--log-level", "warn"),
        )
