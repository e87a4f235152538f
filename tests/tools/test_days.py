from datetime import date
from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from ...tools.days import add_months, easter, french_holidays, next_open_day


class TestMonths(TestCase):
    def test_the_same_day_of_another_month_or_its_last_one(self):
        for day, months, expected in [
            (date(2024, 1, 15), 1, date(2024, 2, 15)),
            (date(2024, 1, 31), 1, date(2024, 2, 29)),
            (date(2023, 1, 31), 1, date(2023, 2, 28)),
            (date(2023, 11, 30), 2, date(2024, 1, 30)),
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2024, 3, 31), -1, date(2024, 2, 29)),
            (date(2024, 1, 31), -12, date(2023, 1, 31)),
            (date(2024, 1, 31), 0, date(2024, 1, 31)),
        ]:
            with self.subTest(day=day, months=months):
                self.assertEqual(add_months(day, months), expected)


class TestOpenDays(TestCase):
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
        for year, days in {
            2024: "1/1 1/4 1/5 8/5 9/5 20/5 14/7 15/8 1/11 11/11 25/12",
            2025: "1/1 21/4 1/5 8/5 29/5 9/6 14/7 15/8 1/11 11/11 25/12",
        }.items():
            with self.subTest(year):
                published = {
                    date(year, *map(int, reversed(text.split("/"))))
                    for text in days.split()
                }
                self.assertEqual(len(published), 11)
                self.assertEqual(french_holidays(year), published)

    def test_two_holidays_on_one_day_are_one(self):
        self.assertEqual(len(french_holidays(2008)), 10)  # Ascension on 1 May

    def test_a_period_that_ends_on_a_closed_day_ends_on_the_next_open_one(self):
        for day, expected in [
            (date(2024, 3, 29), date(2024, 3, 29)),  # Good Friday is no holiday
            (date(2024, 3, 30), date(2024, 4, 2)),  # Saturday, Easter, its Monday
            (date(2024, 5, 5), date(2024, 5, 6)),  # Sunday: Monday
            (date(2024, 5, 7), date(2024, 5, 7)),
            (date(2024, 5, 8), date(2024, 5, 10)),  # two holidays: Friday
            (date(2026, 12, 25), date(2026, 12, 28)),  # a Friday: Monday
            (date(2027, 12, 31), date(2027, 12, 31)),
            (date(2028, 1, 1), date(2028, 1, 3)),
        ]:
            with self.subTest(day=day):
                self.assertEqual(next_open_day(day), expected)

    @settings(deadline=None)
    @given(st.dates(date(2000, 1, 1), date(2040, 12, 31)))
    def test_an_open_day_is_never_before_and_never_far(self, day):
        found = next_open_day(day)
        self.assertGreaterEqual(found, day)
        self.assertLess((found - day).days, 6)
        self.assertLess(found.weekday(), 5)
        self.assertEqual(next_open_day(found), found)
