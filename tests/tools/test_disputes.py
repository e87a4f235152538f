from decimal import Decimal
from unittest import TestCase

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ...tools.disputes import share

CENT = Decimal("0.01")
cents = st.integers(1, 10_000_000)


class TestShare(TestCase):
    """What of an invoice is credited, line by line."""

    def test_each_line_gets_its_part(self):
        parts = share([Decimal(600), Decimal(400)], Decimal(200), CENT)
        self.assertEqual(parts, [Decimal(120), Decimal(80)])

    def test_the_largest_line_carries_the_cent(self):
        parts = share([Decimal(100)] * 3, Decimal(100), CENT)
        self.assertEqual(parts, [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")])

    def test_the_largest_line_carries_it_wherever_it_stands(self):
        # A sixth of 1 € is rounded up twice, two thirds once: a cent too much.
        parts = share([Decimal(1), Decimal(4), Decimal(1)], Decimal(1), CENT)
        self.assertEqual(parts, [Decimal("0.17"), Decimal("0.66"), Decimal("0.17")])

    def test_a_currency_without_cents_is_shared_in_whole_units(self):
        parts = share([Decimal(2), Decimal(1)], Decimal(100), Decimal(1))
        self.assertEqual(parts, [Decimal(67), Decimal(33)])

    @given(st.lists(cents, min_size=1, max_size=20), cents)
    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_the_parts_add_up_to_the_cent(self, totals, wanted):
        parts = share([total * CENT for total in totals], wanted * CENT, CENT)
        self.assertEqual(sum(parts), wanted * CENT)
