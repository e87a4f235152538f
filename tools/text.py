"""Text from outside, read in a time that grows with its length and no faster.

Plain Python. What debtors, browsers and files bring may be made to hold a worker: a
pattern that looks for an end from each of a thousand beginnings, a letter with ten
thousand accents. Nothing here goes over the same signs a second time.
"""

import re
from collections.abc import Iterator
from html import unescape
from unicodedata import combining, normalize

#: What :func:`split_markup` calls text, and what no reader sees.
TEXT, HIDDEN = "", "!"
#: Accents that a letter keeps: no script has more (Unicode UAX 15, "stream-safe").
MOST_MARKS = 30

_BEGINNING = re.compile(r"<(?:!--|/?([a-zA-Z][\w:-]*))")
_SIGN = re.compile(r"""[<>"']""")
_COMMENT_END = re.compile(r"--!?>")
_UNREAD_ENDS = {
    name: re.compile(rf"</{name}[\s/>]", re.IGNORECASE) for name in ("script", "style")
}
_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'<>]*))?""",
)
_ZEROS = re.compile(r"&#0+(?=[0-9])")
_NO_SIGN = re.compile(r"&#[0-9]{8,};?")


def split_markup(markup: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of plain text or HTML in their order, nothing is left out.

    What begins like a tag or a comment and never ends is text. Comments end where a
    browser ends them; a browser shows nothing of scripts and styles.

    :return: pairs (what, source): a tag is called by its name in small letters, the
        rest is TEXT or HIDDEN
    """
    place = 0
    for what, start, end in _find_markup(markup):
        if place < start:
            yield TEXT, markup[place:start]
        yield what, markup[start:end]
        place = end
    if place < len(markup):
        yield TEXT, markup[place:]


def _find_markup(markup: str) -> Iterator[tuple[str, int, int]]:
    """Yield what is no text, with its place."""
    tag_ends, search, place = _find_tag_ends(markup), _Search(markup), 0
    for beginning in _BEGINNING.finditer(markup):
        start, what = beginning.start(), (beginning[1] or HIDDEN).lower()
        if start < place:
            continue  # inside an attribute, a comment, a script
        if what == HIDDEN:
            found = search.find(_COMMENT_END, start + 2)
            end = found and found.end()
        else:
            end = tag_ends[start]
        if end is None:
            continue
        yield what, start, end
        place = end
        unread = what in _UNREAD_ENDS and markup[start + 1] != "/"
        if unread and (closing := search.find(_UNREAD_ENDS[what], end)):
            place = closing.start()
            yield HIDDEN, end, place


class _Search:
    """Looks for ends, ever farther; what is not there is not looked for again."""

    def __init__(self, markup: str):
        self.markup = markup
        self.missing: set[re.Pattern[str]] = set()

    def find(self, pattern: re.Pattern[str], start: int) -> re.Match[str] | None:
        if pattern in self.missing:
            return None
        found = pattern.search(self.markup, start)
        if not found:
            self.missing.add(pattern)
        return found


def _find_tag_ends(markup: str) -> dict[int, int | None]:
    """Map the place of each "<" to where a tag that begins there ends, None if nowhere.

    A tag ends at the next ">" outside quotes, if no "<" comes before. Read from the end
    to the beginning: what follows each place is then known already.
    """
    ends, after = {}, None
    after_quote = {'"': None, "'": None}
    for found in reversed([*_SIGN.finditer(markup)]):
        sign, place = found[0], found.start()
        if sign == ">":
            after = place + 1
        elif sign == "<":
            ends[place], after = after, None
        else:
            # What opens here is closed by the next sign of its kind.
            after_quote[sign], after = after, after_quote[sign]
    return ends


def read_attribute(tag: str, name: str) -> str | None:
    """Return the value of an attribute in the source of a tag; None without it."""
    for found in _ATTRIBUTE.finditer(tag):
        if found[1].lower() == name:
            value = found[2] or ""
            return read_characters(value[1:-1] if value[:1] in ("'", '"') else value)
    return None


def read_characters(text: str) -> str:
    """Return the text with its character references resolved ("&eacute;", "&#39;").

    A number that is no character becomes the sign for that, as in a browser; however
    long it is: Python refuses to read numbers of thousands of digits.
    """
    return unescape(_NO_SIGN.sub("\N{REPLACEMENT CHARACTER}", _ZEROS.sub("&#", text)))


def normal(text: str, form: str) -> str:
    """Return the text in a Unicode normal form; a letter keeps MOST_MARKS accents.

    Putting the accents of one letter in order takes the square of their number.

    :param form: ``NFC``, ``NFKD`` …
    """
    if text.isascii():
        return text
    kept, marks = [], 0
    for sign in text:
        marks = marks + 1 if combining(sign) else 0
        if marks <= MOST_MARKS:
            kept.append(sign)
    return normalize(form, "".join(kept))


def without_marks(text: str) -> str:
    """Return the text without accents, its letters in their simplest form."""
    plain = normal(text, "NFKD")
    return plain if plain.isascii() else "".join(c for c in plain if not combining(c))
