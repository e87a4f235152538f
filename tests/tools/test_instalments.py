from datetime import date
from decimal import Decimal
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from ...tools import instalments as core
from ...tools.instalments import schedule

JANUARY_31 = date(2024, 1, 31)


class TestInstalments(TestCase):
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

    def test_a_plan_has_at_most_520_instalments(self):
        self.assertEqual(len(schedule(Decimal(520), 520, JANUARY_31, "week")), 520)
        with self.assertRaises(ValueError):
            schedule(Decimal(521), 521, JANUARY_31, "week")

    def test_a_cent_for_each_instalment_is_just_enough(self):
        rows = schedule(Decimal("0.03"), 3, JANUARY_31)
        self.assertEqual({amount for _day, amount in rows}, {Decimal("0.01")})

    def test_a_down_payment_of_a_cent_has_its_own_row(self):
        rows = schedule(Decimal("1.01"), 1, JANUARY_31, down_payment=Decimal("0.01"))
        self.assertEqual([amount for _day, amount in rows], [Decimal("0.01"), 1])

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

    def test_a_plan_that_begins_on_28_february_keeps_to_the_ends_of_the_months(self):
        days = [d for d, _a in schedule(Decimal(90), 3, date(2023, 2, 28))]
        self.assertEqual(
            days, [date(2023, 2, 28), date(2023, 3, 31), date(2023, 4, 30)]
        )

    def test_one_that_begins_on_28_february_of_a_leap_year_keeps_to_the_28th(self):
        days = [d for d, _a in schedule(Decimal(60), 2, date(2024, 2, 28))]
        self.assertEqual(days, [date(2024, 2, 28), date(2024, 3, 28)])


class TestCapacity(TestCase):
    """How many instalments somebody needs who can pay so much a month (R47)."""

    def test_the_fewest_instalments_within_the_capacity(self):
        for total, capacity, every, down, expected in [
            ("1000", "250", "month", 0, 4),
            ("1000", "249.99", "month", 0, 5),
            ("1000", "400", "month", 200, 2),
            ("1200", "100", "quarter", 0, 4),
            ("520", "130", "week", 0, 18),
            ("100.01", "50", "month", 0, 3),
            ("276.90", "120", "week", 0, 10),  # 1,440 a year: 27.69 a week
            ("276.91", "120", "week", 0, 11),
            ("600", "130", "fortnight", 0, 10),  # 1,560 a year: 60 a fortnight
            ("600.01", "130", "fortnight", 0, 11),
            ("520", "1", "month", 0, 520),
        ]:
            with self.subTest(total=total, capacity=capacity, every=every):
                count = core.count_for(
                    Decimal(total), Decimal(capacity), every, Decimal(down)
                )
                self.assertEqual(count, expected)

    def test_who_can_pay_nothing_or_next_to_it_gets_no_plan(self):
        for capacity in ("0", "-5", "0.001", "0.19"):
            with self.subTest(capacity), self.assertRaises(ValueError):
                core.count_for(Decimal(100), Decimal(capacity))
        with self.assertRaises(ValueError):  # 520 instalments and a cent
            core.count_for(Decimal("520.01"), Decimal(1))

    def test_where_nothing_is_left_to_pay_there_is_no_plan(self):
        for down in (100, 101):
            with self.subTest(down), self.assertRaises(ValueError):
                core.count_for(Decimal(100), Decimal(50), "month", Decimal(down))

    @given(st.integers(1, 10**5), st.integers(1000, 10**6))
    def test_no_instalment_is_above_the_capacity_and_one_fewer_would_be(
        self, cents, capacity
    ):
        total, capacity = Decimal(cents) / 100, Decimal(capacity) / 100
        count = core.count_for(total, capacity)
        amounts = [amount for _day, amount in schedule(total, count, JANUARY_31)]
        self.assertLessEqual(max(amounts), capacity)
        if count > 1:
            fewer = [a for _day, a in schedule(total, count - 1, JANUARY_31)]
            self.assertGreater(max(fewer), capacity)


