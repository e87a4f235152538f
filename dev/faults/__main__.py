"""Started by ``make faults``: ``python -m faults CONFIG [NAME …] [--kills N]``."""

import sys

from host import faults

from .lab import load_odoo


def run(config, words):
    """Load Odoo; only then can programs be read that use its modules."""
    clock = load_odoo(config, faults.seed_name(faults.SIZES[0]))
    from .program import main

    return main(words, clock)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], sys.argv[2:]))
