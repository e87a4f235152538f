from decimal import Decimal
from unittest import TestCase

from ...tools.provision import (
    amount_without_vat,
    find_percent,
    provision,
)


class TestProvision(TestCase):
    def test_what_is_put_aside_is_counted_without_vat(self):
        base = amount_without_vat(Decimal(600), Decimal(1000), Decimal(1200))
        self.assertEqual(base, Decimal(500))
        self.assertEqual(provision(base, Decimal(50)), Decimal("250.00"))

    def test_what_has_no_invoice_total_has_no_vat(self):
        self.assertEqual(amount_without_vat(Decimal(80), Decimal(0), Decimal(0)), 80)

    def test_the_highest_step_that_an_age_has_reached_counts(self):
        steps = [(365, Decimal(50)), (0, Decimal(25))]
        for days, expected in [(-1, 0), (0, 25), (364, 25), (365, 50)]:
            with self.subTest(days=days):
                self.assertEqual(find_percent(days, steps), expected)

    def test_half_a_cent_is_rounded_up(self):
        self.assertEqual(provision(Decimal("0.10"), Decimal(5)), Decimal("0.01"))
