from . import test_ladder
from . import test_ladder_change
from . import test_ladder_count
from . import test_shipped_ladders
from . import test_template_limits
from . import test_ladder_bounds
from . import test_text_kind
from . import test_texts_follow
