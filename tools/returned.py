"""What the bank says of money that left for a customer: did a payment of his come back
unpaid, or did we pay something back?

The words of French and English statements. Plain Python; the patterns are understood by
PostgreSQL as well, which reads thousands of labels at once.
"""

import re

#: A rejected direct debit, a cheque returned unpaid, a card payment that was contested.
RETURNED_WORDS = (
    r"rejet|reject|impay|unpaid|bounced|dishono|charge ?back|sans provision"
    r"|provision insuff|insufficient fund|non[- ]pay|r[- ]transaction"
    r"|(retour|return).{0,12}(pr[eé]l|prlv|ch[eè]que|chq|sepa|sdd|check|debit|virement)"
    r"|(pr[eé]l\w*|prlv|ch[eè]ques?|chq|sdd|debit|check) (\w+ )?(retour|return)"
)
#: What we paid back ourselves.
PAID_BACK_WORDS = (
    r"rembours|reimburs|refund|paid back|trop.?per[cç]u|overpa"
    r"|(^|\W)avoirs?(\W|$)|credit note"
)

#: How much of the bank's label is shown beside a number.
LABEL_LENGTH = 40


def is_returned(text: str) -> bool | None:
    """Tell whether a label says that a payment came back unpaid; None when it does not
    say."""
    if re.search(RETURNED_WORDS, text, re.IGNORECASE):
        return True
    return False if re.search(PAID_BACK_WORDS, text, re.IGNORECASE) else None


def name_returned(numbers: str, label: str) -> str:
    """Return how an item is named that opens invoices again: their numbers, with what
    the bank said. In no language: it is printed for every debtor."""
    label = " ".join(label.split())
    if not label or label in numbers:
        return numbers
    short = label[:LABEL_LENGTH].rstrip()
    return f"{numbers} ({short}{'…' if len(label) > len(short) else ''})"
