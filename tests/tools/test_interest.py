import csv
from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random
from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from ...tools.interest import (
    MissingRate,
    RateTable,
    half_year_start,
    late_interest,
    next_half_year,
)

RATES = Path(__file__).parents[2] / "data" / "interest" / "rates.csv"


def read_rates(kind, margin="0"):
    """Return the shipped half-years of a kind plus a margin."""
    with RATES.open(encoding="utf-8", newline="") as file:
        return [
            (
                date.fromisoformat(row["date_from"]),
                Decimal(row["rate"]) + Decimal(margin),
            )
            for row in csv.DictReader(file)
            if row["kind"] == kind
        ]


BUSINESS = read_rates("ecb_refi", "10")
LEGAL_COMPANY = read_rates("legal_other")


def contract(percent, since=date(2000, 1, 1)):
    return [(since, Decimal(percent))]


class TestPublishedInterest(TestCase):
    """Figures that somebody else published (law-and-practice, sections 7 and 10)."""

    def _owed(self, principal, due, until, rates, *arguments, **options):
        return late_interest(
            Decimal(principal), due, until, rates, *arguments, **options
        ).amount

    def test_X1_to_X4_X15_and_X17_days_of_a_stipulated_rate(self):
        for name, principal, percent, days, expected in [
            ("X1", "15000", "15", 30, "184.93"),
            ("X2", "5000", "10", 30, "41.10"),
            ("X3", "3000", "14.76", 30, "36.39"),
            ("X4", "612.15", "10", 13, "2.18"),
            ("X15", "5000", "12.5", 30, "51.37"),
            ("X17 30 days", "1000", "12.5", 30, "10.27"),
            ("X17 90 days", "1000", "12.5", 90, "30.82"),
        ]:
            with self.subTest(name):
                due = date(2023, 2, 16)
                until = due + timedelta(days=days)
                owed = self._owed(principal, due, until, contract(percent))
                self.assertEqual(owed, Decimal(expected))

    def test_X6_a_leap_year_has_365_days_as_well(self):
        owed = self._owed(
            "2000", date(2020, 8, 31), date(2020, 9, 30), contract("3.11")
        )
        self.assertEqual(owed, Decimal("5.11"))

    def test_X9_each_half_year_at_its_rate(self):
        result = late_interest(
            Decimal(10000), date(2026, 4, 30), date(2026, 8, 31), BUSINESS
        )
        self.assertEqual(result.amount, Decimal("413.68"))
        self.assertEqual([segment.days for segment in result.segments], [61, 62])
        self.assertEqual(
            [round(segment.amount, 2) for segment in result.segments],
            [Decimal("203.05"), Decimal("210.63")],
        )

    def test_X11_to_X13_stipulated_floor_and_public_buyer(self):
        due, until = date(2026, 5, 16), date(2026, 6, 30)
        for percent, expected in [
            ("15", "34.21"),
            ("7.86", "17.93"),
            ("10.15", "23.15"),
        ]:
            with self.subTest(percent):
                owed = self._owed("1850", due, until, contract(percent))
                self.assertEqual(owed, Decimal(expected))

    def test_X18_rounded_half_up_and_never_cut_off(self):
        due = date(2017, 1, 1)
        owed = self._owed("6216.16", due, due + timedelta(days=126), contract("0.88"))
        self.assertEqual(owed, Decimal("18.88"))

    def test_X19_floor_and_rates_of_the_second_half_of_2024(self):
        day = date(2024, 7, 1)
        self.assertEqual(3 * dict(LEGAL_COMPANY)[date(2019, 1, 1)], Decimal("2.58"))
        self.assertEqual(3 * dict(LEGAL_COMPANY)[day], Decimal("14.76"))
        self.assertEqual(dict(BUSINESS)[day], Decimal("14.25"))
        self.assertEqual(dict(read_rates("ecb_refi", "8"))[day], Decimal("12.25"))

    def test_R1_and_R2_over_two_half_years(self):
        owed = self._owed("12000", date(2024, 11, 30), date(2025, 2, 14), BUSINESS)
        self.assertEqual(owed, Decimal("339.78"))
        owed = self._owed("10000", date(2023, 12, 31), date(2024, 12, 31), BUSINESS)
        self.assertEqual(owed, Decimal("1441.37"))

    def test_R4_a_payment_on_account_settles_principal_or_interest_first(self):
        payments = [(date(2026, 3, 31), Decimal(3000))]
        for first, total in [("interest", "7520.71"), ("principal", "7511.63")]:
            with self.subTest(first):
                result = late_interest(
                    Decimal(10000),
                    date(2025, 12, 31),
                    date(2026, 6, 30),
                    BUSINESS,
                    payments,
                    first,
                )
                owed = result.principal_left + result.amount
                self.assertEqual(owed, Decimal(total))

    def test_R5_a_consumer_owes_the_legal_rate_from_the_formal_notice(self):
        owed = self._owed("1500", date(2026, 5, 20), date(2026, 8, 28), LEGAL_COMPANY)
        self.assertEqual(owed, Decimal("11.08"))

    def test_R6_a_stipulated_rate_over_the_end_of_a_leap_february(self):
        owed = self._owed("10000", date(2024, 2, 15), date(2024, 3, 15), contract("12"))
        self.assertEqual(owed, Decimal("95.34"))

    def test_P1_interest_on_the_balance_of_a_plan(self):
        payments = [
            (date(2026, month, day), Decimal(1000))
            for month, day in [(1, 31), (2, 28), (3, 31), (4, 30), (5, 31), (6, 30)]
        ]
        result = late_interest(
            Decimal(6000),
            date(2025, 12, 31),
            date(2026, 6, 30),
            contract("6"),
            payments,
        )
        figures = ["30.58", "23.01", "20.38", "14.79", "10.19", "4.93"]
        published = [Decimal(figure) for figure in figures]
        shares = [round(segment.amount, 2) for segment in result.segments]
        self.assertEqual(shares, published)
        # Each month's interest is paid with its instalment, so each one is rounded.
        self.assertEqual(sum(shares), Decimal("103.88"))


