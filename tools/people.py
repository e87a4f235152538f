"""How somebody is addressed, and how a day is written out.

Plain Python without Odoo. The host keeps no civility: it is known where somebody wrote
it before the name ("Mme Odile Garnier").
"""

#: What stands before a name, folded and without full stop, and what is said of it.
WOMAN, MAN, DOCTOR, LAWYER = "woman", "man", "doctor", "lawyer"
CIVILITIES = {
    **dict.fromkeys(("mme", "madame", "mlle", "mademoiselle"), WOMAN),
    **dict.fromkeys(("mrs", "ms", "miss", "frau"), WOMAN),
    **dict.fromkeys(("m", "mr", "monsieur", "mister", "herr"), MAN),
    **dict.fromkeys(("dr", "docteur", "doctor"), DOCTOR),
    **dict.fromkeys(("me", "maître", "maitre"), LAWYER),
}
#: A civility, a first name and a family name.
MOST_WORDS = 3


def read_civility(name: str | None) -> tuple[str, str]:
    """Return the civility before a name and the family name; empty where unknown.

    >>> read_civility("Mme Odile Garnier")
    ('woman', 'Garnier')

    A name of more than two words is not cut: nobody knows where the family name
    begins. An initial ("M. Garnier" has a full stop, "M Garnier" too) is a civility
    only before another word.
    """
    words = (name or "").split()
    kind = CIVILITIES.get(words[0].rstrip(".").casefold(), "") if words[1:] else ""
    if not kind:
        return "", ""
    return kind, words[-1] if len(words) <= MOST_WORDS else ""


def say_day(text: str | None, lang: str | None) -> str:
    """Return a date in words; in French the first of a month is "1er".

    :param text: the date as the calendar of the language writes it, with the day first
    """
    text = text or ""
    if (lang or "").startswith("fr") and text.startswith("1 "):
        return f"1er{text[1:]}"
    return text
