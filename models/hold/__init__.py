from . import dunning_hold
from . import dunning_exclusion
from . import dunning_case_line
from . import dunning_case
from . import host
from . import leeway
