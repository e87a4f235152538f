from . import dunning_hold
from . import dunning_exclusion
from . import dunning_case_line
from . import dunning_case
from . import res_config_settings
from . import account_move_line
from . import res_company
from . import account_move
