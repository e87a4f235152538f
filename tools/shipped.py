"""Whether a text is still as it was shipped.

Plain Python without Odoo. A text in the database is written by another hand than the
file it came from: line breaks, entities, self-closing tags and the order of attributes
differ. Two texts are alike when what they say, and how it is marked up, is the same.
"""

import re
from hashlib import sha256
from html import unescape

_PLACEHOLDER = re.compile(r'<t t-out="([^"]*)"\s*(?:/>|>\s*</t>)')
_TAG = re.compile(r"<(/?[\w-]+)((?:\s[^<>]*?)?)\s*/?>")
_ATTRIBUTE = re.compile(r'[\w:-]+="[^"]*"')


def normalise(text: str | None) -> str:
    """Return a text of a template in one way of writing it."""
    text = _PLACEHOLDER.sub(r"{{\1}}", text or "")
    text = _TAG.sub(_sort_attributes, text)
    text = " ".join(unescape(text).split())
    return re.sub(r" ?(<[^<>]*>) ?", r"\1", text)


def _sort_attributes(match: re.Match[str]) -> str:
    name, attributes = match.groups()
    return f"<{' '.join([name, *sorted(_ATTRIBUTE.findall(attributes))])}>"


def fingerprint(text: str | None) -> str:
    """Return what tells a text from any other one, whoever wrote it down."""
    return sha256(normalise(text).encode()).hexdigest()[:16]


def is_as_shipped(values: dict[str, str], known: dict[str, str]) -> bool:
    """Tell whether nobody has changed a text in any language.

    :param values: ``{language code: text}`` as the database holds it
    :param known: ``{"en": fingerprint, "fr": …}`` of the version that was shipped; a
        language without one was written here, unless it only repeats the English
    """
    english = fingerprint(values.get("en_US"))
    if english != known.get("en"):
        return False
    for code, text in values.items():
        found = fingerprint(text)
        if found not in (english, known.get(code.split("_")[0])):
            return False
    return True
