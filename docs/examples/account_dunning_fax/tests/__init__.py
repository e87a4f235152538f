from . import test_fax
