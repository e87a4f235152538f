from . import dunning_rate
from . import dunning_claim
from . import dunning_waiver
from . import dunning_case_line
from . import res_company
from . import dunning_case
from . import dunning_level
from . import dunning_action
