"""``make faults``: the databases that faults start from, and the program itself."""

import os
import subprocess

from . import databases, odoo_server, odoo_source, postgres
from .paths import DEV, PYTHON, HostError, digest, locked, module_hash, timed

PROGRAM = DEV / "faults"
SEED = PROGRAM / "seed.py"
RECIPE = 1  # to be raised when databases are made in another way
#: How many debtors the databases have: for many kills, for load, for one among 1,000.
SIZES = (60, 600, 1000)


def seed_name(size):
    """Return the name of the database that has so many debtors."""
    return databases.own_name(f"faults_seed{size}")


def prepare():
    """Make the databases that are missing or were made from other files."""
    key = digest(module_hash(), SEED.read_text(), RECIPE)
    base = databases.own_name("faults_base")
    if all(databases.exists(seed_name(n)) for n in SIZES) and all(
        databases.noted(seed_name(n)) == key for n in SIZES
    ):
        return
    with timed("database of the faults"):
        databases.with_module(base, demo=False)
    for size in SIZES:
        with timed(f"{size} debtors with late invoices"):
            databases.clone(base, seed_name(size))
            if odoo_server.script(SEED, seed_name(size), [str(size)]):
                raise HostError(f"making {size} debtors failed, see above")
        # As a server that is at work would have done long ago.
        postgres.sql("VACUUM ANALYZE", seed_name(size))
        databases.note(seed_name(size), key)
    databases.drop(base)


def run(arguments):
    """Run the program on copies of the databases; return its exit code."""
    with locked("faults"):
        prepare()
        env = odoo_server.odoo_environment()
        env["PYTHONPATH"] = os.pathsep.join([str(odoo_source.library()), str(DEV)])
        program = [PYTHON, "-m", PROGRAM.name, odoo_server.CONFIG]
        return subprocess.run(
            [*odoo_server.TIED, *program, *arguments], env=env, check=False
        ).returncode
