from . import dunning_limitation_event
from . import dunning_proceeding
from . import declare
from . import res_partner
from . import dunning_case_line
from . import res_company
from . import dunning_case
from . import account_move_line
