from datetime import date, timedelta
from decimal import Decimal
from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from ...tools import ladder as core

DUE = date(2024, 1, 31)
LADDER = core.Ladder(
    (
        core.Rung(9, -5),
        core.Rung(1, 5),
        core.Rung(2, 15, gap=7),
        core.Rung(3, 30, gap=10, formal=True, automatic=False),
        core.Rung(4, 45, gap=10, decision=True),
    )
)


def day(days):
    return DUE + timedelta(days=days)


def item(key=1, due=DUE, amount="100", **values):
    return core.Item(key, due, Decimal(amount), **values)


def standing(rung, delivered, deadline=None, **values):
    formal = rung == 3
    return item(
        rung=rung,
        rung_formal=formal,
        delivered_on=delivered,
        deadline=deadline,
        **values,
    )


def decide(today, *items, ladder=LADDER, fresh=True, **facts):
    return core.decide(ladder, core.Case(items, **facts), today, fresh)


class TestNextRung(TestCase):
    def test_first_rung_speaks_on_its_day_and_not_the_day_before(self):
        self.assertEqual(decide(day(4), item()).reason, core.TOO_EARLY)
        self.assertEqual(decide(day(4), item()).day, day(5))
        self.assertEqual(decide(day(5), item()).steps[0].rung.key, 1)

    def test_rungs_are_climbed_one_by_one_however_old_the_item_is(self):
        self.assertEqual(decide(day(400), item()).steps[0].rung.key, 1)

    def test_next_rung_waits_for_the_delay_and_for_the_gap_since_delivery(self):
        for delivered, expected in [(day(5), day(15)), (day(12), day(19))]:
            with self.subTest(delivered=delivered):
                _rung, when = core.next_rung(LADDER, standing(1, delivered))
                self.assertEqual(when, expected)

    def test_next_rung_waits_until_the_day_after_the_printed_deadline_and_grace(self):
        ladder = core.Ladder(LADDER.rungs, grace=2)
        _rung, when = core.next_rung(ladder, standing(1, day(5), deadline=day(20)))
        self.assertEqual(when, day(23))

    def test_with_five_days_of_grace_an_item_is_late_on_the_sixth(self):
        ladder = core.Ladder((core.Rung(1, 0),), grace=5)
        self.assertEqual(
            decide(day(5), item(), ladder=ladder).reason, core.NOTHING_LATE
        )
        self.assertTrue(decide(day(6), item(), ladder=ladder).steps)

    def test_an_item_due_today_is_not_late(self):
        ladder = core.Ladder((core.Rung(1, 0),))
        self.assertEqual(
            decide(day(0), item(), ladder=ladder).reason, core.NOTHING_LATE
        )
        self.assertTrue(decide(day(1), item(), ladder=ladder).steps)

    def test_an_item_on_an_archived_rung_stands_on_the_highest_not_above_it(self):
        rung, _when = core.next_rung(
            LADDER, item(rung=77, rung_delay=20, delivered_on=day(20))
        )
        self.assertEqual(rung.key, 3)

    @given(
        delays=st.lists(st.integers(0, 60), min_size=1, max_size=6),
        gaps=st.lists(st.integers(1, 20), min_size=6, max_size=6),
        grace=st.integers(0, 10),
        wait=st.integers(0, 10),
    )
    @settings(max_examples=200, deadline=None)
    def test_climbing_never_goes_back_in_time_and_ends(self, delays, gaps, grace, wait):
        rungs = tuple(
            core.Rung(key, delay, gap=gaps[key - 1])
            for key, delay in enumerate(sorted(delays), start=1)
        )
        ladder = core.Ladder(rungs, grace=grace)
        current, delivered = item(), None
        for rung in ladder.climbing:
            following, when = core.next_rung(ladder, current)
            self.assertEqual(following, rung)
            self.assertGreaterEqual(when, DUE + timedelta(days=rung.delay))
            self.assertGreater(when, DUE + timedelta(days=grace))
            if delivered:
                self.assertGreaterEqual(when, delivered + timedelta(days=rung.gap))
            delivered = when + timedelta(days=wait)
            current = item(rung=rung.key, delivered_on=delivered)
        self.assertEqual(core.next_rung(ladder, current), (None, None))


