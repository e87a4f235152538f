from . import dunning_worker
from . import res_company
from . import account_move_line
