from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from odoo.addons.account_dunning.tools.instalments import schedule

JANUARY_31 = date(2024, 1, 31)


class TestInstalments(BaseCase):
    def test_P3_the_last_instalment_carries_the_cent(self):
        amounts = [amount for _day, amount in schedule(Decimal(10000), 3, JANUARY_31)]
        self.assertEqual(
            amounts, [Decimal("3333.33"), Decimal("3333.33"), Decimal("3333.34")]
        )

    def test_a_plan_that_begins_on_the_31st_keeps_to_the_ends_of_the_months(self):
        days = [day for day, _amount in schedule(Decimal(100), 4, JANUARY_31)]
        self.assertEqual(
            days, [JANUARY_31, date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30)]
        )

    def test_each_rhythm_has_its_dates(self):
        for every, second in [
            ("week", date(2024, 2, 7)),
            ("fortnight", date(2024, 2, 14)),
            ("month", date(2024, 2, 29)),
            ("quarter", date(2024, 4, 30)),
        ]:
            with self.subTest(every):
                days = [d for d, _a in schedule(Decimal(100), 2, JANUARY_31, every)]
                self.assertEqual(days, [JANUARY_31, second])

    def test_a_down_payment_comes_first_and_the_instalments_after_it(self):
        rows = schedule(Decimal(1000), 3, JANUARY_31, down_payment=Decimal(100))
        self.assertEqual(rows[0], (JANUARY_31, Decimal(100)))
        self.assertEqual(rows[1], (date(2024, 2, 29), Decimal(300)))
        self.assertEqual(len(rows), 4)

    def test_what_cannot_be_divided_is_refused(self):
        for total, count, options in [
            ("100", 0, {}),
            ("0.02", 3, {}),
            ("100", 2, {"down_payment": Decimal(100)}),
            ("100", 2, {"down_payment": Decimal(-1)}),
            ("100", 2, {"every": "decade"}),
        ]:
            with self.subTest(total=total, count=count), self.assertRaises(ValueError):
                schedule(Decimal(total), count, JANUARY_31, **options)

    @given(
        st.integers(1, 10**9),
        st.integers(1, 60),
        st.dates(date(2020, 1, 1), date(2040, 1, 1)),
        st.sampled_from(["week", "fortnight", "month", "quarter"]),
        st.integers(0, 10**6),
    )
    def test_it_adds_up_to_the_cent_in_order_and_no_instalment_is_empty(
        self, cents, count, first, every, down
    ):
        total = Decimal(cents + count + down) / 100
        rows = schedule(total, count, first, every, Decimal(down) / 100)
        days, amounts = zip(*rows, strict=True)
        self.assertEqual(sum(amounts), total)
        self.assertEqual(days[0], first)
        self.assertEqual(sorted(set(days)), list(days))
        self.assertGreater(min(amounts), 0)
        shares = amounts[1:] if down else amounts
        self.assertEqual(len(shares), count)
        self.assertLess(max(shares) - min(shares), Decimal("0.01") * count)
