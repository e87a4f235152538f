from . import test_interest
from . import test_late_amounts
from . import test_claims
from . import test_waivers
from . import test_shipped_texts
from . import test_entry_claims
from . import test_public_bodies
from . import test_public_tasks
