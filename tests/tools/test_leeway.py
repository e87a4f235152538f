import unittest
from datetime import date

from ...tools.leeway import TOO_LONG, TOO_OFTEN, Leeway

DAY = date(2024, 3, 4)
COLLECTOR = Leeway("collector", 30, 1, 20)


class TestLeeway(unittest.TestCase):
    def test_the_thirtieth_day_ahead_is_granted_and_the_next_is_not(self):
        self.assertEqual(COLLECTOR.last_day(DAY), date(2024, 4, 3))

    def test_the_first_further_grant_is_given_and_the_second_is_not(self):
        self.assertFalse(COLLECTOR.refuse_renewal(1))
        self.assertEqual(COLLECTOR.refuse_renewal(2), TOO_OFTEN)

    def test_a_hold_is_measured_from_its_first_day(self):
        self.assertFalse(COLLECTOR.refuse_hold(DAY, date(2024, 3, 24), 0))
        self.assertEqual(COLLECTOR.refuse_hold(DAY, date(2024, 3, 25), 0), TOO_LONG)
        self.assertEqual(COLLECTOR.refuse_hold(DAY, DAY, 2), TOO_OFTEN)
