"""Registered letters: numbers, days and lists as a post office writes them.

Plain Python without Odoo. What was understood and what was not are both values: a bad
line never stops the good ones.
"""

import base64
import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from .text import without_marks

#: Longest tracking number: those of the Universal Postal Union (S10) have 13 signs,
#: carriers have longer ones.
LONGEST_NUMBER = 35
_NUMBER = re.compile(rf"[0-9A-Z][0-9A-Z./-]{{0,{LONGEST_NUMBER - 1}}}")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff"))

#: Why the days of a registered letter cannot be right.
NOT_DEPOSITED = "not_deposited"
PRESENTED_TOO_EARLY = "presented_too_early"
RECEIVED_TOO_EARLY = "received_too_early"
RECEIVED_UNPRESENTED = "received_unpresented"
IN_THE_FUTURE = "in_the_future"
RECEIVED_AND_RETURNED = "received_and_returned"

#: What became of a letter.
RECEIVED = "received"
UNCLAIMED = "unclaimed"
REFUSED = "refused"
UNKNOWN = "unknown"

#: The words of lists for it, without accents. What came back is said anywhere in a
#: status ("Pli avisé et non réclamé"), a delivery at its beginning: "non distribué" is
#: none.
_RETURN_WORDS = {
    UNCLAIMED: (
        *("non reclame", "non retire"),
        *("unclaimed", "not claimed", "not collected"),
    ),
    REFUSED: ("refus",),
    UNKNOWN: ("npai", "inconnu", "n'habite pas", "unknown", "moved", "gone away"),
}
_RECEIVED_WORDS = (
    *("recu", "remis", "distribue", "livre", "signe", "accepte"),
    *("received", "delivered", "signed", "accepted"),
)

#: Heads of the columns, without accents and in small letters.
_HEADS = {
    "number": (
        *("tracking number", "tracking", "number", "numero de suivi", "suivi"),
        *("numero", "n° de suivi", "n° recommande", "numero de recommande"),
    ),
    "presentation": (
        *("presentation", "presented on", "presented", "presente le"),
        *("date de presentation", "presentation date"),
    ),
    "receipt": (
        *("receipt", "received on", "received", "recu le", "reception"),
        *("date de reception", "receipt date", "date de distribution", "distribue le"),
    ),
    "status": ("status", "statut", "etat", "result", "resultat", "motif"),
}


class UnreadableFile(ValueError):
    """The file is no list of receipts; the argument says why, as a code."""


class ReceiptRow(NamedTuple):
    """One line of a list of receipts, as it was written."""

    line: int
    number: str
    presentation: str
    receipt: str
    status: str


def clean_number(text: str | None) -> str:
    """Return a tracking number as it is kept: no white space, capitals.

    Scanners and labels write it in groups ("1A 123 456 7890 1").
    """
    return "".join((text or "").translate(_INVISIBLE).split()).upper()


def is_number(text: str) -> bool:
    """Tell whether a cleaned text can be a tracking number: it has a digit, too."""
    return bool(_NUMBER.fullmatch(text)) and any(sign.isdigit() for sign in text)


def find_numbers(file_name: str) -> list[str]:
    """Return what may be the tracking number in the name of a scan.

    The whole name without its ending, then each of its parts: scanners add a prefix or
    a counter ("AR_1A12345678901.pdf", "1A 123 (2).pdf").
    """
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", file_name or "")
    without_copy = re.sub(r"\(\d+\)$", "", stem)
    texts = [stem, without_copy, *re.split(r"[\s_()-]+", without_copy)]
    numbers = [clean_number(text) for text in texts]
    return [n for n in dict.fromkeys(numbers) if is_number(n)]


def read_day(text: str) -> date | None:
    """Read a day: year-month-day, or day/month/year with ``/``, ``.`` or ``-``.

    :return: None for an empty text
    :raises ValueError: when it is no day
    """
    text = "".join(text.split())
    if not text:
        return None
    parts = re.split(r"[/.-]", text)
    if len(parts) != 3 or not all(re.fullmatch("[0-9]{1,4}", part) for part in parts):
        raise ValueError(text)
    if len(parts[0]) == 4:
        year, month, day = map(int, parts)
    else:
        day, month, year = map(int, parts)
        if len(parts[2]) == 2:
            year += 2000
    if year < 1900:
        raise ValueError(text)
    return date(year, month, day)


