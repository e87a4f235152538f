from datetime import timedelta

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import DAY
from ..common_registered import RegisteredCommon


@tagged("post_install", "-at_install")
class TestRegistered(RegisteredCommon):
    """A registered letter, its number, its days and its proofs."""

    def _refuse(self, words, function):
        with self.assertRaisesRegex(UserError, words), self.cr.savepoint():
            function()
            self.env.flush_all()

    def _proof(self, letter, name="ar.pdf"):
        return self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": b"%PDF-",
                "res_model": "dunning.action",
                "res_id": letter.id,
            }
        )

    # Delivered is deposited

    def test_a_printed_letter_is_not_delivered_a_deposited_one_is(self):
        letter = self._put_on_notice("Martin")
        letter.with_user(self.collector)._print()
        self.assertEqual(letter.state, "queued")
        self.assertEqual(letter.case_id.line_ids.level_id, self.second)
        letter.with_user(self.collector).action_deliver(DAY)
        self.assertRecordValues(
            letter, [{"state": "done", "delivered_on": DAY, "deposit_date": DAY}]
        )
        self.assertRecordValues(
            letter.case_id.line_ids,
            [
                {
                    "level_id": self.notice.id,
                    "delivered_on": DAY,
                    "deadline": DAY + timedelta(days=17),
                }
            ],
        )

    def test_the_next_rung_waits_for_the_deposit(self):
        letter = self._put_on_notice("Martin")
        for later in (20, 40):
            self._run(DAY + timedelta(days=later))
        self.assertEqual(letter.case_id.action_ids, letter)
        letter.sudo().action_deliver(DAY + timedelta(days=40))
        # Seven days by post, ten days of period: the day after the decision is due.
        self._run(DAY + timedelta(days=57))
        self.assertEqual(letter.case_id.action_ids, letter)
        self._run(DAY + timedelta(days=58))
        self.assertIn("decision", letter.case_id.action_ids.mapped("channel"))

    def test_a_formal_notice_counts_through_its_registered_letter_only(self):
        self.notice.write(
            {
                "channel_letter": True,
                "channel_email": True,
                "mail_template_id": self.mail_text.id,
            }
        )
        self._put_on_notice("Martin")
        case = self.env["dunning.case"].search([("partner_id.name", "=", "Martin")])
        case.action_ids.with_user(self.manager).action_approve()
        by_channel = case.action_ids.grouped("channel")
        self._send_mails()
        by_channel["letter"].action_deliver(DAY)
        self.assertEqual(by_channel["email"].state, "done")
        self.assertEqual(case.line_ids.level_id, self.second)
        by_channel["registered"].action_deliver(DAY)
        self.assertEqual(case.line_ids.level_id, self.notice)

    def test_a_letter_that_is_no_formal_notice_counts_as_the_first_one_delivered(self):
        self.first.write(
            {"channel_registered": True, "letter_template_id": self.letter_text.id}
        )
        self._invoice(5)
        self._run_and_send()
        self.assertEqual(self._case().line_ids.level_id, self.first)

    def test_without_an_address_it_fails_with_a_task(self):
        letter = self._put_on_notice("Martin", street=False)
        self.assertEqual(letter.state, "failed")
        self.assertIn("postal address", letter.failure_reason)
        self.assertTrue(letter.case_id.activity_ids)

    def test_a_later_text_recalls_the_registered_letter(self):
        letter = self._put_on_notice("Martin")
        letter.action_deliver(DAY)
        self._run(DAY + timedelta(days=51))
        following = letter.case_id.action_ids - letter
        self.assertIn("registered letter", following[0].previous_contact_text)

    def test_the_text_on_paper_says_that_it_is_registered_and_its_number(self):
        letter = self._put_on_notice("Martin")
        letter.tracking_number = "1A 1"
        html = self.env["ir.actions.report"]._render_qweb_html(
            "account_dunning.dunning_letter_report", letter.ids
        )[0]
        self.assertIn("Registered letter with acknowledgement of receipt", str(html))
        self.assertIn("1A1", str(html))

    # Numbers

    def test_a_number_is_cleaned_when_it_is_written(self):
        letter = self._put_on_notice("Martin").with_user(self.collector)
        letter.tracking_number = " 1a 123\u00a0456 "
        self.assertEqual(letter.tracking_number, "1A123456")
        letter.tracking_number = "  "
        self.assertFalse(letter.tracking_number)
        self._refuse(
            "no tracking number", lambda: letter.write({"tracking_number": "to come"})
        )

    def test_a_number_used_twice_names_the_other_debtor(self):
        one, two = self._put_on_notice("Martin", "Durand").with_user(self.collector)
        one.tracking_number = "1A1"
        words = f"1A1.*{one.partner_id.name}"
        self._refuse(words, lambda: two.write({"tracking_number": "1a 1"}))
        self._refuse("1B1", lambda: (one | two).write({"tracking_number": "1B1"}))
        one.tracking_number = "1A1"
        values = {"case_id": two.case_id.id, "channel": "registered", "date": DAY}
        self._refuse(words, lambda: two.create(values | {"tracking_number": "1A1"}))

    def test_the_number_of_a_cancelled_letter_is_free_again(self):
        one, two = self._put_on_notice("Martin", "Durand")
        one.tracking_number = "1A1"
        one.action_cancel()
        two.tracking_number = "1A1"
        self.env.flush_all()
        self.assertEqual(two.tracking_number, "1A1")

    def test_an_email_has_no_tracking_number(self):
        self._invoice(5)
        self._run()
        email = self._case().action_ids
        self._refuse("no letter", lambda: email.write({"tracking_number": "1A1"}))

    # Days

    def test_days_follow_the_deposit(self):
        letter = self._put_on_notice("Martin")
        self._refuse("not been deposited", lambda: letter.write({"receipt_date": DAY}))
        letter.sudo().queued_on = DAY - timedelta(days=2)
        letter.action_deliver(DAY - timedelta(days=2))
        before, future = DAY - timedelta(days=3), DAY + timedelta(days=1)
        for values, words in (
            ({"presentation_date": before}, "before its deposit"),
            ({"receipt_date": before}, "before its deposit"),
            ({"receipt_date": future}, "future"),
            (
                {
                    "presentation_date": DAY,
                    "receipt_date": DAY - timedelta(days=1),
                },
                "before it was presented",
            ),
            ({"receipt_date": DAY, "return_reason": "refused"}, "keep one"),
        ):
            self._refuse(words, lambda values=values: letter.write(values))
        letter.presentation_date = letter.receipt_date = DAY - timedelta(days=2)
        self.assertEqual(letter.postal_state, "received")

    def test_the_days_of_a_calendar_played_ahead_are_kept(self):
        letter = self._put_on_notice("Martin")
        later = DAY + timedelta(days=30)
        letter.sudo().action_deliver(later)
        self._run(later + timedelta(days=3))
        letter = letter.with_user(SUPERUSER_ID)  # who played ahead
        letter.receipt_date = later + timedelta(days=3)
        self.assertEqual(letter.receipt_date, later + timedelta(days=3))
        four = {"receipt_date": later + timedelta(days=4)}
        with self.assertRaises(ValidationError):
            letter.write(four)

    # What comes back

    def test_unclaimed_or_refused_it_keeps_its_level(self):
        letters = self._put_on_notice("Martin", "Durand")
        letters.action_deliver(DAY)
        for letter, reason in zip(letters, ("unclaimed", "refused"), strict=True):
            letter.with_user(self.collector).return_reason = reason
            self.assertEqual(letter.state, "done")
            self.assertEqual(letter.postal_state, "returned")
            self.assertEqual(letter.case_id.line_ids.level_id, self.notice)
            self.assertFalse(letter.case_id.activity_ids)

    def test_an_unknown_addressee_makes_one_task_to_mend_the_address(self):
        letter = self._put_on_notice("Martin")
        letter.action_deliver(DAY)
        for _again in range(2):
            letter.with_user(self.collector).return_reason = "unknown"
        self.assertEqual(letter.case_id.line_ids.level_id, self.notice)
        task = letter.case_id.activity_ids
        self.assertEqual(task.summary, "Correct the address")
        self.assertIn("addressee unknown", str(task.note))

    # Proofs

    def test_a_delivered_letter_takes_what_the_post_says_and_nothing_else(self):
        letter = self._put_on_notice("Martin")
        letter.action_deliver(DAY)
        letter = letter.with_user(self.collector)
        letter.write({"tracking_number": "1A1", "presentation_date": DAY})
        for values in ({"deposit_date": DAY}, {"delivered_on": DAY}, {"body": "x"}):
            self._refuse("delivered", lambda values=values: letter.write(values))

    def test_a_proof_is_added_after_delivery_and_kept(self):
        letter = self._put_on_notice("Martin")
        letter.action_deliver(DAY)
        letter = letter.with_user(self.collector)
        proof = self._proof(letter)
        letter.proof_ids |= proof
        self.assertFalse(letter.attachment_ids & proof)
        self._refuse("ar.pdf", lambda: letter.write({"proof_ids": [(5,)]}))
        self._refuse("kept with", proof.with_user(self.collector).unlink)
        letter._keep_pdf()
        self.assertFalse(letter.attachment_ids & proof)

    def test_what_the_post_did_is_told_in_the_chatter(self):
        letter = self._put_on_notice("Martin").with_user(self.collector)
        letter.tracking_number = "1A1"
        letter.action_deliver(DAY)
        letter.write({"receipt_date": DAY, "proof_ids": [(4, self._proof(letter).id)]})
        letter.tracking_number = "1A2"
        notes = " ".join(letter.case_id.message_ids.mapped("body"))
        for told in ("1A1", "Deposited on", "Received on", "ar.pdf", "1A1 → 1A2"):
            self.assertIn(told, notes)
        authors = letter.case_id.message_ids.filtered(
            lambda note: "1A2" in note.body
        ).author_id
        self.assertEqual(authors, self.collector.partner_id)

    # Rights

    def test_a_reader_changes_nothing_and_a_collector_writes(self):
        letter = self._put_on_notice("Martin")
        with self.assertRaises(AccessError), self.cr.savepoint():
            letter.with_user(self.reader).tracking_number = "1A1"
        letter.with_user(self.collector).tracking_number = "1A1"

    def test_the_relancer_window_offers_it_with_the_text_of_the_letter(self):
        self._put_on_notice("Martin").action_cancel()
        case = self.env["dunning.case"].search([("partner_id.name", "=", "Martin")])
        window = case.with_user(self.manager).action_dun()
        line = self.env["dunning.relance.line"].with_user(self.manager)
        line = line.browse(window["res_id"])
        self.assertTrue(line.use_registered and line.has_registered)
        self.assertIn("registered letter", line.channels)
        self.assertTrue(line.letter_body)
        line.letter_subject = "Formal notice, as I wrote it"
        line.action_send()
        letter = case.action_ids.filtered(lambda one: one.state == "queued")
        self.assertEqual(letter.subject, "Formal notice, as I wrote it")
        self.assertTrue(letter.printed_on)
