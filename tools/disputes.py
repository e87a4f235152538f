"""The arithmetic of disputes: what of an invoice is credited when the debtor is right.

Plain Python; money is ``Decimal`` in the currency of the invoice.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

NOTHING = Decimal(0)


def share(totals: Sequence[Decimal], wanted: Decimal, step: Decimal) -> list[Decimal]:
    """Share an amount over the lines of an invoice, in proportion to their totals.

    :param totals: the total of each line; their sum is not zero
    :param wanted: what the shares add up to, exactly
    :param step: the smallest coin of the currency; the largest line carries what
        rounding leaves
    """
    whole = sum(totals, NOTHING)
    shares = [
        (total * wanted / whole / step).quantize(Decimal(1), ROUND_HALF_UP) * step
        for total in totals
    ]
    if shares:
        largest = max(range(len(totals)), key=lambda index: abs(totals[index]))
        shares[largest] += wanted - sum(shares, NOTHING)
    return shares
