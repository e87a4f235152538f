from datetime import date, timedelta
from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from ...tools.days import add_months
from ...tools.limitation import (
    LEGAL_YEARS,
    SECTOR_YEARS,
    SHORTEST_CONTRACT,
    SHORTEST_MONTHS,
    Event,
    Period,
    find_period,
    last_day_to_act,
    limitation_date,
)

DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))


class TestLimitation(TestCase):
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

    def test_a_written_demand_opens_four_new_calendar_years_of_a_public_body(self):
        claim, last = date(2007, 6, 15), date(2011, 12, 31)
        public = find_period("public")
        for day, expected in [
            (date(2009, 3, 17), date(2013, 12, 31)),
            (last, date(2015, 12, 31)),
            (date(2012, 1, 1), last),  # too late
        ]:
            demand = Event(day, by_calendar=True)
            with self.subTest(day=day):
                self.assertEqual(last_day_to_act(claim, public, [demand]), expected)

    def test_a_written_demand_interrupts_nothing_of_anybody_else(self):
        demand = Event(date(2009, 3, 17), by_calendar=True)
        for period in (
            find_period("business"),
            find_period("consumer"),
            find_period("public", "transport"),
        ):
            start = date(2009, 1, 1)
            self.assertEqual(
                last_day_to_act(start, period, [demand]), period.last_day(start)
            )

    def test_a_period_of_no_year_is_refused(self):
        with self.assertRaises(ValueError):
            limitation_date(date(2024, 1, 1), 0)

    @settings(deadline=None)
    @given(DAYS, st.integers(1, 10), st.lists(DAYS, max_size=4))
    def test_an_interruption_never_shortens_and_never_overstates(
        self, start, years, days
    ):
        last = limitation_date(start, years, days)
        self.assertGreaterEqual(last, limitation_date(start, years))
        latest = max([start, *days])
        self.assertLessEqual(last, add_months(latest, 12 * years))

    def test_the_kind_of_debtor_and_the_trade_say_how_long(self):
        for arguments, expected in [
            (("business",), Period(5)),
            (("consumer",), Period(2)),
            ((False,), Period(2)),  # in doubt a consumer
            (("public",), Period(4, by_calendar=True)),
            (("business", "transport"), Period(1)),
            (("consumer", "telecom"), Period(1)),
            (("public", "transport"), Period(1)),
            (("business", "", 10), Period(10)),
            (("business", "", 1), Period(1)),
            (("business", "", 12), Period(10)),  # more than the law allows
            (("business", "transport", 10), Period(1)),  # in doubt the shortest
            (("consumer", "", 10), Period(2)),  # never by contract
            (("public", "", 10), Period(4, by_calendar=True)),
        ]:
            with self.subTest(arguments=arguments):
                self.assertEqual(find_period(*arguments), expected)

    def test_against_a_public_body_four_years_from_the_next_first_of_january(self):
        period = find_period("public")
        last = last_day_to_act(date(2020, 3, 15), period)
        self.assertEqual(last, date(2024, 12, 31))
        paid = [Event(date(2022, 1, 1))]
        self.assertEqual(
            last_day_to_act(date(2020, 3, 15), period, paid), date(2026, 12, 31)
        )

    def test_a_claim_in_court_counts_until_the_proceedings_end(self):
        claim = Event(date(2024, 5, 4), until=date(2025, 6, 1))
        self.assertEqual(
            last_day_to_act(date(2020, 5, 4), Period(5), [claim]), date(2030, 6, 1)
        )

    def test_nothing_that_is_younger_than_a_year_can_be_time_barred(self):
        years = [*LEGAL_YEARS.values(), *SECTOR_YEARS.values(), SHORTEST_CONTRACT]
        self.assertEqual(SHORTEST_MONTHS, 12 * min(years))

    def test_a_mediation_that_begins_with_the_period_suspends_it(self):
        start = date(2020, 5, 4)
        for day, last in [
            (start, date(2025, 6, 3)),  # 30 days more
            (date(2020, 5, 3), date(2025, 5, 4)),  # nothing ran that could wait
        ]:
            with self.subTest(day=day):
                event = Event(day, day + timedelta(days=30), suspends=True)
                self.assertEqual(last_day_to_act(start, Period(5), [event]), last)

    def test_mediation_suspends_and_leaves_at_least_six_months(self):
        start, last = date(2020, 5, 4), date(2025, 5, 4)
        for day, until, expected in [
            (date(2022, 1, 1), date(2022, 1, 31), date(2025, 6, 3)),  # 30 days
            (date(2025, 5, 1), date(2025, 5, 11), date(2025, 11, 11)),
            (date(2022, 1, 1), None, last),  # not ended: nothing is promised
            (date(2025, 5, 5), date(2025, 6, 5), last),  # too late
        ]:
            with self.subTest(day=day):
                event = Event(day, until, suspends=True)
                self.assertEqual(last_day_to_act(start, Period(5), [event]), expected)

    @settings(deadline=None)
    @given(
        DAYS,
        st.sampled_from(["business", "consumer", "public"]),
        st.sampled_from(["", "transport", "telecom"]),
        st.integers(0, 10),
        st.lists(st.tuples(DAYS, st.integers(0, 400), st.booleans()), max_size=4),
    )
    def test_whatever_happens_the_period_never_gets_shorter(
        self, start, kind, sector, contract, events
    ):
        period = find_period(kind, sector, contract)
        events = [
            Event(day, day + timedelta(days=days), suspends)
            for day, days, suspends in events
        ]
        last = last_day_to_act(start, period, events)
        self.assertGreaterEqual(last, last_day_to_act(start, period, events[:-1]))
        if kind != "business":
            # A public body owes no longer than a business would, nor a consumer.
            legal = last_day_to_act(start, find_period("business"))
            self.assertLessEqual(last_day_to_act(start, period), legal)
