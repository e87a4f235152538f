from . import test_tools_ladder
from . import test_tools_wording
from . import test_ladder
from . import test_engine
from . import test_delivery
from . import test_relance
from . import test_security
from . import test_tours
