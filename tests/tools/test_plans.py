from datetime import date, timedelta
from decimal import Decimal
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from ...tools import plans as core
from ...tools import settlement

FIRST, SECOND = date(2024, 4, 1), date(2024, 5, 1)


def due(key, day, amount=100, grace=3, **values):
    return core.Due(key, day, Decimal(amount), day + timedelta(days=grace), **values)


class TestPlans(TestCase):
    """How a plan stands, whatever was told before."""

    def _judge(self, day, received=0, announced=0, ended_as="", **values):
        dues = [due(1, FIRST, **values), due(2, SECOND)]
        sums = Decimal(received), Decimal(announced)
        return core.judge(dues, *sums, day, 5, 8, ended_as)

    def _step(self, *args, **values):
        return self._judge(*args, **values).step

    def test_the_reminder_is_due_from_five_days_before_until_the_day_before(self):
        for day, step in [
            (date(2024, 3, 26), core.RESPECTED),
            (date(2024, 3, 27), core.REMINDER),
            (date(2024, 3, 31), core.REMINDER),
            (FIRST, core.RESPECTED),
        ]:
            with self.subTest(day):
                self.assertEqual(self._step(day), step)

    def test_nobody_is_reminded_of_what_is_paid(self):
        self.assertEqual(self._step(date(2024, 3, 31), received=100), core.RESPECTED)
        self.assertEqual(self._step(date(2024, 3, 31), received=99), core.REMINDER)

    def test_it_is_missed_the_day_after_the_last_tolerated_one(self):
        self.assertEqual(self._step(date(2024, 4, 4)), core.RESPECTED)
        verdict = self._judge(date(2024, 4, 5), received=40)
        self.assertEqual(verdict.step, core.MISSED)
        self.assertEqual((verdict.due.key, verdict.missing), (1, 60))

    def test_money_that_is_not_matched_yet_is_checked_first(self):
        day = date(2024, 4, 5)
        self.assertEqual(self._step(day, received=40, announced=60), core.TO_CHECK)
        self.assertEqual(self._step(day, received=40, announced=59), core.MISSED)

    def test_it_breaks_when_the_notice_has_run_out(self):
        noticed = {"noticed": True, "noticed_on": date(2024, 4, 5)}
        for day, step in [
            (date(2024, 4, 13), core.RESPECTED),
            (date(2024, 4, 14), core.BROKEN),
        ]:
            with self.subTest(day):
                self.assertEqual(self._step(day, **noticed), step)

    def test_it_does_not_break_before_the_notice_has_arrived(self):
        self.assertEqual(self._step(date(2024, 4, 30), noticed=True), core.RESPECTED)

    def test_the_next_missed_instalment_gets_its_own_notice(self):
        noticed = {"noticed": True, "noticed_on": date(2024, 4, 5)}
        verdict = self._judge(date(2024, 5, 5), received=100, **noticed)
        self.assertEqual((verdict.step, verdict.due.key), (core.MISSED, 2))

    def test_all_paid_is_completed(self):
        verdict = self._judge(FIRST, received=200)
        self.assertEqual((verdict.step, verdict.missing), (core.COMPLETED, 0))
        self.assertEqual(self._step(FIRST, received="199.99"), core.RESPECTED)

    def test_set_off_it_is_checked_and_moved_elsewhere_it_is_void(self):
        for ended_as, step in {
            settlement.MONEY: core.COMPLETED,
            settlement.NETTED: core.TO_CHECK,
            settlement.TRANSFERRED: core.VOID,
            settlement.WRITTEN_OFF: core.VOID,
            settlement.NOTHING_DUE: core.VOID,
        }.items():
            with self.subTest(ended_as):
                verdict = self._judge(SECOND, received=100, ended_as=ended_as)
                self.assertEqual((verdict.step, verdict.missing), (step, 0))
                self.assertIs(verdict.is_void, step == core.VOID)
                self.assertIs(verdict.is_to_check, step == core.TO_CHECK)

    @given(
        st.integers(0, 300),
        st.integers(0, 300),
        st.dates(date(2024, 3, 1), date(2024, 7, 1)),
        st.integers(0, 200),
    )
    def test_paying_more_never_makes_things_worse(self, paid, more, day, announced):
        before = self._step(day, received=paid, announced=announced)
        after = self._step(day, received=paid + more, announced=announced)
        bad = (core.BROKEN, core.MISSED)
        if before not in bad:
            self.assertNotIn(after, bad)
