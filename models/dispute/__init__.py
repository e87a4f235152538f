from . import dunning_dispute
from . import subject
from . import dunning_einvoice_status
from . import resolve
from . import account_move
from . import dunning_case
from . import dunning_action
from . import dunning_reason
