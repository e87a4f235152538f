from datetime import date, timedelta
from decimal import Decimal
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from ...tools import ladder as core

DUE = date(2024, 1, 31)
LADDER = core.Ladder(
    (
        core.Rung(9, -5),
        core.Rung(1, 5),
        core.Rung(2, 15, gap=7),
        core.Rung(3, 30, gap=10, formal=True, automatic=False),
        core.Rung(4, 45, gap=10, decision=True),
    )
)


def start(key, delay, **values):
    return core.Item(1, DUE, Decimal(100), start=key, start_delay=delay, **values)


class TestStart(TestCase):
    """An old item may start at a chosen rung (design, rule 3)."""

    def test_an_item_starts_at_the_chosen_rung_and_waits_for_no_gap(self):
        rung, day = core.next_rung(LADDER, start(2, 15))
        self.assertEqual((rung.key, day), (2, DUE + timedelta(days=15)))

    def test_without_a_choice_it_starts_at_the_first_rung(self):
        rung, _day = core.next_rung(LADDER, core.Item(1, DUE, Decimal(100)))
        self.assertEqual(rung.key, 1)

    def test_after_the_chosen_rung_the_others_are_climbed_one_by_one(self):
        item = start(2, 15, rung=2, rung_delay=15, delivered_on=DUE)
        self.assertEqual(core.next_rung(LADDER, item)[0].key, 3)

    def test_a_chosen_rung_never_takes_a_higher_item_down(self):
        item = start(1, 5, rung=2, rung_delay=15, delivered_on=DUE)
        self.assertEqual(core.next_rung(LADDER, item)[0].key, 3)

    def test_a_formal_notice_or_a_decision_is_never_a_start(self):
        for key, delay in ((3, 30), (4, 45), (core.END_OF_LADDER, 45)):
            with self.subTest(key=key):
                self.assertEqual(core.next_rung(LADDER, start(key, delay))[0].key, 2)

    def test_a_rung_of_another_ladder_counts_by_its_delay(self):
        for delay, expected in ((14, 1), (15, 2), (400, 2), (0, 1)):
            with self.subTest(delay=delay):
                rung, _day = core.next_rung(LADDER, start(77, delay))
                self.assertEqual(rung.key, expected)

    @given(key=st.integers(0, 99), delay=st.integers(-30, 400))
    def test_whatever_is_chosen_the_start_is_an_ordinary_rung(self, key, delay):
        rung, _day = core.next_rung(LADDER, start(key, delay))
        self.assertTrue(rung.ordinary)
