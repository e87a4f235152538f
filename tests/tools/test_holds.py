from datetime import date, timedelta
from unittest import TestCase

from ...tools import holds as core

TODAY = date(2024, 3, 4)


def day(number):
    return TODAY + timedelta(days=number)


class TestHoldRules(TestCase):
    def test_a_hold_covers_its_last_day_and_not_the_day_after(self):
        hold = core.Hold(TODAY, day(10))
        self.assertFalse(hold.covers(day(-1)))
        self.assertTrue(hold.covers(TODAY))
        self.assertTrue(hold.covers(day(10)))
        self.assertFalse(hold.covers(day(11)))
        self.assertEqual(hold.free_on, day(11))

    def test_a_hold_that_was_resumed_covers_no_day_from_then_on(self):
        hold = core.Hold(TODAY, day(10), ended_on=day(3))
        self.assertTrue(hold.covers(day(2)))
        self.assertFalse(hold.covers(day(3)))

    def test_the_history_says_resumed_early_or_over(self):
        self.assertEqual(core.Hold(TODAY, day(2)).state(day(2)), core.RUNNING)
        self.assertEqual(core.Hold(TODAY, day(2)).state(day(3)), core.DONE)
        resumed = core.Hold(TODAY, day(2), ended_on=day(1))
        self.assertEqual(resumed.state(day(1)), core.INTERRUPTED)
        self.assertEqual(resumed.state(day(9)), core.INTERRUPTED)

    def test_resumed_on_its_last_day_is_early_and_on_the_day_after_it_is_over(self):
        last = core.Hold(TODAY, day(2), ended_on=day(2))
        self.assertEqual(last.state(day(2)), core.INTERRUPTED)
        after = core.Hold(TODAY, day(2), ended_on=day(3))
        self.assertEqual(after.state(day(3)), core.DONE)

    def test_an_end_today_or_earlier_is_refused_and_tomorrow_is_not(self):
        self.assertEqual(core.refuse_end(TODAY, day(-1)), core.NOT_TO_COME)
        self.assertEqual(core.refuse_end(TODAY, TODAY), core.NOT_TO_COME)
        self.assertEqual(core.refuse_end(TODAY, day(1)), "")

    def test_more_than_a_year_is_no_longer_temporary(self):
        self.assertEqual(core.refuse_end(TODAY, day(366)), "")
        self.assertEqual(core.refuse_end(TODAY, day(367)), core.TOO_FAR)
