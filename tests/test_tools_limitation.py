from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from odoo.addons.account_dunning.tools.days import add_months
from odoo.addons.account_dunning.tools.limitation import limitation_date

DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))


class TestLimitation(BaseCase):
    def test_X22_an_invoice_between_businesses_can_be_claimed_for_five_years(self):
        self.assertEqual(limitation_date(date(2017, 7, 31), 5), date(2022, 7, 31))

    def test_against_a_consumer_two_years_and_for_carriage_one(self):
        self.assertEqual(limitation_date(date(2024, 3, 10), 2), date(2026, 3, 10))
        self.assertEqual(limitation_date(date(2024, 3, 10), 1), date(2025, 3, 10))

    def test_a_period_that_ends_where_there_is_no_such_day_ends_with_the_month(self):
        self.assertEqual(limitation_date(date(2024, 2, 29), 5), date(2029, 2, 28))

    def test_who_acknowledges_the_debt_starts_a_new_full_period(self):
        start, last = date(2020, 5, 4), date(2025, 5, 4)
        for day, expected in [
            (last, date(2030, 5, 4)),
            (date(2025, 5, 5), last),  # too late: nothing left to interrupt
            (date(2020, 5, 3), last),  # before the debt was due
        ]:
            with self.subTest(day=day):
                self.assertEqual(limitation_date(start, 5, [day]), expected)

    def test_interruptions_follow_each_other_in_whatever_order_they_are_given(self):
        days = [date(2029, 1, 1), date(2024, 12, 31)]
        self.assertEqual(limitation_date(date(2020, 1, 1), 5, days), date(2034, 1, 1))

    def test_a_period_of_no_year_is_refused(self):
        with self.assertRaises(ValueError):
            limitation_date(date(2024, 1, 1), 0)

    @given(DAYS, st.integers(1, 10), st.lists(DAYS, max_size=4))
    def test_an_interruption_never_shortens_and_never_overstates(
        self, start, years, days
    ):
        last = limitation_date(start, years, days)
        self.assertGreaterEqual(last, limitation_date(start, years))
        latest = max([start, *days])
        self.assertLessEqual(last, add_months(latest, 12 * years))
