from . import dunning_worker
from . import dunning_run
from . import dunning_run_line
from . import dunning_run_batch
from . import res_company
from . import dunning_case_sweep
from . import dunning_case
