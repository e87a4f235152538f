from . import test_old_items
from . import test_onboarding
from . import test_bank_and_zone
from . import test_opening_books
from . import test_reach_checks
from . import test_debtor_kinds
from . import test_british_check
