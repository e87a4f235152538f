from . import test_notice_period
from . import test_notice_content
from . import test_read_together
from . import test_entry_notice
