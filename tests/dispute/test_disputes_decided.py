from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import DAY
from ..hold.test_hold import day
from .test_disputes import DisputeCommon


@tagged("post_install", "-at_install")
class TestDisputeDecided(DisputeCommon):
    def _get_note(self, dispute):
        """Return the credit note, in the hands of an accountant."""
        return dispute.credit_move_id.with_env(self.env)

    def _get_answer(self, dispute):
        """Return the message that tells the debtor what was decided."""
        return dispute.case_id.action_ids.filtered(lambda one: one.dispute_id)

    def test_justified_is_a_draft_credit_note_and_the_amount_waits_until_posted(self):
        dispute = self._dispute(200)
        dispute.action_resolve("justified")
        note = self._get_note(dispute)
        self.assertEqual((note.state, note.move_type), ("draft", "out_refund"))
        self.assertEqual(note.amount_total, 200)
        self.assertEqual(note.reversed_entry_id, self.invoice)
        self.assertEqual(dispute.state, "credit")
        self._run()
        case = dispute.case_id
        self.assertEqual(case.action_ids.line_ids.amount_claimed, 800)
        note.action_post()
        self.assertEqual(dispute.state, "closed")
        self.assertEqual((dispute.closed_on, case.amount_disputed), (DAY, 0))
        self.assertEqual(self.invoice.amount_residual, 800)

    def test_a_credit_note_over_everything_is_the_hosts_reversal(self):
        dispute = self._dispute(1000)
        dispute.action_resolve("justified")
        self._get_note(dispute).action_post()
        self._run()
        self.assertEqual(dispute.case_id.state, "closed")
        self.assertEqual(dispute.case_id.close_reason, "paid")

    def test_vat_and_several_lines_are_credited_in_proportion(self):
        tax = self.company_data["default_tax_sale"].copy(
            {"amount": 20.0, "name": "VAT of 20"}
        )
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": day(-40),
                "invoice_date_due": day(-10),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": name,
                            "quantity": 3,
                            "price_unit": price,
                            "tax_ids": [Command.set(tax.ids)],
                        }
                    )
                    for name, price in (("Oak", 33.33), ("Pine", 11.11))
                ],
            }
        )
        invoice.action_post()
        dispute = self._dispute(60, invoice)
        dispute.action_resolve("justified")
        note = self._get_note(dispute)
        self.assertAlmostEqual(note.amount_total, 60, 2)
        self.assertAlmostEqual(note.amount_untaxed, 50, 2)
        self.assertAlmostEqual(sum(note.invoice_line_ids.mapped("price_total")), 60, 2)

    def test_justified_in_part_credits_a_part_tells_so_and_the_rest_resumes(self):
        dispute = self._dispute(200)
        dispute.action_resolve("partly", 50, "Two of the eight crates were broken.")
        self.assertEqual(self._get_note(dispute).amount_total, 50)
        self.assertEqual(dispute.case_id.amount_disputed, 50)
        answer = self._get_answer(dispute)
        self.assertEqual((answer.kind, answer.state), ("commitment", "queued"))
        self.assertEqual(answer.line_ids.amount_claimed, 950)
        for words in ("$ 50.00", "Two of the eight crates", "$ 950.00"):
            with self.subTest(words=words):
                self.assertIn(words, answer.body.replace("\xa0", " "))
        self.assertEqual(len(self._send_mails()), 1)

    def test_not_justified_resumes_the_ladder_with_a_text_that_says_so(self):
        dispute = self._dispute(1000)
        self._run()
        dispute.action_resolve("unjustified", note="The delivery note is signed.")
        self.assertEqual(
            (dispute.state, dispute.closed_by_id.id), ("closed", self.collector.id)
        )
        answer = self._get_answer(dispute)
        self.assertIn("cannot accept it", answer.body)
        self.assertIn("The delivery note is signed.", answer.body)
        self.assertEqual(answer.line_ids.amount_claimed, 1000)
        self.assertEqual(len(self._send_mails()), 1)
        self._run(day(10))  # the last day that the answer names
        self.assertFalse(dispute.case_id.action_ids.level_id)
        self._run(day(11))
        self.assertIn(self.first, dispute.case_id.action_ids.level_id)
        self.assertFalse(dispute.activity_ids)

    def test_who_has_paid_meanwhile_is_not_told_that_he_owes(self):
        dispute = self._dispute(1000)
        dispute.action_resolve("unjustified")
        self._pay(self.invoice)
        self.assertFalse(self._send_mails())
        self.assertEqual(self._get_answer(dispute).state, "cancelled")

    def test_words_that_threaten_are_refused_and_nothing_is_decided(self):
        dispute = self._dispute(200)
        with self.assertRaises(UserError), self.cr.savepoint():
            dispute.action_resolve("unjustified", note="We will seize your property.")
        self.env.invalidate_all()
        self.assertEqual(dispute.state, "open")

    def test_withdrawn_sends_nothing_and_goes_on(self):
        dispute = self._dispute(1000)
        dispute.action_resolve("withdrawn")
        self.assertFalse(dispute.case_id.action_ids)
        self._run()
        self.assertEqual(dispute.case_id.action_ids.line_ids.amount_claimed, 1000)

    def test_a_deleted_credit_note_has_the_dispute_examined_again(self):
        dispute = self._dispute(200)
        dispute.action_resolve("justified")
        self._get_note(dispute).unlink()
        self.assertEqual((dispute.state, dispute.resolution), ("open", False))
        self.assertEqual(dispute.case_id.amount_disputed, 200)
        self.assertTrue(dispute.activity_ids)
        dispute.action_resolve("justified")
        self._get_note(dispute).button_cancel()
        self.assertEqual(dispute.state, "open")

    def test_a_posted_credit_note_that_is_reset_to_draft_waits_again(self):
        dispute = self._dispute(200)
        dispute.action_resolve("justified")
        self._get_note(dispute).action_post()
        self._get_note(dispute).button_draft()
        self.assertEqual(dispute.state, "credit")
        self.assertEqual(dispute.case_id.amount_disputed, 200)

    def test_what_cannot_be_meant_is_refused_in_words(self):
        dispute = self._dispute(200)
        with self.assertRaisesRegex(UserError, "Choose the decision"):
            dispute.action_resolve()
        for amount in (None, 200, 300):
            with (
                self.subTest(amount=amount),
                self.assertRaisesRegex(UserError, "how much of"),
                self.cr.savepoint(),
            ):
                dispute.action_resolve("partly", amount)
        dispute.action_resolve("withdrawn")
        with self.assertRaisesRegex(UserError, "already"):
            dispute.action_resolve("justified")
        with self.assertRaisesRegex(UserError, "was decided on"):
            dispute.amount = 100

    def test_an_accountant_without_dunning_posts_the_credit_note(self):
        dispute = self._dispute(200)
        dispute.action_resolve("justified")
        note = self._get_note(dispute)
        with self.subTest("superuser stands for a program of the host"):
            note.sudo().action_post()
        self.assertEqual(dispute.state, "closed")

    def test_later_texts_recall_what_was_agreed(self):
        dispute = self._dispute(200)
        self.assertIn("looking into it", dispute._describe_for_debtor())
        dispute.action_resolve("partly", 50)
        self.assertIn("accepted to credit", dispute._describe_for_debtor())
        other = self._dispute(100)
        other.action_resolve("unjustified")
        self.assertIn("could not accept", other._describe_for_debtor())
        third = self._dispute(100)
        third.action_resolve("withdrawn")
        self.assertFalse(third._describe_for_debtor())


