"""Deadlines of a creditor when his customer is in insolvency proceedings in France, or,
a consumer, in over-indebtedness.

Sources: Code de commerce R622-24 and R641-25 (claims are declared within two months of
the publication in the BODACC; two more for creditors who do not live in metropolitan
France; by symmetry where the court is overseas and the creditor is not), L622-24 (the
two months begin with the notice in person for who has a published security or
contract), L622-26 (relief from having missed it can be asked for within six months of
the publication), L624-9 (goods sold under retention of title are claimed back within
three months of the publication); Code de la consommation L722-2, L722-3 (enforcement is
suspended from the admission, two years at most); Code de procédure civile 641-642 (how
months are counted). Plain Python.
"""

from datetime import date

from .days import add_months, next_open_day

DECLARATION_MONTHS, REMOTE_MONTHS, RELIEF_MONTHS = 2, 2, 6
RETENTION_MONTHS = 3
SUSPENSION_MONTHS = 24


def declaration_deadline(published: date, is_remote: bool = False) -> date:
    """Return the last day to declare a claim.

    :param is_remote: the creditor does not live in metropolitan France, or the court is
        overseas and the creditor lives elsewhere
    """
    months = DECLARATION_MONTHS + REMOTE_MONTHS * is_remote
    return next_open_day(add_months(published, months))


def relief_deadline(published: date) -> date:
    """Return the last day to ask the court for relief, when the deadline was missed."""
    return next_open_day(add_months(published, RELIEF_MONTHS))


def retention_deadline(published: date) -> date:
    """Return the last day to claim back goods sold under retention of title."""
    return next_open_day(add_months(published, RETENTION_MONTHS))


def suspension_end(admitted: date) -> date:
    """Return the last day on which debts born before the admission of a consumer's
    over-indebtedness may be frozen by it."""
    return add_months(admitted, SUSPENSION_MONTHS)


def is_earlier(born_on: date, judgment: date) -> bool:
    """Tell whether a claim was born before the judgment, which takes effect at the
    first hour of its day (Code de commerce R621-4)."""
    return born_on < judgment
