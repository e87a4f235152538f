from . import host
from . import dunning_phrase
from . import dunning_level
from . import dunning_ladder
from . import most_levels