class TestInterestRules(TestCase):
    DUE = date(2026, 3, 31)

    def _interest(self, days, *arguments, rates=BUSINESS, **options):
        until = self.DUE + timedelta(days=days)
        return late_interest(
            Decimal(1000), self.DUE, until, rates, *arguments, **options
        )

    def test_a_contract_goes_on_after_the_half_years_that_are_listed(self):
        listed = [(date(2026, 1, 1), Decimal(15)), (date(2026, 7, 1), Decimal(16))]
        last, first = date(2026, 12, 31), date(2027, 1, 1)
        with self.assertRaises(MissingRate) as missing:
            list(RateTable(listed).split(last, first))
        self.assertEqual(missing.exception.day, first)
        table = RateTable(listed, then=Decimal(15))
        days = list(table.split(last, date(2028, 7, 2)))
        self.assertEqual(
            [(start, int(percent)) for start, _end, percent in days],
            [(last, 16), (first, 15)],
        )

    def test_nothing_is_owed_on_the_due_date_and_one_day_the_day_after(self):
        self.assertEqual(self._interest(0).days, 0)
        self.assertFalse(self._interest(0).amount)
        self.assertEqual(self._interest(1).days, 1)
        self.assertEqual(self._interest(1).amount, Decimal("0.33"))

    def test_the_day_of_payment_counts_and_the_day_after_does_not(self):
        paid = [(self.DUE + timedelta(days=10), Decimal(1000))]
        for days, expected in [(9, 9), (10, 10), (11, 10), (400, 10)]:
            self.assertEqual(self._interest(days, paid).days, expected)

    def test_a_debt_paid_by_its_due_date_owes_nothing(self):
        paid = [(self.DUE, Decimal(1000))]
        self.assertFalse(self._interest(100, paid).amount)
        self.assertFalse(self._interest(100, paid).principal_left)

    def test_a_credit_note_reduces_the_principal_even_where_interest_comes_first(self):
        day = self.DUE + timedelta(days=50)
        result = self._interest(50, (), "interest", [(day, Decimal(200))])
        self.assertEqual(result.principal_left, Decimal(800))
        self.assertEqual(result.amount, self._interest(50).amount)

    def test_what_is_paid_beyond_the_principal_settles_the_interest(self):
        day = self.DUE + timedelta(days=50)
        result = self._interest(60, [(day, Decimal(1010))])
        self.assertFalse(result.principal_left)
        self.assertEqual(result.amount, self._interest(50).amount - 10)

    def test_what_was_claimed_is_owed_no_more_and_what_was_too_much_is_made_up_for(
        self,
    ):
        due, first, last = date(2023, 6, 30), date(2023, 7, 30), date(2023, 8, 29)

        def owed(until, *claims, **options):
            debt = Decimal(10000)
            return late_interest(
                debt, due, until, contract("10"), claims=claims, **options
            ).amount

        self.assertEqual(owed(first), Decimal("82.19"))
        claim = (first, Decimal("82.19"))
        self.assertEqual(owed(first, claim), 0)
        self.assertEqual(owed(last, claim), Decimal("82.19"))
        paid = [(date(2023, 7, 10), Decimal(10000))]
        self.assertEqual(owed(last, claim, payments=paid), 0)
        # Interest first settles what was not claimed, never the note.
        paid = [(first, Decimal(5000))]
        self.assertEqual(
            owed(last, claim, payments=paid, first="interest"), Decimal("41.10")
        )

    def test_the_segments_after_a_claim_begin_on_the_next_day(self):
        claim = date(2023, 7, 20), Decimal(1)
        interest = late_interest(
            Decimal(100),
            date(2023, 6, 30),
            date(2023, 7, 31),
            contract("10"),
            claims=[claim],
        )
        [segment] = interest.since(claim[0])
        self.assertEqual(interest.since(segment.date_from), ())
        self.assertEqual((segment.date_from.day, segment.days), (21, 11))
        self.assertEqual(len(interest.since(None)), 2)

    def test_a_half_year_that_is_not_known_is_an_error_and_not_a_guess(self):
        with self.assertRaises(MissingRate) as caught:
            self._interest(400)
        self.assertEqual(caught.exception.day, date(2027, 1, 1))
        last_known = (date(2026, 12, 31) - self.DUE).days
        self.assertTrue(self._interest(last_known).amount)
        hole = [line for line in BUSINESS if line[0] != date(2026, 7, 1)]
        with self.assertRaises(MissingRate) as caught:
            self._interest(100, rates=hole + [(date(2027, 1, 1), Decimal(12))])
        self.assertEqual(caught.exception.day, date(2026, 7, 1))

    def test_two_half_years_are_a_table_and_one_is_a_contract(self):
        half_years = [(date(2026, 1, 1), 12), (date(2026, 7, 1), 12)]
        with self.assertRaises(MissingRate) as caught:
            self._interest(300, rates=half_years)
        self.assertEqual(caught.exception.day, date(2027, 1, 1))
        self.assertEqual(
            str(caught.exception), "There is no interest rate for 2027-01-01."
        )
        self.assertEqual(self._interest(300, rates=half_years[:1]).days, 300)

    def test_a_rate_of_a_contract_holds_until_the_day_before_the_next_one(self):
        rates = [(date(2023, 1, 1), Decimal(10)), (date(2023, 3, 11), Decimal(12))]
        result = late_interest(
            Decimal(36500), date(2023, 3, 9), date(2023, 3, 12), rates
        )
        # 10 € on the 10th, 12 € on the 11th and 12th each.
        self.assertEqual(
            [
                (segment.date_from.day, segment.date_to.day, segment.amount)
                for segment in result.segments
            ],
            [(10, 10, 10), (11, 12, 24)],
        )
        # One line of two begins with a half-year: it is a contract all the same.
        result = late_interest(Decimal(100), self.DUE, date(2028, 2, 1), rates)
        self.assertEqual(result.days, (date(2028, 2, 1) - self.DUE).days)

    def test_a_rate_that_begins_later_than_the_debt_is_missing_before(self):
        with self.assertRaises(MissingRate):
            self._interest(10, rates=contract("10", self.DUE + timedelta(days=2)))
        late = self._interest(10, rates=contract("10", self.DUE + timedelta(days=1)))
        self.assertEqual(late.days, 10)

    def test_two_rates_that_begin_on_one_day_are_refused(self):
        with self.assertRaises(ValueError):
            RateTable([*contract("10"), *contract("12")])

    def test_a_debt_of_nothing_owes_nothing(self):
        result = late_interest(Decimal(0), self.DUE, date(2026, 6, 30), BUSINESS)
        self.assertEqual((result.amount, result.days, result.segments), (0, 0, ()))

    def test_amounts_are_never_floats_nor_negative(self):
        with self.assertRaises(TypeError):
            late_interest(100.0, self.DUE, self.DUE, BUSINESS)
        with self.assertRaises(ValueError):
            late_interest(Decimal(-1), self.DUE, self.DUE, BUSINESS)
        with self.assertRaises(ValueError):
            self._interest(10, [(self.DUE, Decimal(-1))])
        with self.assertRaises(ValueError):
            self._interest(10, (), "costs")

    def test_the_half_year_of_a_day(self):
        for day, expected in [
            (date(2026, 6, 30), date(2026, 1, 1)),
            (date(2026, 7, 1), date(2026, 7, 1)),
        ]:
            self.assertEqual(half_year_start(day), expected)

    def test_the_half_year_after_that_of_a_day(self):
        for day, expected in [
            (date(2026, 1, 1), date(2026, 7, 1)),
            (date(2026, 6, 30), date(2026, 7, 1)),
            (date(2026, 7, 1), date(2027, 1, 1)),
        ]:
            self.assertEqual(next_half_year(day), expected)


