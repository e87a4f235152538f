"""Never softer: no item hears a softer text than it has heard (design, rule 2)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from ...tools import ladder as core
from ...tools.rungs import Rung

DUE = date(2026, 1, 31)
FIRST = Rung(1, 3, tone=0, place=1)
CALL = Rung(2, 8, gap=5, text=False, tone=1, place=2)
SECOND = Rung(3, 15, gap=7, tone=1, place=3)
LAST = Rung(4, 30, gap=15, tone=2, place=4)
NOTICE = Rung(
    5, 45, gap=15, formal=True, automatic=False, notified=True, tone=3, place=5
)
DECISION = Rung(
    6, 60, gap=15, decision=True, notified=True, text=False, tone=3, place=6
)
RUNGS = (Rung(9, -5), FIRST, CALL, SECOND, LAST, NOTICE, DECISION)
LADDER = core.Ladder(RUNGS, contact_gap=3)
BY_KEY = {rung.key: rung for rung in RUNGS}


def day(days):
    return DUE + timedelta(days=days)


def item(key=1, due=DUE, rung=None, delivered=None, heard=None, **values):
    standing = BY_KEY.get(rung)
    return core.Item(
        key,
        due,
        Decimal(100),
        rung=rung,
        rung_formal=bool(standing and standing.formal),
        rung_notified=bool(standing and standing.notified),
        delivered_on=delivered,
        heard=heard or (standing if standing and standing.text else None),
        **values,
    )


def decide(today, *items, ladder=LADDER, **facts):
    return core.decide(ladder, core.Case(items, **facts), today)


class TestNeverSofter(TestCase):
    def test_what_heard_a_firmer_text_hears_that_again_and_climbs_its_own_rung(self):
        asked = item(1, rung=2, delivered=day(8), heard=LAST)
        [step] = decide(day(15), asked).steps
        self.assertEqual(step.rung, LAST)
        self.assertEqual(step.deliver, {1: SECOND})

    def test_a_call_leaves_no_text_and_is_made_whatever_was_heard(self):
        asked = item(1, rung=1, delivered=day(3), heard=LAST)
        [step] = decide(day(8), asked).steps
        self.assertEqual((step.rung, step.deliver), (CALL, {1: CALL}))

    def test_what_is_not_due_and_heard_more_is_neither_named_nor_moved(self):
        due = item(1, due=day(0), rung=2, delivered=day(8))
        firmer = item(2, due=day(-20), rung=4, delivered=day(10))
        [step] = decide(day(15), due, firmer).steps
        self.assertEqual((step.rung, list(step.deliver)), (SECOND, [1]))
        self.assertEqual((step.listed, step.recorded), ((), ()))

    def test_what_stands_at_what_speaks_is_asked_for_and_does_not_move(self):
        due = item(1, due=day(0), rung=2, delivered=day(8))
        equal = item(2, due=day(-5), rung=3, delivered=day(10))
        [step] = decide(day(15), due, equal).steps
        self.assertEqual((step.rung, list(step.deliver)), (SECOND, [1]))
        self.assertEqual(step.listed, (2,))

    def _ask_with_a_date(self, next_day, heard):
        """Ask for one item by a text that prints a date in eight days, while the next
        step about another comes on a day."""
        dated = replace(SECOND, days=8)
        rungs = [dated if rung is SECOND else rung for rung in RUNGS]
        ladder = core.Ladder(tuple(rungs), grace=1)
        due = item(1, due=day(0), rung=2, delivered=day(8))
        other = item(2, due=next_day - timedelta(days=30), rung=3, heard=heard)
        [step] = decide(day(15), due, other, ladder=ladder).steps
        self.assertEqual((step.rung, list(step.deliver)), (dated, [1]))
        return step.listed

    def test_what_moves_on_before_the_printed_date_is_given_no_other_date(self):
        self.assertEqual(self._ask_with_a_date(day(24), SECOND), ())
        self.assertEqual(self._ask_with_a_date(day(25), SECOND), (2,))

    def test_nothing_is_asked_for_before_the_date_printed_for_it(self):
        for days, listed in ((14, (2,)), (15, ())):
            due = item(1, due=day(0), rung=2, delivered=day(8))
            other = item(2, due=day(5), rung=2, delivered=day(13), deadline=day(days))
            [step] = decide(day(15), due, other).steps
            self.assertEqual((list(step.deliver), step.listed), ([1], listed))

    def test_what_hears_it_for_the_first_time_waits_for_the_printed_date(self):
        self.assertEqual(self._ask_with_a_date(day(24), FIRST), (2,))

    def test_what_is_under_notice_stands_for_the_record(self):
        notified = item(1, rung=5, delivered=day(45), deadline=day(59))
        later = item(2, due=day(45), rung=2, delivered=day(53))
        [decision, step] = decide(day(60), notified, later).steps
        self.assertTrue(decision.rung.decision)
        self.assertEqual((step.rung, list(step.deliver)), (SECOND, [2]))
        self.assertEqual((step.listed, step.recorded), ((), (1,)))

    def test_a_notice_that_was_decided_upon_stays_for_the_record(self):
        decided = item(1, rung=6, delivered=day(60), deadline=day(59), heard=NOTICE)
        later = item(2, due=day(45), rung=2, delivered=day(53))
        [step] = decide(day(60), decided, later).steps
        self.assertEqual((list(step.deliver), step.recorded), ([2], (1,)))

    def test_the_notice_itself_is_heard_by_those_that_reached_it_only(self):
        reached = item(1, rung=4, delivered=day(30))
        asked = item(2, due=day(20), rung=2, delivered=day(28), heard=LAST)
        [step] = decide(day(45), reached, asked).steps
        self.assertEqual((step.rung, list(step.deliver)), (NOTICE, [1]))
        self.assertEqual((step.listed, step.recorded), ((), ()))

    def test_the_firm_text_of_another_ladder_is_met_by_one_as_firm(self):
        elsewhere = Rung(77, 20, tone=2, place=1)
        asked = item(1, rung=2, delivered=day(8), heard=elsewhere)
        [step] = decide(day(15), asked).steps
        self.assertEqual(step.rung, LAST)

    def test_a_ladder_without_a_text_as_firm_speaks_as_firmly_as_it_can(self):
        ladder = core.Ladder((FIRST, CALL, SECOND), contact_gap=3)
        asked = item(1, rung=2, delivered=day(8), heard=Rung(77, 30, tone=2))
        [step] = decide(day(15), asked, ladder=ladder).steps
        self.assertEqual(step.rung, SECOND)


class TestFreshDebt(TestCase):
    def test_its_first_reminder_names_nothing_else(self):
        old = item(1, due=day(-20), rung=3, delivered=day(-5), deadline=day(3))
        equal = item(2, due=day(-1), rung=1, delivered=day(2))
        fresh = item(3)
        [step] = decide(day(3), old, equal, fresh).steps
        self.assertEqual((step.rung, list(step.deliver)), (FIRST, [3]))
        self.assertEqual((step.listed, step.recorded), ((), ()))

    def test_it_joins_a_firmer_text_that_leaves_the_same_day(self):
        old = item(1, due=day(-12), rung=2, delivered=day(-4))
        [step] = decide(day(3), old, item(2)).steps
        self.assertEqual((step.rung, step.deliver), (SECOND, {1: SECOND, 2: FIRST}))

    def test_it_waits_for_a_firmer_text_within_the_gap_and_no_longer(self):
        for distance, waits in [(1, True), (3, True), (4, False)]:
            with self.subTest(distance):
                old = item(1, due=day(3 + distance - 15), rung=2, delivered=day(-8))
                decision = decide(day(3), old, item(2))
                if waits:
                    self.assertEqual(decision.reason, core.JOINS_STRONGER)
                    self.assertEqual(decision.day, day(3 + distance))
                else:
                    [step] = decision.steps
                    self.assertEqual((step.rung, list(step.deliver)), (FIRST, [2]))

    def test_it_does_not_wait_for_what_a_person_must_send(self):
        manual = core.Ladder(
            (FIRST, Rung(3, 15, gap=7, automatic=False, tone=1, place=3)),
            contact_gap=3,
        )
        old = item(1, due=day(-10), rung=1, delivered=day(-7))
        [step] = decide(day(3), old, item(2), ladder=manual).steps
        self.assertEqual(list(step.deliver), [2])

    def test_it_does_not_wait_for_a_notice_or_a_call(self):
        for rung, due in [(4, day(-40)), (1, day(-3))]:
            with self.subTest(rung):
                old = item(1, due=due, rung=rung, delivered=day(-10))
                [step] = decide(day(3), old, item(2)).steps
                self.assertEqual(list(step.deliver), [2])

    def test_it_is_named_by_a_firmer_text_up_to_the_gap_before_its_own_day(self):
        for own, named in [(3, True), (4, False)]:
            with self.subTest(own):
                old = item(1, rung=2, delivered=day(8))
                # One day late, and due for its first reminder in 3 or 4 days.
                ladder = core.Ladder(
                    (Rung(1, 1 + own, tone=0, place=1), *RUNGS[2:]), contact_gap=3
                )
                [step] = decide(day(15), old, item(2, due=day(14)), ladder=ladder).steps
                self.assertEqual(step.listed, (2,) if named else ())


class TestRepeat(TestCase):
    def repeat(self, *items):
        return core.repeat(LADDER, core.Case(items), day(20))

    def test_it_asks_again_for_what_is_late_and_moves_nothing(self):
        step = self.repeat(item(1, rung=3, delivered=day(15)))
        self.assertEqual((step.kind, step.rung, step.deliver), ("manual", SECOND, {}))
        self.assertEqual(step.listed, (1,))

    def test_it_speaks_as_strongly_as_the_strongest_that_one_of_them_has_heard(self):
        step = self.repeat(
            item(1, rung=3, delivered=day(15), heard=LAST), item(2, rung=1)
        )
        self.assertEqual((step.rung, step.listed), (LAST, (1, 2)))

    def test_what_is_under_notice_is_only_recalled(self):
        step = self.repeat(
            item(1, due=day(-60), rung=5, delivered=day(-10)),
            item(2, rung=3, delivered=day(15)),
        )
        self.assertEqual((step.rung, step.listed, step.recorded), (SECOND, (2,), (1,)))

    def test_nothing_is_repeated_where_all_is_under_notice_held_or_not_late(self):
        for one in (
            item(1, due=day(-60), rung=5, delivered=day(-10)),
            item(1, rung=3, hold="dispute"),
            item(1, due=day(20)),
        ):
            with self.subTest(one):
                self.assertIsNone(self.repeat(one))

    def test_a_fresh_debt_alone_is_reminded_of_at_once(self):
        step = self.repeat(item(1, due=day(19)))
        self.assertEqual((step.rung, step.listed), (FIRST, (1,)))


class TestYears(TestCase):
    """Whole histories, day by day: the rule holds whatever the debts are."""

    @given(
        dues=st.lists(st.integers(0, 80), min_size=1, max_size=6),
        gap=st.integers(0, 8),
        deadline=st.integers(0, 12),
    )
    def test_nobody_hears_a_softer_text_and_everyone_reaches_the_end(
        self, dues, gap, deadline
    ):
        items = self._play(dues, gap, deadline, days=1200)
        self.assertEqual({one.rung for one in items.values()}, {DECISION.key})

    def test_a_new_invoice_every_week_holds_no_older_one_back(self):
        items = self._play(range(0, 7 * 40, 7), 3, 8, days=180)
        reached = {one.rung for key, one in items.items() if key < 8}
        self.assertEqual(reached, {DECISION.key})

    def _play(self, dues, gap, deadline, days):
        ladder = core.Ladder(RUNGS, contact_gap=gap)
        items = {key: item(key, due=day(due)) for key, due in enumerate(dues)}
        last_contact = None
        for number in range(days):
            today = day(number)
            case = core.Case(tuple(items.values()), last_contact=last_contact)
            for step in core.decide(ladder, case, today).steps:
                printed = today + timedelta(days=deadline) if deadline else None
                self._hear(step, items, printed)
                self._deliver(step, items, today, printed)
                if not step.rung.decision:
                    last_contact = today
        return items

    def _hear(self, step, items, printed):
        if not step.rung.text or step.rung.decision:
            return
        for key in (*step.deliver, *step.listed):
            one = items[key]
            if one.heard:
                self.assertLessEqual(one.heard.strength, step.rung.strength)
            if printed and key in step.listed and one.heard != step.rung:
                one = one._replace(deadline=max(one.deadline or printed, printed))
            items[key] = one._replace(heard=step.rung)

    def _deliver(self, step, items, today, printed):
        for key, rung in step.deliver.items():
            items[key] = items[key]._replace(
                rung=rung.key,
                rung_formal=rung.formal,
                rung_notified=rung.notified,
                delivered_on=today,
                deadline=printed if rung.text else None,
            )
