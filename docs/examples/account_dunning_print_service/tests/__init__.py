from . import test_print_service
