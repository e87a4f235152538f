"""What promises, plans and disputes keep back of open items.

Plain Python; money is ``Decimal`` in the currency of the item, which all the items of
one commitment share. Only the amount that is kept back waits; the rest goes on (design,
rule 8). Nothing is stored that a payment makes stale: what is still kept back follows
from the balances of now.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

DISPUTED = "disputed"
PROMISED = "promised"
PLANNED = "planned"
OFFERED = "offered"
#: Whoever is named first keeps back first.
KINDS = (DISPUTED, PLANNED, PROMISED, OFFERED)

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Cover:
    """An item that a commitment covers.

    ``key`` names the item, ``source`` the commitment. ``amount`` is the whole sum of
    the commitment, over all its items: what is promised, planned or contested.
    ``start`` is the balance that the item had when the commitment was made.
    """

    key: int
    kind: str
    source: int
    amount: Decimal
    start: Decimal
    due: date


def received(covers: Iterable[Cover], balances: Mapping[int, Decimal]) -> Decimal:
    """Return what came in on the items of one commitment since it was made.

    Less than zero when an earlier payment was taken back; an item without a balance is
    settled.
    """
    return sum(
        (cover.start - balances.get(cover.key, NOTHING) for cover in covers), NOTHING
    )


def remaining(covers: Iterable[Cover], balances: Mapping[int, Decimal]) -> Decimal:
    """Return what is still to come of one promise or plan."""
    covers = list(covers)
    if not covers:
        return NOTHING
    left = covers[0].amount - max(received(covers, balances), NOTHING)
    return max(left, NOTHING)


def kept_back(
    covers: Iterable[Cover], balances: Mapping[int, Decimal]
) -> dict[int, dict[str, Decimal]]:
    """Return what is kept back of each item now, by kind; never more than its balance.

    A contested sum is kept back until somebody decides, whatever is paid meanwhile; of
    a promise or plan, what is left of it. The oldest items come first: what a settled
    instalment does not keep back any more, the next one does.
    """
    kept: dict[int, dict[str, Decimal]] = defaultdict(dict)
    free = dict(balances)

    def keep(cover: Cover, amount: Decimal) -> Decimal:
        part = min(amount, free.get(cover.key, NOTHING))
        if part <= 0:
            return NOTHING
        free[cover.key] -= part
        of_item = kept[cover.key]
        of_item[cover.kind] = of_item.get(cover.kind, NOTHING) + part
        return part

    by_source = defaultdict(list)
    for cover in covers:
        by_source[KINDS.index(cover.kind), cover.source].append(cover)
    for (rank, _source), of_source in sorted(by_source.items()):
        is_disputed = KINDS[rank] == DISPUTED
        left = of_source[0].amount if is_disputed else remaining(of_source, balances)
        for cover in sorted(of_source, key=lambda cover: (cover.due, cover.key)):
            left -= keep(cover, left)
    return dict(kept)
