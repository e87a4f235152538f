from datetime import timedelta

from odoo.tests import tagged

from ..common import DAY, DunningCommon, day


@tagged("post_install", "-at_install")
class TestHeard(DunningCommon):
    """Never softer: what was asked firmly is not asked for in a friendlier tone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ladder = cls.env.ref("account_dunning.dunning_ladder_business")
        cls.ladder.write({"active": True, "minimum_amount": 0})
        cls.customer.dunning_ladder_id = cls.ladder
        cls.reminder, cls.call, cls.second, cls.last, cls.notice = (
            cls.env.ref(f"account_dunning.dunning_level_business_{name}")
            for name in ("reminder", "call", "second", "last_notice", "formal_notice")
        )
        cls.ladder.level_ids.write({"attach_invoices": False})
        # One way each, so that a contact is one action.
        (cls.second | cls.last).write({"channel_letter": False})

    def _line(self, invoice):
        return self._case().line_ids.filtered(lambda line: line.move_id == invoice)

    def _stand(self, invoice, level, delivered, heard=None, deadline=False):
        """Let an item stand on a level, as if it had been delivered on a day."""
        self._line(invoice)._write_facts(
            {
                "level_id": level.id,
                "delivered_on": delivered,
                "deadline": deadline,
                "heard_level_id": (heard or level).id,
            }
        )

    def _open(self):
        """Collect the debtor's case without a step of today."""
        self.env["dunning.case"].sudo()._collect(self.company, DAY, self.customer)

    def _contact_of(self, today):
        self._run_and_send(today)
        return self._case().action_ids.filtered(
            lambda action: action.date == today and action.channel != "decision"
        )

    def _put_on_notice(self, invoice):
        """Let a formal notice about an invoice reach the debtor on ``DAY``."""
        self._stand(invoice, self.last, DAY - timedelta(days=20))
        self._run()
        notice = self._case().action_ids.filtered("is_formal_notice")
        notice.sudo().action_deliver(DAY)
        self.assertEqual(notice.state, "done")
        return notice

    def test_a_delivered_text_is_heard_by_what_it_asked_for(self):
        due, listed = self._invoice(16), self._invoice(14)
        self._open()
        self._stand(due, self.call, DAY - timedelta(days=8), self.reminder)
        self._stand(listed, self.reminder, DAY - timedelta(days=3))
        action = self._contact_of(DAY)
        self.assertEqual((action.level_id, action.state), (self.second, "done"))
        self.assertEqual(self._line(due).heard_level_id, self.second)
        self.assertEqual(self._line(listed).heard_level_id, self.second)
        self.assertEqual(self._line(listed).level_id, self.reminder)

    def test_an_e_mail_that_came_back_was_not_heard(self):
        due, listed = self._invoice(16), self._invoice(14)
        self._open()
        self._stand(due, self.call, DAY - timedelta(days=8), self.reminder)
        self._stand(listed, self.reminder, DAY - timedelta(days=3))
        action = self._contact_of(DAY)
        action.sudo()._bounce("No such mailbox")
        self.assertFalse(self._line(due).heard_level_id)
        self.assertFalse(self._line(listed).heard_level_id)

    def test_what_has_heard_the_last_notice_hears_no_first_reminder(self):
        invoice = self._invoice(5)
        self._open()
        self._line(invoice)._write_facts({"heard_level_id": self.last.id})
        action = self._contact_of(DAY)
        self.assertEqual(action.level_id, self.last)
        self.assertEqual(action.line_ids.level_id, self.reminder)
        self.assertEqual(self._line(invoice).level_id, self.reminder)

    def test_a_first_reminder_names_nothing_else(self):
        old, fresh = self._invoice(25), self._invoice(3)
        self._open()
        self._stand(old, self.second, DAY - timedelta(days=8))
        action = self._contact_of(DAY)
        self.assertEqual(action.level_id, self.reminder)
        self.assertEqual(action.line_ids.move_id, fresh)

    def _owe_old_and_fresh(self, delay):
        """Return the case of a debtor whose last notice is due in so many days, beside
        a first reminder that is due today."""
        customer = self._create_customer(f"Wait {delay}")
        customer.dunning_ladder_id = self.ladder
        old = self._invoice(30 - delay, partner=customer)
        self._invoice(3, partner=customer)
        self.env["dunning.case"].sudo()._collect(self.company, DAY, customer)
        case = self._case(customer)
        case.line_ids.filtered(lambda line: line.move_id == old)._write_facts(
            {
                "level_id": self.second.id,
                "heard_level_id": self.second.id,
                "delivered_on": DAY - timedelta(days=20),
            }
        )
        return case

    def test_a_fresh_debt_waits_three_days_for_a_firmer_text(self):
        case = self._owe_old_and_fresh(3)
        self._run()
        self.assertEqual(case.wait_reason, "joins_stronger")
        self.assertFalse(case.action_ids)
        self._run(day(3))
        actions = case.action_ids.filtered(lambda a: a.state != "cancelled")
        self.assertEqual(actions.level_id, self.last)
        self.assertEqual(len(actions.line_ids), 2)

    def test_a_fresh_debt_does_not_wait_four_days(self):
        case = self._owe_old_and_fresh(4)
        self._run()
        self.assertEqual(case.action_ids.level_id, self.reminder)

    def test_what_is_under_notice_stands_for_the_record_and_keeps_its_date(self):
        under, later = self._invoice(50, 8904), self._invoice(10, 1512)
        self._open()
        notice = self._put_on_notice(under)
        self._stand(later, self.call, DAY - timedelta(days=2), self.reminder)
        before = self._line(under).read(["level_id", "delivered_on", "deadline"])
        today = notice.deadline + timedelta(days=1)
        action = self._contact_of(today)
        self.assertEqual(action.level_id, self.second)
        recorded = action.line_ids.filtered("is_for_record")
        self.assertEqual(recorded.move_id, under)
        self.assertEqual(action._get_object_lines().move_id, later)
        self.assertIn("1,512.00", action.amount_text)
        self.assertNotIn("8,904", action.amount_text)
        self.assertNotIn(under.name, action.invoice_names)
        [sentence] = action._describe_recorded()
        self.assertIn(under.name, sentence)
        self.assertIn("8,904.00", sentence)
        self.assertIn(f"our formal notice no. {notice.notice_number} of", sentence)
        self.assertIn("whose period has ended", sentence)
        self.assertIn("For the record", action.body)
        after = self._line(under).read(["level_id", "delivered_on", "deadline"])
        self.assertEqual(after, before)
        self.assertEqual(self._line(under).heard_level_id, self.notice)

    def test_no_ordinary_reminder_until_the_day_after_the_deadline_of_the_notice(self):
        under, later = self._invoice(50), self._invoice(10)
        self._open()
        notice = self._put_on_notice(under)
        self._stand(later, self.call, DAY - timedelta(days=2), self.reminder)
        self.assertFalse(self._contact_of(notice.deadline))
        self.assertTrue(self._contact_of(notice.deadline + timedelta(days=1)))

    def test_a_repeat_by_hand_asks_for_nothing_under_notice(self):
        under, later = self._invoice(50), self._invoice(20)
        self._open()
        self._stand(later, self.second, DAY - timedelta(days=4))
        self._stand(under, self.notice, DAY - timedelta(days=20))
        window = self._case().with_user(self.collector).action_dun()
        line = self.env["dunning.relance.line"].browse(window["res_id"])
        self.assertEqual((line.state, line.kind), ("ready", "manual"))
        self.assertEqual(line.level_id, self.second)
        self.assertEqual(line.case_line_ids.move_id, later)

    def test_a_repeat_by_hand_is_as_firm_as_what_was_heard(self):
        invoice = self._invoice(20)
        self._open()
        self._stand(invoice, self.second, DAY - timedelta(days=4), self.last)
        window = self._case().with_user(self.collector).action_dun()
        line = self.env["dunning.relance.line"].browse(window["res_id"])
        self.assertEqual(line.level_id, self.last)

    def test_a_message_that_waits_does_not_leave_after_a_firmer_one(self):
        invoice = self._invoice(5)
        self._run()
        action = self._case().action_ids
        self.assertEqual((action.level_id, action.state), (self.reminder, "queued"))
        self._line(invoice)._write_facts({"heard_level_id": self.last.id})
        self._send_mails()
        self.assertEqual(action.state, "cancelled")
        self.assertIn("stronger message", action.cancel_reason)

    def test_listing_twice_in_one_text_postpones_once(self):
        """A debtor with a new invoice every week comes to the last notice as well."""
        first, listed = self._invoice(16), self._invoice(14)
        self._open()
        self._stand(first, self.call, DAY - timedelta(days=8), self.reminder)
        self._stand(listed, self.reminder, DAY - timedelta(days=3))
        self._contact_of(DAY)
        deadline = self._line(listed).deadline
        self.assertEqual(deadline, DAY + timedelta(days=8))
        other = self._invoice(11)
        self._open()
        self._stand(other, self.call, DAY - timedelta(days=8), self.reminder)
        action = self._contact_of(day(4))
        self.assertEqual(action.level_id, self.second)
        # The next step about it comes before the date that is printed here.
        self.assertEqual(action._get_object_lines().move_id, other)
        self.assertEqual(self._line(listed).deadline, deadline)
        self.assertEqual(self._line(listed).next_date, day(9))

    def test_no_firmer_text_comes_before_the_date_of_the_one_before(self):
        old, later = self._invoice(38), self._invoice(27)
        self._open()
        self._stand(old, self.last, DAY - timedelta(days=12))
        self._stand(later, self.second, DAY - timedelta(days=12))
        self._run_and_send(day(3))  # the last notice about the later one
        action = self._case().action_ids.filtered(lambda a: a.level_id == self.last)
        self.assertEqual((action.line_ids.move_id, action.deadline), (later, day(11)))
        self.assertNotIn(old, action.line_ids.move_id)

    def test_who_repeats_a_text_by_hand_grants_its_date(self):
        invoice = self._invoice(27)
        self._open()
        self._stand(invoice, self.second, DAY - timedelta(days=12))
        window = self._case().with_user(self.collector).action_dun()
        lines = self.env["dunning.relance.line"].with_user(self.collector)
        lines.browse(window["res_id"]).action_send()
        self._send_mails()
        action = self._case().action_ids.filtered(lambda a: a.state == "done")
        self.assertEqual((action.kind, action.deadline), ("manual", day(8)))
        self.assertEqual(self._line(invoice).deadline, day(8))
        self.assertEqual(self._line(invoice).next_date, day(9))
        action.sudo()._bounce("No such mailbox")
        self.assertFalse(self._line(invoice).deadline)  # nobody has read it

    def test_a_call_that_comes_next_is_announced_as_a_call(self):
        """It says nothing more softly: the text before it need not be repeated."""
        self.customer.phone = "+33 4 72 00 00 00"
        due, listed = self._invoice(16), self._invoice(14)
        self._open()
        self._stand(due, self.call, DAY - timedelta(days=8), self.reminder)
        self._stand(listed, self.reminder, DAY - timedelta(days=3))
        action = self._contact_of(DAY)
        self.assertIn("we will call you from March 13, 2024", action.next_step_text)
        following = self._contact_of(day(9))
        self.assertEqual(following.level_id, self.call)

    def test_the_next_step_is_that_of_the_first_day_outside_the_contact_gap(self):
        self.ladder.contact_gap_days = 10
        due, listed = self._invoice(29), self._invoice(14)
        self._open()
        self._stand(due, self.second, DAY - timedelta(days=14))
        self._stand(listed, self.reminder, DAY - timedelta(days=5))
        action = self._contact_of(DAY)
        self.assertEqual(action.level_id, self.call)
        self.assertIn("write to you again from March 14, 2024", action.next_step_text)
        following = self._contact_of(day(10))
        self.assertEqual(following.level_id, self.last)

    def test_the_upgrade_reads_what_was_heard_from_the_contacts_that_left(self):
        due, listed = self._invoice(16), self._invoice(14)
        self._open()
        self._stand(due, self.call, DAY - timedelta(days=8), self.reminder)
        self._stand(listed, self.reminder, DAY - timedelta(days=3))
        self._contact_of(DAY)
        lines = self._case().line_ids
        lines._write_facts({"heard_level_id": False})
        lines._hear_anew()
        self.assertEqual(lines.heard_level_id, self.second)

    def test_a_ladder_whose_tone_falls_says_so(self):
        self.assertFalse("softly" in (self.ladder.warning or ""))
        self.last.tone = "friendly"
        self.assertIn("“Last notice” speaks more softly", self.ladder.warning)

    def test_an_item_entered_again_and_a_merged_one_keep_what_they_heard(self):
        invoice = self._invoice(20)
        self._open()
        self._stand(invoice, self.second, DAY - timedelta(days=4), self.last)
        line = self._line(invoice)
        other = line.sudo().copy({"case_id": line.case_id.id})
        other._write_facts(
            {"level_id": self.second.id, "heard_level_id": self.second.id}
        )
        self._case()._move_in(other)
        [kept] = self._case().line_ids.filtered("active")
        self.assertEqual(kept.heard_level_id, self.last)
