from . import dunning_alert
from . import dunning_case
from . import dunning_level_actions
from . import server_actions
