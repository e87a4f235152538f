from . import res_partner
from . import dunning_case
from . import dunning_case_line
from . import account_move
from . import join
from . import change_ladder
from . import decide
from . import collect
