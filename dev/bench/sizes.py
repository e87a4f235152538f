"""How much is made and measured."""

from dataclasses import dataclass

SEED = 19


@dataclass(frozen=True)
class Size:
    """The books of one size, and how much of it OCA's module is asked to do.

    ``oca_runs``: repetitions; ``oca_only_computes``: the rest would take hours.
    """

    name: str
    customers: int
    invoices: int
    oca_runs: int = 1
    oca_only_computes: bool = False


SIZES = {
    size.name: size
    for size in (
        Size("small", 1_000, 5_000, oca_runs=3),
        Size("medium", 10_000, 50_000),
        Size("large", 40_000, 200_000, oca_only_computes=True),
    )
}
