"""Phrases that a creditor must not write to a debtor in the amicable phase.

Plain Python. :func:`find_forbidden` reads plain text or HTML, in French or English, and
names each phrase with the reason. It sees words only: letterheads, colours and pictures
(a tricolour, an emblem) remain the reader's business. Where each rule comes from:

* seizure, enforcement: C. conso. L121-7 and L132-11 (threat of an action that is
  legally impossible): nothing can be enforced without an enforceable title;
* an officer who will call, entering a home: the same; C. pén. 226-4; DGCCRF inquiry of
  2022 (confusion of amicable and enforced recovery);
* court service, *commandement*, *sommation*, emblems of the State: C. pén. 433-13
  (documents that look like judicial or official acts), the same inquiry;
* prosecution, police, prison: late payment is no offence; C. conso. L121-7;
* Banque de France files and blacklists: DGCCRF inquiry of 2016, CNIL;
* fees: CPCE L111-8 (costs without a title stay with the creditor); between businesses
  only the indemnity of C. com. L441-10 and D441-5 (40 €) is lawful;
* employer, neighbours, family: confidentiality (practice rule, CNIL);
* publication, reputation: C. pén. 312-10 (blackmail);
* daily calls: C. pén. 222-16 and 222-33-2-2 (malicious calls, harassment);
* bad faith, insults: bad faith is for the judge to find (CPCE L111-8, third paragraph);
* a bank account or wages that would be blocked, goods that would be fetched, a lawyer
  at the debtor's expense: nothing of it without a judge (CPCE L111-8, L111-3);
* fixed penalties, fines and surcharges: only what the law or the contract says is owed
  (C. com. L441-10, C. civ. 1231-5); interest by the month hides its yearly rate;
* vague sanctions: a threat need not be precise to be one (C. conso. L121-7).

Companies may add phrases of their own, which are looked for in the same way.
"""

import re
from collections.abc import Iterable
from functools import cache
from itertools import accumulate
from typing import NamedTuple
from unicodedata import category

from .text import TEXT, normal, read_characters, split_markup, without_marks

# Parts that phrases share; "..." is "a little later in the same sentence".
_PARTS = {
    "...": r"[^.;!?]{0,60}?",
    "OFFICER": r"(?:commissaires? de justice|officiers? ministeriels?)",
    "GOODS_FR": r"(?:biens|meubles|marchandises|comptes?|salaires?|remunerations?"
    r"|vehicules?|materiel|stocks?|loyers|revenus|creances)",
    "GOODS_EN": r"(?:goods|assets|property|belongings|possessions|(?:bank )?accounts?"
    r"|wages|salary|earnings|income|vehicles?|equipment|stock|funds|rents?)",
    "FEE_FR": r"(?:dossiers?|actes?|relances?|rappels?|impayes?|poursuites?"
    r"|mise en demeure|contentieux|retard|gestion|recouvrement(?! entrepris))",
    "NO_FEE ": r"(?<!sans )(?<!aucun )(?<!aucuns )(?<!ni )(?<!pas de )"
    r"(?<!no )(?<!without )(?<!without any )(?<!debt )",
    "NO_TYPO ": r"(?<!erreur de )(?<!erreurs de )(?<!faute de )",
    "FETCH_FR": r"(?:chercher|recuperer|reprendre|enlever|retirer|emporter|prendre)",
    "FETCH_EN": r"(?:collect|fetch|take back|take away|pick up|remove|reclaim|get)",
    "MOVABLES_FR": r"(?:biens|meubles|marchandises?|materiels?|produits|machines?"
    r"|appareils?|equipements?|installations?|vehicules?|stocks?)",
    "MOVABLES_EN": r"(?:goods|equipment|machines?|machinery|products|vehicles?|stock"
    r"|belongings|property|furniture)",
    "LAWYER_FR": r"(?:avocats?|justice|procedure|procedures|poursuites?|conseils?)",
    "LAWYER_EN": r"(?:lawyer|attorney|solicitor|legal|court)(?:'?s)?'?",
    "ANY_RATE": r"(?<![\d.,])\d{1,3}(?:[.,]\d+)? ?PER_CENT",
    "HIGH_RATE": r"(?<![\d.,])(?:[2-9]|\d{2,3})(?:[.,]\d+)? ?PER_CENT",
    "USURY": r"(?<![\d.,])(?:[3-9]\d|\d{3})(?:[.,]\d+)? ?PER_CENT",
    "MONEY": r"(?:[€$£] ?)?\d+(?:[., ]\d+)*(?: ?(?:€|euros?|eur|PER_CENT))?",
    "PER_CENT": r"(?:%|pour ?cent|per ?cent)",
    "CHARGED_FR": r"(?:(?:seront|serez|sont)|s'ajouter\w*|en sus|en plus)",
    "CHARGED_EN": r"(?:at your expense|(?:(?:borne|paid|payable) by|charged to) you)",
    "ENTRY": r"(?! en ligne| comptable| manuelle| des? donnees| de commandes?"
    r"| de votre (?:code|commande|numero))",
}


