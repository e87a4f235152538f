from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common_promise import PromiseCommon, day


@tagged("post_install", "-at_install")
class TestPlanB(PromiseCommon):
    """For every value a real promise fails, and the record that resulted is shown."""

    def _break(self, fallback, **values):
        promise = self._promise(fallback=fallback, **values)
        self._run(day(4))
        self.assertEqual(promise.state, "broken")
        self.assertEqual(promise.fallback_done_on, day(4))
        history = "".join(self.case.message_ids.mapped("body"))
        self.assertIn("Plan B", history)
        return promise

    def test_each_value_that_is_offered_has_a_test_here(self):
        offered = [code for code, _label in self.case.promise_ids._selection_plan_b()]
        for code in offered:
            self.assertTrue(hasattr(self, f"test_{code}"), code)

    def test_reminder(self):
        self._break("reminder")
        self.assertEqual(len(self._contacts()), 1)

    def test_extension(self):
        promise = self._break("extension", fallback_days=5)
        extension = promise.fallback_record
        self.assertEqual(extension.extension_of_id, promise)
        self.assertEqual((extension.date, extension.amount), (day(9), 300))
        self.assertEqual(self.line.hold, "promised")
        told = self._contacts()
        self.assertEqual(told.event, "promise.made")
        self.assertEqual(told._get_event_source(), extension)

    def test_extension_of_an_extension_is_for_the_manager(self):
        first = self._break("extension", fallback_days=5)
        second = first.fallback_record
        second.fallback = "extension"
        self._run(day(15))
        self.assertEqual(second.state, "broken")
        self.assertEqual(second.fallback_record.user_id, self.manager)

    def test_next_rung(self):
        self._run_and_send()
        promise = self._break("next_rung")
        self.assertEqual(promise.fallback_record, self.second)
        self.assertFalse(self._contacts())
        spoken = self._contacts("rung").filtered(lambda a: a.level_id == self.second)
        self.assertEqual(spoken.date, day(4))
        self.assertIn(self.invoice, spoken.line_ids.filtered("level_id").move_id)
        self.assertTrue(self.line.agreed_level_id)
        self._send_mails()
        self.assertEqual(self.line.level_id, self.second)
        self.assertFalse(self.line.agreed_level_id)

    def test_given_rung(self):
        promise = self._break("given_rung", fallback_level_id=self.second.id)
        self.assertEqual(promise.fallback_record, self.second)
        spoken = self._contacts("rung")
        self.assertEqual(spoken.level_id, self.second)

    def test_given_rung_that_was_delivered_already_asks_the_manager(self):
        self._run_and_send()
        promise = self._break("given_rung", fallback_level_id=self.first.id)
        self.assertEqual(promise.fallback_record._name, "mail.activity")
        self.assertEqual(promise.fallback_record.user_id, self.manager)

    def test_formal_notice(self):
        promise = self._break("formal_notice")
        self.assertEqual(promise.fallback_record, self.notice)
        proposed = self._contacts("rung").filtered("is_formal_notice")
        self.assertEqual(
            (proposed.state, proposed.line_ids.move_id), ("proposed", self.invoice)
        )
        self.assertEqual(self.line.level_id, self.env["dunning.level"])

    def test_hand_over(self):
        task = self._break("hand_over").fallback_record
        self.assertEqual(task.user_id, self.manager)
        self.assertIn("Hand the case over", task.summary)

    def test_decision(self):
        task = self._break("decision").fallback_record
        self.assertEqual(task.user_id, self.manager)
        self.assertIn("300.00", task.note)

    def test_plan(self):
        draft = self._break("plan").fallback_record
        self.assertEqual((draft._name, draft.state), ("dunning.plan", "draft"))
        self.assertEqual(draft.amount, 300)

    def test_a_given_rung_must_be_named(self):
        with self.assertRaises(ValidationError):
            self._promise(fallback="given_rung")

    def test_what_was_paid_late_needs_no_plan_b(self):
        promise = self._promise(fallback="hand_over")
        self._pay(self.invoice, day=day(4))
        self._run(day(4))
        self.assertFalse(promise.fallback_done_on)

    def test_it_is_carried_out_by_a_rule_that_can_be_switched_off(self):
        rule = self.env.ref("account_dunning.base_automation_broken")
        rule.active = False
        promise = self._promise(fallback="decision")
        self._run(day(4))
        self.assertFalse(promise.fallback_done_on)
        promise.action_carry_out_fallback()
        self.assertTrue(promise.fallback_record)

    def test_it_happens_once(self):
        promise = self._break("decision")
        task = promise.fallback_record
        promise.action_carry_out_fallback()
        self._run(day(5))
        self.assertEqual(promise.fallback_record, task)


@tagged("post_install", "-at_install")
class TestPlanBIsTold(PromiseCommon):
    def _body(self, **values):
        self._promise(until=9, confirm=True, **values)
        return self._contacts().sorted("id")[-1:].body

    def test_it_is_internal_by_default(self):
        self.assertNotIn("Should this date", self._body(fallback="formal_notice"))

    def test_it_is_told_when_somebody_chooses_so(self):
        body = self._body(fallback="formal_notice", fallback_disclosed=True)
        self.assertIn("have to send you a formal notice", body)

    def test_it_is_told_after_the_second_broken_agreement(self):
        self.company.dunning_collector_renewals = 3
        self._promise()
        self._run(day(4))
        self.assertNotIn("Should this date", self._body())
        self.case.promise_ids[:1].sudo().broken_on = day(4)
        self.assertIn("Should this date", self._body())

    def test_every_value_has_words_that_may_be_said(self):
        promise = self._promise(fallback_disclosed=True)
        for code, _label in promise._selection_plan_b():
            promise.write({"fallback": code, "fallback_level_id": self.second.id})
            text = promise._disclose_plan_b()
            self.env["dunning.level"]._raise_forbidden(code, text)
            self.assertTrue(text)
