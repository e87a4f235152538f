from contextlib import suppress
from datetime import date, datetime, timedelta
from smtplib import SMTPServerDisconnected
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from odoo.addons.mail.models.mail_mail import MailMail

from ..common import DAY, DunningCommon


@tagged("post_install", "-at_install")
class TestEmail(DunningCommon):
    def test_a_rung_counts_only_once_the_mail_server_accepted_it(self):
        self._invoice(5)
        self._run()
        case = self._case()
        self.assertEqual(case.action_ids.state, "queued")
        self.assertFalse(case.level_id)
        self.assertEqual(
            self._send_mails(), ['"Boulangerie Martin" <martin@example.com>']
        )
        self.assertEqual((case.action_ids.state, case.level_id), ("done", self.first))
        self.assertEqual(case.line_ids.delivered_on, DAY)

    def test_nothing_new_starts_while_a_message_is_in_the_queue(self):
        self._invoice(5)
        self._run()
        self._run(DAY + timedelta(days=30))
        self.assertEqual(len(self._case().action_ids), 1)

    def test_the_message_stays_in_the_chatter_of_the_case(self):
        invoice = self._invoice(5)
        self._run_and_send()
        case = self._case()
        message = case.message_ids.filtered(
            lambda m: m.message_type == "email_outgoing"
        )
        self.assertEqual(len(message), 1)
        self.assertIn(invoice.name, message.body)
        self.assertEqual(message.partner_ids, self.customer)

    def test_who_pays_while_his_mail_waits_is_left_alone(self):
        invoice = self._invoice(5)
        self._run()
        action = self._case().action_ids
        self._pay(invoice)
        self.assertEqual(self._send_mails(), [])
        self.assertEqual(action.state, "cancelled")
        self.assertIn("settled", action.cancel_reason)
        self.assertEqual(action.mail_mail_id.state, "cancel")

    def test_a_part_payment_while_the_mail_waits_stops_the_wrong_amount(self):
        invoice = self._invoice(5)
        self._run()
        action = self._case().action_ids
        self._pay(invoice, 40.0)
        self.assertEqual(self._send_mails(), [])
        self.assertEqual(action.state, "cancelled")
        self._run_and_send()
        again = self._case().action_ids - action
        self.assertEqual((again.state, again.line_ids.amount_claimed), ("done", 60.0))

    def test_an_excluded_item_stops_the_mail_in_the_queue(self):
        invoice = self._invoice(5)
        self._run()
        invoice.no_followup = True
        self.assertEqual(self._send_mails(), [])
        self.assertEqual(self._case().action_ids.state, "cancelled")

    def test_a_credit_that_comes_in_stops_the_mail_in_the_queue(self):
        self._invoice(5)
        self._run()
        self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "amount": 100.0,
                "payment_type": "inbound",
                "partner_type": "customer",
            }
        )
        self.assertEqual(self._send_mails(), [])

    def test_a_refused_message_fails_and_asks_the_collector_to_mend_the_contact(self):
        self.company.dunning_user_id = self.collector
        self._invoice(5)
        self._run()
        action = self._case().action_ids
        with self.assertLogs("odoo.addons.mail", "ERROR"):
            self._send_mails(refused=["martin@example.com"])
        self.assertEqual(action.state, "failed")
        self.assertFalse(self._case().level_id)
        self.assertEqual(self._case().activity_ids.user_id, self.collector)
        self._run(DAY + timedelta(days=30))
        self.assertEqual(len(self._case().action_ids), 1)

    def test_a_line_that_breaks_in_the_middle_of_a_message_is_told(self):
        self._invoice(5)
        self._run()
        action = self._case().action_ids
        mail = action.mail_mail_id

        def break_off(mails, *args, **kwargs):
            mails.write({"state": "exception"})
            raise SMTPServerDisconnected

        with (
            patch.object(MailMail, "send", break_off),
            suppress(SMTPServerDisconnected),
        ):
            mail.sudo().send()
        self.assertEqual(action.state, "failed")
        self.assertIn("may have arrived", action.failure_reason)
        self.assertTrue(action.case_id.activity_ids)

    def test_a_failed_message_can_be_sent_again_and_leaves_once(self):
        self.customer.email = "wrong"
        self._invoice(5)
        self._run()
        action = self._case().action_ids
        self.assertEqual(action.state, "failed")
        self.assertIn("Boulangerie Martin", action.failure_reason)
        self.customer.email = "right@example.com"
        action.with_user(self.collector).action_deliver(DAY)
        self.assertEqual(len(self._send_mails()), 1)
        self.assertEqual((action.state, action.delivered_on), ("done", DAY))

    def test_what_has_left_never_changes(self):
        self._invoice(5)
        self._run_and_send()
        action = self._case().action_ids
        with self.assertRaisesRegex(UserError, "delivered"):
            action.action_cancel()
        body = action.body
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            action.text_body = "<p>Something else</p>"
        action.invalidate_recordset()
        self.assertEqual(action.body, body)
        with self.assertRaisesRegex(UserError, "proof"):
            action.sudo().unlink()

    def test_names_and_references_are_escaped(self):
        self.customer.name = "<script>alert(1)</script> & Co"
        invoice = self._invoice(5)
        invoice.name = "<b>X</b>"
        self._run()
        body = self._case().action_ids.body
        self.assertNotIn("<script>", body)
        self.assertIn("&lt;b&gt;X&lt;/b&gt;", body)

    def test_one_total_per_currency_and_never_a_mixed_sum(self):
        dollar = (
            self.env.ref("base.USD")
            if self.company.currency_id.name != "USD"
            else (self.env.ref("base.EUR"))
        )
        dollar.active = True
        self._invoice(5, 100.0)
        self._invoice(5, 70.0, currency_id=dollar.id)
        self._run()
        totals = self._case().action_ids._get_totals()
        self.assertEqual(totals, {self.company.currency_id: 100.0, dollar: 70.0})

    def test_the_debtors_language_rules_text_dates_and_amounts(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        invoice = self._invoice(5, 1234.5)
        self._run()
        action = self._case().with_context(lang="en_US").action_ids
        due = invoice.invoice_date_due.strftime("%d/%m/%Y")
        self.assertIn(due, action.body)
        self.assertIn(
            "1\N{NO-BREAK SPACE}234,50",
            action.body.replace("&nbsp;", "\xa0").replace("\u202f", "\xa0"),
        )

    @freeze_time("2024-03-03 02:00:00")
    def test_messages_decided_on_a_sunday_night_leave_on_monday_morning(self):
        self.company.resource_calendar_id.tz = "Europe/Paris"
        self._invoice(date(2024, 2, 20))
        self.env["dunning.case"].run()
        mail = self._case().action_ids.mail_mail_id
        self.assertEqual(mail.scheduled_date, datetime(2024, 3, 4, 7, 30))

    def test_messages_leave_between_half_past_eight_and_eight_in_the_evening(self):
        self.company.resource_calendar_id.tz = "Europe/Paris"  # UTC+1 in March
        for clock, expected in [
            ("07:29:00", datetime(2024, 3, 4, 7, 30)),
            ("07:31:00", datetime(2024, 3, 4, 7, 31)),
            ("18:59:00", datetime(2024, 3, 4, 18, 59)),
            ("19:00:00", datetime(2024, 3, 5, 7, 30)),
        ]:
            with self.subTest(clock=clock), freeze_time(f"{DAY} {clock}"):
                self.assertEqual(self.company._dunning_sending_time(DAY), expected)

    def test_messages_do_not_leave_on_a_closing_day_of_the_company(self):
        calendar = self.company.resource_calendar_id
        calendar.tz = "UTC"
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Closed",
                "calendar_id": calendar.id,
                "company_id": self.company.id,
                "date_from": "2024-03-04 00:00:00",
                "date_to": "2024-03-05 23:59:59",
            }
        )
        self.assertEqual(
            self.company._dunning_sending_time(DAY), datetime(2024, 3, 6, 8, 30)
        )

    def test_the_module_queues_and_never_sends_by_itself(self):
        self._invoice(5)
        with patch.object(self.env.registry["mail.mail"], "send") as send:
            self._run()
            self._case().action_ids.action_deliver()
        send.assert_not_called()
        mail = self._case().action_ids.mail_mail_id
        self.assertEqual((mail.state, mail.is_notification), ("outgoing", True))

    def test_today_is_the_date_where_the_company_works(self):
        self.company.resource_calendar_id.tz = "Pacific/Auckland"
        with freeze_time("2024-03-03 12:00:00"):
            self.assertEqual(self.company._dunning_today(), DAY)