class Rule(NamedTuple):
    """One prohibition. The pattern is matched in text without accents or capitals."""

    pattern: re.Pattern[str]
    reason_fr: str
    reason_en: str


def _rule(phrases: str, reason_fr: str, reason_en: str) -> Rule:
    """Return the rule for ``phrases``, one regular expression per line."""
    for name, part in _PARTS.items():
        phrases = phrases.replace(name, part)
    lines = "|".join(line.strip() for line in phrases.strip().splitlines())
    return Rule(re.compile(rf"(?<!\w)(?:{lines})(?!\w)"), reason_fr, reason_en)


RULES = (
    _rule(
        r"""
        NO_TYPO saisies?(?:-[a-z]+)*ENTRY
        (?:fai|fer)\w+ saisir|saisi\w* (?:de |sur )?(?:vos|votre) GOODS_FR
        (?:recouvrement|execution)s? forcee?s?|(?:voies?|mesures?) d'execution
        seizures?|seiz\w+ (?:(?:of|your|the|any|all) )*GOODS_EN|repossess\w*
        distraint|distress warrants?|garnish\w*|attachment of (?:your )?GOODS_EN
        (?:enforcement|execution) (?:proceedings|measures?|action|procedures?)
        (?:forced|compulsory) (?:recovery|collection|execution|enforcement)
        """,
        "Rien ne peut être saisi sans titre exécutoire : menace (C. conso. L121-7).",
        "Seizing takes an enforceable title: this is a threat (C. conso. L121-7).",
    ),
    _rule(
        r"""
        huissiers?(?: de justice)?|bailiffs?|sheriffs?|locksmiths?|serruriers?
        OFFICER... (?:(?:se|vous) (?:presente|deplace|rend|visite)\w*|passera|viendra)
        (?:visite|venue|passage|deplacement) d'un OFFICER
        (?:envo[iy]|enverr|depech)\w* (?:un|notre) OFFICER
        (?:present|rend|pass|vien|deplac)\w* a votre domicile
        ouverture forcee|forcer (?:la|votre) porte
        (?:entrer|penetrer|s'introduire) (?:chez vous|dans (?:vos|votre) \w+)
        (?:court|enforcement|judicial) (?:officer|agent)s?|break into your \w+
        (?:come|call|visit\w*) (?:you )?(?:to |at )?(?:your )?(?:home(?! ?page)|house)
        """,
        "Annoncer un officier de justice fait croire à un recouvrement forcé (DGCCRF).",
        "Announcing a court officer suggests enforced recovery (DGCCRF).",
    ),
    _rule(
        r"""
        (?:service|bureau)s?(?: du| de)?(?: contentieux| recouvrement)? judiciaires?
        contentieux judiciaires?|actes? judiciaires?|au nom du peuple francais
        au nom de la loi|republique francaise|tricolou?re?s?
        bleu[ ,-]+blanc[ ,-]+(?:et )?rouge
        commandements?(?: de payer)?|sommations?(?: de payer)?|vous sommons
        (?:judicial|court)(?: recovery| collections?)? (?:department|services?|unit)
        (?:legal|judicial) enforcement \w+|in the name of the law|on behalf of the court
        summons(?:es)?|subpoenas?|writs?|warrants? (?:of|for)
        """,
        "Un message amiable ne doit imiter aucun acte officiel (C. pén. 433-13).",
        "An amicable message must not imitate an official act (C. pén. 433-13).",
    ),
    _rule(
        r"""
        (?:dernier|ultime)e?s? \w+ avant (?:les |toutes? )?poursuites?(?: \w+)?
        (?:poursuite|plainte|action|sanction|voie|procedure|peine)s? penales?
        au penal|penalement|(?:port|depos)\w* (?:une )?plainte|depots? de plainte
        prisons?|emprisonne\w*|incarcer\w*|garde a vue|escroc\w*|escroquer\w*
        gendarmes?|gendarmerie|procureurs?|(?:prevenir|alerter|saisir) la police
        (?:final|last) \w+ before (?:prosecution|enforcement|seizure)
        criminal|criminally|prosecut\w+|arrest(?:s|ed)?|the police|jail\w*|imprison\w*
        """,
        "Un retard n'est pas une infraction : c'est une menace (C. conso. L121-7).",
        "Paying late is not an offence: this is a threat (C. conso. L121-7).",
    ),
    _rule(
        r"""
        (?:inscri|fichier|ficher|fichee?|signal|declar|denonc)\w*... banque de france
        ficp|fichages?|interdi\w+ bancaires?|listes? noires?|black-? ?list\w*
        (?:fichier|registre)s? (?:des|de) (?:incidents|impayes)
        credit (?:bureau|rating|score|record|file|register|reference agency)s?
        credit (?:bureaux|history|histories|reference agencies)
        """,
        "Un créancier ne fiche pas son client : menace relevée par la DGCCRF.",
        "A creditor registers no bad payers: a threat condemned by the DGCCRF.",
    ),
    _rule(
        r"""
        NO_FEE frais (?:d'|de |de l'|de la |du |des )(?:ouverture de )?FEE_FR
        NO_FEE frais (?:accessoires|annexes|administratifs|supplementaires)
        NO_FEE (?:debt )?(?:collection|recovery) (?:fee|charge|cost)s?
        NO_FEE (?:reminder|dunning|handling|file|processing) (?:fee|charge|cost)s?
        NO_FEE (?:administration|administrative|admin) (?:fee|charge|cost)s?
        NO_FEE (?:late(?:[ -]payment)?|extra|additional) (?:fee|charge|cost)s?
        """,
        "Sans titre exécutoire, les frais restent à la charge du créancier (CPCE "
        "L111-8) ; seule l'indemnité de 40 € est due, entre professionnels.",
        "Costs without an enforceable title stay with the creditor (CPCE L111-8); only "
        "the fixed indemnity of 40 € is due, between businesses.",
    ),
    _rule(
        r"""
        (?:votre|vos) (?:employeurs?|patron|voisin(?:age|s)?|famille|entourage|proches)
        (?:votre|vos) (?:conjointe?|epoux|epouse|mari|femme|parents|enfants)
        (?:inform|preven|previen|avert|alert)\w* (?:vos|votre) (?:client|associe)s?
        your (?:employers?|boss|neighbou?rs?|family|relatives|spouse|wife|husband)
        (?:inform|alert|warn|tell)\w* (?:all )?your (?:customer|client|landlord)s?
        """,
        "Une dette est confidentielle : ne mêlez aucun tiers (employeur, proches…).",
        "A debt is confidential: leave out third parties (employer, family…).",
    ),
    _rule(
        r"""
        (?:publi|divulg|revel|affich)\w* (?:de )?(?:votre|vos) (?:nom|dette|impaye)s?
        rend\w+ (?:votre|cette) \w+ publique|rend\w+ publics? (?:votre|vos|cette)
        (?:publi|reveal|disclos|expos)\w* (?:of )?your (?:name|debt)s?|name and shame
        mak\w+ (?:it|this|your \w+) public|your reputation|votre reputation
        """,
        "Menacer de rendre une dette publique peut être du chantage (C. pén. 312-10).",
        "Threatening to make a debt public may be blackmail (C. pén. 312-10).",
    ),
    _rule(
        r"""
        (?:appel|telephon|contact|relanc)\w*ons... (?:tous les jours|chaque jour)
        (?:call|phone|contact|chase) you... (?:every day|daily|until you pay)
        """,
        "Des appels répétés sont du harcèlement (C. pén. 222-16 et 222-33-2-2).",
        "Repeated calls are harassment (C. pén. 222-16 and 222-33-2-2).",
    ),
    _rule(
        r"mauvais payeurs?|mauvaise foi|malhonnet\w*|bad (?:payer|faith)s?|dishonest",
        "Le ton reste courtois ; seul un juge constate la mauvaise foi (CPCE L111-8).",
        "The tone remains courteous; only a judge finds bad faith (CPCE L111-8).",
    ),
    _rule(
        r"""
        oppositions? (?:sur|a|aupres de) (?:(?:l'un de )?(?:vos|votre)) \w+
        (?:bloqu|gel|saisi|immobilis)\w* (?:de )?(?:vos|votre) (?:avoirs|salaires?)
        (?:bloqu|gel|immobilis)\w* (?:de )?(?:vos|votre) comptes? (?:bancaires?|en b\w+)
        (?:blocage|gel) (?:de )?(?:vos|votre) (?:avoirs|comptes? bancaires?)
        avis a tiers detenteurs?
        retenues? sur (?:votre |vos )?(?:salaire|remuneration)s?
        (?:freez|block|levy|levies|levied|attach)\w* (?:on |of )?your GOODS_EN
        (?:deduct|tak)\w*... (?:from )?your (?:wages|salary|earnings)
        """,
        "Un compte ou un salaire ne se bloque pas sans titre exécutoire (CPCE L111-3).",
        "No account or wages are blocked without an enforceable title (CPCE L111-3).",
    ),
    _rule(
        r"""
        NO_FEE (?:honoraires|frais|couts|depens)... (?:a|de) votre charge
        NO_FEE (?:honoraires|frais) (?:d'|de )LAWYER_FR... (?:vous )?CHARGED_FR
        (?:avocat|recouvrement|procedure|proces)s?... a vos frais
        NO_FEE LAWYER_EN (?:fee|cost|expense|charge)s?... CHARGED_EN
        (?:lawyer|attorney|solicitor|proceeding|collection)s?... at your \w+
        """,
        "Seul un juge met des honoraires ou des frais à la charge du débiteur "
        "(CPCE L111-8).",
        "Only a judge can make the debtor bear fees or costs (CPCE L111-8).",
    ),
    _rule(
        r"""
        penalite(?: de retard| forfaitaire| supplementaire| fixe)? de MONEY
        penalites (?:forfaitaires?|supplementaires?|fixes?)(?: de MONEY)?
        amendes?|majore\w{0,3} de \d+(?:[.,]\d+)? ?(?:%|€|euros?|pour ?cent)
        majorations? de MONEY
        (?:a |fixed |flat |additional )penalty of MONEY|(?:fixed|flat) penalt(?:y|ies)
        fined|fines? of MONEY|surcharges?(?: of MONEY)?|increased by MONEY
        """,
        "Une pénalité fixe ou une majoration n'est due que par la loi ou le contrat : "
        "nommez sa source, sinon retirez-la (C. com. L441-10).",
        "A fixed penalty or a surcharge is owed by law or contract only (C. com. "
        "L441-10): leave it out.",
    ),
    _rule(
        r"""
        (?:vien|viendr|ven|pass|enverr|envo[iy])\w* (?:\w+ ){0,3}FETCH_FR... MOVABLES_FR
        (?:reprendr|recuperer|enlever|emporter)ons (?:\w+ )?MOVABLES_FR
        (?:will|shall|to) (?:come (?:and|to) )?FETCH_EN (?:\w+ )?MOVABLES_EN
        (?:come|coming) (?:and|to) FETCH_EN
        """,
        "Reprendre du matériel suppose un accord ou un juge : c'est une menace.",
        "Taking goods back needs an agreement or a judge: this is a threat.",
    ),
    _rule(
        r"""
        vous vous exposez a(?! aucun)|vous (?:vous )?exposerai\w+ a(?! aucun)
        vous encour(?:ez|rez)(?! aucun)|sous peine (?:de|d')(?! forclusion| nullite)
        (?:lourde|grave|facheuse|serieuse|severe)s? consequences?
        (?:subir\w*|assumer\w*) (?:toutes )?les consequences|a vos risques et perils
        expos\w+ (?:you|yourself|yourselves) to|on pain of|under (?:pain|penalty) of
        (?:face|incur|risk) (?:\w+ )?(?:sanctions?|consequences)
        (?:serious|severe|grave|dire|heavy|grievous) consequences
        (?:suffer|bear|face) the consequences
        """,
        "Une menace vague reste une menace : dites la suite réelle (C. conso. L121-7).",
        "A vague threat is a threat: say what really follows (C. conso. L121-7).",
    ),
    _rule(
        r"""
        HIGH_RATE (?:par|le|/) ?mois|HIGH_RATE mensuel(?:s|le|les|lement)?
        ANY_RATE (?:par|la|le|/) ?(?:semaine|jour)
        HIGH_RATE (?:per|a|every|each) month|HIGH_RATE monthly
        ANY_RATE (?:per|a|every|each) (?:week|day)
        USURY (?:par an|l'an|annuels?|per year|a year|per annum|yearly)
        """,
        "Un taux se dit à l'année et reste celui du contrat ou de la loi (L441-10).",
        "A rate is yearly, and that of the contract or the law (C. com. L441-10).",
    ),
)

