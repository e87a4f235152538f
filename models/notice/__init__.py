from . import host
from . import dunning_level
from . import content
from . import dunning_action
