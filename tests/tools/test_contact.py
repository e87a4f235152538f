from datetime import date, timedelta
from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from ...tools.contact import (
    Delivery,
    Standing,
    first_day_to_note,
    is_contact,
    last_day_to_act,
    standing_without,
)

MONDAY = date(2024, 3, 4)
WORKING = [
    day
    for number in range(60)
    if (day := MONDAY + timedelta(days=number)).weekday() < 5
]


def day(number):
    return MONDAY + timedelta(days=number)


class TestContact(TestCase):
    def test_a_call_is_noted_within_thirty_one_days_of_its_beginning(self):
        self.assertEqual(first_day_to_note(day(40), day(10)), day(10))
        self.assertEqual(first_day_to_note(day(40), day(9)), day(9))
        self.assertEqual(first_day_to_note(day(40), day(8)), day(9))

    def test_two_attempts_are_one_contact(self):
        self.assertTrue(is_contact(True, 0))
        self.assertFalse(is_contact(False, 1))
        self.assertTrue(is_contact(False, 2))

    def test_the_last_day_to_act_is_counted_in_working_days(self):
        self.assertEqual(last_day_to_act(MONDAY, 5, WORKING), MONDAY + timedelta(7))
        friday = MONDAY + timedelta(days=4)
        self.assertEqual(last_day_to_act(friday, 1, WORKING), friday + timedelta(3))

    def test_the_last_working_day_that_is_known_is_one_too(self):
        self.assertEqual(last_day_to_act(MONDAY, 3, WORKING[:4]), day(3))
        self.assertIsNone(last_day_to_act(MONDAY, 4, WORKING[:4]))

    def test_without_a_limit_or_enough_known_days_there_is_no_last_day(self):
        self.assertIsNone(last_day_to_act(MONDAY, 0, WORKING))
        self.assertIsNone(last_day_to_act(MONDAY, 5, WORKING[:3]))


class TestStandingWithout(TestCase):
    """Where an item stands once a delivery came back; rungs 1, 2, 3."""

    LADDER = (1, 2, 3)

    def _without(self, rung, *deliveries):
        return standing_without(rung, self.LADDER, deliveries)

    def test_without_its_first_message_it_stands_nowhere(self):
        self.assertEqual(self._without(1), Standing())

    def test_it_returns_to_the_rung_and_the_dates_it_had(self):
        first = Delivery(day(0), 1, day(8))
        self.assertEqual(self._without(2, first), Standing(1, day(0), day(8)))

    def test_another_channel_of_the_same_step_keeps_the_rung_with_its_own_day(self):
        first, letter = Delivery(day(0), 1), Delivery(day(12), 2, day(20))
        self.assertEqual(self._without(2, letter, first), Standing(2, day(12), day(20)))

    def test_being_listed_keeps_the_date_that_was_printed(self):
        first = Delivery(day(0), 1, day(8))
        listed = Delivery(day(3), None, day(11))
        self.assertEqual(self._without(2, first, listed), Standing(1, day(0), day(11)))

    def test_an_item_that_began_on_a_higher_rung_returns_to_the_one_below(self):
        self.assertEqual(self._without(3), Standing(2))
        self.assertEqual(self._without(2), Standing(1))

    def test_being_listed_with_an_earlier_date_leaves_the_later_one(self):
        first = Delivery(day(0), 1, day(20))
        listed = Delivery(day(3), None, day(11))
        self.assertEqual(self._without(2, first, listed), Standing(1, day(0), day(20)))

    def test_what_follows_a_listing_or_a_higher_rung_still_counts(self):
        listed, higher = Delivery(day(1), None, day(4)), Delivery(day(1), 3, day(9))
        later = Delivery(day(5), 1, day(13))
        for between in (listed, higher):
            with self.subTest(between=between):
                standing = self._without(2, between, later)
                self.assertEqual(standing, Standing(1, day(5), day(13)))

    def test_a_rung_that_is_no_longer_on_the_ladder_is_below_all_that_are(self):
        gone, first = Delivery(day(0), 77), Delivery(day(5), 1)
        self.assertEqual(self._without(3, gone, first), Standing(1, day(5)))
        gone_later = Delivery(day(9), 77)
        self.assertEqual(self._without(3, gone_later, first), Standing(1, day(5)))
        self.assertEqual(self._without(3, gone, gone_later), Standing(77, day(0)))

    def test_without_one_that_is_no_longer_on_the_ladder_it_never_jumps_to_the_end(
        self,
    ):
        self.assertEqual(self._without(77), Standing())
        reached = Delivery(day(0), 2)
        self.assertEqual(self._without(77, reached), Standing(2, day(0)))

    @settings(deadline=None)
    @given(
        st.lists(st.tuples(st.integers(0, 50), st.integers(0, 3)), max_size=8),
        st.sampled_from(LADDER),
    )
    def test_it_never_stands_above_the_rung_that_came_back(self, history, rung):
        deliveries = [Delivery(day(number), key or None) for number, key in history]
        standing = self._without(rung, *deliveries)
        self.assertLessEqual(standing.rung or 0, rung)
        days = [one.day for one in deliveries if one.rung == standing.rung]
        if standing.delivered_on:
            self.assertEqual(standing.delivered_on, min(days))
