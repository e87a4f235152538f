from . import dunning_proof
from . import dunning_seal
from . import dunning_deposit
from . import registered
from . import letter
from . import host
