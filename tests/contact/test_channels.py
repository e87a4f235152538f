from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import DAY, DunningCommon


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
        letter.sudo().action_deliver(DAY + timedelta(days=1))
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
        batch = (
            self.env["dunning.letter.post"]
            .with_user(self.collector)
            .browse(window["res_id"])
        )
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

    def test_a_letter_that_could_not_be_printed_is_not_posted(self):
        self._two_channels()
        self._invoice(5)
        self._run()
        letter = self._case().action_ids.filtered(lambda a: a.channel == "letter")
        failure = UserError(self.env._("It is broken"))
        actions, report = (
            self.env.registry[name] for name in ("dunning.action", "ir.actions.report")
        )
        with (
            patch.object(actions, "_find_outdated", return_value={}),
            patch.object(report, "_render_qweb_pdf", side_effect=failure),
        ):
            letter.action_deliver()
        self.assertEqual(letter.state, "failed")
        self.assertFalse(letter.delivered_on)

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
        notices.filtered(lambda a: a.channel == "letter").action_deliver()
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

    def test_the_contact_gap_also_counts_the_contacts_of_a_closed_case(self):
        self.ladder.contact_gap_days = 8
        invoice = self._invoice(5)
        self._run_and_send()
        self._pay(invoice)
        self._invoice(-1, invoice_date=DAY + timedelta(days=1))
        for days, expected in ((7, "contact_gap"), (8, False)):
            self._run(DAY + timedelta(days=days))
            self.assertEqual(self._case().wait_reason, expected)
        self.assertEqual(self._case().action_ids.level_id, self.first)

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
