from . import dunning_run
from . import host
from . import dunning_case
