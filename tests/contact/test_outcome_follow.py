from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import DAY, day
from .test_outcomes import OutcomeCommon


class FollowCommon(OutcomeCommon):
    def _get_reason(self, code):
        return self.env.ref(f"account_dunning.dunning_reason_{code.lower()}")

    def _check_suggestions(self, *suggestions):
        case = self._call().case_id
        for code, expected in suggestions:
            with self.subTest(code=code):
                window = self.env["dunning.outcome"].with_context(
                    default_case_id=case.id
                )
                window = Form(window)
                window.reason_id = self._get_reason(code)
                self.assertEqual(window.follow_up, expected)
                self.assertEqual(window.advice, self._get_reason(code).advice)


@tagged("post_install", "-at_install")
class TestOutcomeReason(FollowCommon):
    def test_whoever_was_reached_has_a_reason(self):
        call = self._call()
        with self.assertRaisesRegex(UserError, "Why does"):
            self._record(call, "reached", reason_id=False)
        self.assertEqual(call.state, "queued")
        self._record(call, "not_reached")

    def test_the_reason_and_who_said_so_are_kept_on_contact_and_case(self):
        call = self._call()
        reason = self._get_reason("TRE")
        self._record(
            call,
            "reached",
            reason_id=reason.id,
            reason_said_by="assumed",
            follow_up="none",
        )
        for record in (call, self._case()):
            found = (record.reason_id, record.reason_said_by)
            self.assertEqual(found, (reason, "assumed"))
        [(_author, body)] = self._get_reports()
        self.assertIn("TRE", body)
        self.assertIn("Our assumption", body)

    def test_a_reason_suggests_the_action_that_goes_with_it(self):
        self._check_suggestions(("NRC", "task"), ("MAN", "none"))

    def test_the_shipped_reasons_are_complete(self):
        codes = set(self.env["dunning.reason"].search([]).mapped("code"))
        listed = (
            "OUB NRC BCM ENT CIR DBL PRX QTE LIV QUA CTR AVO TRE DIF MAN REF INJ PAY "
            "PRO DEC"
        )
        self.assertLessEqual(set(listed.split()), codes)

    def test_nobody_forges_a_reason(self):
        call = self._call()
        with self.assertRaisesRegex(UserError, "How far"):
            call.with_user(self.collector).reason_id = self._get_reason("OUB")


@tagged("post_install", "-at_install")
class TestOutcomeFollows(FollowCommon):
    """One screen records the call and what follows from it."""

    def test_a_call_ends_in_a_task_with_the_advice(self):
        call = self._call()
        reason = self._get_reason("NRC")
        self._record(
            call,
            "reached",
            reason_id=reason.id,
            follow_on=day(2),
            follow_user_id=self.manager.id,
        )
        task = self._case().activity_ids
        self.assertEqual((task.user_id, task.date_deadline), (self.manager, day(2)))
        self.assertIn(reason.advice, task.note)

    def test_a_call_ends_in_another_call_which_the_ladder_does_not_wait_for(self):
        call = self._call()
        self._record(
            call,
            "reached",
            reason_id=self._get_reason("MAN").id,
            follow_up="call_back",
            follow_on=day(3),
        )
        task = self._case().activity_ids
        self.assertEqual(task.date_deadline, day(3))
        self._run(day(10))
        self.assertIn(self.second, self._case().action_ids.level_id)
        window = task.with_user(self.collector).action_dunning_outcome()
        self.assertEqual(window["context"]["default_activity_id"], task.id)

    def test_a_day_that_is_over_is_refused_and_nothing_is_recorded(self):
        call = self._call()
        with self.assertRaisesRegex(UserError, "today or later"):
            self._record(
                call,
                "reached",
                reason_id=self._get_reason("NRC").id,
                follow_on=day(-1),
            )
        self.assertEqual(call.state, "queued")

    def test_who_was_not_reached_gets_no_task(self):
        call = self._call()
        planned = self._case().activity_ids
        self._record(call, "not_reached", follow_up="task", follow_on=day(2))
        self.assertNotIn(
            day(2), (self._case().activity_ids - planned).mapped("date_deadline")
        )


@tagged("post_install", "-at_install")
class TestUnplannedCall(FollowCommon):
    def _record_call(self, case, user=None, **values):
        windows = self.env["dunning.outcome"].with_user(user or self.collector)
        window = windows.create(
            {
                "case_id": case.id,
                "reason_id": self._get_reason("MAN").id,
                "is_incoming": True,
                **values,
            }
        )
        window.action_confirm()
        return case.action_ids[:1]

    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(2)
        self.case = self.env["dunning.case"]._open_for(self.customer)

    def test_a_call_nobody_had_planned_is_a_contact_that_was_made(self):
        call = self._record_call(self.case, note="Asks for a copy")
        self.assertEqual((call.kind, call.state), ("manual", "done"))
        self.assertEqual((call.outcome, call.delivered_on), ("reached", DAY))
        self.assertEqual(call.user_id, self.collector)
        self.assertTrue(call.is_incoming)
        self.assertIn("Asks for a copy", self.case.message_ids[0].body)

    def test_two_calls_on_one_day_are_two_contacts(self):
        self._record_call(self.case)
        self._record_call(self.case)
        self.assertEqual(len(self.case.action_ids), 2)

    def test_it_delivers_no_level_and_holds_up_no_other_case(self):
        self._record_call(self.case)
        self.assertFalse(self.case.level_id)
        self._run(day(3))
        self.assertIn(self.first, self.case.action_ids.level_id)

    def test_a_later_text_says_who_called_whom(self):
        self._record_call(self.case)
        self._run(day(3))
        call = self.case.action_ids.filtered(lambda action: action.level_id)
        self.assertIn("You called us", call.previous_contact_text)

    def test_nobody_reached_and_nothing_planned_is_nothing_to_record(self):
        with self.assertRaisesRegex(UserError, "nothing to record"):
            self._record_call(self.case, outcome="not_reached")

    def test_it_is_recorded_from_the_invoice_the_case_and_a_task(self):
        window = self.invoice.with_user(self.collector).action_dunning_record_call()
        self.assertEqual(window["context"]["default_case_id"], self.case.id)
        task = self.case.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.collector.id
        )
        self._record_call(self.case, activity_id=task.id, note="Done")
        self.assertFalse(task.active)

    def test_a_reader_records_nothing(self):
        with self.assertRaises(AccessError):
            self._record_call(self.case, user=self.reader)
