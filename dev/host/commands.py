"""What a developer asks for: one function per word of the Makefile."""

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

from . import (
    bridges,
    databases,
    demo,
    faults,
    lifecycle,
    lint,
    odoo_server,
    odoo_source,
    postgres,
    programs,
    python_env,
    testing,
    translations,
    unit,
    without,
)
from .paths import (
    DEV,
    HOST,
    OWN,
    PYTHON,
    HostError,
    environment,
    locked,
    prepare_folders,
    say,
)


def setup():
    """Set up what is missing: Odoo, Python packages, programs, database server."""
    prepare_folders()
    with locked("set-up"), ThreadPoolExecutor(2) as pool:
        # Two downloads at once; each step returns at once when it is done already.
        python = pool.submit(python_env.set_up)
        odoo_source.set_up()
        programs.fetch()
        python.result()
        programs.set_up()
        odoo_source.link_module()
        odoo_server.write_config()
    postgres.set_up()


def tools():
    """Set up the Python packages only, which is all that lint needs."""
    prepare_folders()
    with locked("set-up"):
        python_env.set_up()


def run_demo():
    """Make the demo database if needed and start Odoo on it."""
    setup()
    return demo.run()


def prepare_demo():
    """Make the demo database, or bring it up to date, and stop there."""
    setup()
    say(f"database {demo.prepare()} is ready")


def update():
    """Upgrade the module in the demo database, even when no file changed."""
    setup()
    say(f"database {demo.prepare(force=True)} is upgraded")


def test(tags=""):
    """Run every check in fresh databases; with --tags only those tests."""
    setup()
    return testing.run(tags)


def retest(tags=""):
    """Run tests in a database that is kept and upgraded: quicker, less strict."""
    setup()
    return testing.run_again(tags)


def check():
    """Run lint and every check: what must hold before a change is handed in."""
    setup()
    return testing.run(with_lint=True)


def run_unit(arguments):
    """Run the tests of tools/, which need no Odoo."""
    tools()
    return unit.run([word for word in arguments if word != "--"])


def times():
    """Note how long each test class took the last time, to share them out."""
    testing.note_times()


def run_lint():
    """Check style, XML, CSV and translations."""
    tools()
    return lint.run()


def run_format():
    """Bring Python files into shape."""
    tools()
    lint.reformat()


def pot():
    """Export the module's texts and merge the new ones into the translations."""
    setup()
    translations.refresh()


def security():
    """Write docs/security.md: who may do what, and which fields who may enter."""
    setup()
    subprocess.check_call([PYTHON, DEV / "security_table.py"])
    # What may be entered stands beside each field: only the registry knows them all.
    return script(DEV / "fields_table.py", [], db="security", fresh=True)


def package():
    """Write an archive of the module, and of each bridge beside it, into dist/."""
    bridges.package()


def shell(database=None):
    """Open a Python shell inside Odoo."""
    setup()
    name = database or demo.prepare()
    return odoo_server.interact(
        "-d", name, "--no-http", "--log-level=warn", sub=["shell"]
    )


def psql(database=None):
    """Open an SQL prompt on the demo database or another one."""
    setup()
    name = database or databases.own_name("demo")
    env = odoo_server.odoo_environment()
    return subprocess.call([postgres.programs() / "psql", name], env=env)


def env():
    """Print shell lines that put Odoo's environment into a terminal."""
    setup()
    wanted = ("PATH", "PYTHONPATH", "PYTHONPYCACHEPREFIX", "ODOO_RC", "FONTCONFIG_FILE")
    for name, value in odoo_server.odoo_environment().items():
        if name in wanted or name in postgres.connection():
            print(f"export {name}='{value}'")


def script(script, arguments, db="demo", fresh=False, demo=False, http=False):
    """Run main(env, arguments) of a Python file inside Odoo."""
    setup()
    path = script.absolute()
    if not path.is_file():
        raise HostError(f"there is no {script}")
    name = databases.own_name(db)
    if fresh:
        databases.with_module(name, demo=demo)
    elif not databases.exists(name):
        raise HostError(f"there is no database {name}: `make demo-db`, or use --fresh")
    return odoo_server.script(path, name, arguments, http=http)


def run_faults(arguments):
    """Kill, starve and confuse the engine on purpose, and count what became of it."""
    setup()
    # The dashes let options come first: they are the program's, not ours.
    return faults.run([word for word in arguments if word != "--"])


def run_mutants(arguments):
    """Change tools/ in small ways and count what its tests notice."""
    tools()
    words = [word for word in arguments if word != "--"]
    return subprocess.call([PYTHON, DEV / "mutants.py", *words], env=environment())


def run_lifecycle(version="main"):
    """Upgrade from the version before, uninstall, install again; compare the data."""
    setup()
    return lifecycle.run(version)


def run_without(feature=""):
    """Run the core's tests where a feature, or each in turn, is taken out."""
    setup()
    return without.run_all([feature] if feature else None)


def stop():
    """Stop the database server."""
    postgres.stop()


def clean():
    """Stop the database server and remove everything that the set-up made."""
    postgres.stop()
    if not OWN and os.environ.get("DUNNING_HOST"):
        say(f"{HOST} may serve other checkouts too; removing it as asked")
    shutil.rmtree(HOST, ignore_errors=True)
    if HOST.exists():
        raise HostError(f"{HOST} could not be removed: does another user own it?")


COMMANDS = {
    "setup": setup,
    "demo": run_demo,
    "demo-db": prepare_demo,
    "update": update,
    "test": test,
    "retest": retest,
    "check": check,
    "unit": run_unit,
    "times": times,
    "lint": run_lint,
    "format": run_format,
    "pot": pot,
    "security": security,
    "package": package,
    "shell": shell,
    "psql": psql,
    "env": env,
    "script": script,
    "faults": run_faults,
    "lifecycle": run_lifecycle,
    "mutants": run_mutants,
    "without": run_without,
    "stop": stop,
    "clean": clean,
}
