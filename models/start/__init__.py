from . import dunning_company_draft
from . import dunning_first_run
from . import dunning_old_items
from . import host
from . import checks
