from datetime import date, timedelta
from decimal import Decimal
from unittest import TestCase

from ...tools import commitments as core
from ...tools import settlement

DAY = date(2024, 3, 4)
LAST = DAY + timedelta(days=3)


def facts(*receipts, start=1000):
    """Return what is known of items: (amount, kind), … all on the day."""
    receipts = [settlement.Receipt(DAY, Decimal(a), kind) for a, kind in receipts]
    drop = sum((one.amount for one in receipts), Decimal(0))
    return settlement.Facts(Decimal(start), drop, tuple(receipts))


def judge(known, amount=1000, today=0):
    promise = core.Promise(Decimal(amount), known.start, LAST, known.credited)
    return core.judge(promise, known.receipts, DAY + timedelta(days=today))


class TestCreditNotes(TestCase):
    """They lower what is due of an agreement, and keep none."""

    def test_a_promise_that_only_a_credit_note_settled_is_void(self):
        for today in (0, 3, 4):
            verdict = judge(facts((1000, settlement.CREDITED)), today=today)
            self.assertEqual(verdict.state, core.VOID)
            self.assertEqual(verdict.ended_as, settlement.NOTHING_DUE)

    def test_money_for_what_is_left_keeps_it(self):
        known = facts((300, settlement.CREDITED), (700, settlement.MONEY))
        self.assertEqual((judge(known).state, judge(known).received), (core.KEPT, 700))

    def test_a_cent_less_does_not(self):
        known = facts((300, settlement.CREDITED), (699, settlement.MONEY))
        self.assertEqual((judge(known).state, judge(known).left), (core.OPEN, 1))
        self.assertEqual(judge(known, today=3).state, core.OPEN)
        self.assertEqual(judge(known, today=4).state, core.PARTIAL)

    def test_of_a_part_nothing_is_lowered_while_as_much_is_left(self):
        known = facts((500, settlement.CREDITED))
        self.assertEqual(judge(known, 500).left, 500)
        known = facts((501, settlement.CREDITED))
        self.assertEqual(judge(known, 500).left, 499)

    def test_what_was_covered_is_neither_money_nor_moved(self):
        known = facts(
            (300, settlement.CREDITED), (200, settlement.MONEY), (100, "netted")
        )
        self.assertEqual(
            (known.money, known.credited, known.covered, known.other),
            (200, 300, 500, 100),
        )

    def test_a_plan_ends_by_money_only_where_money_came(self):
        known = facts((300, settlement.CREDITED), (700, settlement.MONEY))
        self.assertEqual(known.get_ending(Decimal(1000)), settlement.MONEY)
        known = facts((1000, settlement.CREDITED))
        self.assertEqual(known.get_ending(Decimal(1000)), settlement.NOTHING_DUE)
        known = facts((300, settlement.CREDITED), (699, settlement.MONEY))
        self.assertEqual(known.get_ending(Decimal(1000)), "")
