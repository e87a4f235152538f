"""Doubtful debts: what is put aside for them. Plain Python; money is ``Decimal``.

The debt moves to the doubtful customers' account VAT included, the provision is
computed on the amount without VAT, which can be recovered (plan comptable général,
accounts 416 and 491). No text fixes a percentage: the risk is judged debt by debt.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal


def amount_without_vat(open_amount: Decimal, untaxed: Decimal, total: Decimal):
    """Return the part of an open amount that is no VAT, as on its invoice.

    :param untaxed, total: of the invoice; without a total everything is no VAT
    """
    if not total:
        return open_amount
    return open_amount * untaxed / total


def find_percent(days_late: int, steps: Iterable[tuple[int, Decimal]]) -> Decimal:
    """Return the percentage of the highest step that an age has reached.

    :param steps: (days late from which it counts, percentage), in any order
    """
    reached = [step for step in steps if days_late >= step[0]]
    return max(reached)[1] if reached else Decimal(0)


def provision(base: Decimal, percent: Decimal, unit: Decimal = Decimal("0.01")):
    """Return what is put aside, rounded half up to the unit of the currency."""
    return (base * percent / 100).quantize(unit, ROUND_HALF_UP)
