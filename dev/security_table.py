"""Write ``docs/security.md`` from the declaration that ``tests/test_rights.py`` tries.

Plain Python, without Odoo: ``python3 dev/security_table.py``, or ``make security``.
"""

import importlib.util
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
DOCUMENT = CHECKOUT / "docs" / "security.md"


def load_intent():
    """Import the declaration by its path: the package around it needs Odoo."""
    sys.dont_write_bytecode = True
    path = CHECKOUT / "tests" / "common_intent.py"
    spec = importlib.util.spec_from_file_location("common_intent", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    intent = load_intent()
    _first, head, fields = DOCUMENT.read_text("utf-8").partition(intent.FIELDS_HEAD)
    # The table of fields comes from the registry: see dev/fields_table.py.
    DOCUMENT.write_text(f"{intent.document()}\n{head}{fields}", encoding="utf-8")
    print(f"written: {DOCUMENT.relative_to(CHECKOUT)}")
