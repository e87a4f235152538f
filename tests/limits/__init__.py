from . import test_limitation
from . import test_proceeding
from . import test_doubtful
from . import test_born_earlier
