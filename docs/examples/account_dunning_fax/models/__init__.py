from . import res_partner
from . import fax_operator
from . import dunning_level
from . import dunning_action
