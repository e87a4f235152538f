from html import escape
from pathlib import Path
from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from polib import pofile

from ...tools.wording import (
    RULES,
    find_forbidden,
    visible_text,
)

CHECKOUT = Path(__file__).parents[2]

# What stands in a text, and what is found in it.
FORBIDDEN_FR = {
    "Nous ferons procéder à une saisie.": "saisie",
    "Les saisies sont en préparation.": "saisies",
    "SAISIE IMMINENTE": "SAISIE",
    "Saisie-attribution de votre compte": "Saisie-attribution",
    "Nous ferons saisir vos meubles.": "ferons saisir",
    "Une exécution forcée suivra.": "exécution forcée",
    "Un huissier va se présenter chez vous.": "huissier",
    "Un commissaire de justice se présentera sous huit jours.": (
        "commissaire de justice se présentera"
    ),
    "Préparez la visite d’un commissaire de justice.": (
        "visite d’un commissaire de justice"
    ),
    "Service contentieux judiciaire": "Service contentieux judiciaire",
    "COMMANDEMENT DE PAYER": "COMMANDEMENT DE PAYER",
    "Dernière sommation": "sommation",
    "Au nom de la loi": "Au nom de la loi",
    "Une bande tricolore en tête de page": "tricolore",
    "Dernier avis avant poursuites": "Dernier avis avant poursuites",
    "DERNIER AVIS AVANT POURSUITES PÉNALES": "DERNIER AVIS AVANT POURSUITES PÉNALES",
    "Vous risquez la prison.": "prison",
    "Nous porterons plainte.": "porterons plainte",
    "Votre inscription au fichier de la Banque de France suivra.": (
        "inscription au fichier de la Banque de France"
    ),
    "Vous figurerez sur une liste noire.": "liste noire",
    "Nous ajoutons 15 € de frais de dossier.": "frais de dossier",
    "des frais d'acte": "frais d'acte",
    "Frais de recouvrement : 80 €": "Frais de recouvrement",
    "des frais de relance de 10 €": "frais de relance",
    "et frais accessoires": "frais accessoires",
    "Nous avertirons votre employeur.": "votre employeur",
    "Que diront vos voisins ?": "vos voisins",
    "Nous contacterons votre famille.": "votre famille",
    "Nous pourrions publier votre nom.": "publier votre nom",
    "Nous vous appellerons tous les jours.": "appellerons tous les jours",
    "Vous êtes un mauvais payeur.": "mauvais payeur",
}
FORBIDDEN_EN = {
    "Our bailiff will call.": "bailiff",
    "We will seize your goods.": "seize your goods",
    "This may lead to distraint.": "distraint",
    "Enforcement proceedings will start.": "Enforcement proceedings",
    "You may face criminal charges.": "criminal",
    "You will be prosecuted.": "prosecuted",
    "You will be blacklisted.": "blacklisted",
    "This will harm your credit rating.": "credit rating",
    "We report to a credit bureau.": "credit bureau",
    "A court officer will visit you.": "court officer",
    "A collection fee of 25 € is added.": "collection fee",
    "plus an admin fee": "admin fee",
    "We shall inform your employer.": "your employer",
    "We will talk to your neighbours.": "your neighbours",
    "We will publish your name.": "publish your name",
    "We will call you every day.": "call you every day",
}
FORBIDDEN = FORBIDDEN_FR | FORBIDDEN_EN

LAWFUL = (
    "Mise en demeure de payer : 1 234,56 €",
    "La présente lettre vaut mise en demeure au sens des articles 1344 et suivants.",
    "une indemnité forfaitaire de 40 €",
    "l'indemnité forfaitaire pour frais de recouvrement",
    "l’indemnité forfaitaire légale de 40 € pour frais de recouvrement",
    "Nous serions amenés à envisager une action en justice.",
    "Une procédure judiciaire reste une possibilité.",
    "Nous pourrions saisir le tribunal compétent.",
    "Nous pourrions confier ce dossier à un commissaire de justice.",
    "Merci de saisir votre code sur notre site.",
    "Nous saisissons cette occasion pour vous remercier.",
    "sauf erreur de saisie de notre part",
    "Dernier rappel avant mise en demeure",
    "Aucun fichier n'est joint ; notre banque est la Banque de France.",
    "Sans frais de dossier.",
    "La clause pénale du contrat n'est pas appliquée.",
    "Nous ne doutons pas de votre bonne foi.",
    "votre recommandation, votre consommation, la somme de 12 €",
    "une société en redressement judiciaire et son mandataire judiciaire",
    "Contactez-nous chaque jour de 9 h à 17 h.",
    "Merci de transmettre à vos collègues de la comptabilité.",
    "This letter is a formal notice (mise en demeure).",
    "We may have to consider legal action or court proceedings.",
    "the fixed indemnity of 40 € for recovery costs",
    "fixed sum of €40 as compensation for recovery costs",
    "We seize this opportunity to thank you.",
    "You will find your credit note in the attachment.",
    "Last reminder before formal notice",
    "without any collection fee",
)

# What tags, entities, accents and invisible characters are made of.
ALPHABET = "<>/!-&;#\"'=’ \n\t.,abeipsSÉœßﬁé\u0301\u00a0\u00ad\u200b€😀"
INLINE_TAGS = st.sampled_from(["b", "em", "span", "strong", "t", "u"])
BLOCK_TAGS = st.sampled_from(["p", "div", "li", "td", "h4"])
TEXTS = st.lists(
    st.one_of(st.text(ALPHABET, max_size=20), st.sampled_from([*FORBIDDEN, *LAWFUL])),
    max_size=5,
).map(" ".join)
PROPERTY = settings(max_examples=100, deadline=None, derandomize=True, database=None)