class TestAgreedRung(TestCase):
    """A rung that was to speak if an agreement failed, and the day on which it did."""

    def _next(self, ladder=LADDER, **values):
        rung, when = core.next_rung(ladder, item(**values))
        return rung.key, when

    def test_it_speaks_on_the_day_on_which_the_agreement_failed_and_no_day_earlier(
        self,
    ):
        agreed = {"agreed": 3, "agreed_on": day(8)}
        # Neither its own delay (30) nor the gap since the rung before it (10) counts.
        self.assertEqual(self._next(rung=1, delivered_on=day(7), **agreed), (3, day(8)))

    def test_it_never_speaks_before_the_item_is_late(self):
        ladder = core.Ladder(LADDER.rungs, grace=2)
        agreed = {"agreed": 2, "agreed_on": day(-9)}
        self.assertEqual(self._next(ladder, **agreed), (2, day(3)))
        self.assertEqual(self._next(**agreed), (2, day(1)))

    def test_it_waits_for_the_printed_deadline_and_the_grace(self):
        ladder = core.Ladder(LADDER.rungs, grace=2)
        values = {"rung": 1, "delivered_on": day(5), "deadline": day(20)}
        agreed = {"agreed": 2, "agreed_on": day(8)}
        self.assertEqual(self._next(ladder, **values, **agreed), (2, day(23)))

    def test_after_it_the_calendar_decides_again(self):
        agreed = {"agreed": 2, "agreed_on": day(8)}
        self.assertEqual(
            self._next(rung=2, delivered_on=day(8), **agreed), (3, day(30))
        )
        self.assertEqual(
            self._next(rung=2, delivered_on=day(25), **agreed), (3, day(35))
        )

    def test_the_first_rung_can_be_the_one_that_was_agreed(self):
        self.assertEqual(self._next(agreed=1, agreed_on=day(2)), (1, day(2)))

    def test_one_that_was_agreed_and_has_not_failed_yet_keeps_its_calendar(self):
        self.assertEqual(self._next(agreed=2), (2, day(15)))

    def test_a_rung_of_another_ladder_is_not_there_any_more(self):
        agreed = {"agreed": 77, "agreed_on": day(2)}
        self.assertEqual(self._next(**agreed), (1, day(5)))

    def test_it_never_takes_an_item_down(self):
        agreed = {"agreed": 1, "agreed_on": day(2)}
        self.assertEqual(
            self._next(rung=2, delivered_on=day(15), **agreed), (3, day(30))
        )


