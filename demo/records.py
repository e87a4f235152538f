"""How the customers of the demonstration are written down.

Ages are in days, counted from today: a bill of ``late=8`` fell due eight days ago, one
of ``late=-5`` falls due in five days.
"""

from dataclasses import dataclass
from typing import NamedTuple


class Bill(NamedTuple):
    """An invoice: days late, amount without tax, what was sold, when it was paid.

    ``paid`` is how many days ago the whole sum came in on the bank account.
    """

    late: int
    amount: float
    label: str
    paid: int | None = None
    currency: str = "EUR"


@dataclass(frozen=True)
class Customer:
    """A debtor: address ("street, postcode town"), people, bills."""

    key: str
    name: str
    address: str = ""
    bills: tuple = ()
    kind: str = "business"
    country: str = "FR"
    lang: str = "fr_FR"
    has_email: bool = True
    invoice_contact: str = ""
    dunning_contact: str = ""
    instalments: bool = False

    def split_address(self):
        """Return street, postcode and town."""
        street, _comma, town = self.address.rpartition(", ")
        postcode, _space, city = town.partition(" ")
        return {"street": street, "zip": postcode, "city": city}