AMOUNTS = st.integers(1, 10**8).map(lambda cents: Decimal(cents) / 100)
DAYS = st.dates(date(2015, 1, 1), date(2026, 11, 30))
EVENTS = st.lists(st.tuples(DAYS, AMOUNTS), max_size=5)


def find_rate(rates, day):
    """Return the last rate that began by a day."""
    start = half_year_start(day)
    return next(percent for first, percent in reversed(rates) if first <= start)


#: A cent, in what a hundredth of a percent earns on one cent in a day.
PARTS = 36500 * 100


def events_by_day(payments, credit_notes):
    """Return (is it a payment, cents) by day, the credit notes of a day first."""
    events = defaultdict(list)
    for is_payment, some in ((False, credit_notes), (True, payments)):
        for day, amount in sorted(some):
            events[day].append((is_payment, int(amount * 100)))
    return events


def count_day_by_day(principal, due, until, rates, payments, first, credit_notes):
    """The same interest, without any thought: each day on its own, in whole numbers."""
    principal, owed = int(principal * 100), 0
    events = events_by_day(payments, credit_notes)
    before = [day for day in sorted(events) if day <= min(due, until)]
    days = [due + timedelta(days=n) for n in range(1, (until - due).days + 1)]
    for day in before + days:
        if day > due:
            if day == days[0] or day.day == 1:  # it may be another one
                rate = int(find_rate(rates, day) * 100)
            owed += principal * rate
        for is_payment, amount in events.get(day, ()):
            if is_payment and first == "interest":
                paid = min(amount * PARTS, owed)
                owed, amount = owed - paid, amount - Decimal(paid) / PARTS
            paid = min(amount, principal)
            principal, amount = principal - paid, amount - paid
            if is_payment:
                owed -= min(amount * PARTS, owed)
    cent = Decimal("0.01")
    amount = (Decimal(owed) / PARTS / 100).quantize(cent, ROUND_HALF_UP)
    return amount, (Decimal(principal) / 100).quantize(cent)


