from . import test_attacks
from . import test_entries
from . import test_kept_files
from . import test_walls
