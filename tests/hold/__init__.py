from . import test_holds
from . import test_hold
from . import test_hold_effects
from . import test_exclusion
from . import test_entry_exclusion
