from datetime import timedelta

from odoo.tests import tagged

from ..common import DAY
from .common_sms import SmsCommon
from .test_fallback import FallbackCommon

BOUNCE = """\
Return-Path: <>
From: MAILER-DAEMON@example.com
To: bounce@example.com
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain

The mailbox does not exist.
--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1

--cut
Content-Type: message/rfc822

Message-Id: {message_id}
Subject: Reminder

Hello
--cut--
"""


class BounceCommon(FallbackCommon):
    def _come_back(self, action):
        """Let the mail server of the debtor return a message."""
        message = action.mail_mail_id.mail_message_id
        source = BOUNCE.format(
            address=action.contact_id.email, message_id=message.message_id
        )
        self.env["mail.thread"].with_context(mail_channel_nolog=True).message_process(
            None, source
        )


@tagged("post_install", "-at_install")
class TestBounce(BounceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first.fallback_channel = False

    def test_what_came_back_was_not_delivered(self):
        self._invoice(5)
        self._run_and_send()
        mail = self._case().action_ids
        self.assertEqual(self._case().level_id, self.first)
        self._come_back(mail)
        self.assertEqual((mail.state, mail.delivered_on), ("failed", False))
        self.assertFalse(self._case().level_id)
        self.assertIn("mailbox does not exist", mail.failure_reason)

    def test_the_collector_is_asked_to_mend_the_contact(self):
        self._invoice(5)
        self._run_and_send()
        self._come_back(self._case().action_ids)
        task = self._case().activity_ids
        self.assertEqual(task.user_id, self.collector)
        self.assertIn("Mend the contact: Boulangerie Martin", task.summary)

    def test_the_items_return_to_the_rung_and_the_dates_they_had(self):
        self._invoice(5)
        self._run_and_send()
        line = self._case().line_ids
        before = (line.level_id, line.delivered_on, line.deadline, line.next_date)
        self._run_and_send(DAY + timedelta(days=10))
        self.assertEqual(line.level_id, self.second)
        mail = self._case().action_ids.filtered(lambda a: a.level_id == self.second)
        self._come_back(mail)
        after = (line.level_id, line.delivered_on, line.deadline, line.next_date)
        self.assertEqual(after, before)

    def test_a_mended_contact_gets_it_again(self):
        self._invoice(5)
        self._run_and_send()
        mail = self._case().action_ids
        self._come_back(mail)
        self.customer.email = "right@example.com"
        mail.with_user(self.collector).action_send_again()
        self.assertEqual(
            self._send_mails(), ['"Boulangerie Martin" <right@example.com>']
        )
        self.assertEqual((mail.state, self._case().level_id), ("done", self.first))

    def test_the_letter_of_the_same_step_keeps_the_rung(self):
        self.first.write(
            {"channel_letter": True, "letter_template_id": self.letter_text.id}
        )
        self._invoice(5)
        self._run_and_send()
        mail, letter = self._split()
        letter.sudo().action_deliver(DAY + timedelta(days=2))
        self._come_back(mail)
        line = self._case().line_ids
        self.assertEqual(line.level_id, self.first)
        self.assertEqual(line.delivered_on, DAY + timedelta(days=2))

    def test_what_a_later_rung_has_overtaken_stays_where_it_is(self):
        self._invoice(5)
        self._run_and_send()
        first = self._case().action_ids
        self._run_and_send(DAY + timedelta(days=10))
        self._come_back(first)
        self.assertEqual((first.state, first.is_overtaken), ("failed", True))
        self.assertEqual(self._case().level_id, self.second)
        self._run(DAY + timedelta(days=25))
        self.assertIn(self.notice, self._case().action_ids.level_id)

    def test_what_was_only_listed_no_longer_waits_for_a_date_nobody_read(self):
        self.second.deadline_days = 8
        # Its own first reminder comes within the gap: the second one names it.
        self.ladder.contact_gap_days = 3
        self._invoice(5)
        self._run_and_send()
        self._invoice(-8)
        day = DAY + timedelta(days=10)
        self._run_and_send(day)
        listed = self._case().line_ids.filtered(
            lambda line: line.date_due == DAY + timedelta(days=8)
        )
        self.assertTrue(listed.deadline)
        mail = self._case().action_ids.filtered(lambda a: a.level_id == self.second)
        self._come_back(mail)
        self.assertFalse(listed.deadline)
        self.assertEqual(listed.next_date, DAY + timedelta(days=13))

    def test_of_who_has_paid_nothing_more_is_asked(self):
        invoice = self._invoice(5)
        self._run_and_send()
        mail = self._case().action_ids
        self._pay(invoice)
        self._run(DAY + timedelta(days=1))
        self._come_back(mail)
        self.assertEqual((mail.state, mail.case_id.state), ("failed", "closed"))
        self.assertFalse(mail.case_id.activity_ids)

    def test_an_item_that_began_on_a_higher_rung_returns_to_the_one_below(self):
        self._invoice(30)
        self._run(DAY)
        self._case().action_ids.action_cancel()
        line = self._case().line_ids.sudo()
        line.write({"level_id": self.first.id, "delivered_on": DAY - timedelta(20)})
        self._run_and_send()
        mail = self._case().action_ids.filtered(lambda a: a.level_id == self.second)
        self.assertEqual(line.level_id, self.second)
        self._come_back(mail)
        self.assertEqual(line.level_id, self.first)


@tagged("post_install", "-at_install")
class TestBounceFallback(BounceCommon):
    def test_a_letter_replaces_what_came_back(self):
        self._invoice(5)
        self._run_and_send()
        mail, _letter = self._split()
        self._come_back(mail)
        mail, letter = self._split()
        self.assertEqual((mail.state, letter.state), ("failed", "queued"))
        letter.sudo().action_deliver(DAY + timedelta(days=1))
        line = self._case().line_ids
        self.assertEqual(line.level_id, self.first)
        self.assertEqual(line.delivered_on, DAY + timedelta(days=1))

    def test_what_a_later_rung_has_overtaken_is_not_repeated_by_letter(self):
        self._invoice(5)
        self._run_and_send()
        first = self._case().action_ids
        self._run_and_send(DAY + timedelta(days=10))
        self._come_back(first)
        self.assertFalse(first.fallback_ids)


@tagged("post_install", "-at_install")
class TestSmsBounce(SmsCommon):
    def test_an_sms_that_was_not_delivered_takes_the_level_back(self):
        sms = self._write_sms()
        self._send_sms()
        self.assertEqual(self._case().level_id, self.first)
        self._report(sms, "not_delivered")
        self.assertEqual(sms.state, "failed")
        self.assertFalse(self._case().level_id)
        self.assertTrue(self._case().activity_ids)

    def test_an_sms_that_arrived_stays_delivered(self):
        sms = self._write_sms()
        self._send_sms()
        self._report(sms, "delivered")
        self.assertEqual(sms.state, "done")

    def test_a_number_the_operator_refuses_leads_to_the_other_channel(self):
        self.first.write(
            {"fallback_channel": "email", "mail_template_id": self.mail_text.id}
        )
        sms = self._write_sms()
        self._send_sms("wrong_number_format")
        mail = self._case().action_ids - sms
        self.assertEqual((sms.state, mail.channel), ("failed", "email"))
        self.assertEqual(mail.state, "queued")

    def test_an_sms_cancelled_in_the_queue_is_found_by_the_next_run(self):
        sms = self._write_sms()
        sms.sms_id.action_set_canceled()
        self._run(DAY + timedelta(days=1))
        self.assertEqual(sms.state, "failed")
