"""How many SMS a text costs, and how to write it so that it costs fewer. Plain Python.

Source: 3GPP TS 23.038. Letters of the GSM alphabet take 7 bits each (a few take two
places), 160 in one SMS, 153 in each part of a longer one. A single letter outside that
alphabet turns the whole text into 16-bit letters: 70, and 67 in each part.
"""

from typing import NamedTuple

#: The letters that take one place, and those that take two.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE = frozenset("^{}\\[~]|€\f")
#: Places in a single SMS and in each part of a longer one: GSM letters, all others.
GSM_PLACES = (160, 153)
WIDE_PLACES = (70, 67)
#: Typography that only costs places on a telephone, and what says the same.
PLAIN = {
    "\N{NO-BREAK SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ",
    "\N{THIN SPACE}": " ",
    "\N{TAB}": " ",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
    "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{NON-BREAKING HYPHEN}": "-",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "œ": "oe",
    "Œ": "OE",
}
_TO_PLAIN = str.maketrans(PLAIN)


class Size(NamedTuple):
    """``signs`` as a reader counts them, ``parts`` as the operator charges them."""

    signs: int
    parts: int


def simplify(text: str) -> str:
    """Return the text without typography that makes it cost more; words stay."""
    lines = (" ".join(line.split()) for line in text.translate(_TO_PLAIN).split("\n"))
    return "\n".join(lines).strip()


def without_placeholders(text: str) -> str:
    """Return the text of a template without what stands for names and amounts."""
    first, *rest = text.split("{{")
    parts = [part.partition("}}") for part in rest]
    return first + "".join(
        after if end else f"{{{{{before}" for before, end, after in parts
    )


def measure(text: str) -> Size:
    """Return the size of a text; an empty one is no SMS."""
    if not text:
        return Size(0, 0)
    if all(sign in BASIC or sign in DOUBLE for sign in text):
        # A sign of two places is never cut in two by the end of a part.
        return Size(len(text), _count(map(_places, text), *GSM_PLACES))
    # Signs outside the basic plane (emoji) take two places.
    wide = (2 if ord(sign) > 0xFFFF else 1 for sign in text)
    return Size(len(text), _count(wide, *WIDE_PLACES))


def _places(sign: str) -> int:
    return 2 if sign in DOUBLE else 1


def _count(places, alone: int, in_part: int) -> int:
    places = list(places)
    if sum(places) <= alone:
        return 1
    parts, used = 1, 0
    for place in places:
        if used + place > in_part:
            parts, used = parts + 1, 0
        used += place
    return parts
