from . import test_lre
