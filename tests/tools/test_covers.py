from datetime import date
from decimal import Decimal
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from ...tools import covers as core

DUE = date(2024, 1, 31)


def cover(key, amount, start, kind=core.PROMISED, source=1, due=DUE):
    return core.Cover(key, kind, source, Decimal(amount), Decimal(start), due)


def euros(**amounts):
    return {int(key[1:]): Decimal(amount) for key, amount in amounts.items()}


amounts = st.decimals(0, 10_000, places=2)
kinds = st.sampled_from(core.KINDS)


class TestCovers(TestCase):
    def test_a_promise_keeps_back_its_amount_and_the_rest_goes_on(self):
        kept = core.kept_back([cover(1, 200, 1000)], euros(i1=1000))
        self.assertEqual(kept, {1: {core.PROMISED: Decimal(200)}})

    def test_what_is_paid_of_a_promise_is_no_longer_kept_back(self):
        kept = core.kept_back([cover(1, 200, 1000)], euros(i1=850))
        self.assertEqual(kept, {1: {core.PROMISED: Decimal(50)}})

    def test_the_last_cent_of_a_promise_is_kept_back(self):
        kept = core.kept_back([cover(1, 200, 1000)], euros(i1="800.01"))
        self.assertEqual(kept, {1: {core.PROMISED: Decimal("0.01")}})

    def test_of_no_items_nothing_is_to_come(self):
        self.assertEqual(core.remaining([], euros(i1=100)), 0)

    def test_a_promise_that_was_paid_keeps_nothing_back(self):
        self.assertEqual(core.kept_back([cover(1, 200, 1000)], euros(i1=800)), {})

    def test_a_promise_over_two_items_covers_the_oldest_first(self):
        covers = [
            cover(1, 500, 400, due=date(2024, 2, 29)),
            cover(2, 500, 300, due=date(2024, 1, 31)),
        ]
        kept = core.kept_back(covers, euros(i1=400, i2=300))
        self.assertEqual(kept[2][core.PROMISED], 300)
        self.assertEqual(kept[1][core.PROMISED], 200)

    def test_an_item_that_was_settled_counts_as_received(self):
        covers = [cover(1, 500, 300), cover(2, 500, 400)]
        self.assertEqual(core.remaining(covers, euros(i2=400)), 200)

    def test_a_payment_taken_back_does_not_raise_what_was_promised(self):
        self.assertEqual(core.remaining([cover(1, 200, 700)], euros(i1=1000)), 200)

    def test_a_payment_leaves_the_contested_part_as_it_is(self):
        disputed = cover(1, 200, 1000, core.DISPUTED)
        kept = core.kept_back([disputed], euros(i1=700))
        self.assertEqual(kept, {1: {core.DISPUTED: Decimal(200)}})

    def test_the_contested_part_ends_with_the_balance(self):
        disputed = cover(1, 200, 1000, core.DISPUTED)
        kept = core.kept_back([disputed], euros(i1=150))
        self.assertEqual(kept, {1: {core.DISPUTED: Decimal(150)}})

    def test_a_dispute_goes_before_a_promise_on_the_same_item(self):
        covers = [cover(1, 900, 1000), cover(1, 200, 1000, core.DISPUTED, source=7)]
        kept = core.kept_back(covers, euros(i1=1000))
        self.assertEqual(
            kept, {1: {core.DISPUTED: Decimal(200), core.PROMISED: Decimal(800)}}
        )

    @given(
        st.lists(st.tuples(kinds, st.integers(1, 3), st.integers(1, 4), amounts)),
        st.dictionaries(st.integers(1, 4), amounts),
    )
    def test_never_more_than_the_balance_and_never_less_than_nothing(self, rows, now):
        covers = [
            cover(key, amount, 5000, kind, source) for kind, source, key, amount in rows
        ]
        for key, parts in core.kept_back(covers, now).items():
            self.assertTrue(all(part > 0 for part in parts.values()))
            self.assertLessEqual(sum(parts.values()), now[key])

    @given(amounts, amounts, amounts)
    def test_a_further_payment_never_keeps_more_back(self, promised, start, paid):
        before = core.remaining([cover(1, promised, start)], {1: start})
        after = core.remaining([cover(1, promised, start)], {1: start - paid})
        self.assertLessEqual(after, before)
