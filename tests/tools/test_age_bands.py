from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from ...tools import age_bands as core


class TestAgeBands(TestCase):
    def test_each_boundary_day_and_the_day_after_it(self):
        expected = {
            1: (1, 30),
            30: (1, 30),
            31: (31, 90),
            90: (31, 90),
            91: (91, 365),
            365: (91, 365),
            366: (366, None),
        }
        for days, (first, last) in expected.items():
            with self.subTest(days=days):
                self.assertEqual(core.find_band(days), core.Band(first, last))

    def test_what_is_due_today_or_later_is_in_no_band(self):
        self.assertIsNone(core.find_band(0))
        self.assertIsNone(core.find_band(-3))

    @given(st.integers(1, 20000))
    def test_every_late_day_is_in_exactly_one_band(self, days):
        self.assertEqual(sum(band.holds(days) for band in core.BANDS), 1)
