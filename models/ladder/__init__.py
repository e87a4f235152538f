from . import dunning_level
from . import dunning_ladder