def _plain(text: str) -> str:
    """Return a text in small letters, without accents, with single spaces."""
    return " ".join(without_marks(text.replace("’", "'").lower()).split())


def read_status(text: str) -> str:
    """Tell what became of the letter; empty when nothing is written.

    :raises ValueError: when the words are not known
    """
    text = _plain(text)
    if not text:
        return ""
    for status, words in _RETURN_WORDS.items():
        if any(word in text for word in words):
            return status
    if text.startswith(_RECEIVED_WORDS):
        return RECEIVED
    raise ValueError(text)


def find_fault(
    deposit: date | None,
    presentation: date | None,
    receipt: date | None,
    latest: date,
    returned: bool = False,
) -> str:
    """Tell why the days of a letter cannot be right; empty when they can.

    A letter is deposited, then presented, then received, each at the earliest on the
    same day, and none of it after ``latest`` (today).
    """
    if not deposit:
        return NOT_DEPOSITED if presentation or receipt or returned else ""
    if presentation and presentation < deposit:
        return PRESENTED_TOO_EARLY
    if receipt and receipt < deposit:
        return RECEIVED_TOO_EARLY
    if receipt and presentation and receipt < presentation:
        return RECEIVED_UNPRESENTED
    if any(day and day > latest for day in (presentation, receipt)):
        return IN_THE_FUTURE
    return RECEIVED_AND_RETURNED if receipt and returned else ""


def decode(content: bytes) -> str:
    """Return the text of a file, as Excel and programs of carriers write it."""
    if b"\0" in content:
        raise UnreadableFile("binary")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile("binary")


def read_receipts(content: bytes, most: int) -> list[ReceiptRow]:
    """Read a list of receipts: columns in any order, found by their heads.

    :param most: lines that are read at most
    :raises UnreadableFile: ``binary``, ``empty``, ``heads`` or ``long``
    """
    text = decode(content)
    first = next((line for line in text.splitlines() if line.strip()), "")
    sign = max(";,\t", key=first.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=sign))
    except csv.Error as error:
        raise UnreadableFile("binary") from error
    filled = [(n, row) for n, row in enumerate(table, 1) if any(map(str.strip, row))]
    if not filled:
        raise UnreadableFile("empty")
    columns = _find_columns(filled[0][1])
    if len(filled) < 2:
        raise UnreadableFile("empty")
    if len(filled) > most + 1:
        raise UnreadableFile("long")
    return [ReceiptRow(n, **_pick(row, columns)) for n, row in filled[1:]]


def _find_columns(heads: Sequence[str]) -> dict[str, int]:
    """Map each column to its place; the tracking number must be there."""
    columns = {}
    for place, head in enumerate(map(_plain, heads)):
        for name, words in _HEADS.items():
            if head in words:
                columns.setdefault(name, place)
    if "number" not in columns or len(columns) < 2:
        raise UnreadableFile("heads")
    return columns


def _pick(row: Sequence[str], columns: dict[str, int]) -> dict[str, str]:
    """Return the four texts of a row; a short row ends with empty ones."""
    return {
        name: row[columns[name]].strip()
        if columns.get(name, len(row)) < len(row)
        else ""
        for name in _HEADS
    }


def write_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """Write a list that a spreadsheet opens by a click: semicolons, UTF-8 with a mark.

    A text that a spreadsheet would compute ("=…") begins with an apostrophe.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([_neutral(cell) for cell in row])
    return stream.getvalue().encode("utf-8-sig")


def _neutral(cell: object) -> object:
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{cell}"
    return cell


def to_base64(content: bytes) -> bytes | bool:
    """Return a file as a binary field holds it; False when there is none."""
    return base64.b64encode(content) if content else False
