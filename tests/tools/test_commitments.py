from datetime import date, timedelta
from decimal import Decimal
from unittest import TestCase

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ...tools import commitments as core
from ...tools import settlement

P = date(2024, 3, 4)
LAST = P + timedelta(days=3)


def day(count):
    return P + timedelta(days=count)


def paid(amount, when, kind=settlement.MONEY):
    return settlement.Receipt(day(when), Decimal(str(amount)), kind)


def judge(receipts, today, amount=100, start=100, announced=0):
    promise = core.Promise(Decimal(amount), Decimal(start), LAST)
    return core.judge(promise, receipts, day(today), Decimal(announced))


class TestVerdict(TestCase):
    def test_paid_on_the_last_tolerated_day_is_kept_and_a_day_later_broken(self):
        self.assertEqual(judge([paid(100, 3)], 4).state, core.KEPT)
        self.assertEqual(judge([paid(100, 4)], 4).state, core.BROKEN)

    def test_it_is_open_until_the_last_tolerated_day(self):
        self.assertEqual(judge([], 3).state, core.OPEN)
        self.assertEqual(judge([], 4).state, core.BROKEN)

    def test_a_part_paid_in_time_is_partly_kept(self):
        verdict = judge([paid(60, 3)], 4)
        self.assertEqual((verdict.state, verdict.left), (core.PARTIAL, 40))
        self.assertEqual(verdict.received, 60)

    def test_it_is_kept_as_soon_as_it_is_paid(self):
        self.assertEqual(judge([paid(100, -1)], 0).state, core.KEPT)

    def test_money_that_may_be_meant_for_it_is_to_be_checked(self):
        self.assertEqual(judge([paid(60, 1)], 4, announced=40).state, core.TO_CHECK)
        self.assertEqual(judge([paid(60, 1)], 4, announced=39).state, core.PARTIAL)

    def test_what_was_paid_late_needs_no_check_and_no_letter(self):
        verdict = judge([paid(100, 9)], 10, announced=500)
        self.assertEqual(verdict.state, core.BROKEN)
        self.assertFalse(verdict.escalates(is_done=False))

    def test_a_debt_that_was_set_off_is_to_be_checked_at_once(self):
        for today in (1, 4):
            verdict = judge([paid(100, 1, settlement.NETTED)], today)
            self.assertEqual(verdict.state, core.TO_CHECK)
            self.assertEqual(verdict.ended_as, settlement.NETTED)

    def test_a_debt_moved_elsewhere_or_written_off_is_neither_kept_nor_broken(self):
        for kind in (settlement.TRANSFERRED, settlement.WRITTEN_OFF):
            for today in (1, 4):
                verdict = judge([paid(100, 1, kind)], today)
                self.assertEqual((verdict.state, verdict.ended_as), (core.VOID, kind))
                self.assertFalse(verdict.missing)

    def test_too_little_money_does_not_keep_it_whatever_else_was_entered(self):
        receipts = [paid(99, 1), paid(1, 1, settlement.WRITTEN_OFF)]
        self.assertEqual(judge(receipts, 4).state, core.VOID)

    def test_what_was_moved_after_the_last_day_leaves_it_broken(self):
        verdict = judge([paid(100, 9, settlement.TRANSFERRED)], 10)
        self.assertEqual((verdict.state, verdict.left), (core.BROKEN, 0))

    def test_a_cent_that_is_announced_is_enough_for_the_last_cent(self):
        part = [paid("99.99", 1)]
        self.assertEqual(judge(part, 4, announced="0.01").state, core.TO_CHECK)
        self.assertEqual(judge(part, 4, announced="0.00").state, core.PARTIAL)

    def test_who_failed_hears_of_it_once_and_only_while_a_cent_is_left(self):
        for receipts, state in [([], core.BROKEN), ([paid("99.99", 3)], core.PARTIAL)]:
            with self.subTest(state):
                verdict = judge(receipts, 4)
                self.assertEqual(verdict.state, state)
                self.assertIs(verdict.failed, True)
                self.assertIs(verdict.escalates(is_done=False), True)
                self.assertIs(verdict.escalates(is_done=True), False)
        for verdict in (judge([], 3), judge([], 4, announced=100)):
            with self.subTest(verdict.state):
                self.assertIs(verdict.failed, False)
                self.assertIs(verdict.escalates(is_done=False), False)

    def test_what_came_in_is_money_unless_it_is_said_otherwise(self):
        receipt = core.Receipt(day(3), Decimal(100))
        self.assertEqual(judge([receipt], 4).state, core.KEPT)

    def test_nobody_pays_more_than_what_is_open(self):
        self.assertEqual(judge([paid(80, 1)], 4, start=80).state, core.KEPT)

    def test_only_who_failed_is_accused_of_what_is_missing(self):
        for receipts, today, announced, missing in (
            ([], 4, 0, 100),
            ([paid(60, 3)], 4, 0, 40),
            ([paid(60, 3)], 3, 0, 0),
            ([paid(60, 3)], 4, 40, 0),
            ([paid(100, 3)], 4, 0, 0),
        ):
            with self.subTest(today=today, announced=announced, missing=missing):
                verdict = judge(receipts, today, announced=announced)
                self.assertEqual(verdict.missing, missing)

    def test_a_verdict_says_whether_it_is_void_or_to_be_checked(self):
        for receipts, is_void, is_to_check in (
            ([paid(100, 1, settlement.NETTED)], False, True),
            ([paid(100, 1, settlement.TRANSFERRED)], True, False),
            ([paid(100, 1)], False, False),
        ):
            with self.subTest(is_void=is_void, is_to_check=is_to_check):
                verdict = judge(receipts, 4)
                self.assertIs(verdict.is_void, is_void)
                self.assertIs(verdict.is_to_check, is_to_check)

    def test_nothing_due_any_more_is_neither_kept_nor_broken(self):
        self.assertEqual(judge([], 4, start=0).state, core.VOID)