class TestInterestOfPlans(TestCase):
    """The computed cases P1 and P2 of law-and-practice, section 10."""

    def test_P1_simple_interest_on_the_balance_is_103_88(self):
        rows = schedule(Decimal(6000), 6, date(2026, 1, 31))
        plan = core.add_interest(rows, Decimal(6), date(2025, 12, 31))
        self.assertEqual(
            [row.interest for row in plan],
            [Decimal(x) for x in ["30.58", "23.01", "20.38", "14.79", "10.19", "4.93"]],
        )
        self.assertEqual(sum(row.interest for row in plan), Decimal("103.88"))
        self.assertEqual(plan[0].amount, Decimal("1030.58"))
        self.assertEqual({row.principal for row in plan}, {Decimal(1000)})

    def test_P2_equal_annuity_over_three_years_at_5_percent_is_3672_09(self):
        payment = core.annuity(Decimal(10000), Decimal(5), 3)
        self.assertEqual(payment, Decimal("3672.09"))

    def test_equal_instalments_are_equal_and_pay_the_debt_and_its_interest(self):
        rows = core.equal_instalments(
            Decimal(6000), 6, date(2026, 1, 31), "month", Decimal(6)
        )
        self.assertEqual({row.amount for row in rows[:-1]}, {Decimal("1017.57")})
        self.assertEqual(rows[0].interest, Decimal(30))
        self.assertEqual(sum(row.principal for row in rows), Decimal(6000))
        self.assertLess(abs(rows[-1].amount - rows[0].amount), Decimal("0.06"))

    def test_what_is_paid_on_the_first_day_or_before_it_has_earned_nothing(self):
        rows = [(JANUARY_31, Decimal(365)), (date(2024, 2, 1), Decimal(365))]
        for start, expected in [
            (date(2024, 1, 30), ["0.20", "0.10"]),
            (JANUARY_31, ["0", "0.10"]),
            (date(2024, 2, 1), ["0", "0"]),
        ]:
            with self.subTest(start):
                plan = core.add_interest(rows, Decimal(10), start)
                self.assertEqual(
                    [row.interest for row in plan], [Decimal(x) for x in expected]
                )

    def test_equal_instalments_after_a_down_payment(self):
        # 900 at 1 % a month: 9 / (1 - 1.01 ** -3) = 306.02.
        plan = core.equal_instalments(
            Decimal(1000), 3, JANUARY_31, "month", Decimal(12), Decimal(100)
        )
        self.assertEqual(
            [(row.date, row.amount, row.interest, row.principal) for row in plan],
            [
                (day, *map(Decimal, amounts.split()))
                for day, amounts in [
                    (JANUARY_31, "100 0 100"),
                    (date(2024, 2, 29), "306.02 9.00 297.02"),
                    (date(2024, 3, 31), "306.02 6.03 299.99"),
                    (date(2024, 4, 30), "306.02 3.03 302.99"),
                ]
            ],
        )

    def test_equal_instalments_that_leave_nothing_for_the_last_one_are_refused(self):
        # A fifth of 8 cents is rounded up to 2: four of them are the whole.
        with self.assertRaises(ValueError):
            core.equal_instalments(Decimal("0.08"), 5, JANUARY_31, "month", Decimal(0))
        rows = core.equal_instalments(
            Decimal("0.09"), 5, JANUARY_31, "month", Decimal(0)
        )
        self.assertEqual(rows[-1].amount, Decimal("0.01"))

    def test_without_a_rate_there_is_no_interest(self):
        rows = schedule(Decimal(100), 3, JANUARY_31)
        plan = core.add_interest(rows, Decimal(0), date(2024, 1, 1))
        self.assertEqual([(row.date, row.amount) for row in plan], rows)
        equal = core.equal_instalments(
            Decimal(100), 3, JANUARY_31, "month", Decimal(0), Decimal(10)
        )
        self.assertEqual(equal[0].amount, Decimal(10))
        self.assertEqual(sum(row.amount for row in equal), Decimal(100))

    @given(
        st.integers(1, 10**8),
        st.integers(1, 60),
        st.dates(date(2020, 1, 1), date(2040, 1, 1)),
        st.sampled_from(list(core.PER_YEAR)),
        st.integers(0, 2000),
    )
    def test_principal_adds_up_to_the_cent_whatever_the_interest(
        self, cents, count, first, every, rate
    ):
        total, percent = Decimal(cents + 100 * count) / 100, Decimal(rate) / 100
        rows = schedule(total, count, first, every)
        simple = core.add_interest(rows, percent, first)
        equal = core.equal_instalments(total, count, first, every, percent)
        for plan in (simple, equal):
            self.assertEqual(sum(row.principal for row in plan), total)
            self.assertGreaterEqual(min(row.interest for row in plan), 0)
            self.assertGreater(min(row.amount for row in plan), 0)
            self.assertEqual([row.date for row in plan], [day for day, _a in rows])


