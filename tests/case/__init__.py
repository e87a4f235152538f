from . import test_collect
from . import test_join
from . import test_settlement
from . import test_books
from . import test_books_edited
from . import test_books_worlds
from . import test_fuzz
from . import test_fuzz_ladder
