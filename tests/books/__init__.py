from . import test_item_identity