class TestOneStep(TestCase):
    def test_the_highest_due_rung_speaks_and_each_item_reaches_its_own(self):
        late = item(1, rung=1, delivered_on=day(5))
        newer = item(2, due=day(10))
        newest = item(3, due=day(14))
        [step] = decide(day(15), late, newer, newest).steps
        self.assertEqual(step.rung.key, 2)
        reached = {key: rung.key for key, rung in step.deliver.items()}
        self.assertEqual(reached, {1: 2, 2: 1})
        # The newest gets its own first reminder in four days: it is not named here.
        self.assertEqual(step.listed, ())
        for gap, listed in [(3, ()), (4, (3,))]:
            with self.subTest(gap=gap):
                ladder = core.Ladder(LADDER.rungs, contact_gap=gap)
                [step] = decide(day(15), late, newer, newest, ladder=ladder).steps
                self.assertEqual(step.listed, listed)

    def test_a_formal_notice_moves_and_names_only_the_items_that_reached_it(self):
        late = standing(2, day(15))
        [step] = decide(day(30), late, item(2, due=day(20))).steps
        self.assertEqual((step.rung.key, list(step.deliver), step.listed), (3, [1], ()))

    def test_no_ordinary_reminder_until_the_deadline_of_a_notice_has_passed(self):
        notified = standing(3, day(30), deadline=day(44))
        newer = item(2, due=day(30))
        decision = decide(day(44), notified, newer)
        self.assertEqual(decision.reason, core.FORMAL_NOTICE)
        self.assertEqual(decision.day, day(45))
        [first, second] = decide(day(45), notified, newer).steps
        self.assertTrue(first.rung.decision)
        self.assertEqual(second.rung.key, 1)

    def test_the_contact_gap_defers_and_does_not_drop(self):
        ladder = core.Ladder(LADDER.rungs, contact_gap=7)
        early = decide(day(5), item(), ladder=ladder, last_contact=day(-1))
        self.assertEqual((early.reason, early.day), (core.CONTACT_GAP, day(6)))
        self.assertTrue(
            decide(day(6), item(), ladder=ladder, last_contact=day(-1)).steps
        )

    def test_nothing_new_starts_while_a_contact_is_not_delivered(self):
        self.assertEqual(decide(day(5), item(), pending=True).reason, core.PENDING)

    def test_who_was_told_of_an_agreement_today_hears_no_more_until_tomorrow(self):
        told = decide(day(5), item(), spoken_on=day(5))
        self.assertEqual((told.reason, told.day), (core.CONTACT_GAP, day(6)))
        self.assertTrue(decide(day(5), item(), spoken_on=day(4)).steps)

    def test_the_deadline_of_a_notice_on_hold_holds_nothing_back(self):
        notified = standing(3, day(30), deadline=day(44), hold="blocked")
        [step] = decide(day(44), notified, item(2, due=day(30))).steps
        self.assertEqual((step.rung.key, list(step.deliver)), (1, [2]))

    def test_the_deadline_of_a_reminder_holds_back_its_own_item_only(self):
        reminded = standing(2, day(30), deadline=day(44))
        [step] = decide(day(44), reminded, item(2, due=day(30))).steps
        self.assertEqual((step.rung.key, list(step.deliver)), (1, [2]))
        self.assertEqual(step.listed, ())  # asked for more firmly before

    def test_of_two_notices_the_later_deadline_counts(self):
        first = standing(3, day(30), deadline=day(44))
        second = item(
            2, rung=3, rung_formal=True, delivered_on=day(35), deadline=day(50)
        )
        newer = item(3, due=day(30))
        for today, wait in [(day(46), day(51)), (day(50), day(51)), (day(51), None)]:
            with self.subTest(today):
                case = core.Case((first, second, newer))
                waiting = core.reason_to_wait(LADDER, case, today)
                self.assertEqual(waiting and waiting.day, wait)
                if waiting:
                    self.assertEqual(waiting.reason, core.FORMAL_NOTICE)

    def test_another_formal_notice_may_leave_while_one_is_running(self):
        notified = standing(3, day(30), deadline=day(44))
        other = item(2, rung=2, delivered_on=day(15))
        [step] = decide(day(40), notified, other).steps
        self.assertEqual((step.rung.key, list(step.deliver)), (3, [2]))

    def test_nothing_happens_before_the_first_of_the_coming_days(self):
        decision = decide(day(2), item(1), item(2, due=day(-2)))
        self.assertEqual((decision.reason, decision.day), (core.TOO_EARLY, day(3)))

    def test_beside_a_decision_of_today_no_contact_is_still_to_come(self):
        decided = decide(day(45), standing(3, day(35)))
        self.assertTrue(decided.steps[0].rung.decision)
        self.assertEqual((decided.reason, decided.day), (core.LADDER_ENDED, None))

    def test_what_is_not_said_of_a_ladder_holds_nothing_back(self):
        ladder = core.Ladder((core.Rung(1, 5), core.Rung(2, 5)))
        sent = item(rung=1, delivered_on=day(5))
        self.assertEqual(core.next_rung(ladder, sent)[1], day(5))
        self.assertTrue(decide(day(5), sent, ladder=ladder, last_contact=day(5)).steps)
        self.assertFalse(core.Rung(1, 5).notified)

    def test_what_is_not_said_of_an_item_is_not_behind_it(self):
        ladder = core.Ladder((core.Rung(1, 0), core.Rung(2, 1), core.Rung(3, 2)))
        self.assertEqual(core.next_rung(ladder, item(rung=77))[0].key, 2)
        self.assertEqual(core.next_rung(ladder, item(start=77))[0].key, 1)
        far = item(rung=77, rung_delay=400)
        self.assertEqual(core.next_rung(LADDER, far)[0].key, 3)
        reminded = item(rung=2, delivered_on=day(30), deadline=day(44))
        [step] = decide(day(44), reminded, item(2, due=day(30))).steps
        self.assertEqual(step.rung.key, 1)

    def test_what_the_caller_knows_of_the_next_rungs_is_not_asked_again(self):
        case = core.Case((item(),))
        known = {1: (LADDER.climbing[1], day(9))}
        early = core.decide(LADDER, case, day(8), nexts=known)
        self.assertEqual((early.reason, early.day), (core.TOO_EARLY, day(9)))
        [step] = core.decide(LADDER, case, day(9), nexts=known).steps
        self.assertEqual(step.rung.key, 2)

    def test_levels_that_leave_by_themselves_wait_for_bank_entries(self):
        self.assertEqual(decide(day(5), item(), fresh=False).reason, core.BANK_STALE)
        [step] = decide(day(30), standing(2, day(15)), fresh=False).steps
        self.assertTrue(step.rung.formal)


