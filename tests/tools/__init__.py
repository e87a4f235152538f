from . import test_french_typography
from . import test_shipped
from . import test_people
