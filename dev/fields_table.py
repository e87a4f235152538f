"""Write the table of fields in ``docs/security.md`` from the registry.

Inside Odoo: ``python3 dev/run.py script dev/fields_table.py``, or ``make security``.
"""

from pathlib import Path

from odoo.addons.account_dunning.tests.common_intent import FIELDS_HEAD
from odoo.addons.account_dunning.tests.guard.common_entries import write_table

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "security.md"


def main(env, arguments):
    first = DOCUMENT.read_text(encoding="utf-8").partition(FIELDS_HEAD)[0]
    table = write_table(env)
    DOCUMENT.write_text(first.rstrip() + "\n\n" + table, encoding="utf-8")
    print(f"written: the table of fields, {table.count(chr(10))} lines")
