from . import dunning_run
from . import res_company
from . import dunning_case
from . import res_config_settings
