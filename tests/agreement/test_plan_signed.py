from contextlib import contextmanager

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from ..common import DAY
from ..hold.test_hold import day
from .test_plan import SIGNATURE, PlanCommon

NAME = "Jeanne Martin"


class SignCommon(PlanCommon):
    @contextmanager
    def _refused(self, words):
        """Expect a refusal that says so; what was begun is taken back."""
        with self.assertRaises(UserError) as refusal:
            yield
        self.assertRegex(str(refusal.exception), words)

    def _proposed(self, is_sent=True, **values):
        plan = self._plan(**values)
        plan.action_propose()
        if is_sent:
            self._send_mails()
        return plan

    def _file(self, raw=b"%PDF-signed", name="signed.pdf"):
        files = self.env["ir.attachment"].with_user(self.collector)
        return files.create({"name": name, "raw": raw})

    def _find_events(self):
        return self.env["dunning.limitation.event"].search([("kind", "=", "plan")])

    def _window(self, plan, **values):
        window = plan.action_sign()
        windows = self.env[window["res_model"]].with_user(self.collector)
        values = {"signed_on": DAY, "signed_by": NAME, "proof": "none"} | values
        return windows.with_context(**window["context"]).create(values)

    def _find_proof_tasks(self):
        return self.case.activity_ids.filtered(lambda task: "proof" in task.summary)


AGREED = "I agree to the plan."


@tagged("post_install", "-at_install")
class TestSigned(SignCommon):
    """Who, when, and what shows it."""

    def test_a_signature_of_nobody_or_of_no_day_is_refused(self):
        plan = self._proposed()
        for given in ((), (DAY,), (None, NAME), (DAY, "  ")):
            with self.subTest(given), self._refused("who signed it and on which day"):
                plan.action_accept(*given)
        self.assertEqual(plan.state, "proposed")
        self.assertFalse(plan.signed_by)

    def test_who_and_when_over_the_network_are_text(self):
        plan = self._proposed()
        plan.action_accept("2024-03-04", NAME)
        self.assertEqual((plan.state, plan.signed_on), ("accepted", DAY))

    def test_what_is_no_picture_is_no_signature(self):
        plan = self._proposed()
        with self._refused("image"):
            plan.action_accept(DAY, NAME, b"eA==")

    def test_without_proof_it_runs_and_is_a_line_of_work(self):
        plan = self._proposed()
        plan.action_accept(DAY, NAME)
        self.assertTrue(plan.is_proof_missing)
        self.assertEqual(self.case.line_ids.hold, "planned")
        self.assertFalse(self._find_events())
        self.assertEqual(self._find_proof_tasks().user_id, self.collector)
        found = self.plans.search([("is_proof_missing", "=", True)])
        self.assertEqual(found, plan)

    def test_once_the_proof_comes_it_interrupts_the_limitation(self):
        plan = self._proposed()
        plan.action_accept(DAY, NAME)
        plan.document_ids = [Command.link(self._file().id)]
        self.assertFalse(plan.is_proof_missing)
        event = self._find_events()
        self.assertEqual((event.state, event.date), ("proposed", DAY))
        self.assertEqual(event.proof_ids, plan.document_ids)
        self.assertFalse(self._find_proof_tasks().filtered("active"))
        self.assertIn("signed", plan.seal_ids.mapped("kind"))
        plan.document_ids = [Command.link(self._file(b"%PDF-again").id)]
        self.assertEqual(len(self._find_events()), 1)

    def test_our_own_agreement_unsigned_shows_nothing(self):
        plan = self._proposed()
        plan.action_accept(DAY, NAME)
        plan.document_ids = [Command.link(self._file(plan.agreement_id.raw).id)]
        self.assertTrue(plan.is_proof_missing)

    def test_a_proof_that_is_void_is_none(self):
        plan = self._proposed()
        plan.document_ids = [Command.link(self._file().id)]
        plan.action_accept(DAY, NAME)
        self.assertFalse(plan.is_proof_missing)
        window = self.env["dunning.file.void"].with_user(self.collector)
        window.create(
            {
                "res_model": plan._name,
                "res_id": plan.id,
                "attachment_id": plan.document_ids.id,
                "reason": "Of another customer",
            }
        ).action_confirm()
        self.assertTrue(plan.is_proof_missing)

    def test_called_off_nobody_is_asked_for_its_proof(self):
        plan = self._proposed()
        plan.action_accept(DAY, NAME)
        plan.action_cancel()
        self.assertFalse(self._find_proof_tasks().filtered("active"))

    def test_who_signs_before_our_e_mail_left_gets_his_copy(self):
        plan = self._proposed(is_sent=False)
        plan.action_accept(DAY, NAME)
        self.assertEqual(self._texts("plan.proposed").state, "cancelled")
        copy = self._texts("plan.accepted")
        self.assertEqual(copy.state, "queued")
        self.assertIn(plan.agreement_id, copy.attachment_ids)
        self.assertIn("March 4, 2024", copy.body)
        self.assertEqual(len(self._send_mails()), 1)

    def test_who_had_it_gets_nothing_more(self):
        plan = self._proposed()
        plan.action_accept(DAY, NAME)
        self.assertFalse(self._texts("plan.accepted"))


