from . import test_french_typography
