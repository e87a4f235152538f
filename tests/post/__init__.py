from . import test_registered
from . import test_deposit
from . import test_receipts
from . import test_letter
from . import test_letter_twice
from . import test_proofs
from . import test_seals
from . import test_receipt_scans
