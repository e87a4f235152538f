from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..common import DAY, DunningCommon
from .test_outcomes import OutcomeCommon


class FallbackCommon(DunningCommon):
    """The first rung is an e-mail; a letter replaces it when it cannot be delivered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_user_id = cls.collector
        cls.first.write(
            {"fallback_channel": "letter", "letter_template_id": cls.letter_text.id}
        )

    def _act(self, **customer):
        """Let the engine act for the customer; return e-mail and letter."""
        self.customer.write(customer)
        self._invoice(5)
        self._run()
        return self._split()

    def _split(self):
        actions = self._case().action_ids
        return (
            actions.filtered(lambda action: action.channel == "email"),
            actions.filtered(lambda action: action.channel == "letter"),
        )


@tagged("post_install", "-at_install")
class TestFallback(FallbackCommon):
    def test_without_an_address_the_letter_leaves_in_the_same_run(self):
        mail, letter = self._act(email=False)
        self.assertEqual((mail.state, letter.state), ("failed", "queued"))
        self.assertEqual(letter.fallback_of_id, mail)
        self.assertEqual(letter.line_ids.level_id, self.first)
        self.assertEqual(letter.queued_on, DAY)
        self.assertIn("Reminder", letter.subject)

    def test_the_reason_is_readable_on_the_contact_and_in_the_case(self):
        mail, _letter = self._act(email=False)
        self.assertIn("Prepared instead: letter", mail.failure_reason)
        notes = "".join(self._case().message_ids.mapped("body"))
        self.assertIn("prepared as letter instead", notes)
        self.assertIn("no valid e-mail address", notes)

    def test_the_rung_counts_when_the_letter_was_posted(self):
        _mail, letter = self._act(email=False)
        self._run(DAY + timedelta(days=20))
        self.assertEqual(self._case().wait_reason, "pending")
        letter.sudo().action_deliver(DAY + timedelta(days=21))
        self.assertEqual(self._case().level_id, self.first)
        self._run(DAY + timedelta(days=28))
        self.assertIn(self.second, self._case().action_ids.level_id)

    def test_nothing_replaces_a_message_that_left(self):
        mail, letter = self._act()
        self.assertEqual((mail.state, letter.id), ("queued", False))

    def test_an_address_the_server_refuses_for_good_is_replaced(self):
        mail, _letter = self._act()
        reason = "Mail delivery failed: SMTPRecipientsRefused: 550 unknown"
        mail.mail_mail_id.state = "exception"
        mail.mail_mail_id._postprocess_sent_message(
            [], [], failure_reason=reason, failure_type="unknown"
        )
        mail, letter = self._split()
        self.assertEqual((mail.state, letter.state), ("failed", "queued"))

    def test_a_server_that_is_down_replaces_nothing(self):
        mail, _letter = self._act()
        with self.assertLogs("odoo.addons.mail", "ERROR"):
            self._send_mails(refused=["martin@example.com"])
        mail, letter = self._split()
        self.assertEqual((mail.state, letter.id), ("failed", False))

    def test_it_is_tried_once_and_not_on_a_channel_that_failed(self):
        mail, letter = self._act(email=False, street=False)
        self.assertEqual((mail.state, letter.state), ("failed", "failed"))
        self.assertEqual(len(self._case().action_ids), 2)
        mail._use_other_channel()
        self.assertEqual(len(self._case().action_ids), 2)

    def test_a_level_that_waits_for_approval_proposes_it(self):
        self.first.automation = "manual"
        mail, _letter = self._act(email=False)
        mail.with_user(self.collector).action_approve()
        mail, letter = self._split()
        self.assertEqual((mail.state, letter.state), ("failed", "proposed"))
        self._run(DAY + timedelta(days=1))
        self.assertEqual(letter.state, "proposed")
        letter.with_user(self.collector).action_approve()
        self.assertEqual(letter.state, "queued")

    def test_who_paid_in_the_meantime_gets_no_letter(self):
        self.first.automation = "manual"
        self.customer.email = False
        invoice = self._invoice(5)
        self._run()
        mail, _letter = self._split()
        mail.action_approve()
        _mail, letter = self._split()
        self._pay(invoice)
        letter.action_approve()
        self.assertEqual(letter.state, "cancelled")

    def test_a_mended_e_mail_may_still_be_sent_again(self):
        mail, letter = self._act(email=False)
        self.customer.email = "right@example.com"
        with self.assertRaisesRegex(UserError, "drop that contact first"):
            mail.with_user(self.collector).action_send_again()
        letter.action_cancel()
        mail.with_user(self.collector).action_send_again()
        self.assertEqual(len(self._send_mails()), 1)
        self.assertEqual((mail.state, self._case().level_id), ("done", self.first))

    def test_a_level_is_refused_with_a_fallback_it_cannot_use(self):
        for values, words in (
            ({"fallback_channel": "email"}, "already uses"),
            ({"letter_template_id": False}, "no text"),
        ):
            with (
                self.subTest(words),
                self.assertRaisesRegex(ValidationError, words),
                self.env.cr.savepoint(),
            ):
                self.first.write(values)

    def test_a_formal_notice_is_replaced_by_its_registered_letter_only(self):
        self.notice.mail_template_id = self.mail_text
        with self.assertRaisesRegex(ValidationError, "only a registered letter"):
            self.notice.fallback_channel = "email"
        self.notice.fallback_channel = "registered"
        self.notice.write(
            {
                "fallback_channel": False,
                "channel_letter": False,
                "channel_registered": True,
            }
        )
        with self.assertRaisesRegex(ValidationError, "only a registered letter"):
            self.notice.fallback_channel = "letter"


@tagged("post_install", "-at_install")
class TestCallFallback(OutcomeCommon):
    def test_a_wrong_number_leads_to_the_other_channel(self):
        self.first.write(
            {"fallback_channel": "email", "mail_template_id": self.mail_text.id}
        )
        call = self._call()
        self._record(call, "wrong_contact")
        mail = self._case().action_ids - call
        self.assertEqual((mail.channel, mail.state), ("email", "queued"))
        self.assertEqual(len(self._send_mails()), 1)
        self.assertEqual(self._case().level_id, self.first)

    def test_without_a_number_the_other_channel_is_used_at_once(self):
        self.customer.phone = False
        self.assertEqual(self._call().state, "queued")  # somebody will look for it
        self._case().action_ids.action_cancel()
        self.first.write(
            {"fallback_channel": "email", "mail_template_id": self.mail_text.id}
        )
        self._run()
        actions = self._case().action_ids.filtered(lambda a: a.state != "cancelled")
        self.assertEqual(
            {action.channel: action.state for action in actions},
            {"phone": "failed", "email": "queued"},
        )


@tagged("post_install", "-at_install")
class TestSweep(FallbackCommon):
    """Nothing stays "on its way" for ever."""

    def test_a_mail_cancelled_by_hand_is_found_by_the_next_run(self):
        mail, _letter = self._act()
        mail.mail_mail_id.cancel()
        self._run(DAY + timedelta(days=1))
        self.assertEqual(mail.state, "failed")
        self.assertIn("cancelled or deleted", mail.failure_reason)
        self.assertTrue(self._case().activity_ids)

    def test_a_mail_deleted_by_hand_is_found_and_can_be_sent_again(self):
        mail, _letter = self._act()
        mail.mail_mail_id.unlink()
        self._run(DAY + timedelta(days=1))
        self.assertEqual(mail.state, "failed")
        mail.with_user(self.collector).action_send_again()
        self.assertEqual(len(self._send_mails()), 1)

    def test_a_mail_in_the_queue_and_one_that_waits_for_documents_are_left_alone(self):
        mail, _letter = self._act()
        waiting = self._act_for_another()
        self._run(DAY + timedelta(days=1))
        self.assertEqual((mail.state, waiting.state), ("queued", "queued"))

    def _act_for_another(self):
        other = self._create_customer("Other")
        self._invoice(5, partner=other)
        self._run()
        waiting = self._case(other).action_ids
        waiting.mail_mail_id.unlink()
        waiting.sudo().message_id = False  # as before its documents were made
        return waiting