@tagged("post_install", "-at_install")
class TestSigningWindow(SignCommon):
    def test_nothing_is_filled_in_that_nobody_has_said(self):
        plan = self._proposed()
        window = plan.action_sign()
        windows = self.env[window["res_model"]].with_user(self.collector)
        form = Form(windows.with_context(**window["context"]))
        self.assertFalse(form.signed_by or form.signed_on)
        with self.assertRaises(AssertionError):
            form.save()  # who, and when

    def test_a_copy_is_asked_for_where_one_is_announced(self):
        plan = self._proposed()
        for proof in ("copy", "drawing", "message"):
            with self.subTest(proof), self._refused("add what shows the signature"):
                self._window(plan, proof=proof).action_confirm()
        self.assertEqual(plan.state, "proposed")

    def test_a_copy_is_kept_with_who_and_in_which_capacity(self):
        plan = self._proposed()
        files = [Command.link(self._file().id)]
        window = self._window(
            plan, proof="copy", document_ids=files, signed_as="Manager"
        )
        self.assertIn("proposed to the credit manager", window.consequence)
        self.assertIn("Nothing leaves", window.consequence)
        window.action_confirm()
        self.assertEqual((plan.state, plan.signed_by), ("accepted", NAME))
        self.assertEqual((plan.signed_as, plan.signed_on), ("Manager", DAY))
        self.assertEqual(plan.document_ids.raw, b"%PDF-signed")
        self.assertFalse(plan.is_proof_missing)

    def test_a_drawing_is_kept(self):
        plan = self._proposed()
        self._window(plan, proof="drawing", signature=SIGNATURE).action_confirm()
        self.assertFalse(plan.is_proof_missing)
        self.assertTrue(plan.signature)

    def _message(self, author):
        return self.case.message_post(
            body=AGREED, author_id=author.id, message_type="email"
        )

    def test_a_message_of_the_customer_is_kept_as_a_file(self):
        plan = self._proposed()
        message = self._message(self.customer)
        self._window(plan, proof="message", message_ids=message.ids).action_confirm()
        self.assertIn(b"I agree to the plan", plan.document_ids.raw)
        self.assertFalse(plan.is_proof_missing)

    def test_a_message_of_ours_shows_nothing(self):
        plan = self._proposed()
        message = self._message(self.manager.partner_id)
        window = self._window(plan, proof="message", message_ids=message.ids)
        with self._refused("is no message of .*Martin"):
            window.action_confirm()
        self.assertEqual(plan.state, "proposed")

    def test_without_proof_it_says_what_that_means(self):
        plan = self._proposed(is_sent=False)
        window = self._window(plan)
        self.assertIn("interrupts no limitation", window.consequence)
        self.assertIn("martin@example.com", window.consequence)
        window.action_confirm()
        self.assertTrue(plan.is_proof_missing)

    def test_a_reader_records_no_signature(self):
        plan = self._proposed()
        with self.assertRaises(AccessError):
            plan.with_user(self.reader).action_sign()


