from . import test_automation
from . import test_server_actions
from . import test_automatic_answers
