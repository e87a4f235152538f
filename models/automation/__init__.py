from . import dunning_alert
from . import dunning_case_automation
from . import dunning_level_actions
from . import dunning_action_automation
