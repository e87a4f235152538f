from . import dunning_lre
from . import dunning_level
from . import dunning_action
from . import res_config_settings
from . import res_partner
from . import res_company
