from . import dunning_company_draft
from . import dunning_old_items
from . import dunning_first_run
from . import onboarding_onboarding_step
from . import dunning_old_items_apply
from . import dunning_old_items_read
from . import checks
