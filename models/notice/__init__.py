from . import res_company
from . import dunning_level
from . import content
from . import dunning_action
from . import res_config_settings
