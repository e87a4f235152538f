from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import DAY
from .common_ladders import LadderChangeCommon


@tagged("post_install", "-at_install")
class TestLadderChange(LadderChangeCommon):
    """A case keeps its ladder until a person changes it, for a reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(20)
        cls.env["dunning.case"]._open_for(cls.customer)
        cls.case = cls._case()

    def _stands_on(self, level, ladder=None):
        """Return where items that stood on a level stand after the change."""
        self._stand(self.case, level)
        self._change(self.case, ladder)
        return self.case.line_ids.level_id

    # Where the items stand

    def test_items_stand_on_the_highest_rung_not_above_their_old_one(self):
        self.assertEqual(self._stands_on(self.second), self.softer)

    def test_a_rung_of_the_same_day_is_reached_and_one_a_day_later_is_not(self):
        self.softer.delay_days = 15
        self.assertEqual(self._stands_on(self.second), self.softer)
        self.case.sudo().ladder_id = self.ladder
        self.softer.delay_days = 16
        self.assertEqual(self._stands_on(self.second), self.soft)

    def test_items_below_the_first_rung_of_the_new_ladder_start_afresh(self):
        self.soft.delay_days = 6
        self.assertFalse(self._stands_on(self.first))
        self.assertEqual(self.case.line_ids.next_level_id, self.soft)

    def test_a_formal_notice_is_never_reached_by_the_calendar_alone(self):
        self.other_decision.delay_days = 60
        self.softer.delay_days = 40
        self._change(self.case)
        self._stand(self.case, self.softer)
        self._change(self.case, self.ladder)
        self.assertEqual(self.case.line_ids.level_id, self.second)
        self.assertEqual(self.case.line_ids.next_level_id, self.notice)

    def test_a_delivered_formal_notice_stays_delivered_on_the_new_ladder(self):
        late = self._create_ladder(name="Late")
        late.level_ids[3].delay_days = 90
        late.level_ids[2].delay_days = 80
        self.assertEqual(self._stands_on(self.notice, late), late.level_ids[2])
        self.assertEqual(self.case.line_ids.next_level_id, late.level_ids[3])

    def test_it_stays_delivered_on_a_ladder_without_formal_notice(self):
        deadline = DAY + timedelta(days=10)
        self._stand(self.case, self.notice, deadline=deadline)
        self._change(self.case)
        self.assertEqual(self.case.line_ids.level_id, self.notice)
        self.assertEqual(self.case.line_ids.deadline, deadline)
        self.assertEqual(self.case.line_ids.next_level_id, self.other_decision)

    def test_after_a_formal_notice_and_a_decision_no_second_notice_follows(self):
        late = self._create_ladder(name="Late")
        late.level_ids[3].delay_days = 90
        self.assertEqual(self._stands_on(self.decision, late), late.level_ids[2])

    def test_the_day_of_delivery_counts_on_the_new_ladder_too(self):
        self._stand(self.case, self.first, DAY - timedelta(days=2))
        self._change(self.case)
        self.assertEqual(self.case.line_ids.next_date, DAY + timedelta(days=5))

    def test_what_is_not_on_a_rung_yet_gets_its_new_first_date(self):
        self._change(self.case)
        self.assertEqual(self.case.line_ids.next_level_id, self.soft)
        self.assertEqual(
            self.case.line_ids.next_date, DAY - timedelta(days=20) + timedelta(days=4)
        )

    # What was prepared

    def test_an_open_proposal_is_decided_afresh_at_once(self):
        self.first.automation = "manual"
        self._run()
        proposal = self.case.action_ids
        self._change(self.case)
        self.assertEqual(proposal.state, "cancelled")
        self.assertIn("ladder", proposal.cancel_reason)
        fresh = self.case.action_ids - proposal
        self.assertEqual((fresh.state, fresh.level_id), ("proposed", self.soft))
        self.assertEqual(self.case.wait_reason, "to_approve")

    def test_where_nothing_was_proposed_nothing_is_proposed_by_the_change(self):
        self._change(self.case)
        self.assertFalse(self.case.action_ids)

    def test_an_e_mail_in_the_queue_does_not_leave_any_more(self):
        self._run()
        self.assertEqual(self.case.action_ids.state, "queued")
        self._change(self.case)
        self.assertEqual(self.case.action_ids.state, "cancelled")
        self.assertFalse(self._send_mails())

    def test_a_printed_letter_stays_with_who_posts_it(self):
        self._stand(self.case, self.second, DAY - timedelta(days=20))
        self.notice.delay_days = 20
        self._run()
        letter = self.case.action_ids
        letter.with_user(self.manager)._queue()
        letter.sudo().printed_on = DAY
        move = self.case._preview_ladder(self.other)[self.case]
        self.assertRegex(move.waiting[0], "Printed already.*: 1")
        self._change(self.case)
        self.assertEqual(letter.state, "queued")
        letter.with_user(self.manager).action_deliver(DAY)
        self.assertEqual(self.case.line_ids.level_id, self.notice)
        self.assertEqual(self.case.line_ids.next_level_id, self.other_decision)

    def test_the_decision_on_the_managers_desk_goes_with_its_ladder(self):
        self._stand(self.case, self.notice, DAY - timedelta(days=30))
        self.notice.delay_days = 20
        self.decision.delay_days = 20
        self._run()
        task = self.case.action_ids.activity_id
        self.assertTrue(task)
        self._change(self.case)
        self.assertFalse(task.exists())

    # Who, why, what is shown

    def test_the_reason_and_its_author_stand_in_the_chatter(self):
        self._stand(self.case, self.second)
        self._change(self.case, reason="Sister company of a partner")
        note = self.case.message_ids[0]
        self.assertEqual(note.author_id, self.collector.partner_id)
        for words in ("Test ladder → Gentle", "Sister company", "Second → Second"):
            self.assertIn(words, note.body)

    def test_without_a_reason_or_a_ladder_nothing_changes(self):
        with self.assertRaisesRegex(UserError, "Say why"):
            self._change(self.case, reason="  ")
        window = self.case.action_change_ladder()
        change = self.env[window["res_model"]].browse(window["res_id"])
        with self.assertRaisesRegex(UserError, "Choose the new ladder"):
            change.action_apply()
        self.assertEqual(self.case.ladder_id, self.ladder)

    def test_a_reader_cannot_change_a_ladder_and_a_collector_can(self):
        with self.assertRaises(AccessError):
            self.case.with_user(self.reader).action_change_ladder()
        self._change(self.case, user=self.collector)
        self.assertEqual(self.case.ladder_id, self.other)

    def test_the_preview_says_what_the_change_then_does(self):
        self._stand(self.case, self.second, DAY - timedelta(days=3))
        window = self.case.action_change_ladder()
        change = self.env[window["res_model"]].browse(window["res_id"])
        with Form(change) as form:
            form.ladder_id = self.other
            form.reason = "He asked for time"
            told = form.preview
        move = self.case._preview_ladder(self.other)[self.case]
        change.action_apply()
        line = self.case.line_ids
        self.assertEqual(move.new_level, line.level_id)
        self.assertEqual(move.new_next_level, line.next_level_id)
        self.assertEqual(move.new_next_day, line.next_date)
        for words in ("Boulangerie Martin", "Second", "Decision", "1 of 1"):
            self.assertIn(words, told)

    def test_a_closed_case_and_one_on_the_ladder_already_are_left_alone(self):
        closed = self._case_of("Debtor Closed")
        closed.action_close()
        there = self._case_of("Debtor There")
        there.sudo().ladder_id = self.other
        cases = self.case | closed | there
        window = cases.action_change_ladder()
        change = self.env[window["res_model"]].browse(window["res_id"])
        change.write({"ladder_id": self.other.id, "reason": "All of them"})
        self.assertEqual(change.change_count, 1)
        self.assertIn("The case is closed", change.preview)
        change.action_apply()
        self.assertEqual(closed.ladder_id, self.ladder)
        self.assertFalse(there.message_ids.filtered(lambda m: "All of" in m.body))

    def test_when_no_case_can_change_the_user_reads_why(self):
        with self.assertRaisesRegex(UserError, "Boulangerie Martin.*already"):
            self._change(self.case, self.ladder)

    def test_a_consumer_does_not_get_the_ladder_of_businesses(self):
        self.other.debtor_kind = "business"
        case = self._case_of("Claire Petit", is_company=False)
        with self.assertRaisesRegex(UserError, "consumer"):
            self._change(case)
        self._change(self.case)
        self.assertEqual(self.case.ladder_id, self.other)

    def _case_of(self, name, **values):
        partner = self._create_customer(name, **values)
        self._invoice(20, partner=partner)
        return self.env["dunning.case"]._open_for(partner)

    # The customer has another ladder now

    def test_the_case_says_that_the_customer_has_another_ladder_now(self):
        self.assertFalse(self.case.new_ladder_id)
        self.customer.dunning_ladder_id = self.other
        self.assertEqual(self.case.new_ladder_id, self.other)
        self.assertEqual(self.case.ladder_id, self.ladder)
        window = self.case.action_change_ladder()
        change = self.env[window["res_model"]].browse(window["res_id"])
        self.assertEqual(change.ladder_id, self.other)

    def test_a_rule_that_fits_the_customer_now_is_said_as_well(self):
        self.other.debtor_kind = "public"
        self.assertFalse(self.case.new_ladder_id)
        self.customer.dunning_debtor_kind = "public"
        self.assertEqual(self.case.new_ladder_id, self.other)

    def test_who_has_chosen_is_not_asked_again_until_something_changes(self):
        self.customer.dunning_ladder_id = self.other
        third = self._create_ladder(name="Third")
        self._change(self.case, third)
        self.assertFalse(self.case.new_ladder_id)
        self.customer.dunning_ladder_id = self._create_ladder(name="Fourth")
        self.assertEqual(self.case.new_ladder_id.name, "Fourth")
