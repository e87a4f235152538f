from . import dunning_worker
from . import res_company
from . import in_charge
from . import account_move_line
from . import account_partial_reconcile
from . import res_users
from . import dunning_choices