#: Why a phrase that a company added is found.
OWN_FR = "votre entreprise a choisi de ne pas l'écrire."
OWN_EN = "your company has chosen not to write it."

# The lawful indemnity, whose full name contains "recovery costs".
_FORTY = r"(?:(?:de |of )?(?:40(?:[.,]00)? ?(?:€|euros?|eur)|(?:€|eur) ?40) )?"
_LAWFUL = re.compile(
    r"indemnites? (?:(?:forfaitaire|legale|complementaire|minimale)s? )*"
    rf"{_FORTY}(?:pour|de|des|au titre des?) (?:les )?frais de recouvrement"
    rf"|(?:indemnity|compensation|fixed sum|flat sum) {_FORTY}(?:as compensation )?"
    r"for (?:debt )?(?:recovery|collection) costs"
)

_INLINE = {"a", "b", "em", "font", "i", "mark", "small", "span", "strong", "t", "u"}
_SIGNS = dict.fromkeys("‘’‛ʼ´`′", "'") | dict.fromkeys("‐‑‒–—−", "-")


def visible_text(text: str) -> str:
    """Return what a reader sees of plain text or HTML, on one line."""
    seen = "".join(
        source if what == TEXT else "" if what in _INLINE else " "
        for what, source in split_markup(text or "")
    )
    return " ".join(normal(read_characters(seen), "NFC").split())


