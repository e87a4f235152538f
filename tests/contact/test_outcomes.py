from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from ..common import DAY, DunningCommon


class OutcomeCommon(DunningCommon):
    """The first rung of the ladder is a call, made by the collector."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first.write(
            {"channel_email": False, "channel_phone": True, "call_script": "<p>Hi</p>"}
        )
        cls.company.dunning_user_id = cls.collector
        cls.company.resource_calendar_id.tz = "UTC"
        cls.customer.phone = "+33 1 23 45 67 89"

    def _call(self):
        """Let the engine plan a call, and return it."""
        self._invoice(5)
        self._run()
        return self._case().action_ids

    def _record(self, action, outcome, user=None, **values):
        if outcome == "reached":
            reason = self.env.ref("account_dunning.dunning_reason_man")
            values = {"reason_id": reason.id} | values
        window = self.env["dunning.outcome"].with_user(user or self.collector)
        window = window.create({"action_id": action.id, "outcome": outcome, **values})
        window.action_confirm()
        return window

    def _get_reports(self):
        """Return what the chatter of the case keeps of calls and visits."""
        messages = self._case().message_ids.filtered(
            lambda message: message.mail_activity_type_id
        )
        return [(message.author_id, message.body) for message in messages]


@tagged("post_install", "-at_install")
class TestOutcome(OutcomeCommon):
    def test_a_call_that_reached_the_debtor_lets_the_items_climb(self):
        call = self._call()
        self._record(call, "reached", note="Mrs Martin pays on Friday")
        self.assertEqual((call.state, call.outcome), ("done", "reached"))
        self.assertEqual((call.delivered_on, call.outcome_on), (DAY, DAY))
        self.assertEqual(self._case().level_id, self.first)
        self.assertFalse(self._case().activity_ids)

    def test_the_chatter_keeps_author_channel_content_and_result(self):
        call = self._call()
        self._record(call, "reached", note="Mrs Martin pays on Friday")
        [(author, body)] = self._get_reports()
        self.assertEqual(author, self.collector.partner_id)
        self.assertIn("Mrs Martin pays on Friday", body)
        self.assertIn("Reached", body)
        self.assertIn("Call Boulangerie Martin", body)

    def test_a_first_attempt_is_planned_again_for_the_next_working_day(self):
        call = self._call()
        self._record(call, "not_reached")
        self.assertEqual((call.state, call.attempt_count), ("queued", 1))
        self.assertFalse(self._case().level_id)
        self.assertEqual(call.planned_on, DAY + timedelta(days=1))
        self.assertEqual(call.activity_id.user_id, self.collector)

    @freeze_time("2024-03-08 10:00:00")
    def test_after_a_friday_comes_a_monday(self):
        call = self._call()
        self._record(call, "not_reached")
        self.assertEqual(call.planned_on, DAY + timedelta(days=7))

    def test_two_attempts_count_as_one_contact(self):
        call = self._call()
        self._record(call, "not_reached")
        with freeze_time(DAY + timedelta(days=1)):
            self._record(call, "not_reached")
        self.assertEqual((call.state, call.outcome), ("done", "not_reached"))
        self.assertEqual(call.delivered_on, DAY + timedelta(days=1))
        self.assertEqual(self._case().level_id, self.first)
        self.assertEqual(len(self._get_reports()), 2)

    def test_a_debtor_who_was_not_reached_is_told_so_and_no_more(self):
        call = self._call()
        self._record(call, "not_reached")
        self._record(call, "not_reached")
        self._run(DAY + timedelta(days=10))
        second = self._case().action_ids.filtered(lambda a: a.level_id == self.second)
        self.assertIn("tried to call you", second.previous_contact_text)

    def test_an_interrupted_call_is_planned_for_the_day_agreed(self):
        call = self._call()
        day = DAY + timedelta(days=3)
        self._record(call, "call_back", call_back_on=day, note="In a meeting")
        self.assertEqual((call.state, call.attempt_count), ("queued", 0))
        self.assertEqual(call.planned_on, day)
        self.assertIn("In a meeting", self._get_reports()[0][1])

    def test_a_day_that_is_over_missing_or_too_far_is_refused(self):
        call = self._call()
        for days, words in ((-1, "is over"), (61, "too far"), (None, "which day")):
            day = days and DAY + timedelta(days=days)
            with self.subTest(days=days), self.assertRaisesRegex(UserError, words):
                self._record(call, "call_back", call_back_on=day)
        for days in (0, 60):
            self._record(call, "call_back", call_back_on=DAY + timedelta(days=days))
            self.assertEqual(call.planned_on, DAY + timedelta(days=days))

    def test_a_wrong_contact_fails_and_asks_to_mend_it(self):
        call = self._call()
        self._record(call, "wrong_contact", note="A dentist answers")
        self.assertEqual((call.state, call.outcome), ("failed", "wrong_contact"))
        self.assertIn("+33 1 23 45 67 89", call.failure_reason)
        task = self._case().activity_ids
        self.assertEqual(task.user_id, self.collector)
        self.assertFalse(self._case().level_id)

    def test_a_call_that_failed_can_be_planned_again(self):
        call = self._call()
        self._record(call, "wrong_contact")
        self.customer.phone = "+33 4 72 00 00 00"
        call.with_user(self.collector).action_approve()
        self.assertEqual(call.state, "failed")  # approved it was already
        call.with_user(self.collector).action_send_again()
        self.assertEqual(call.state, "queued")
        self.assertIn("+33 4 72 00 00 00", call.activity_id.note)

    def test_the_window_says_beforehand_what_happens(self):
        call = self._call()
        window = self.env["dunning.outcome"].new({"action_id": call.id})
        self.assertIn("counts", window.consequence)
        window.outcome = "not_reached"
        self.assertIn("First attempt", window.consequence)
        self._record(call, "not_reached")
        window = self.env["dunning.outcome"].new(
            {"action_id": call.id, "outcome": "not_reached"}
        )
        self.assertIn("Second attempt", window.consequence)

    def test_odoos_own_mark_done_means_reached_and_keeps_the_words(self):
        call = self._call()
        activity = call.activity_id.with_user(self.collector)
        activity.action_feedback(feedback="Will pay")
        self.assertEqual((call.state, call.outcome), ("done", "reached"))
        self.assertEqual(call.outcome_note, "Will pay")

    def test_a_reader_records_nothing_and_a_collector_forges_nothing(self):
        call = self._call()
        with self.assertRaises(AccessError):
            self._record(call, "reached", user=self.reader)
        with self.assertRaisesRegex(UserError, "How far"):
            call.with_user(self.collector).outcome = "reached"

    def test_only_a_planned_call_or_visit_has_an_outcome(self):
        call = self._call()
        self._record(call, "reached")
        with self.assertRaisesRegex(UserError, "no planned call"):
            self._record(call, "not_reached")


@tagged("post_install", "-at_install")
class TestVisit(OutcomeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first.write({"channel_phone": False, "channel_visit": True})

    def test_a_visit_is_planned_at_the_address_of_the_debtor(self):
        visit = self._call()
        self.assertEqual((visit.channel, visit.state), ("visit", "queued"))
        self.assertIn("12 rue des Lilas", visit.activity_id.note)
        self.assertEqual(
            visit.activity_id.activity_type_id,
            self.env.ref("account_dunning.mail_activity_type_visit"),
        )

    def test_a_visit_is_closed_with_its_report(self):
        visit = self._call()
        self._record(
            visit,
            "reached",
            note="Seen on the spot",
            dispute_found="Two crates were broken",
            agreement_reached="100 on Friday by transfer",
        )
        self.assertEqual((visit.state, self._case().level_id), ("done", self.first))
        self.assertEqual(visit.dispute_found, "Two crates were broken")
        body = self._get_reports()[0][1]
        for words in ("Seen on the spot", "Two crates", "100 on Friday"):
            self.assertIn(words, body)

    def test_the_report_of_a_visit_never_changes(self):
        visit = self._call()
        self._record(visit, "reached", agreement_reached="100 on Friday")
        with self.assertRaisesRegex(UserError, "delivered"):
            visit.with_user(self.collector).agreement_reached = "Nothing"


@tagged("post_install", "-at_install")
class TestSkip(OutcomeCommon):
    """Planned on Monday 4 March with five working days: Monday 11 is the last one."""

    LAST = DAY + timedelta(days=7)

    def test_a_call_nobody_makes_is_skipped_after_five_working_days(self):
        call = self._call()
        self._run(self.LAST)
        self.assertEqual(call.state, "queued")
        self._run(self.LAST + timedelta(days=1))
        self.assertEqual((call.state, call.outcome), ("cancelled", "skipped"))
        self.assertIn("5 working days", call.cancel_reason)
        self.assertFalse(self._case().activity_ids)

    def test_a_skipped_call_lets_the_next_rung_start_and_is_no_contact(self):
        self.ladder.contact_gap_days = 20
        self._call()
        self._run(self.LAST + timedelta(days=1))
        line = self._case().line_ids
        skipped = self.LAST + timedelta(days=1)
        self.assertEqual((line.level_id, line.delivered_on), (self.first, skipped))
        self._run(skipped + timedelta(days=7))
        self.assertIn(self.second, self._case().action_ids.level_id)

    def test_a_call_planned_for_a_later_day_is_not_late(self):
        call = self._call()
        self._record(call, "call_back", call_back_on=DAY + timedelta(days=4))
        self._run(DAY + timedelta(days=11))
        self.assertEqual(call.state, "queued")
        self._run(DAY + timedelta(days=12))
        self.assertEqual(call.state, "cancelled")

    def test_without_a_limit_a_call_waits_for_ever(self):
        self.first.skip_after_days = 0
        call = self._call()
        self._run(DAY + timedelta(days=90))
        self.assertEqual(call.state, "queued")

    def test_a_rung_that_is_also_written_waits_for_what_is_written(self):
        self.first.write(
            {"channel_letter": True, "letter_template_id": self.letter_text.id}
        )
        call = self._call().filtered(lambda action: action.channel == "phone")
        self._run(self.LAST + timedelta(days=1))
        self.assertEqual(call.state, "cancelled")
        self.assertFalse(self._case().level_id)

    def test_of_a_call_and_a_visit_the_one_that_was_made_counts(self):
        self.first.channel_visit = True
        actions = self._call()
        self._record(actions.filtered(lambda a: a.channel == "visit"), "reached")
        self._run(self.LAST + timedelta(days=1))
        self.assertEqual(sorted(actions.mapped("state")), ["cancelled", "done"])
        self.assertEqual(self._case().line_ids.delivered_on, DAY)

    def test_a_formal_notice_is_never_skipped(self):
        self.notice.write({"channel_phone": True, "call_script": "<p>Hi</p>"})
        self._invoice(60)
        day = self._deliver_until(self.second, DAY - timedelta(days=60))
        self._run(day + timedelta(days=25))
        notices = self._case().action_ids.filtered("is_formal_notice")
        notices.with_user(self.manager).action_approve()
        self._run(day + timedelta(days=85))
        self.assertEqual(notices.mapped("state"), ["queued", "queued"])

    def test_a_limit_is_between_for_ever_and_sixty_days(self):
        for days in (-1, 61):
            with self.subTest(days=days), self.assertRaises(ValidationError):
                self.first.skip_after_days = days
        self.first.skip_after_days = 60
