import re
from pathlib import Path
from unittest import TestCase

from polib import pofile

CATALOGUE = Path(__file__).parents[2] / "i18n" / "fr.po"
#: What is no French text: tags and their attributes, expressions.
CODE = re.compile(r"<[^>]*>|\{\{.*?\}\}", re.DOTALL)


class TestFrenchTypography(TestCase):
    """What French readers see is set as French is."""

    def _find(self, pattern):
        """Return the French texts in which a pattern is found."""
        return [
            entry.msgstr
            for entry in pofile(CATALOGUE)
            if not entry.obsolete and re.search(pattern, CODE.sub("\n", entry.msgstr))
        ]

    def test_an_apostrophe_is_a_curved_one(self):
        self.assertEqual(self._find(r"(?i)\w'[\w%«]"), [])

    def test_the_space_before_double_signs_does_not_break(self):
        self.assertEqual(self._find(r"\S [;:!?](?:\s|$|[)»])"), [])

    def test_double_signs_have_a_space_before_them(self):
        self.assertEqual(self._find(r"[\w»)][;:!?](?:\s|$)"), [])

    def test_the_space_before_per_cent_does_not_break(self):
        self.assertEqual(self._find(r"\d %(?![\w(])|%\(percent\)s %%"), [])

    def test_quotes_hold_their_words(self):
        self.assertEqual(self._find(r"« |[^\S\u00a0\u202f]»|«\w|\w»"), [])

    def test_one_word_for_one_thing(self):
        """\"Remis\" means neither delivered nor waived: a discount is a "remise"."""
        self.assertEqual(self._find(r"(?i)\bpassages? de (?:nuit|relance)"), [])
        remis = self._find(
            r"(?i)\b(?:a été|niveau|contact|message|lettre) remis(?:e)?\b"
        )
        self.assertEqual(remis, [])
