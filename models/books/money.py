"""Amounts as they are written in the language of the reader."""

from odoo.tools import format_amount as host_format_amount
from odoo.tools.misc import get_lang

NO_BREAK = "\N{NO-BREAK SPACE}"
#: How the host writes a minus: with a sign that nobody sees, so that no line breaks.
MINUS = "-\N{ZERO WIDTH NO-BREAK SPACE}"


def format_amount(env, amount, currency, trailing_zeroes=True):
    """Return an amount in the language of the environment.

    The host writes the sign of a currency where the currency says, whatever the
    language: "£ 2 600,00" in French. There it follows the number; in British English it
    stands right before it, also that of the euro.

    :param currency: the currency of the amount
    :param trailing_zeroes: false to write 40 for 40.00
    """
    text = host_format_amount(env, amount, currency, trailing_zeroes=trailing_zeroes)
    lang, symbol = get_lang(env).code or "", currency.symbol or ""
    number = text.replace(symbol, "").strip(NO_BREAK) if symbol else text
    if not symbol or symbol.isalpha():  # CHF, kr: as the host writes them
        return text
    if lang.startswith("fr"):
        return f"{number}{NO_BREAK}{symbol}"
    if lang == "en_GB":
        bare = number.lstrip(MINUS)
        return f"{'-' if bare != number else ''}{symbol}{bare}"
    return text