class TestWording(TestCase):
    def _found(self, text, lang="fr_FR"):
        return [phrase for phrase, _reason in find_forbidden(text, lang)]

    def test_each_forbidden_phrase_is_found_in_plain_text(self):
        for text, phrase in FORBIDDEN.items():
            with self.subTest(text):
                self.assertIn(phrase, self._found(text))

    def test_each_forbidden_phrase_is_found_in_html(self):
        for text, phrase in FORBIDDEN.items():
            entities = escape(text).replace(" ", "&nbsp;").replace("é", "&eacute;")
            with self.subTest(text):
                self.assertIn(phrase, self._found(f"<p>Bonjour,</p><p>{entities}</p>"))

    def test_a_phrase_is_found_across_tags_and_line_breaks(self):
        self.assertEqual(
            self._found("des frais<br/>de\n  dossier"), ["frais de dossier"]
        )
        self.assertEqual(self._found("une <b>sai</b><i>sie</i>"), ["saisie"])
        self.assertEqual(self._found("<p>une</p><p>saisie</p>"), ["saisie"])

    def test_capitals_accents_and_apostrophes_do_not_hide_a_phrase(self):
        for text in (
            "FRAIS D’ACTE",
            "frais d'acte",
            "Frâis d´açte",
            "frais d&#39;acte",
        ):
            with self.subTest(text):
                self.assertEqual(len(self._found(text)), 1)

    def test_attributes_comments_and_expressions_are_not_read(self):
        text = (
            '<t t-out="object.saisie"/><!-- huissier --><p class="prison">Bonjour</p>'
        )
        self.assertEqual(self._found(text), [])

    def test_lawful_sentences_are_left_alone(self):
        for text in LAWFUL:
            with self.subTest(text):
                self.assertEqual(find_forbidden(text, "fr_FR"), [])

    def test_only_the_lawful_indemnity_excuses_recovery_costs(self):
        text = (
            "l'indemnité forfaitaire pour frais de recouvrement et les frais de relance"
        )
        self.assertEqual(self._found(text), ["frais de relance"])
        text = "une indemnité de 200 € pour frais de recouvrement"
        self.assertEqual(self._found(text), ["frais de recouvrement"])

    def test_both_languages_are_checked_whatever_the_language_of_the_reader(self):
        for lang in ("fr_FR", "en_US", "de_DE", "", None):
            with self.subTest(lang):
                self.assertEqual(
                    self._found("saisie, bailiff", lang), ["saisie", "bailiff"]
                )

    def test_the_reason_is_given_in_the_language_of_the_reader(self):
        rule = RULES[0]
        self.assertEqual(
            find_forbidden("saisie", "fr_BE"), [("saisie", rule.reason_fr)]
        )
        self.assertEqual(
            find_forbidden("saisie", "en_US"), [("saisie", rule.reason_en)]
        )
        self.assertEqual(
            find_forbidden("saisie", "de_DE"), [("saisie", rule.reason_en)]
        )

    def test_phrases_come_once_each_in_reading_order(self):
        text = "prison, frais de dossier, saisie, prison"
        self.assertEqual(self._found(text), ["prison", "frais de dossier", "saisie"])

    def test_the_name_of_the_debtor_is_not_a_threat(self):
        name = "SCP Durand, huissiers de justice"
        self.assertEqual(find_forbidden(f"<p>{name.upper()}</p>", "fr_FR", [name]), [])
        found = find_forbidden(f"{name} : un huissier viendra", "fr_FR", [name])
        self.assertEqual([phrase for phrase, _reason in found], ["huissier"])
        name = "Huissiers associés"
        self.assertEqual(find_forbidden(f"{name} : merci.", "fr_FR", [name]), [])

    def test_nothing_is_found_in_nothing(self):
        for text in ("", None, False, "<p><br></p>"):
            self.assertEqual(find_forbidden(text, "fr_FR"), [])

    @PROPERTY
    @given(TEXTS)
    def test_what_is_found_stands_in_the_text_that_is_seen(self, text):
        for phrase in self._found(text):
            self.assertIn(phrase, visible_text(text))

    @PROPERTY
    @given(TEXTS, INLINE_TAGS, BLOCK_TAGS)
    def test_tags_around_a_text_change_nothing(self, text, inline, block):
        html = f"<{block}><{inline}>{text}</{inline}></{block}>"
        self.assertEqual(find_forbidden(html, "fr_FR"), find_forbidden(text, "fr_FR"))


class TestShippedTexts(TestCase):
    """What the module ships passes its own check, in both languages."""

    def test_shipped_texts_are_courteous_in_english(self):
        folder = CHECKOUT / "data"
        shipped = [*folder.rglob("*template*.xml"), *folder.rglob("*ladder*.xml")]
        self.assertGreater(len(shipped), 8)
        for path in shipped:
            tree = etree.parse(path)
            records = [*tree.findall(".//record"), *tree.findall(".//template")]
            self.assertTrue(records)
            for record in records:
                text = etree.tostring(record, encoding="unicode")
                with self.subTest(record.get("id")):
                    self.assertEqual(find_forbidden(text, "en_US"), [])

    def test_shipped_texts_are_courteous_in_french(self):
        catalogue = pofile(CHECKOUT / "i18n" / "fr.po")
        places = ("model:mail.template,", "model:dunning.l", "model_terms:dunning.l")
        texts = [
            entry.msgstr
            for entry in catalogue
            if any(place.startswith(places) for place, _line in entry.occurrences)
        ]
        self.assertTrue(texts)
        for text in texts:
            with self.subTest(text[:60]):
                self.assertEqual(find_forbidden(text, "fr_FR"), [])
