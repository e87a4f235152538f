from . import test_run
from . import test_workers
from . import test_poison
from . import test_queries
from . import test_accounting
from . import test_clock
from . import test_undo