class TestMoney(TestCase):
    def test_credits_that_cover_the_debt_stop_everything(self):
        for credit, expected in [("99.99", ""), ("100", core.TO_RECONCILE)]:
            with self.subTest(credit=credit):
                decision = decide(day(5), item(), credits=Decimal(credit))
                self.assertEqual(decision.reason, expected)

    def test_credits_that_leave_less_than_the_minimum_stop_everything(self):
        ladder = core.Ladder(LADDER.rungs, minimum=Decimal(50))
        for credit, expected in [("50", ""), ("50.01", core.TO_RECONCILE)]:
            with self.subTest(credit=credit):
                decision = decide(
                    day(5), item(), ladder=ladder, credits=Decimal(credit)
                )
                self.assertEqual(decision.reason, expected)

    def test_a_debt_equal_to_the_minimum_is_dunned_and_a_cent_less_is_not(self):
        ladder = core.Ladder(LADDER.rungs, minimum=Decimal(50))
        for amount, expected in [("50", ""), ("49.99", core.BELOW_MINIMUM)]:
            with self.subTest(amount=amount):
                decision = decide(day(5), item(amount=amount), ladder=ladder)
                self.assertEqual(decision.reason, expected)

    def test_items_on_hold_are_neither_dunned_nor_counted(self):
        held = item(1, hold="blocked")
        self.assertEqual(decide(day(5), held).reason, core.HELD)
        [step] = decide(day(5), held, item(2)).steps
        self.assertEqual((list(step.deliver), step.listed), ([2], ()))


class TestCourtesy(TestCase):
    def test_it_leaves_only_between_its_day_and_the_day_before_the_due_date(self):
        for days, expected in [(-6, 0), (-5, 1), (-1, 1), (0, 0)]:
            with self.subTest(days=days):
                self.assertEqual(len(decide(day(days), item()).steps), expected)

    def test_it_is_sent_once(self):
        sent = item(courtesies=frozenset({9}))
        self.assertEqual(decide(day(-4), sent).steps, ())

    def test_it_is_left_out_beside_anything_overdue(self):
        overdue = item(2, due=day(-10), hold="")
        [step] = decide(day(-4), item(), overdue).steps
        self.assertEqual(step.kind, "rung")
        grace = core.Ladder(LADDER.rungs, grace=20)
        self.assertFalse(decide(day(-4), item(), overdue, ladder=grace).steps)

    def test_it_is_left_out_beside_what_is_due_yesterday_or_on_hold_or_pending(self):
        for other in (item(2, due=day(-5)), item(2, hold="blocked")):
            grace = core.Ladder(LADDER.rungs, grace=20)
            self.assertEqual(decide(day(-4), item(), other, ladder=grace).steps, ())
        self.assertEqual(decide(day(-4), item(), pending=True).steps, ())
        self.assertEqual(decide(day(-4), item(), spoken_on=day(-4)).steps, ())
        self.assertTrue(decide(day(-4), item(), item(2, due=day(-4))).steps)
        self.assertTrue(decide(day(-4), item(), spoken_on=day(-5)).steps)

    def test_credits_that_cover_what_it_is_about_hold_it_back(self):
        far = item(2, due=day(90))
        for credit, expected in [("99.99", ""), ("100", core.TO_RECONCILE)]:
            with self.subTest(credit):
                decision = decide(day(-4), item(), far, credits=Decimal(credit))
                self.assertEqual(decision.reason, expected)

    def test_one_that_leaves_by_itself_waits_for_bank_entries(self):
        stale = decide(day(-4), item(), fresh=False)
        self.assertEqual((stale.steps, stale.reason), ((), core.BANK_STALE))
        by_hand = core.Ladder((core.Rung(9, -5, automatic=False),))
        self.assertTrue(decide(day(-4), item(), ladder=by_hand, fresh=False).steps)

    def test_of_two_courtesies_the_later_one_speaks_on_its_day(self):
        ladder = core.Ladder((core.Rung(8, -10), core.Rung(9, -3), core.Rung(1, 5)))
        for days, key in [(-10, 8), (-4, 8), (-3, 9), (-1, 9)]:
            with self.subTest(days):
                [step] = decide(day(days), item(), ladder=ladder).steps
                self.assertEqual((step.kind, step.rung.key), ("courtesy", key))

    def test_an_earlier_courtesy_is_not_made_up_after_a_later_one(self):
        ladder = core.Ladder((core.Rung(8, -10), core.Rung(9, -3), core.Rung(1, 5)))
        for sent, steps in [({8}, 1), ({9}, 0), ({8, 9}, 0)]:
            with self.subTest(sent=sent):
                told = item(courtesies=frozenset(sent))
                decision = decide(day(-2), told, ladder=ladder)
                self.assertEqual(len(decision.steps), steps)

    def test_it_sets_no_level_and_the_first_rung_comes_at_its_time(self):
        self.assertEqual(
            decide(day(5), item(courtesies=frozenset({9}))).steps[0].rung.key, 1
        )


