from . import res_company
from . import res_config_settings
from . import print_service
from . import dunning_action
