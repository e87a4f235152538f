from . import test_entries
from . import test_walls