def find_forbidden(
    text: str,
    lang: str,
    known_names: Iterable[str] = (),
    own_phrases: Iterable[str] = (),
) -> list[tuple[str, str]]:
    """Return the forbidden phrases of ``text`` in reading order, each with its reason.

    :param text: plain text or HTML, French or English: both lists are always used
    :param lang: language of the reasons, English unless it is French
    :param known_names: names that the text quotes (debtor, contact, documents): a firm
        called "Durand, huissiers de justice" may be addressed by its name
    :param own_phrases: what the company does not want to write, beside the rules
    :return: ``[(phrase as it stands in the text, reason), …]``, empty when all is well
    """
    french = (lang or "").lower().startswith("fr")
    seen = visible_text(text)
    plain = "".join(map(_plain, seen))
    rules = (*RULES, *_own_rules(tuple(own_phrases)))
    if not any(rule.pattern.search(plain) for rule in rules):
        return []  # nearly always, and quicker than to remember where each sign was
    folded, origins = _fold(seen)
    allowed = [match.span() for match in _LAWFUL.finditer(folded)]
    excused = _reach(allowed + _spans(folded, known_names), len(folded))
    found = {}
    for rule in rules:
        reason = rule.reason_fr if french else rule.reason_en
        for match in rule.pattern.finditer(folded):
            start, end = match.span()
            if end > excused[start]:
                phrase = seen[origins[start] : origins[end - 1] + 1]
                found.setdefault((phrase, reason), start)
    return sorted(found, key=found.get)


