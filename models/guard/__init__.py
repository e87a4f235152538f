from . import dunning_guarded
from . import host
