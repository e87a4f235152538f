from datetime import date
from unittest import TestCase

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
