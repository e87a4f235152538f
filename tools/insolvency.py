"""Deadlines of a creditor when his customer is in insolvency proceedings in France.

Sources: Code de commerce R622-24 and R641-25 (claims are declared within two months of
the publication in the BODACC; two more for creditors who do not live in metropolitan
France), L622-26 (relief from having missed it can be asked for within six months of the
publication); Code de procédure civile 641-642 (how months are counted). Plain Python.
"""

from datetime import date

from .days import add_months, next_open_day

DECLARATION_MONTHS, REMOTE_MONTHS, RELIEF_MONTHS = 2, 2, 6


def declaration_deadline(published: date, is_remote: bool = False) -> date:
    """Return the last day to declare a claim.

    :param is_remote: the creditor does not live in metropolitan France
    """
    months = DECLARATION_MONTHS + REMOTE_MONTHS * is_remote
    return next_open_day(add_months(published, months))


def relief_deadline(published: date) -> date:
    """Return the last day to ask the court for relief, when the deadline was missed."""
    return next_open_day(add_months(published, RELIEF_MONTHS))


def is_earlier(born_on: date, judgment: date) -> bool:
    """Tell whether a claim was born before the judgment, which takes effect at the
    first hour of its day (Code de commerce R621-4)."""
    return born_on < judgment
