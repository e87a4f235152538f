from . import dunning_relance
from . import dunning_relance_step
from . import dunning_relance_line
from . import dunning_level_preview
from . import dunning_letter_post
from . import dunning_receipt_import
from . import dunning_receipt_import_line
