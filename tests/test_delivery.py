from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import DAY, DunningCommon


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
        action.text_body = "<p>Something else</p>"
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


@tagged("post_install", "-at_install")
class TestRecipient(DunningCommon):
    def _contact(self, name, kind):
        return self.env["res.partner"].create(
            {
                "name": name,
                "type": kind,
                "parent_id": self.customer.id,
                "email": f"{name.lower()}@example.com",
            }
        )

    def test_the_order_is_case_then_customer_then_invoice_address(self):
        self._contact("Shipping", "delivery")
        invoicing = self._contact("Invoicing", "invoice")
        chosen = self._contact("Chosen", "contact")
        wanted = self._contact("Wanted", "contact")
        self._invoice(5)
        self._run()
        case = self._case()
        self.assertEqual(case._get_contact(), invoicing)
        self.customer.dunning_contact_id = chosen
        self.assertEqual(case._get_contact(), chosen)
        case.contact_id = wanted
        self.assertEqual(case._get_contact(), wanted)

    def test_the_single_billing_contact_of_the_invoices_is_next_and_no_delivery_one(
        self,
    ):
        buyer = self._contact("Buyer", "contact")
        self._invoice(5, partner=buyer)
        self._run()
        self.assertEqual(self._case()._get_contact(), buyer)
        self._invoice(5, partner=self._contact("Other", "contact"))
        self._run()
        self.assertEqual(self._case()._get_contact(), self.customer)

    def test_a_delivery_address_is_never_written_to(self):
        self._invoice(5, partner=self._contact("Shipping", "delivery"))
        self._run()
        self.assertEqual(self._case()._get_contact(), self.customer)


@tagged("post_install", "-at_install")
class TestChannels(DunningCommon):
    def _two_channels(self):
        self.first.write(
            {"channel_letter": True, "letter_template_id": self.letter_text.id}
        )

    def test_several_channels_make_one_action_each_of_one_step(self):
        self._two_channels()
        self._invoice(5)
        self._run()
        actions = self._case().action_ids
        self.assertEqual(sorted(actions.mapped("channel")), ["email", "letter"])
        self.assertEqual(actions.mapped("state"), ["queued", "queued"])

    def test_the_first_channel_delivered_counts_and_the_next_rung_need_not_wait(self):
        self._two_channels()
        self._invoice(5)
        self._run_and_send()
        self.assertEqual(self._case().level_id, self.first)
        letter = self._case().action_ids.filtered(lambda a: a.channel == "letter")
        letter.action_deliver(DAY + timedelta(days=1))
        self.assertEqual(self._case().line_ids.delivered_on, DAY)
        self._run(DAY + timedelta(days=10))
        self.assertIn(self.second, self._case().action_ids.level_id)

    def test_a_letter_is_delivered_when_it_is_marked_as_posted(self):
        self.first.write(
            {
                "channel_email": False,
                "channel_letter": True,
                "letter_template_id": self.letter_text.id,
            }
        )
        paid, late = (
            self._invoice(5),
            self._invoice(5, partner=self._create_customer("Late")),
        )
        self._run()
        letters = self.env["dunning.action"].search([("channel", "=", "letter")])
        window = letters.with_user(self.collector).action_print_letters()
        self.assertTrue(all(letters.mapped("printed_on")))
        batch = self.env["dunning.letter.post"].browse(window["res_id"])
        self._pay(paid)
        batch.invalidate_recordset()
        self.assertEqual(batch.pulled_ids.partner_id, self.customer)
        batch.posted_on = DAY
        batch.with_user(self.collector).action_mark_posted()
        by_debtor = {letter.partner_id: letter.state for letter in letters}
        self.assertEqual(
            by_debtor,
            {self.customer: "cancelled", late.commercial_partner_id: "done"},
        )

    def test_a_letter_nobody_printed_is_overtaken_by_the_next_step(self):
        self._two_channels()
        self._invoice(5)
        self._run_and_send()
        letter = self._case().action_ids.filtered(lambda a: a.channel == "letter")
        self._run(DAY + timedelta(days=9))
        self.assertEqual(letter.state, "queued")
        self._run(DAY + timedelta(days=10))
        self.assertEqual(letter.state, "cancelled")
        self.assertIn("Overtaken", letter.cancel_reason)

    def test_a_letter_is_not_overtaken_by_a_lower_step(self):
        self.second.write(
            {"channel_letter": True, "letter_template_id": self.letter_text.id}
        )
        self._invoice(5)
        self._run_and_send()
        self._run_and_send(DAY + timedelta(days=10))
        letter = self._case().action_ids.filtered(lambda a: a.channel == "letter")
        self._invoice(-6, invoice_date=DAY)
        self._run(DAY + timedelta(days=11))
        self.assertEqual(letter.state, "queued")
        newest = self._case().action_ids.filtered(lambda a: a.state == "queued")
        self.assertIn(self.first, newest.level_id)

    def test_what_a_message_lists_waits_for_the_date_it_printed(self):
        self.second.deadline_days = 8
        self._invoice(5)
        self._run_and_send()
        self._invoice(-8)
        day = DAY + timedelta(days=10)
        self._run_and_send(day)
        listed = self._case().line_ids.filtered(
            lambda line: line.date_due == DAY + timedelta(days=8)
        )
        spoken = self._case().action_ids.filtered(lambda a: a.level_id == self.second)
        self.assertIn(listed, spoken.line_ids.case_line_id)
        self.assertFalse(listed.level_id)
        self.assertEqual(listed.next_date, day + timedelta(days=9))

    def test_a_letter_without_a_postal_address_fails_with_the_remedy(self):
        self._two_channels()
        self.customer.street = False
        self._invoice(5)
        self._run()
        letter = self._case().action_ids.filtered(lambda a: a.channel == "letter")
        self.assertEqual(letter.state, "failed")
        self.assertIn("postal address", letter.failure_reason)

    def test_a_call_is_an_activity_and_delivered_when_it_is_done(self):
        self.first.write(
            {
                "channel_email": False,
                "channel_phone": True,
                "call_script": "<p>Hello</p>",
            }
        )
        self.company.dunning_user_id = self.collector
        self._invoice(5)
        self._run()
        action = self._case().action_ids
        self.assertEqual(
            (action.state, action.activity_id.user_id), ("queued", self.collector)
        )
        self.assertIn("Hello", action.activity_id.note)
        action.activity_id.with_user(self.collector).action_feedback(feedback="Reached")
        self.assertEqual((action.state, self._case().level_id), ("done", self.first))

    def test_a_call_whose_task_is_removed_is_cancelled(self):
        self.first.write(
            {
                "channel_email": False,
                "channel_phone": True,
                "call_script": "<p>Hello</p>",
            }
        )
        self._invoice(5)
        self._run()
        action = self._case().action_ids
        action.activity_id.unlink()
        self.assertEqual(action.state, "cancelled")
        self.assertFalse(self._case().level_id)

    def test_of_a_formal_notice_the_letter_counts(self):
        self.notice.write(
            {"channel_email": True, "mail_template_id": self.mail_text.id}
        )
        self._invoice(60)
        day = self._deliver_until(self.second, DAY - timedelta(days=60))
        day += timedelta(days=25)
        self._run(day)
        notices = self._case().action_ids.filtered("is_formal_notice")
        notices.with_user(self.manager).action_approve()
        self._send_mails()
        self.assertEqual(self._case().level_id, self.second)
        notices.filtered(lambda a: a.channel == "letter").action_deliver(day)
        self.assertEqual(self._case().level_id, self.notice)

    def test_the_contact_gap_counts_every_channel(self):
        self.ladder.contact_gap_days = 10
        self._invoice(5)
        self._run_and_send()
        self._invoice(5)
        self._run(DAY + timedelta(days=9))
        self.assertEqual(self._case().wait_reason, "contact_gap")
        self._run(DAY + timedelta(days=10))
        self.assertFalse(self._case().wait_reason)

    def test_a_courtesy_leaves_before_the_due_date_and_sets_no_level(self):
        self.env["dunning.level"].create(
            {
                "ladder_id": self.ladder.id,
                "name": "Courtesy",
                "sequence": 5,
                "delay_days": -5,
                "channel_email": True,
                "mail_template_id": self.mail_text.id,
            }
        )
        self._invoice(-5)
        self._run_and_send()
        self._run_and_send(DAY + timedelta(days=1))
        case = self._case()
        self.assertEqual(case.action_ids.kind, "courtesy")
        self.assertEqual((case.action_ids.state, case.level_id.id), ("done", False))
        self._run_and_send(DAY + timedelta(days=10))
        self.assertEqual(case.level_id, self.first)


