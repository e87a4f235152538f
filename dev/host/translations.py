"""``make pot``: the module's texts for translators, and the French ones.

polib lies in the virtual environment, so what needs it runs there: ``po.py``.
"""

from . import databases, odoo_server
from .paths import CHECKOUT, DEV, HOST, MODULE, PYTHON, environment, output_of, run, say

POT = CHECKOUT / "i18n" / f"{MODULE}.pot"
FRENCH = CHECKOUT / "i18n" / "fr.po"
MERGER = DEV / "po.py"


def export(database):
    """Export the texts of the module installed in a database, and return the file."""
    target = HOST / "tmp" / f"{database}.pot"
    odoo_server.call(
        *("-d", database, "-o", target, MODULE),
        sub=["i18n", "export"],
        log="pot.log",
        what="exporting the texts",
    )
    return target


def refresh():
    """Write the template of the module as it is now, and merge it into the French."""
    name = databases.own_name("pot")
    try:
        # Without demo data, whose texts nobody translates.
        databases.with_module(name, demo=False)
        exported = export(name)
    finally:
        databases.drop(name)
    POT.parent.mkdir(exist_ok=True)
    run(
        [PYTHON, MERGER, "merge", exported, POT, FRENCH],
        log="pot.log",
        what="merging the texts",
        env=environment(),
    )
    exported.unlink()
    missing = problems()
    say(missing or f"{FRENCH.name} is complete")


def outdated(database):
    """Return which texts the template lacks or has in excess, or nothing."""
    if not POT.is_file():
        return f"{POT} is missing: `make pot`"
    exported = export(database)
    told = output_of([PYTHON, MERGER, "compare", exported, POT], env=environment())
    exported.unlink()
    return told and f"{told}\nremedy: `make pot`, then translate what is new"


def problems():
    """Return what is missing or wrong in the French translation, or nothing."""
    if not FRENCH.is_file():
        return f"{FRENCH} is missing: `make pot`"
    return output_of([PYTHON, MERGER, "check", POT, FRENCH], env=environment()).strip()
