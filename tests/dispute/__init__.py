from . import test_disputes
from . import test_disputes_decided
from . import test_einvoice_status
from . import test_outcome_dispute
from . import test_twice_is_once
from . import test_dispute_days
from . import test_migration_guard
from . import test_entry_disputes
