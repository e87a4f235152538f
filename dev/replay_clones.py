"""Play modes side by side, each in a copy of the database that holds the books."""

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from odoo.tools import SQL, config

HERE = Path(__file__).parent


class ModeFailed(Exception):
    """A mode did not come to its end; what was wrong is printed already."""


def play_all(env, names, data, workers, keep=False):
    """Play modes in copies of this database; map their names to their outcomes.

    :param workers: how many at the same time
    :param keep: leave the copies behind, to be looked at in Odoo
    """
    copies = {name: f"{env.cr.dbname}_{name}" for name in names}
    for copy in copies.values():
        _copy_database(env, copy)
    with ThreadPoolExecutor(workers) as pool:
        outcomes = pool.map(lambda name: _play(copies[name], name, data), names)
        found = dict(zip(names, outcomes, strict=True))
    failed = [name for name in names if found[name] is None]
    for name, copy in copies.items():
        if keep or name in failed:
            print(f"database {copy} is kept")
        else:
            _drop_database(env, copy)
    if failed:
        raise ModeFailed(", ".join(failed))
    return found


def _play(database, name, data):
    """Play one mode in a process of its own; return its outcome, None if it failed."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "outcome"
        command = [sys.executable, HERE / "inside.py", config["config"], database]
        command += ["--", HERE / "replay.py", "--data", data, "--play", name]
        process = subprocess.run([*command, "--result", result], check=False)
        if process.returncode or not result.is_file():
            return None
        return pickle.loads(result.read_bytes())


def _copy_database(env, name):
    """Copy this database; files are linked, since Odoo never changes a stored one."""
    _drop_database(env, name)
    own = SQL.identifier(env.cr.dbname)
    with _no_transaction(env):
        # PostgreSQL copies a database only while nobody else is in it.
        env.cr.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid != pg_backend_pid()"
        )
        env.cr.execute(SQL("CREATE DATABASE %s TEMPLATE %s", SQL.identifier(name), own))
    files = Path(config.filestore(env.cr.dbname))
    if files.is_dir():
        shutil.copytree(files, config.filestore(name), copy_function=os.link)


def _drop_database(env, name):
    with _no_transaction(env):
        env.cr.execute(
            SQL("DROP DATABASE IF EXISTS %s WITH (FORCE)", SQL.identifier(name))
        )
    shutil.rmtree(config.filestore(name), ignore_errors=True)


@contextmanager
def _no_transaction(env):
    """Let statements through that PostgreSQL refuses inside a transaction."""
    env.cr.commit()
    env.cr.connection.autocommit = True
    yield
    env.cr.connection.autocommit = False