def make_events(random, due):
    """Return some payments about the due date; most debts have none."""
    return [
        (
            due + timedelta(days=random.randrange(-30, 200)),
            Decimal(random.randrange(1, 10**6)) / 100,
        )
        for _event in range(random.choice([0, 0, 0, 1, 2]))
    ]


class TestInterestProperties(TestCase):
    @settings(max_examples=1000, deadline=None)
    @given(
        AMOUNTS,
        DAYS,
        st.integers(0, 900),
        EVENTS,
        EVENTS,
        st.sampled_from(["principal", "interest"]),
    )
    def test_it_is_what_counting_day_by_day_gives(
        self, principal, due, days, payments, credit_notes, first
    ):
        until = min(due + timedelta(days=days), date(2026, 12, 31))
        arguments = (principal, due, until, BUSINESS, payments, first, credit_notes)
        result = late_interest(*arguments)
        amount, left = count_day_by_day(*arguments)
        self.assertEqual(result.principal_left, left)
        # Both are exact to 28 digits; only a tie may round the other way.
        self.assertLessEqual(abs(result.amount - amount), Decimal("0.01"))

    def test_ten_thousand_random_debts_agree_with_counting_day_by_day(self):
        """The same debts at each call: whoever sees one fail can look at it."""
        random = Random(2026)
        tables = {
            "business": BUSINESS,
            "public": [(date(2000, 1, 1), Decimal("10.40"))],
            "consumer": LEGAL_COMPANY,
            "contract": [
                (day, max(Decimal(9), 3 * rate)) for day, rate in LEGAL_COMPANY
            ],
        }
        for number in range(10_000):
            kind = random.choice(list(tables))
            due = date(2015, 1, 1) + timedelta(days=random.randrange(4000))
            until = due + timedelta(days=int(random.expovariate(1 / 120)))
            until = min(until, date(2026, 12, 31))
            arguments = (
                Decimal(random.randrange(1, 10**7)) / 100,
                due,
                until,
                tables[kind],
                make_events(random, due),
                random.choice(["principal", "interest"]),
                make_events(random, due),
            )
            result = late_interest(*arguments)
            amount, left = count_day_by_day(*arguments)
            with self.subTest(number=number, kind=kind, debt=arguments[:3]):
                self.assertEqual(result.principal_left, left)
                # Both are exact to 28 digits; only a tie may round the other way.
                self.assertLessEqual(abs(result.amount - amount), Decimal("0.01"))

    @settings(max_examples=300, deadline=None)
    @given(AMOUNTS, DAYS, st.integers(0, 300), st.integers(0, 300), EVENTS)
    def test_days_add_up_and_time_never_makes_it_less(
        self, principal, due, days, more, payments
    ):
        until = min(due + timedelta(days=days), date(2026, 12, 31))
        later = min(until + timedelta(days=more), date(2026, 12, 31))
        before = [event for event in payments if event[0] <= until]
        short = late_interest(principal, due, until, BUSINESS, before)
        whole = late_interest(principal, due, later, BUSINESS, before)
        self.assertGreaterEqual(whole.amount, short.amount)
        rest = [segment for segment in whole.segments if segment.date_to > until]
        total = sum((segment.amount for segment in whole.segments), Decimal(0))
        until_then = sum((segment.amount for segment in short.segments), Decimal(0))
        added = sum(
            (
                segment.base
                * segment.percent
                * (
                    (
                        segment.date_to - max(segment.date_from - timedelta(1), until)
                    ).days
                )
                / 36500
                for segment in rest
            ),
            Decimal(0),
        )
        self.assertAlmostEqual(total, until_then + added, 12)

    @settings(max_examples=300, deadline=None)
    @given(AMOUNTS, DAYS, st.integers(0, 400))
    def test_more_debt_owes_more_and_a_debt_paid_on_time_nothing(
        self, principal, due, days
    ):
        until = min(due + timedelta(days=days), date(2026, 12, 31))
        small = late_interest(principal, due, until, BUSINESS)
        large = late_interest(principal * 2, due, until, BUSINESS)
        self.assertGreaterEqual(large.amount, small.amount)
        paid = late_interest(principal, due, until, BUSINESS, [(due, principal)])
        self.assertFalse(paid.amount)

    @settings(max_examples=300, deadline=None)
    @given(
        AMOUNTS,
        DAYS,
        st.integers(0, 400),
        st.lists(st.integers(1, 400), max_size=4),
        st.lists(st.tuples(st.integers(1, 400), st.integers(0, 100)), max_size=3),
    )
    def test_claims_on_any_days_and_what_is_left_are_the_whole(
        self, principal, due, days, claimed, paid
    ):
        """To the cent: nothing is claimed twice, no rounding is lost. The payments
        settle the principal; one that settled interest would settle another part of it
        once a claim has become a debt of its own."""
        last = date(2026, 12, 31)
        until = min(due + timedelta(days=days), last)
        payments, left = [], principal
        for after, percent in paid:
            part = (left * percent / 100).quantize(Decimal("0.01"))
            payments.append((due + timedelta(days=after), part))
            left -= part
        claims = []
        for day in sorted(min(due + timedelta(days=n), until) for n in claimed):
            found = late_interest(
                principal, due, day, BUSINESS, payments, claims=claims
            )
            claims.append((day, found.amount))
        whole = late_interest(principal, due, until, BUSINESS, payments)
        rest = late_interest(principal, due, until, BUSINESS, payments, claims=claims)
        total = sum((amount for _day, amount in claims), rest.amount)
        self.assertEqual(total, whole.amount)
