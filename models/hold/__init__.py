from . import dunning_hold
from . import dunning_exclusion
from . import dunning_case_line_hold
from . import dunning_case_hold
from . import dunning_exclusion_review