@tagged("post_install", "-at_install")
class TestMediation(DisputeCommon):
    def test_mediation_is_a_route_with_provider_dates_and_result(self):
        dispute = self._dispute(1000)
        with self.assertRaisesRegex(UserError, "who mediates"):
            dispute.action_mediate()
        dispute.write(
            {
                "mediation_provider": "business",
                "mediator": "Ms Durand, file 12",
                "mediation_meeting": day(20),
            }
        )
        dispute.action_mediate()
        self.assertEqual((dispute.state, dispute.mediation_from), ("mediation", DAY))
        self._run()
        self.assertFalse(dispute.case_id.action_ids)
        with self.assertRaisesRegex(UserError, "result"):
            dispute.action_end_mediation()
        dispute.mediation_result = "agreement"
        dispute.action_end_mediation()
        self.assertEqual((dispute.state, dispute.mediation_until), ("open", DAY))
        history = " ".join(dispute.case_id.message_ids.mapped("body"))
        self.assertIn("Médiateur des entreprises", history)
        self.assertIn("Agreement", history)

    def test_a_dispute_in_mediation_may_be_decided(self):
        dispute = self._dispute(1000)
        dispute.mediation_provider = "conciliator"
        dispute.action_mediate()
        dispute.action_resolve("withdrawn")
        self.assertEqual(dispute.state, "closed")
