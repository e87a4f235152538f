from . import dunning_company_notice
from . import dunning_level_notice
from . import dunning_action_notice_check
from . import dunning_action_notice
from . import dunning_action_period
