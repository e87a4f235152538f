from . import dunning_alert
from . import dunning_case
from . import server_actions
