from datetime import timedelta

from odoo import SUPERUSER_ID, Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from ..common import DAY
from ..common_registered import RegisteredCommon


@tagged("post_install", "-at_install")
class TestNoticePeriod(RegisteredCommon):
    """Ten days from the first presentation; unknown, from seven days after posting."""

    def setUp(self):
        super().setUp()
        self.letter = self._put_on_notice("Martin")
        self.line = self.letter.case_id.line_ids

    def _day(self, days):
        return DAY + timedelta(days=days)

    def _ahead(self):
        """Return the letter for who is ahead of the clock."""
        return self.letter.with_user(SUPERUSER_ID)

    def _decision(self):
        return self.letter.case_id.action_ids.filtered(
            lambda one: one.channel == "decision"
        )

    def test_the_letter_prints_a_period_and_no_date(self):
        self.assertIn(
            "within 10 days of the first presentation of this letter", self.letter.body
        )
        self.assertNotIn("March 14", self.letter.body)

    def test_the_level_counts_at_the_deposit_and_the_period_seven_days_later(self):
        self.letter.action_deliver(DAY)
        self.assertEqual(self.line.level_id, self.notice)
        self.assertEqual(self.line.delivered_on, DAY)
        self.assertEqual(self.line.deadline, self._day(17))
        self.assertEqual(self.letter.deadline, self._day(17))

    def test_the_presentation_moves_the_end_of_the_period(self):
        self.letter.action_deliver(DAY)
        self._run(self._day(3))
        self.startPatcher(freeze_time(f"{self._day(3)} 10:00:00"))
        letter = self.letter.with_user(self.collector)
        for presented in (2, 1, 3):
            letter.presentation_date = self._day(presented)
            self.assertEqual(letter.deadline, self._day(presented + 10))
            self.assertEqual(self.line.deadline, self._day(presented + 10))
            self.assertEqual(self.line.next_date, self._day(presented + 11))
        letter.presentation_date = False
        self.assertEqual(self.line.deadline, self._day(17))

    def test_a_list_of_receipts_moves_it_as_well(self):
        self._deposit(self.letter)
        self._run(self._day(3))
        self.startPatcher(freeze_time(f"{self._day(3)} 10:00:00"))
        line = {"tracking_number": "1A1", "presentation": "05/03/2024"}
        window = self.env["dunning.receipt.import"].with_user(self.collector)
        window.create({"line_ids": [Command.create(line)]}).action_write()
        self.assertEqual(self.letter.presentation_date, self._day(1))
        self.assertEqual(self.line.deadline, self._day(11))

    def test_presented_early_the_decision_comes_the_day_after_the_period(self):
        self.letter.action_deliver(DAY)
        self.letter.presentation_date = DAY
        self._run(self._day(10))
        self.assertFalse(self._decision())
        self._run(self._day(11))
        self.assertTrue(self._decision())

    def test_grace_days_are_added_to_the_period(self):
        self.ladder.grace_days = 2
        self.letter.action_deliver(DAY)
        self.letter.presentation_date = DAY
        self._run(self._day(12))
        self.assertFalse(self._decision())
        self._run(self._day(13))
        self.assertTrue(self._decision())

    def test_presented_late_the_period_is_longer_than_assumed(self):
        self.letter.action_deliver(DAY)
        self._run(self._day(9))
        self._ahead().presentation_date = self._day(9)
        self._run(self._day(19))
        self.assertFalse(self._decision())
        self._run(self._day(20))
        self.assertTrue(self._decision())

    def test_a_day_of_receipt_alone_is_taken_for_the_presentation(self):
        self.letter.action_deliver(DAY)
        self._run(self._day(4))
        self._ahead().receipt_date = self._day(4)
        self.assertEqual(self.line.deadline, self._day(14))

    def test_no_ordinary_reminder_while_the_period_runs(self):
        self.letter.action_deliver(DAY)
        invoice = self._invoice(6, partner=self.letter.partner_id)
        self._run(self._day(17))
        young = self.letter.case_id.action_ids.filtered(
            lambda one: invoice in one.line_ids.move_id
        )
        self.assertFalse(young)

    def test_a_notice_by_simple_letter_is_presented_after_seven_days(self):
        self.letter.action_cancel()
        self.notice.write({"channel_letter": True, "channel_registered": False})
        self._run()
        letter = self.letter.case_id.action_ids.filtered(
            lambda one: one.channel == "letter" and one.state == "proposed"
        )
        letter.with_user(self.manager).action_approve()
        self.assertIn("within 10 days of the receipt of this letter", letter.body)
        letter.action_deliver(DAY)
        self.assertEqual(self.line.deadline, self._day(17))
        self.assertFalse(letter.case_id.activity_ids)

    def test_an_item_that_went_on_keeps_its_dates(self):
        self.letter.action_deliver(DAY)
        self._run(self._day(18))
        self._decision().sudo().action_deliver(self._day(18))
        before = (self.line.level_id, self.line.deadline, self.line.delivered_on)
        self._ahead().presentation_date = self._day(2)
        after = (self.line.level_id, self.line.deadline, self.line.delivered_on)
        self.assertEqual(before, after)

    # The task to find the day

    def test_somebody_is_asked_for_the_proof_until_there_is_news(self):
        self.letter.action_deliver(DAY)
        task = self.letter.case_id.activity_ids
        self.assertEqual(task.summary, "Fetch the proof of presentation")
        self.assertEqual(task.date_deadline, self._day(7))
        self.letter.with_user(self.collector).presentation_date = DAY
        self.assertFalse(self.letter.case_id.activity_ids)

    def test_a_letter_that_came_back_needs_no_more_asking(self):
        self.letter.action_deliver(DAY)
        self.letter.with_user(self.collector).return_reason = "unclaimed"
        self.assertFalse(self.letter.case_id.activity_ids)
        self.assertEqual(self.line.deadline, self._day(17))

    # The period of the level

    def test_a_formal_notice_grants_eight_days_at_least(self):
        with self.assertRaisesRegex(ValidationError, "at least 8"):
            self.notice.deadline_days = 7
        with self.assertRaisesRegex(ValidationError, "at least 8"):
            self.notice.deadline_days = 0
        self.notice.deadline_days = 8
        self.second.deadline_days = 7

    def test_more_than_fifteen_days_are_said_and_not_refused(self):
        with Form(self.notice.with_user(self.manager)) as level:
            level.deadline_days = 15
            self.assertFalse(level.period_warning)
            level.deadline_days = 16
            self.assertIn("8 to 15", level.period_warning)

    # Bad input loses nothing

    def test_a_day_before_the_deposit_is_refused_and_nothing_is_lost(self):
        self.letter.action_deliver(DAY)
        letter = self.letter.with_user(self.collector)
        letter.tracking_number = "1A1"
        values = {"receipt_date": self._day(-1), "tracking_number": "1A2"}
        with self.assertRaisesRegex(UserError, "before"), self.cr.savepoint():
            letter.write(values)
        letter.invalidate_recordset()
        self.assertEqual(letter.tracking_number, "1A1")
        self.assertFalse(letter.receipt_date)
        self.assertEqual(self.line.deadline, self._day(17))
