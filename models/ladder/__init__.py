from . import dunning_level
from . import dunning_ladder
from . import dunning_ladder_assign
from . import dunning_level_check
from . import dunning_level_channel
