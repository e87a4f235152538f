"""Electronic registered letters (*lettre recommandée électronique*): words and days.

Plain Python without Odoo: what a provider's module and the core say to each other.
Sources: Code des postes L100 (equal to paper; a private person must have agreed
beforehand), R53-2 and R53-3 (fifteen days to accept; proofs kept one year).
"""

from datetime import date, timedelta
from typing import NamedTuple

#: Days that the addressee has to accept, from the day after he was notified.
DAYS_TO_ACCEPT = 15

#: What became of a letter, as the provider certifies it.
NOTIFIED = "notified"
ACCEPTED = "accepted"
REFUSED = "refused"
UNCLAIMED = "unclaimed"
#: After one of these nothing else happens to the letter.
FINAL = (ACCEPTED, REFUSED, UNCLAIMED)


class Unreachable(Exception):
    """The provider did not answer: nobody knows whether it has the letter.

    The same letter is handed in again later under the same key.
    """


class Refused(Exception):
    """The provider does not take the letter; the text says why, for a person."""


class Receipt(NamedTuple):
    """The provider has the letter: its own number, and the day of deposit."""

    reference: str
    deposited_on: date | None = None


class Proof(NamedTuple):
    """A document that the provider issues and keeps for a year."""

    name: str
    content: bytes


class News(NamedTuple):
    """What the provider knows of a letter today, with every proof issued so far.

    ``decided_on``: when the addressee accepted or refused, or the fifteen days ended.
    """

    status: str
    notified_on: date | None = None
    decided_on: date | None = None
    proofs: tuple[Proof, ...] = ()


def last_day_to_accept(notified: date) -> date:
    """Return the last day on which the addressee can accept (R53-3)."""
    return notified + timedelta(days=DAYS_TO_ACCEPT)


def read_news(news: News) -> dict[str, date | str]:
    """Return what is entered on the letter: days, and why it came back.

    An electronic letter is presented when its addressee is told of it.
    """
    values: dict[str, date | str] = {}
    if news.notified_on:
        values["presentation_date"] = news.notified_on
    if news.status == ACCEPTED and news.decided_on:
        values["receipt_date"] = news.decided_on
    if news.status in (REFUSED, UNCLAIMED):
        values["return_reason"] = news.status
    return values


def is_archived(news: News) -> bool:
    """Tell whether there is nothing left to ask: the end is known and proven."""
    return news.status in FINAL and bool(news.proofs)
