"""The page that says where what is: every file that it names must be there."""

import re

from .paths import CHECKOUT

PAGE = CHECKOUT / "docs" / "map.md"
#: A path with a folder, as in `models/case/decide.py`; a star stands for any name.
PATH = re.compile(r"`([\w.*-]+/[\w./*-]+)`")


def problems():
    """Return the paths on the page that lead nowhere, or nothing."""
    text = PAGE.read_text(encoding="utf-8")
    found = set(PATH.findall(text))
    lost = sorted(name for name in found if not any(CHECKOUT.glob(name.rstrip("/"))))
    return "\n".join(
        f"docs/map.md names {name}: there is no such file" for name in lost
    )