@tagged("post_install", "-at_install")
class TestApproval(DunningCommon):
    def setUp(self):
        super().setUp()
        self.first.automation = "manual"

    def test_a_collector_approves_ordinary_levels(self):
        self._invoice(5)
        self._run()
        action = self._case().action_ids
        action.with_user(self.collector).action_approve()
        self.assertEqual(action.state, "queued")

    def test_only_a_credit_manager_approves_a_formal_notice(self):
        self._invoice(60)
        day = self._deliver_until(self.second, DAY - timedelta(days=60))
        self._run(day + timedelta(days=25))
        notice = self._case().action_ids.filtered("is_formal_notice")
        for method in ("action_approve", "action_deliver"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(notice.with_user(self.collector), method)()
        notice.with_user(self.manager).action_approve()
        self.assertEqual(notice.state, "queued")

    def test_who_has_paid_since_the_proposal_is_dropped_with_the_reason(self):
        invoice = self._invoice(5)
        self._run()
        action = self._case().action_ids
        self._pay(invoice)
        action.with_user(self.collector).action_approve()
        self.assertEqual(action.state, "cancelled")
        self.assertTrue(action.cancel_reason)

    def test_many_are_approved_or_dropped_at_once(self):
        for number in range(4):
            self._invoice(5, partner=self._create_customer(f"Debtor {number}"))
        self._run()
        actions = self.env["dunning.action"].search([("state", "=", "proposed")])
        actions[:2].with_user(self.collector).action_cancel()
        actions[2:].with_user(self.collector).action_approve()
        self.assertEqual(
            actions.mapped("state"), ["cancelled", "cancelled", "queued", "queued"]
        )

    def test_the_proposal_shows_the_text_as_it_would_leave_and_freezes_it_later(self):
        invoice = self._invoice(5)
        self._run()
        action = self._case().action_ids
        self.assertFalse(action.body)
        self.assertIn(invoice.name, action.text_body)
        action.action_approve()
        self.assertIn(invoice.name, action.body)

    def test_a_forbidden_phrase_in_an_edited_text_is_refused(self):
        self._invoice(5)
        self._run()
        with self.assertRaisesRegex(UserError, "prison"):
            self._case().action_ids.text_body = "<p>You will go to prison</p>"