class TestEndOfLadder(TestCase):
    def test_a_ladder_without_a_decision_gets_one(self):
        ladder = core.Ladder((core.Rung(1, 5),))
        sent = item(rung=1, delivered_on=day(5))
        self.assertFalse(decide(day(19), sent, ladder=ladder).steps)
        [step] = decide(day(20), sent, ladder=ladder).steps
        self.assertEqual(step.rung.key, core.END_OF_LADDER)

    def test_after_the_decision_nothing_more_happens(self):
        decided = item(rung=4, delivered_on=day(60))
        self.assertEqual(decide(day(400), decided).reason, core.LADDER_ENDED)

    def test_an_explicit_decision_speaks_before_the_one_that_is_added(self):
        rungs = (core.Rung(1, 5), core.Rung(2, 10, decision=True), core.Rung(3, 20))
        ladder = core.Ladder(rungs)
        first = item(1, rung=1, delivered_on=day(5))
        last = item(2, rung=3, delivered_on=day(20))
        for items in ((first, last), (last, first)):
            [step] = decide(day(60), *items, ladder=ladder).steps
            self.assertEqual(step.rung.key, 2)
            reached = {key: rung.key for key, rung in step.deliver.items()}
            self.assertEqual(reached, {1: 2, 2: core.END_OF_LADDER})

    def test_a_decision_on_the_desk_is_not_asked_for_again(self):
        pending = standing(3, day(30), pending=True)
        self.assertEqual(decide(day(60), pending).reason, core.DECIDING)
        other = item(2, rung=3, delivered_on=day(30))
        self.assertFalse(decide(day(60), pending, other).steps)


class TestStandOnAnotherLadder(TestCase):
    """Where an item stands whose rung belongs to another ladder (or was archived)."""

    def _key(self, *args, ladder=LADDER):
        index = ladder.stand(*args)
        return ladder.climbing[index].key if index >= 0 else None

    def test_below_the_first_rung_and_without_an_agreed_one_it_is_minus_one(self):
        self.assertEqual(LADDER.stand(4), -1)
        self.assertEqual(LADDER.find_agreed(item()), -1)
        self.assertEqual(LADDER.position(item()), -1)

    def test_it_stands_on_the_highest_rung_not_above_its_old_delay(self):
        self.assertEqual(self._key(4), None)
        self.assertEqual(self._key(5), 1)
        self.assertEqual(self._key(14), 1)
        self.assertEqual(self._key(15), 2)

    def test_no_delay_alone_reaches_a_formal_notice_or_a_decision(self):
        self.assertEqual(self._key(30), 2)
        self.assertEqual(self._key(400), 2)

    def test_who_was_put_on_notice_stays_so_however_late_the_notice_is_here(self):
        self.assertEqual(self._key(1, True), 3)
        self.assertEqual(self._key(400, True), 3)

    def test_on_a_ladder_without_notice_only_its_decision_follows(self):
        ladder = core.Ladder((core.Rung(1, 5), core.Rung(2, 90, gap=7)))
        rung, _when = core.next_rung(
            ladder, item(rung=77, rung_delay=30, rung_notified=True)
        )
        self.assertEqual(rung.key, core.END_OF_LADDER)

    def test_a_decision_that_was_taken_counts_where_it_comes_no_later(self):
        self.assertEqual(self._key(44, True, True), 3)
        self.assertEqual(self._key(45, True, True), 4)

    @given(delay=st.integers(-5, 100), notified=st.booleans(), decided=st.booleans())
    @settings(max_examples=200, deadline=None)
    def test_what_was_not_delivered_is_never_skipped(self, delay, notified, decided):
        key = self._key(delay, notified, decided)
        if key == 3:
            self.assertTrue(notified)
        if key == 4:
            self.assertTrue(decided)

    def test_the_item_that_speaks_first_is_found_among_all_that_nothing_holds(self):
        early, late = item(due=day(-3)), item(key=2)
        held = item(key=3, due=day(-9), hold="blocked")
        rung, when = core.first_next(LADDER, [late, held, early])
        self.assertEqual((rung.key, when), (1, day(2)))
        self.assertEqual(core.first_next(LADDER, [held]), (None, None))
