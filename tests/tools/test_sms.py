from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from ...tools.sms import measure, simplify


class TestSmsSize(TestCase):
    """What the operator charges, at the places where it changes."""

    def test_a_text_of_160_letters_is_one_sms_and_161_are_two(self):
        self.assertEqual(measure("a" * 160), (160, 1))
        self.assertEqual(measure("a" * 161), (161, 2))

    def test_the_parts_of_a_longer_text_are_shorter(self):
        self.assertEqual(measure("a" * 306).parts, 2)
        self.assertEqual(measure("a" * 307).parts, 3)

    def test_one_unusual_letter_makes_the_whole_sms_shorter(self):
        self.assertEqual(measure("é" * 160).parts, 1)
        self.assertEqual(measure("ê" + "a" * 69).parts, 1)
        self.assertEqual(measure("ê" + "a" * 70).parts, 2)
        self.assertEqual(measure("ê" + "a" * 133).parts, 2)
        self.assertEqual(measure("ê" + "a" * 134).parts, 3)

    def test_the_euro_sign_takes_two_places_and_is_not_cut_in_two(self):
        self.assertEqual(measure("€" * 80).parts, 1)
        self.assertEqual(measure("a" * 152 + "€" * 4 + "a").parts, 2)
        self.assertEqual(measure("€" * 153).parts, 3)  # 76 in each part, one left

    def test_a_sign_outside_the_basic_plane_takes_two_places(self):
        self.assertEqual(measure("\N{WAVING HAND SIGN}" * 35), (35, 1))
        self.assertEqual(measure("\N{WAVING HAND SIGN}" * 36), (36, 2))
        self.assertEqual(measure("\U00010000" * 36).parts, 2)  # the first of them
        self.assertEqual(measure("\uffff" * 70).parts, 1)  # the last that takes one

    def test_nothing_is_no_sms(self):
        self.assertEqual(measure(""), (0, 0))

    def test_typography_that_costs_is_made_plain_and_words_stay(self):
        text = "L’avoir  de 1\u202f234,50\u00a0€ – « reçu »…\n Merci "
        self.assertEqual(simplify(text), 'L\'avoir de 1 234,50 € - " reçu "...\nMerci')

    @settings(deadline=None)
    @given(st.text(max_size=700))
    def test_a_simpler_text_never_costs_more(self, text):
        plain = simplify(text)
        self.assertEqual(simplify(plain), plain)
        if "…" not in text and "œ" not in text.lower():
            self.assertLessEqual(measure(plain).parts, max(measure(text).parts, 0))

    @settings(deadline=None)
    @given(st.text(max_size=400), st.text(max_size=400))
    def test_a_longer_text_never_costs_less(self, first, second):
        self.assertLessEqual(measure(first).parts, measure(first + second).parts)
