"""The formal notice (*mise en demeure*): what it must say, and when its period ends.

Plain Python without Odoo. The law lists no mentions (C. civ. 1344 asks for a sufficient
call to perform); what is checked here is what French practice expects of a creditor's
own notice. Comparing leaves out white space, case and accents: an amount or a date is
the same one however its blanks were typed.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from .text import TEXT, read_attribute, read_characters, split_markup, without_marks

#: Shorter than a week and a day nobody can be said to have had time to pay: practice
#: gives 8 to 15 days, up to 30 (the law has no figure).
SHORTEST_PERIOD = 8
#: Longer than this is unusual between businesses: said, not refused.
USUAL_PERIOD = 15
#: Days after which a letter is taken as presented when nobody knows the day.
DAYS_BY_POST = 7


def period_end(
    period: int,
    posted: date,
    presented: date | None = None,
    received: date | None = None,
) -> date:
    """Return the last day on which the debtor may still pay in time.

    The period is counted from the first presentation of the letter. Where that day is
    unknown, from the day it was received, which cannot be earlier; where nothing is
    known, from :data:`DAYS_BY_POST` days after it was posted.

    :param period: days; 0 when the letter names none
    """
    start = presented or received or posted + timedelta(days=DAYS_BY_POST)
    return start + timedelta(days=period)


class Mention(NamedTuple):
    """One thing that the notice must say.

    ``groups``: each group must be met by one of its phrases; a group without phrases
    cannot be met: the fact itself is missing. ``places`` is where it may stand:
    ``letter`` (anywhere on the sheet), ``subject`` or ``body`` (the text).
    """

    code: str
    groups: tuple[tuple[str, ...], ...]
    place: str = "letter"
    binding: bool = True


class Finding(NamedTuple):
    """What became of a mention: what it should say and does not, in its own words."""

    code: str
    missing: tuple[str, ...]
    binding: bool

    @property
    def is_met(self) -> bool:
        return not self.missing


#: Words that call it by its name, in the languages of the texts.
NOTICE_WORDS = ("mise en demeure", "mettons en demeure", "formal notice")
#: Words that name a legal or contractual basis.
BASIS_WORDS = (
    *("code civil", "code de commerce", "civil code", "commercial code"),
    *("code de la commande publique", "public procurement code"),
    *("contrat", "conditions générales", "contract", "terms of sale"),
)
#: What stands for a fact that is not known.
UNKNOWN_FACT = "–"


def essence(text: str) -> str:
    """Return a text as it is compared: no white space, case or accents."""
    return "".join(without_marks(text.replace("’", "'").casefold()).split())


def read_html(html: str) -> str:
    """Return the visible text of a message, and where its links lead."""
    parts = []
    for what, source in split_markup(html or ""):
        if what == TEXT:
            parts.append(read_characters(source))
        else:
            parts.append(read_attribute(source, "href") or "")
    return " ".join(parts)


def examine(
    subject: str, body: str, letter: str, mentions: Iterable[Mention]
) -> list[Finding]:
    """Tell of each mention whether the notice says it.

    :param subject: of the message
    :param body: its text, without markup
    :param letter: the whole sheet as it leaves: frame, subject and text
    """
    places = {
        "subject": essence(subject),
        "body": essence(body),
        "letter": essence(letter),
    }
    findings = []
    for mention in mentions:
        text = places[mention.place]
        missing = [
            next(iter(group), UNKNOWN_FACT)
            for group in mention.groups
            if not _is_said(group, text)
        ]
        findings.append(Finding(mention.code, tuple(missing), mention.binding))
    return findings


def _is_said(group: Sequence[str], text: str) -> bool:
    return any(essence(phrase) and essence(phrase) in text for phrase in group)


def has_all(findings: Iterable[Finding]) -> bool:
    """Tell whether nothing binding is missing."""
    return all(finding.is_met or not finding.binding for finding in findings)
