from . import test_old_items
from . import test_onboarding
from . import test_reach_checks