@tagged("post_install", "-at_install")
class TestConditions(SignCommon):
    """What was read is what is signed, and how it is judged."""

    def test_changed_since_it_was_sent_it_is_sent_again_first(self):
        plan = self._proposed()
        plan.instalment_ids[0].sudo()._write({"amount": 300})
        self.env.invalidate_all()
        with self._refused("have changed since the agreement was sent"):
            plan.action_accept(DAY, NAME)
        plan.action_send_again()
        self.assertEqual(len(self._texts("plan.proposed")), 2)
        self._send_mails()
        self.assertIn("300.00", plan.agreement_id.raw.decode())
        plan.action_accept(DAY, NAME)
        self.assertEqual(plan.state, "accepted")

    def test_sent_again_before_it_left_it_leaves_once(self):
        plan = self._proposed(is_sent=False)
        plan.action_send_again()
        self.assertEqual(len(self._send_mails()), 1)
        self.assertEqual(
            self._texts("plan.proposed").mapped("state"), ["done", "cancelled"]
        )
        with self.assertRaises(AccessError):
            plan.with_user(self.reader).action_send_again()

    def test_the_agreement_names_what_is_waived_and_until_when(self):
        self.company.dunning_indemnity = 40
        self.customer.dunning_debtor_kind = "business"
        plan = self._proposed()
        self.assertEqual((plan.waived_indemnity, plan.waived_on), (40, DAY))
        self.assertEqual(plan.waived_interest, self.case.line_ids.amount_interest)
        paper = " ".join(plan.agreement_id.raw.decode().split())
        amount = plan._format(plan.waived_interest).replace("\u00a0", " ")
        self.assertIn(f"({amount} of penalties and ", paper)
        self.assertIn("40.00 of indemnity on March 4, 2024)", paper)

    def test_the_agreement_acknowledges_the_debt_and_names_the_acceleration(self):
        paper = " ".join(self._proposed().agreement_id.raw.decode().split())
        for words in (
            "acknowledgement of the debt and interrupts its limitation (article 2240",
            "8. Acceleration of the debt",
            "8 days after this notice was received",
            "7 days after it was posted",
        ):
            self.assertIn(words, paper)

    def test_the_notice_counts_as_the_agreement_says_whatever_the_company_says(self):
        plan = self._running(count=1, date_first=day(1))
        self.company.dunning_plan_notice_days = 1
        self._run(day(4))
        self._send_mails()
        notice = self._texts("plan.missed")
        self.assertIn("8 days after this message", notice.body)
        self.assertIn("March 16, 2024", notice.body)
        self.assertEqual(notice.delivered_on, day(4))
        self._run(day(12))
        self.assertEqual(plan.state, "accepted")
        self._run(day(13))
        self.assertEqual(plan.state, "broken")

    def _miss_by_letter(self):
        self.customer.email = False
        plan = self._running(count=1, date_first=day(1))
        self._run(day(4))
        notice = self._texts("plan.missed")
        self.assertIn("within 8 days of receiving this letter", notice.body)
        notice.sudo().action_deliver(day(5))
        return plan, notice

    def test_a_letter_counts_from_some_days_after_it_was_posted(self):
        plan, _notice = self._miss_by_letter()
        self._run(day(5 + 7 + 8))
        self.assertEqual(plan.state, "accepted")
        self._run(day(5 + 7 + 8 + 1))
        self.assertEqual(plan.state, "broken")

    def test_a_letter_of_which_the_presentation_is_known_counts_from_that(self):
        plan, notice = self._miss_by_letter()
        with freeze_time(f"{day(6)} 10:00:00"):
            notice.sudo().presentation_date = day(6)
        self._run(day(6 + 8))
        self.assertEqual(plan.state, "accepted")
        self._run(day(6 + 8 + 1))
        self.assertEqual(plan.state, "broken")

    def test_the_end_of_a_plan_names_a_date_what_follows_and_what_is_due_again(self):
        self.company.dunning_indemnity = 40
        self.customer.dunning_debtor_kind = "business"
        plan = self._running(count=1, date_first=day(1))
        self._run(day(4))
        self._send_mails()
        self._run(day(13))
        told = self._texts("plan.broken")
        gap = max(self.ladder.contact_gap_days, 3)
        by_day = self.env["dunning.action"]._format_day(day(13 + gap))
        for words in (by_day, "resume our reminders", "are due again", "40.00"):
            self.assertIn(words, told.body)
        self.assertNotIn("by return", told.body)
        self.assertEqual(plan.state, "broken")

    def test_where_penalties_stayed_due_nothing_is_due_again(self):
        self._running(count=1, date_first=day(1), penalties="due")
        self._run(day(4))
        self._send_mails()
        self._run(day(13))
        self.assertNotIn("due again", self._texts("plan.broken").body)

    def test_a_draft_says_what_leaves_before_it_leaves(self):
        plan = self._plan()
        self.assertIn("martin@example.com", plan.leaving_text)
        self.assertIn("03/04/2024", plan.leaving_text)
        plan.action_propose()
        self.assertFalse(plan.leaving_text)
