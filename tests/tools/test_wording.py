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
# What the review of texts found missing, by kind, each with variants.
FORBIDDEN_KINDS = {
    "Nous formerons opposition sur votre compte bancaire.": (
        "opposition sur votre compte"
    ),
    "Une opposition à vos comptes suivra.": "opposition à vos comptes",
    "Nous ferons bloquer vos comptes bancaires.": "bloquer vos comptes bancaires",
    "Un avis à tiers détenteur sera émis.": "avis à tiers détenteur",
    "par une retenue sur votre salaire": "retenue sur votre salaire",
    "We will freeze your bank accounts.": "freeze your bank accounts",
    "The sum will be deducted from your wages.": "deducted from your wages",
    "Vos honoraires d’avocat seront à votre charge.": (
        "honoraires d’avocat seront à votre charge"
    ),
    "Les frais de justice vous seront facturés.": "frais de justice vous seront",
    "Tous les frais resteront à votre charge.": "frais resteront à votre charge",
    "Un avocat interviendra à vos frais.": "avocat interviendra à vos frais",
    "Legal fees will be borne by you.": "Legal fees will be borne by you",
    "Our solicitor will act at your expense.": "solicitor will act at your expense",
    "Une pénalité de 50 euros sera ajoutée.": "pénalité de 50 euros",
    "une pénalité forfaitaire de 15 %": "pénalité forfaitaire de 15 %",
    "Une amende vous sera réclamée.": "amende",
    "La somme sera majorée de 10 %.": "majorée de 10 %",
    "a penalty of €50": "a penalty of €50",
    "You will be fined.": "fined",
    "plus a surcharge of 10 %": "surcharge of 10 %",
    "Nous viendrons chercher le matériel.": "viendrons chercher le matériel",
    "Nous passerons reprendre vos biens.": "passerons reprendre vos biens",
    "Nous récupérerons la marchandise.": "récupérerons la marchandise",
    "We will come and collect the equipment.": "will come and collect the equipment",
    "We shall take back your goods.": "shall take back your goods",
    "Vous vous exposez à des sanctions.": "Vous vous exposez à",
    "Vous encourez de lourdes conséquences.": "lourdes conséquences",
    "sous peine de suites": "sous peine de",
    "This will have serious consequences.": "serious consequences",
    "You expose yourself to sanctions.": "expose yourself to",
    "des intérêts de 10 % par mois": "10 % par mois",
    "intérêts de 0,5 % par jour": "0,5 % par jour",
    "au taux mensuel, soit 5 % mensuels": "5 % mensuels",
    "interest of 10% per month": "10% per month",
    "des intérêts de 50 % l’an": "50 % l’an",
}
FORBIDDEN = FORBIDDEN_FR | FORBIDDEN_EN | FORBIDDEN_KINDS

# The wordings that the review of the law proposes, apart by empty lines.
PROPOSED_TEXT = """
Mise en demeure de payer 9 095,25 €

Nous vous mettons en demeure de payer, dans un délai de 14 jours à compter de la
première présentation de cette lettre, la somme de 9 095,25 €, soit 8 904,00 € en
principal, 151,25 € de pénalités de retard arrêtées au 4 novembre 2026 et 40,00 €
d’indemnité forfaitaire, outre les pénalités à courir jusqu’au complet paiement.

fondée sur nos accords, les articles 1103, 1231-6 et 1344 du Code civil et les
articles L441-10 et D441-5 du Code de commerce

les articles L2192-10 à L2192-14 et R2192-10, R2192-31 à R2192-36 du Code de la
commande publique (marché ou bon de commande n° 12)

Vous restez redevable envers nous de 8 904,00 €.

Nous revenons vers vous au sujet de votre compte.

Pour mémoire : FAC/2026/00001, 8 904,00 €, objet de notre mise en demeure n°
MED/2026/0001 du 4 novembre 2026, dont le délai est expiré.

Votre compte présente également une facture échue.

au titre des factures FAC/1 et FAC/2

5 factures, dont FAC/2026/00028

Votre facture FAC/2026/00039 : rappel

Aucuns frais ne vous sont réclamés.

Aucuns frais ne sont à votre charge.

au taux de l’intérêt légal applicable aux créanciers professionnels (2,75 % l’an au
second semestre 2026)

Intérêts moratoires arrêtés au 4 novembre 2026

Les intérêts moratoires courent jusqu’à la date de mise en paiement du principal
(article R2192-32) et sont payés, avec l’indemnité, dans les 45 jours (R2192-36).

Indemnité forfaitaire (2 factures × 40 €) : 80,00 €

au taux annuel de 12,40 % (taux de refinancement de la BCE en vigueur au 1er juillet
2026, 2,40 %, majoré de 10 points)

prévues aux articles L441-10 et D441-5

À défaut, nous nous réservons le droit de saisir la juridiction compétente ou de
confier le recouvrement à un professionnel.

de régler cette somme au plus tard le 12 décembre. À défaut, nous reprendrons le
recouvrement ; les pénalités et l’indemnité redeviennent exigibles.

Si cette réponse ne vous satisfait pas, vous pouvez saisir gratuitement le médiateur
de la consommation : CM2C.

dans les 8 jours de la réception de cette lettre

renonce aux pénalités de retard et à l’indemnité encourues à ce jour, soit 62,38 € et
40,00 € au 29 octobre 2026

Le présent accord vaut reconnaissance de dette et interrompt la prescription (article
2240 du Code civil). Déchéance du terme.

The amounts of £2,600.00 and €740.00

Under article L441-10 of the French Commercial Code, in addition to the principal

Our letter of 4 November remains unanswered.

Unless we hear from you, we will write to you again from 12 December.
"""
PROPOSED = [" ".join(one.split()) for one in PROPOSED_TEXT.split("\n\n")]
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
    *PROPOSED,
    # What sounds near and says nothing of the kind.
    "Nous faisons opposition au chèque que vous avez perdu.",
    "Nous pourrions bloquer les livraisons et votre compte client.",
    "Les honoraires de notre conseil restent à notre charge.",
    "Le tribunal peut mettre les frais de procédure à la charge de la partie perdante.",
    "des pénalités de retard de 151,25 €",
    "Vous ne vous exposez à aucune sanction en nous répondant.",
    "Nous reprendrons les livraisons dès votre règlement.",
    "Si vous le souhaitez, vous pouvez nous retourner le matériel.",
    "un escompte de 2 % pour paiement comptant",
    "We will collect your answer by e-mail.",
    "That is fine with us.",
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

    def test_phrases_of_the_company_are_found_in_the_same_way(self):
        own = ["Cordialement vôtre", "last chance", "  "]
        text = "<p>CORDIALEMENT&nbsp;<b>VOTRE</b>, it is your last chance.</p>"
        found = find_forbidden(text, "fr_FR", (), own)
        self.assertEqual(
            [one for one, _reason in found], ["CORDIALEMENT VOTRE", "last chance"]
        )
        self.assertIn("votre entreprise", found[0][1])
        self.assertEqual(find_forbidden("the last chances", "en_US", (), own), [])
        self.assertEqual(find_forbidden(text, "fr_FR"), [])

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
