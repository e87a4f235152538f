from unittest import TestCase

from ...tools.people import DOCTOR, LAWYER, MAN, WOMAN, read_civility, say_day


class TestPeople(TestCase):
    def test_a_civility_is_read_where_somebody_wrote_one(self):
        for name, expected in (
            ("Mme Odile Garnier", (WOMAN, "Garnier")),
            ("M. Garnier", (MAN, "Garnier")),
            ("Monsieur Jean Petit", (MAN, "Petit")),
            ("Dr. Petit", (DOCTOR, "Petit")),
            ("Me Dupont", (LAWYER, "Dupont")),
            ("Madame Odile de La Tour", (WOMAN, "")),
            ("Odile Garnier", ("", "")),
            ("Madame", ("", "")),
            ("M", ("", "")),
            ("", ("", "")),
            (None, ("", "")),
        ):
            with self.subTest(name):
                self.assertEqual(read_civility(name), expected)

    def test_the_first_of_a_month_is_1er_in_french_only(self):
        self.assertEqual(say_day("1 avril 2024", "fr_FR"), "1er avril 2024")
        self.assertEqual(say_day("11 avril 2024", "fr_FR"), "11 avril 2024")
        self.assertEqual(say_day("1 April 2024", "en_GB"), "1 April 2024")
        self.assertEqual(say_day("", "fr_FR"), "")
        self.assertEqual(say_day(None, None), "")
