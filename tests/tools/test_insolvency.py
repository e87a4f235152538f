from datetime import date
from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from ...tools.days import (
    easter,
    french_holidays,
    next_open_day,
)
from ...tools.insolvency import (
    declaration_deadline,
    is_earlier,
    relief_deadline,
)


class TestInsolvencyDeadlines(TestCase):
    def test_claims_are_declared_within_two_months_of_the_publication(self):
        for published, expected in [
            (date(2024, 3, 11), date(2024, 5, 13)),  # a Saturday: Monday
            (date(2024, 3, 13), date(2024, 5, 13)),  # a Monday: that day
            (date(2024, 3, 14), date(2024, 5, 14)),
            (date(2023, 12, 31), date(2024, 2, 29)),  # no 31st: the last day
            (date(2024, 3, 8), date(2024, 5, 10)),  # 8 and 9 May 2024: holidays
        ]:
            with self.subTest(published=published):
                self.assertEqual(declaration_deadline(published), expected)

    def test_who_lives_outside_metropolitan_france_has_two_months_more(self):
        self.assertEqual(
            declaration_deadline(date(2024, 3, 13), is_remote=True), date(2024, 7, 15)
        )  # 13 July 2024 is a Saturday, the 14th a holiday

    def test_relief_can_be_asked_for_within_six_months(self):
        self.assertEqual(relief_deadline(date(2024, 3, 13)), date(2024, 9, 13))

    def test_a_claim_of_the_day_of_the_judgment_is_a_later_one(self):
        judgment = date(2024, 3, 4)
        self.assertTrue(is_earlier(date(2024, 3, 3), judgment))
        self.assertFalse(is_earlier(judgment, judgment))

    def test_easter_falls_on_its_published_days(self):
        for day in [
            date(2000, 4, 23),
            date(2008, 3, 23),
            date(2011, 4, 24),
            date(2024, 3, 31),
            date(2025, 4, 20),
            date(2026, 4, 5),
            date(2038, 4, 25),
        ]:
            self.assertEqual(easter(day.year), day)

    def test_the_eleven_holidays_of_a_year(self):
        self.assertEqual(len(french_holidays(2025)), 11)
        self.assertIn(date(2025, 5, 29), french_holidays(2025))  # Ascension Day
        self.assertIn(date(2025, 6, 9), french_holidays(2025))  # Whit Monday

    @settings(deadline=None)
    @given(st.dates(date(2000, 1, 1), date(2040, 12, 31)))
    def test_an_open_day_is_never_before_and_never_far(self, day):
        found = next_open_day(day)
        self.assertGreaterEqual(found, day)
        self.assertLess((found - day).days, 6)
        self.assertLess(found.weekday(), 5)
        self.assertEqual(next_open_day(found), found)
