from . import dunning_lre
from . import dunning_level
from . import dunning_action
from . import host
