"""What is played, by name, and what a play gave; plain Python."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from replay.checks import Contact
from replay.ledger import Invoice, Rules, in_real_books

MODES = {
    "full": Rules(),
    "gap": Rules(contact_gap=7),
    "skip": Rules(skip=7),
    "disputes": Rules(disputes=True),
    "real": Rules(real=True),
    "waits": Rules(gaps=(0, 10, 18, 18, 18), contact_gap=8, deadline=8, grace=2),
}


#: Played only when somebody asks for them.
ASKED_FOR = ("disputes", "real")


@dataclass
class Outcome:
    """What a mode gave: every contact, and what it cost."""

    contacts: list[Contact] = field(default_factory=list)
    decisions: int = 0
    runs: int = 0
    reasons: Counter = field(default_factory=Counter)
    seconds: Counter = field(default_factory=Counter)
    slowest: float = 0.0
    queries: int = 0
    megabytes: int = 0


def rows_of(name: str, invoices: Sequence[Invoice]) -> Sequence[Invoice]:
    """Return the rows of a file as the books of a mode have them."""
    return in_real_books(invoices) if MODES[name].real else invoices
