"""Databases made from templates, so that a fresh one costs seconds.

A template has Odoo's own modules that ours needs, never ours. Its name carries a key
of what it was made from: when that changes a new one is made and the old one dropped.
"""

import ast
import os
import re
import shutil
from pathlib import Path

from . import odoo_server, odoo_source, postgres
from .paths import (
    CHECKOUT,
    DATA,
    HOST,
    KEY,
    MODULE,
    digest,
    locked,
    module_hash,
    timed,
)
from .postgres import sql

# Whatever the manifest says: the French chart of accounts is what we test and show.
ALWAYS = ("l10n_fr_account",)
ASSUMED = ("account", "account_payment", "portal", "base_automation", "sms")
FILES = DATA / "filestore"
RECIPE = 1  # to be raised when templates are made in another way

# A server shared with others needs names that tell hosts and checkouts apart.
PLACE = digest(str(HOST))[:6] if postgres.is_given() else ""
PREFIX = "dunning_" + (f"{PLACE}_" if PLACE else "")
TEMPLATES = f"{PREFIX}template"

FRENCH_COMPANY = """
UPDATE res_partner SET country_id = (SELECT id FROM res_country WHERE code = 'FR')
 WHERE id = (SELECT partner_id FROM res_company ORDER BY id LIMIT 1);
UPDATE res_currency SET active = true WHERE name = 'EUR';
UPDATE res_company
   SET currency_id = (SELECT id FROM res_currency WHERE name = 'EUR')
 WHERE id = (SELECT min(id) FROM res_company);
"""


def own_name(purpose):
    """Return the name of this checkout's database for a purpose."""
    return f"{PREFIX}{KEY and KEY + '_'}{purpose}"


def dependencies():
    """Return the modules to have before ours is installed."""
    manifest = CHECKOUT / "__manifest__.py"
    listed = ASSUMED
    if manifest.is_file():
        listed = ast.literal_eval(manifest.read_text()).get("depends", ())
    return sorted({*listed, *ALWAYS})


def exists(name):
    """Tell whether there is a database of that name."""
    return bool(sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


def names(prefix):
    """Return the databases whose name starts so."""
    pattern = prefix.replace("_", r"\_")
    return sql(f"SELECT datname FROM pg_database WHERE datname LIKE '{pattern}%'")


def drop(name):
    """Remove a database and its files."""
    sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(FILES / name, ignore_errors=True)


def note(name, text):
    """Write on a database what it was made from."""
    sql(f"COMMENT ON DATABASE \"{name}\" IS '{text}'")


def noted(name):
    """Return what was written on a database."""
    found = sql(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
        f"WHERE datname = '{name}'"
    )
    return found[0] if found else ""


def clone(template, name):
    """Make a database from another one, which nobody may be using."""
    drop(name)
    # Copying files is quickest here; servers before 15 do nothing else.
    how = "" if postgres.is_given() else "STRATEGY FILE_COPY"
    sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {how}')
    if (FILES / template).is_dir():
        # Odoo never changes a stored file, only removes its name: links are safe.
        shutil.copytree(FILES / template, FILES / name, copy_function=os.link)


def template(demo=True):
    """Return a template database with or without demo data, made if it is missing."""
    flavour = f"{TEMPLATES}_{'demo' if demo else 'plain'}_"
    modules = dependencies()
    name = flavour + digest(odoo_source.version(), modules, RECIPE)
    if exists(name):
        return name
    with locked(f"template {'demo' if demo else 'plain'}"):
        if not exists(name):
            text = "template database " + ("with demo data" if demo else "without demo")
            with timed(text):
                make_template(f"{name}_part", modules, demo)
            rename(f"{name}_part", name)
            drop_old_templates(flavour, name)
    return name


def make_template(name, modules, demo):
    """Install Odoo's modules into a new database, in English and in French."""
    drop(name)
    sql(
        f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' "
        "LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
    )
    log = f"{'demo' if demo else 'plain'}-template.log"
    options = (
        *("-d", name, "--stop-after-init", "--no-http", "--load-language=en_US,fr_FR"),
        *(["--with-demo"] if demo else []),
    )
    if not demo:
        # Without demo companies the main one is made French before it gets a chart.
        odoo_server.call(*options, "-i", "base", log=log, what="the template database")
        sql(FRENCH_COMPANY, name)
    odoo_server.call(
        *options, "-i", ",".join(modules), log=log, what="the template database"
    )


def drop_old_templates(flavour, current):
    """Drop the templates that this checkout used before, or one that is gone."""
    note(current, CHECKOUT)
    for name in names(flavour):
        owner = noted(name)  # nobody's yet while it is being made
        gone = owner and not Path(owner).is_dir()
        if name != current and (gone or owner == str(CHECKOUT)):
            drop(name)


def rename(old, new):
    """Give a database and its files another name, in one go for the database."""
    shutil.rmtree(FILES / new, ignore_errors=True)
    if (FILES / old).is_dir():
        (FILES / old).rename(FILES / new)
    sql(f'ALTER DATABASE "{old}" RENAME TO "{new}"')


def with_module(name, demo=True, log=None):
    """Make a fresh database in which our module is installed."""
    clone(template(demo), name)
    change_module("-i", name, log or f"{name}.log")


def change_module(option, name, log):
    """Install (``-i``) or upgrade (``-u``) our module in a database, and note it."""
    now = module_hash()
    what = "installing" if option == "-i" else "upgrading"
    odoo_server.call(
        *("-d", name, option, MODULE, "--stop-after-init", "--no-http"),
        log=log,
        what=f"{what} {MODULE}",
    )
    note(name, now)


def drop_left_over():
    """Drop the test databases of runs that no longer live."""
    for name in names(own_name("test_")):
        process = re.search(r"_(\d+)\w*$", name)
        if process and not os.path.exists(f"/proc/{process.group(1)}"):
            drop(name)


def set_parameter(name, key, value):
    """Set one of Odoo's system parameters while Odoo does not run."""
    sql(
        f"INSERT INTO ir_config_parameter (key, value) VALUES ('{key}', '{value}') "
        "ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
        name,
    )
