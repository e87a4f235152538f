from . import dunning_company_draft
from . import dunning_first_run
from . import dunning_old_items
from . import onboarding_onboarding_step
from . import checks
from . import res_config_settings
