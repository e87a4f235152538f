from markupsafe import Markup

from odoo.tests import tagged

from .common_promise import PromiseCommon, day


@tagged("post_install", "-at_install")
class TestPromiseIsBroken(PromiseCommon):
    """Scenario: the day after the last tolerated one."""

    def test_the_debtor_is_told_once_and_the_ladder_resumes_where_it_stood(self):
        self._run_and_send()  # both invoices get the first level
        self._promise(until=1)
        self._run(day(7))
        told = self._contacts()
        self.assertEqual((told.state, told.line_ids.move_id), ("queued", self.invoice))
        self.assertIn("As agreed on March 4, 2024", told.body)
        self.assertIn("$ 300.00", told.subject)
        self.assertEqual(self.line.level_id, self.first)
        self._send_mails()
        for count in range(8, 15):
            self._run_and_send(day(count))
        self.assertEqual(len(self._contacts()), 1)
        self.assertEqual(self.line.level_id, self.second)

    def test_it_is_told_however_close_the_last_reminder_is(self):
        self.ladder.contact_gap_days = 30
        self._run_and_send()
        self._promise(until=0)
        self._run(day(4))
        self.assertEqual(self._contacts().state, "queued")

    def test_no_rung_speaks_in_the_run_that_tells_it_and_one_does_in_the_next(self):
        self._promise(400, 0, self.case.line_ids)
        self._run_and_send(day(4))
        self.assertFalse(self._contacts("rung"))
        self._run(day(5))
        self.assertEqual(self._contacts("rung").level_id, self.first)

    def test_a_text_that_waits_does_not_leave_after_the_payment(self):
        self._promise()
        self._run(day(4))
        self._pay(self.invoice, day=day(4))
        self.assertFalse(self._send_mails())
        self.assertEqual(self._contacts().state, "cancelled")

    def test_a_third_run_escalates_nothing_more(self):
        promise = self._promise(200)
        self._pay(self.invoice, 150, day(1))
        for count in (4, 5, 6):
            self._run_and_send(day(count))
        self.assertEqual(promise.state, "partial")
        self.assertEqual(len(self._contacts()), 1)

    def test_later_texts_recall_the_promise(self):
        self._promise()
        self._run_and_send(day(4))
        self._run(day(5))
        body = self._contacts("rung").body
        self.assertIn("you were to pay $\xa0300.00 by March 4, 2024", body)

    def test_later_texts_in_french_recall_it_in_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self._promise()
        self._run_and_send(day(4))
        self._run(day(5))
        self.assertIn("4 mars 2024", self._contacts("rung").body)

    def test_a_text_that_places_the_agreements_itself_says_them_once(self):
        self.mail_text.body_html += Markup('<p><t t-out="object.agreements_text"/></p>')
        self._promise()
        self._run_and_send(day(4))
        self._run(day(5))
        self.assertEqual(self._contacts("rung").body.count("you were to pay"), 1)

    def test_the_history_of_a_broken_promise_stays_after_a_payment(self):
        promise = self._promise()
        self._run(day(4))
        self._pay(self.invoice, 100, day(5))
        self._run(day(6))
        self.assertEqual((promise.state, promise.amount_left), ("broken", 200))
        history = "".join(self.case.message_ids.mapped("body"))
        self.assertIn("Broken", history)
        self.assertIn("made, on", history)


@tagged("post_install", "-at_install")
class TestCaseWaits(PromiseCommon):
    def test_a_case_waits_when_all_that_is_late_is_promised(self):
        self._promise(until=1)
        self.assertEqual(self.case.state, "open")
        self._promise(100, 2, self.other_line)
        self.assertEqual(self.case.state, "waiting")
        self.assertIn("Waiting until 03/11/2024 for", self.case.waiting_text)
        self.assertIn("Promise of $\xa0300.00 by 03/05/2024", self.case.waiting_text)
        self._run()
        self.assertEqual(self.case.state, "waiting")
        self.assertEqual(self.case.wait_reason, "held")

    def test_it_goes_on_when_the_promise_is_broken(self):
        self._promise(400, 0, self.case.line_ids)
        self._run(day(4))
        self.assertEqual((self.case.state, self.case.waiting_text), ("open", False))

    def test_a_new_invoice_that_is_late_ends_the_waiting(self):
        self._promise(400, 9, self.case.line_ids)
        self._invoice(7, 50.0)
        self._run(day(1))
        self.assertEqual(self.case.state, "open")
        self.assertTrue(self._contacts("rung"))

    def test_a_hold_of_the_case_outlasts_the_promise(self):
        self._promise(400, 0, self.case.line_ids)
        self.env["dunning.hold"].create(
            {"case_id": self.case.id, "reason": "Move", "date_until": day(20)}
        )
        self._run(day(4))
        self.assertEqual(self.case.state, "waiting")
        self.assertFalse(self._contacts("rung"))

    def test_it_is_not_resumed_by_hand_while_the_promise_runs(self):
        self._promise(400, 9, self.case.line_ids)
        self.case.action_resume()
        self.assertEqual(self.case.state, "waiting")
