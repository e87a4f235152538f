from . import test_limitation
from . import test_proceeding
from . import test_doubtful
from . import test_born_earlier
from . import test_entry_limits
from . import test_migration_items
from . import test_public_demands
from . import test_public_memo