money = st.integers(100, 15_000).map(lambda cents: Decimal(cents) / 100)
#: A machine with other work to do is no finding.
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
#: A movement: (day, amount, is it taken back, on which day).
movements = st.lists(
    st.tuples(
        st.integers(-5, 12),
        money,
        st.none() | st.integers(-5, 15),
        st.sampled_from(
            (
                *(settlement.MONEY, settlement.NETTED),
                *(settlement.TRANSFERRED, settlement.WRITTEN_OFF),
            )
        ),
    ),
    max_size=6,
)


def follow(moves, amount):
    """Yield (today, receipts, verdict) for each day of a story of payments, credit
    notes and what was taken back."""
    for today in range(-5, 16):
        receipts = [
            paid(value, when, kind)
            for when, value, back, kind in moves
            if when <= today and (back is None or back < when or today < back)
        ]
        yield today, receipts, judge(receipts, today, amount, amount)


class TestAnyStory(TestCase):
    @calm
    @given(movements, st.integers(1, 200))
    def test_who_has_paid_in_time_is_never_called_a_breaker(self, moves, amount):
        for _today, receipts, verdict in follow(moves, amount):
            in_time = sum(
                one.amount
                for one in receipts
                if one.kind == settlement.MONEY and one.day <= LAST
            )
            self.assertEqual(verdict.state == core.KEPT, in_time >= amount)
            if verdict.state == core.KEPT:
                self.assertFalse(verdict.escalates(is_done=False))

    @calm
    @given(movements, st.integers(1, 200))
    def test_nobody_hears_of_it_twice_nor_before_the_day(self, moves, amount):
        told = []
        for today, _receipts, verdict in follow(moves, amount):
            if verdict.escalates(is_done=bool(told)):
                told.append(today)
        self.assertLessEqual(len(told), 1)
        self.assertTrue(all(day(today) > LAST for today in told))

    @calm
    @given(movements, st.integers(1, 200), money)
    def test_received_and_left_stay_within_what_was_promised(
        self, moves, amount, announced
    ):
        for today, receipts, verdict in follow(moves, amount):
            for one in (verdict, judge(receipts, today, amount, amount, announced)):
                self.assertTrue(0 <= one.received <= amount)
                self.assertTrue(0 <= one.left <= amount)

    @calm
    @given(movements, st.integers(1, 200))
    def test_the_order_in_which_payments_are_found_does_not_matter(self, moves, amount):
        for today, receipts, verdict in follow(moves, amount):
            self.assertEqual(judge(receipts[::-1], today, amount, amount), verdict)
