from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..common import DAY, DunningCommon, day


class SentencesCommon(DunningCommon):
    """One invoice reminded on D+5, its second reminder on D+15."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(5)

    def _remind(self):
        self._run_and_send()
        return self._case().action_ids

    def _second(self, on=10):
        """Return the second reminder, prepared on a day after the first one."""
        self._run(day(on))
        return self._case().action_ids.filtered(lambda a: a.level_id == self.second)


LOOKING, WAIT = "We are looking into it", "Please wait"
NOTE, AWAY = "I shall call them", "I am away"


@tagged("post_install", "-at_install")
class TestContactBefore(SentencesCommon):
    """ "Remains unanswered" is said of what remained unanswered."""

    def _assert_answered(self, second=None):
        second = second or self._second()
        text = second.previous_contact_text
        self.assertIn("further to our message of March 4, 2024", text)
        self.assertNotIn("unanswered", text)

    def test_nothing_came_since(self):
        self._remind()
        self.assertEqual(
            self._second().previous_contact_text,
            "Our message of March 4, 2024 remains unanswered.",
        )

    def test_nothing_was_said_before(self):
        self._run()
        self.assertEqual(self._case().action_ids.previous_contact_text, "")

    def test_a_word_of_the_debtor_on_the_case_is_an_answer(self):
        self._remind()
        self._case().sudo().message_post(
            body=LOOKING,
            message_type="email",
            author_id=self.customer.id,
        )
        self._assert_answered()

    def test_a_word_on_the_record_of_the_customer_is_an_answer(self):
        self._remind()
        self.customer.sudo().message_post(
            body=WAIT, message_type="comment", author_id=self.customer.id
        )
        self._assert_answered()

    def test_a_word_on_the_record_of_one_of_his_people_is_an_answer(self):
        buyer = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id}
        )
        self._remind()
        buyer.sudo().message_post(body=WAIT, message_type="comment", author_id=buyer.id)
        self._assert_answered()

    def test_a_word_under_the_invoice_is_an_answer(self):
        self._remind()
        self.invoice.sudo().message_post(
            body=LOOKING, message_type="email", author_id=self.customer.id
        )
        self._assert_answered()

    def test_a_word_under_another_invoice_is_none(self):
        self._remind()
        other = self._invoice(-30)
        other.sudo().message_post(
            body=LOOKING, message_type="email", author_id=self.customer.id
        )
        self.assertIn("unanswered", self._second().previous_contact_text)

    def test_what_we_write_among_ourselves_is_no_answer(self):
        self._remind()
        self._case().message_post(body=NOTE, message_type="comment")
        self.assertIn("unanswered", self._second().previous_contact_text)

    def test_an_absence_notice_is_no_answer(self):
        self._remind()
        self._case().sudo().message_post(
            body=AWAY,
            message_type="out_of_office",
            author_id=self.customer.id,
        )
        self.assertIn("unanswered", self._second().previous_contact_text)

    def test_a_part_payment_is_an_answer(self):
        self._remind()
        self._pay(self.invoice, 40.0, day=DAY + timedelta(days=1))
        self._assert_answered()

    def test_a_payment_before_the_message_is_none(self):
        self._pay(self.invoice, 40.0, day=DAY - timedelta(days=1))
        self._remind()
        self.assertIn("unanswered", self._second().previous_contact_text)

    def test_money_that_is_not_matched_yet_is_an_answer(self):
        self._remind()
        self._pay_unmatched(30.0)
        self._assert_answered()

    def _pay_unmatched(self, amount):
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "amount": amount,
                "date": DAY,
                "payment_type": "inbound",
                "partner_type": "customer",
            }
        )
        payment.action_post()
        return payment

    def test_a_message_about_another_invoice_is_not_recalled(self):
        self._remind()
        self._pay(self.invoice)
        other = self._invoice(0)
        self._run(day(20))
        text = self._case().action_ids.filtered(lambda a: other in a.line_ids.move_id)
        self.assertEqual(text[:1].previous_contact_text, "")

    def test_a_call_is_recalled_as_a_call(self):
        self.first.write(
            {
                "channel_email": False,
                "channel_phone": True,
                "call_script": "<p>Ask</p>",
            }
        )
        self._run()
        self._case().action_ids._record_reached(DAY)
        text = self._second().previous_contact_text
        self.assertEqual(text, "We called you on March 4, 2024.")


@tagged("post_install", "-at_install")
class TestOversight(SentencesCommon):
    """An oversight is supposed of what the debtor hears for the first time."""

    def _owed(self, action):
        return (action.opening_text, action.second_title_text)

    def test_a_first_reminder_supposes_an_oversight(self):
        self._run()
        self.assertEqual(
            self._owed(self._case().action_ids),
            ("This is probably just an oversight.", "Reminder"),
        )

    def test_an_item_that_was_asked_for_before_is_no_oversight(self):
        self._remind()
        text = self._second()
        self.assertEqual(
            self._owed(text),
            ("We are coming back to you about your account.", "Second reminder"),
        )

    def test_the_other_channel_of_one_step_is_no_reminder_before(self):
        self.first.write(
            {"channel_letter": True, "letter_template_id": self.letter_text.id}
        )
        self._run_and_send()
        letter = self._case().action_ids.filtered(lambda a: a.channel == "letter")
        self.assertIn("oversight", letter.opening_text)

    def test_an_item_that_has_heard_a_stronger_text_is_no_oversight(self):
        self._run()
        self._case().line_ids._write_facts({"heard_level_id": self.second.id})
        action = self._case().action_ids
        action.invalidate_recordset(["opening_text"])
        self.assertNotIn("oversight", action.opening_text)

    def test_thanks_for_paying_on_time_go_to_those_who_did(self):
        self._run()
        action = self._case().action_ids
        self.assertIn("usually pay us", action.usual_care_text)
        self.assertIn("not like you", action.unusual_delay_text)

    def test_whoever_was_reminded_of_another_invoice_pays_late_at_times(self):
        self._remind()
        self._pay(self.invoice)
        self._invoice(0)
        self._run(day(5))
        action = self._case().action_ids[:1]
        self.assertEqual((action.usual_care_text, action.unusual_delay_text), ("", ""))


@tagged("post_install", "-at_install")
class TestNextStep(SentencesCommon):
    """The step that is announced is the one that the engine takes."""

    def _first(self):
        self._run()
        return self._case().action_ids.filtered(lambda a: a.level_id == self.first)

    def test_a_message_is_announced_for_the_day_on_which_it_is_prepared(self):
        action = self._first()
        self.assertEqual(
            action.next_step_text,
            "Unless we hear from you, we will write to you again from March 14, 2024.",
        )
        self._send_mails()
        self.assertFalse(self._second(on=9))
        self.assertTrue(self._second(on=10))

    def test_what_somebody_approves_first_is_only_possible(self):
        self.second.automation = "manual"
        self.assertIn("we may contact you again", self._first().next_step_text)

    def test_a_call_without_a_number_is_not_announced(self):
        self.second.write(
            {"channel_email": False, "channel_phone": True, "call_script": "<p>Ask</p>"}
        )
        action = self._first()
        self.assertIn("get in touch with you again", action.next_step_text)
        self.customer.phone = "+33 1 23 45 67 89"
        action.invalidate_recordset(["next_step_text"])
        self.assertIn("we will call you", action.next_step_text)

    def test_what_replaces_the_call_is_announced_instead(self):
        self.second.write(
            {
                "channel_email": False,
                "channel_phone": True,
                "call_script": "<p>Ask</p>",
                "fallback_channel": "email",
            }
        )
        self.assertIn("write to you again", self._first().next_step_text)

    def test_a_level_that_was_archived_is_not_announced(self):
        self.second.active = False
        action = self._first()
        self.assertEqual(
            action.next_step_text,
            "Unless we receive your payment or hear from you, we may send you a formal "
            "notice from March 29, 2024.",
        )
        self.assertEqual(action.last_title_text, "Last reminder")

    def test_only_a_firm_text_before_a_formal_notice_is_the_last_one(self):
        self.second.tone = "firm"
        self.assertEqual(self._first().last_title_text, "Reminder")
        self._send_mails()
        second = self._second()
        title = "Last reminder before formal notice"
        self.assertEqual(second.last_title_text, title)
        self.assertIn("formal notice from", second.next_step_text)
        self.notice.active = False
        second.invalidate_recordset(["last_title_text", "next_step_text"])
        self.assertEqual(second.last_title_text, "Last reminder")
        self.assertIn("we will decide from", second.next_step_text)

    def test_two_contacts_are_as_far_apart_as_the_ladder_wants(self):
        self.ladder.contact_gap_days = 12
        self.assertIn("from March 16, 2024", self._first().next_step_text)

    def test_the_day_to_answer_by_is_before_the_next_step(self):
        self.assertEqual(self._first().answer_by_text, "March 12, 2024")
        self.second.delay_days = 9
        self.second.gap_days = 4
        action = self._case().action_ids
        action.invalidate_recordset(["answer_by_text"])
        self.assertEqual(action.answer_by_text, "March 7, 2024")

    def test_the_day_to_pay_by_is_the_day_to_answer_by(self):
        self.first.deadline_days = 6
        self.assertEqual(self._first().answer_by_text, "March 10, 2024")


@tagged("post_install", "-at_install")
class TestHowThingsAreCalled(SentencesCommon):
    def test_one_invoice_is_an_invoice_and_many_are_counted(self):
        self._run()
        action = self._case().action_ids
        name = self.invoice.name
        self.assertEqual(action.invoices_text, f"for invoice {name}")
        self.assertEqual(action.your_invoices_text, f"Your invoice {name}")
        names = [name, "B", "C", "D"]
        self.assertEqual(
            action._name_invoices(names[:3], True),
            (f"for invoices {name}, B and C", f"Your invoices {name}, B and C"),
        )
        self.assertEqual(
            action._name_invoices(names, True)[0], f"for 4 invoices, including {name}"
        )
        self.assertEqual(action._name_invoices(["Rent"], False)[0], "for Rent")

    def test_a_letter_names_no_payment_details_that_it_does_not_print(self):
        self._run()
        action = self._case().action_ids
        self.assertIn("payment details", action.how_to_pay_text)
        self.company.partner_id.bank_ids.active = False
        action.invalidate_recordset(["how_to_pay_text"])
        self.assertEqual(action.how_to_pay_text, "")

    def test_who_has_a_civility_is_addressed_by_the_family_name(self):
        actions = self.env["dunning.action"]
        self.assertEqual(actions._greet("Mme Odile Garnier"), "Dear Mrs Garnier,")
        self.assertEqual(actions._greet("Madame Odile de La Tour"), "Dear Madam,")
        self.assertEqual(actions._greet("Odile Garnier"), "Dear Odile Garnier,")
        self.assertEqual(actions._greet(""), "Hello,")

    def test_in_french_a_name_alone_is_curt_and_the_first_is_1er(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        actions = self.env["dunning.action"].with_context(lang="fr_FR")
        self.assertEqual(actions._greet("Odile Garnier"), "Bonjour,")
        self.assertEqual(actions._format_day(day(28)), "1er avril 2024")
        self.assertEqual(actions._format_day(day(29)), "2 avril 2024")

    def test_shipped_reminders_name_a_day_and_never_by_return(self):
        level = self.env.ref("account_dunning.dunning_level_business_reminder")
        self._run()
        case = self._case()
        said = []

        def render():
            case.sudo().ladder_id = level.ladder_id
            action = self.env["dunning.action"]._make_example(case, level)
            said.append(html2plaintext(action._render_texts()[action.id][1]))

        self.env["dunning.action"]._do_and_forget(render)
        self.assertRegex(" ".join(said[0].split()), r"tell us by \w+ \d+, 2024 on")
        self.assertNotIn("by return", said[0])
