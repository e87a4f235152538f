"""Started by ``make faults``: ``python -m faults CONFIG [NAME …] [--kills N]``."""

import sys

from .program import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
