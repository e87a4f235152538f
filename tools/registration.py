"""French registration numbers, and who is likely to be a public body or no trader.

A SIREN has nine digits, a SIRET fourteen: the SIREN and five of the establishment; an
intra-Community VAT number of France is FR, two signs and the SIREN. Source: INSEE,
décret 73-314 of 14 March 1973 and its nomenclature: numbers of bodies under public law
begin with 1 or 2. Plain Python.
"""

import re

SIREN, SIRET = 9, 14
#: What a SIREN of a body under public law begins with.
PUBLIC_DIGITS = ("1", "2")
#: Words in the names of bodies under public law, and of those who are often no traders:
#: associations, unions of co-owners. In doubt a person looks at them.
PUBLIC_NAME = re.compile(
    r"""\b(?:mairie|ville\s+de|commune\s+de|communaut[ée]\s+(?:de\s+communes|
        d.agglom[ée]ration|urbaine)|m[ée]tropole\s+de|d[ée]partement\s+d|
        conseil\s+(?:d[ée]partemental|r[ée]gional|g[ée]n[ée]ral)|r[ée]gion\s|
        pr[ée]fecture|minist[èe]re|tr[ée]sor\s+public|centre\s+hospitalier|
        h[ôo]pital|ccas|sivom|sivu|syndicat\s+(?:mixte|intercommunal)|universit[ée]|
        rectorat|coll[èe]ge|lyc[ée]e|[ée]cole\s+(?:publique|primaire|maternelle)|
        office\s+public)""",
    re.IGNORECASE | re.VERBOSE,
)
CIVIL_NAME = re.compile(
    r"""\b(?:associations?|assoc?\.|syndicats?\s+d(?:e|es)\s+copropri|
        copropri[ée]t[ée]s?|copropri[ée]taires|s\.?d\.?c\.?\s|syndic\s|asl\s|aful\s|
        comit[ée]\s+(?:d.entreprise|des\s+f[êe]tes|social)|fondation|amicale)""",
    re.IGNORECASE | re.VERBOSE,
)


def get_digits(number: str | None) -> str:
    """Return the number without the blanks, points and dashes people write in it."""
    return re.sub(r"[\s.\-]", "", number or "")


def find_siren(registry: str | None, vat: str | None = None) -> str:
    """Return the SIREN that a registration or VAT number holds, empty for none.

    What is not nine or fourteen digits is no French number.
    """
    digits = get_digits(registry)
    if digits.isascii() and digits.isdigit() and len(digits) in (SIREN, SIRET):
        return digits[:SIREN]
    found = re.fullmatch(r"FR[0-9A-Z]{2}([0-9]{9})", get_digits(vat).upper())
    return found[1] if found else ""


def is_public(siren: str) -> bool:
    """Tell whether a SIREN is one of a body under public law."""
    return siren.startswith(PUBLIC_DIGITS)


def group_number(number: str | None) -> tuple[str, str]:
    """Return what a registration number is called and how it is written: ``("SIRET",
    "042 177 337 00017")``; an empty name for a number that is no French one."""
    digits = get_digits(number)
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in (SIREN, SIRET):
        return "", (number or "").strip()
    parts = [digits[:3], digits[3:6], digits[6:9], digits[9:]]
    return ("SIRET" if len(digits) == SIRET else "SIREN"), " ".join(filter(None, parts))
