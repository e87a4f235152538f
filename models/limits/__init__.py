from . import dunning_limitation_subject
from . import dunning_limitation_event
from . import dunning_proceeding
from . import declare
from . import host
from . import dunning_case_line
from . import dunning_action
from . import dunning_case