@cache
def _own_rules(phrases: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return phrases of a company as a rule: whole words, whatever their accents."""
    plain = {_fold(visible_text(phrase))[0] for phrase in phrases} - {""}
    if not plain:
        return ()
    words = "|".join(map(re.escape, sorted(plain, key=len, reverse=True)))
    return (Rule(re.compile(rf"(?<!\w)(?:{words})(?!\w)"), OWN_FR, OWN_EN),)


def _spans(folded: str, names: Iterable[str]) -> list[tuple[int, int]]:
    """Return where names stand that sound like a threat: only they excuse anything."""
    wholes = {_fold(visible_text(name))[0] for name in names} - {""}
    sounding = filter(lambda one: any(r.pattern.search(one) for r in RULES), wholes)
    finds = (re.finditer(re.escape(whole), folded) for whole in sounding)
    return [match.span() for matches in finds for match in matches]


def _reach(spans: Iterable[tuple[int, int]], length: int) -> list[int]:
    """Return for each place the farthest end of the spans that began by then."""
    ends = [0] * length
    for start, end in spans:
        ends[start] = max(ends[start], end)
    return [*accumulate(ends, max)]


def _fold(text: str) -> tuple[str, list[int]]:
    """Return ``text`` without capitals or accents, and where each character was."""
    pairs = [(char, index) for index, raw in enumerate(text) for char in _plain(raw)]
    return "".join(char for char, _index in pairs), [index for _char, index in pairs]


@cache
def _plain(char: str) -> str:
    if char in _SIGNS:
        return _SIGNS[char]
    if category(char) == "Cf":  # soft hyphens, zero-width characters
        return ""
    char = char.casefold().replace("œ", "oe").replace("æ", "ae")
    return without_marks(char)