class TestFilling(TestCase):
    """Payments fill instalments in order."""

    def test_payments_fill_the_oldest_instalment_first(self):
        amounts = [Decimal(100), Decimal(100), Decimal(50)]
        for received, expected in [
            (0, [0, 0, 0]),
            (99, [99, 0, 0]),
            (100, [100, 0, 0]),
            (170, [100, 70, 0]),
            (900, [100, 100, 50]),
            (-10, [0, 0, 0]),
        ]:
            with self.subTest(received):
                self.assertEqual(core.fill(amounts, Decimal(received)), expected)

    @given(
        st.lists(st.integers(1, 10**6), min_size=1, max_size=40),
        st.integers(-(10**6), 10**8),
    )
    def test_nothing_is_lost_and_none_is_begun_before_the_last_is_full(
        self, cents, received
    ):
        amounts = [Decimal(c) / 100 for c in cents]
        filled = core.fill(amounts, Decimal(received) / 100)
        wanted = min(max(Decimal(received) / 100, Decimal(0)), sum(amounts))
        self.assertEqual(sum(filled), wanted)
        begun = [part for part in filled if part]
        self.assertEqual(begun[:-1], amounts[: len(begun) - 1] if begun else [])


class TestEffectOnCash(TestCase):
    """What a plan changes for the company's cash."""

    TODAY = date(2024, 3, 4)

    def test_what_is_late_was_expected_now(self):
        dues = [(date(2024, 1, 10), Decimal(100)), (date(2024, 5, 10), Decimal(50))]
        self.assertEqual(
            core.cash_by_month(dues, self.TODAY),
            {date(2024, 3, 1): Decimal(100), date(2024, 5, 1): Decimal(50)},
        )

    def test_the_delay_weighs_days_by_their_amounts(self):
        dues = [(date(2024, 3, 1), Decimal(300))]
        rows = [(date(2024, 3, 31), Decimal(200)), (date(2024, 4, 30), Decimal(100))]
        self.assertEqual(core.average_delay(dues, rows), 40)
        self.assertEqual(core.average_delay([], []), 0)

    def test_the_delay_of_a_single_euro_is_that_of_its_days(self):
        dues = [(date(2024, 3, 1), Decimal(1))]
        self.assertEqual(
            core.average_delay(dues, [(date(2024, 4, 10), Decimal(1))]), 40
        )

    def test_a_plan_in_the_middle_of_a_month_lasts_until_the_same_day(self):
        first = date(2024, 1, 15)
        for last, months in [
            (date(2023, 12, 31), 0),
            (date(2024, 1, 14), 0),
            (date(2024, 1, 16), 1),
            (date(2024, 2, 15), 1),
            (date(2024, 2, 16), 2),
            (date(2025, 1, 16), 13),
        ]:
            with self.subTest(last):
                self.assertEqual(core.months_between(first, last), months)

    def test_a_month_that_is_begun_counts(self):
        first = date(2024, 1, 31)
        for last, months in [
            (first, 0),
            (date(2024, 2, 1), 1),
            (date(2024, 2, 29), 1),
            (date(2024, 3, 1), 2),
            (date(2025, 1, 31), 12),
            (date(2025, 2, 1), 13),
        ]:
            with self.subTest(last):
                self.assertEqual(core.months_between(first, last), months)
