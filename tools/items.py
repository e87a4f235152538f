"""What an open item is called, and which items are one debt.

Plain Python without Odoo. A document of sale has a number, and its instalments are one
debt. A line of any other entry, such as an opening balance, is a debt of its own,
named by its label: the number that the invoice had in the program before.
"""

from collections.abc import Hashable, Iterable


def first_text(*texts: str | None) -> str:
    """Return the first text that says something, without blanks around it."""
    return next((text.strip() for text in texts if text and text.strip()), "")


def looks_like_number(label: str | None) -> bool:
    """Tell whether a label may be the number of an invoice: it has a digit in it."""
    return any(sign.isdigit() for sign in label or "")


def debt_key(
    move_id: int, debtor_id: int, item_id: int, label: str | None, is_document: bool
) -> tuple[Hashable, ...]:
    """Return what tells one debt from another, for what is owed once a debt.

    The indemnity is owed once for each invoice (Code de commerce D441-5): instalments
    share it, also those of an old invoice that an opening entry lists line by line
    under one number. Labels without a number, which many debts may share, make none
    of them one.

    :param item_id: the journal item; where it is gone, the line of the case will do
    :param label: what the journal item itself says
    """
    if is_document:
        return ("document", move_id)
    if looks_like_number(label):
        return ("number", move_id, debtor_id, first_text(label))
    return ("item", item_id)


def count_names(names: Iterable[str]) -> list[tuple[str, int]]:
    """Return each name once, in the order in which they came, and how often it came:
    the instalments of an invoice have its number."""
    counts: dict[str, int] = {}
    for name in names:
        if name:
            counts[name] = counts.get(name, 0) + 1
    return list(counts.items())
