from unittest import TestCase

from ...tools.shipped import fingerprint, is_as_shipped


class TestShipped(TestCase):
    """Two ways of writing one text down are one text."""

    def test_line_breaks_entities_and_empty_tags_do_not_matter(self):
        self.assertEqual(
            fingerprint(
                '\n<p><t t-out="object.greeting"/></p>\n<p>A &amp; b<br/>c</p>'
            ),
            fingerprint('<p><t t-out="object.greeting"></t></p><p>A &#38; b<br>c</p>'),
        )

    def test_the_order_of_attributes_does_not_matter_what_they_say_does(self):
        one = '<p class="a" style="b">x</p>'
        self.assertEqual(fingerprint(one), fingerprint('<p style="b" class="a">x</p>'))
        self.assertNotEqual(fingerprint(one), fingerprint('<p class="a">x</p>'))

    def test_a_word_or_a_placeholder_matters(self):
        self.assertNotEqual(fingerprint("<p>One</p>"), fingerprint("<p>one</p>"))
        self.assertNotEqual(
            fingerprint('<t t-out="object.a"/>'), fingerprint('<t t-out="object.b"/>')
        )

    def test_a_text_is_as_shipped_in_all_its_languages_or_not_at_all(self):
        known = {"en": fingerprint("Hello"), "fr": fingerprint("Bonjour")}
        for values, expected in (
            ({"en_US": "Hello"}, True),
            ({"en_US": "Hello", "fr_FR": "Bonjour", "fr_BE": "Bonjour"}, True),
            ({"en_US": "Hello", "de_DE": "Hello"}, True),
            ({"en_US": "Hello", "de_DE": "Hallo"}, False),
            ({"en_US": "Hello", "fr_FR": "Salut"}, False),
            ({"en_US": "Hi", "fr_FR": "Bonjour"}, False),
            ({}, False),
        ):
            with self.subTest(values):
                self.assertEqual(is_as_shipped(values, known), expected)
