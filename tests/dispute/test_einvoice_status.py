from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import DAY
from ..hold.test_hold import day
from .test_disputes import DisputeCommon


@tagged("post_install", "-at_install")
class TestEinvoiceStatus(DisputeCommon):
    def _set(self, code, user=None, **values):
        invoice = self.invoice.with_user(user or self.collector)
        return invoice.dunning_set_einvoice_status(code, **values)

    def _get_disputes(self):
        return self.env["dunning.dispute"].search([("move_id", "=", self.invoice.id)])

    def test_206_207_208_and_210_open_a_dispute_and_keep_it(self):
        for code in ("206", "207", "208", "210"):
            with self.subTest(code=code), self.cr.savepoint() as savepoint:
                self._set(code)
                self._set(code)
                [dispute] = self._get_disputes()
                self.assertEqual((dispute.state, dispute.amount), ("open", 1000))
                self._set("207", date=day(-1))
                self.assertEqual(self._get_disputes(), dispute)
                self._run()
                self.assertFalse(self._case().action_ids)
                self.env.flush_all()
                savepoint.rollback()
                self.env.invalidate_all(flush=False)

    def test_approved_in_part_contests_the_rest_and_refused_everything(self):
        self._set("206", amount=300, reason="QTE: two crates missing")
        dispute = self._get_disputes()
        self.assertEqual((dispute.amount, dispute.reason_id), (300, self.quantity))
        self.assertIn("two crates missing", dispute.note)
        self._set(210, date="2024-03-03")
        self.assertEqual(dispute.amount, 1000)

    def test_what_we_have_noted_ourselves_is_kept_with_its_amount(self):
        dispute = self._dispute(200)
        status = self._set("207", amount=900)
        self.assertEqual(self._get_disputes(), dispute)
        self.assertEqual((dispute.amount, status.dispute_id), (200, dispute))

    def test_211_waits_five_working_days_for_the_payment(self):
        self._set("211")
        hold = self._case().hold_ids
        self.assertEqual(hold.date_until, day(7))  # Monday to Monday
        self.assertIn("Payment announced", hold.reason)
        self._run()
        self._run(day(7))
        self.assertFalse(self._case().action_ids)
        self._run(day(8))
        self.assertEqual(self._case().action_ids.level_id, self.first)

    def test_an_announcement_of_long_ago_keeps_nothing_back(self):
        status = self._set("211", date=day(-7))
        self.assertFalse(self._case().hold_ids)
        self.assertTrue(status.effect)

    def test_213_waits_with_a_task_until_it_was_sent_again_and_is_no_dispute(self):
        self._set("213", reason="Unknown address")
        self.assertFalse(self._get_disputes())
        case = self._case()
        self.assertIn("send the invoice again", case.hold_ids.reason)
        task = case.activity_ids
        self.assertEqual(task.summary, f"Send {self.invoice.name} again")
        self.assertIn("Unknown address", task.note)
        self._run(day(30))
        self.assertFalse(case.action_ids)
        self._set("203", date=day(-1))
        self.assertEqual(case.hold_ids.state, "interrupted")
        self.assertFalse(case.activity_ids)
        self._run(day(31))
        self.assertTrue(case.action_ids)

    def test_other_statuses_are_recorded_only(self):
        for code in ("200", "201", "205", "209", "212"):
            with self.subTest(code=code):
                status = self._set(code)
                self.assertEqual((status.code, status.date), (code, DAY))
                self.assertFalse(status.effect)
        self._run()
        self.assertTrue(self._case().action_ids)

    def test_the_same_status_of_the_same_day_acts_once(self):
        first = self._set("207")
        dispute = self._get_disputes()
        dispute.action_resolve("withdrawn")
        self.assertEqual(self._set("207"), first)
        self.assertEqual(self._get_disputes(), dispute)

    def test_a_status_that_we_do_not_know_is_recorded_and_changes_nothing(self):
        self._run()
        held = self._case().line_ids.hold
        for code in ("214", 220, "224", "250", "299", "601"):
            with self.subTest(code=code):
                status = self._set(code, reason="Visé par le trésorier")
                self.assertEqual(status.code, "other")
                self.assertEqual(status.platform_code, str(code))
                self.assertEqual(status.reason, "Visé par le trésorier")
                self.assertFalse(status.effect)
                again = self._set(code, reason="Visé par le trésorier")
                self.assertEqual(again, status)
        self.assertFalse(self._get_disputes())
        self.assertEqual(self._case().line_ids.hold, held)

    def test_what_is_no_status_a_wrong_amount_and_a_draft_are_refused_in_words(self):
        for code in ("paid", "", "29", "2110", "²³⁴", "other"):
            refused = self.assertRaisesRegex(UserError, "is no status")
            with self.subTest(code=code), refused:
                self._set(code)
        for amount in (-1, 1001, "all"):
            refused = self.assertRaisesRegex(UserError, "no amount")
            with self.subTest(amount=amount), refused:
                self._set("207", amount=amount)
        with self.assertRaisesRegex(UserError, "is no day"):
            self._set("207", date="soon")
        self.invoice.button_draft()
        with self.assertRaisesRegex(UserError, "Only posted customer invoices"):
            self._set("207")

    def test_of_a_paid_invoice_nothing_waits(self):
        self._pay(self.invoice)
        for code in ("207", "211", "213"):
            with self.subTest(code=code):
                self.assertIn("Nothing is open", self._set(code).effect)
        self.assertFalse(self._get_disputes())

    def test_a_reader_may_not_call_it(self):
        with self.assertRaises(AccessError):
            self._set("207", user=self.reader)
