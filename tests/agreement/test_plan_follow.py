from odoo.tests import tagged

from ..hold.test_hold import day
from .test_plan import PlanCommon

FIRST = 10  # the day of the first instalment, a Thursday
LAST = FIRST + 4  # two working days later, a weekend between: the last tolerated day


@tagged("post_install", "-at_install")
class TestPlanFollow(PlanCommon):
    """Two instalments of 500 €, two working days of grace, a notice of eight days."""

    def setUp(self):
        super().setUp()
        self.company.dunning_plan_reminder_days = 5
        self.company.dunning_plan_notice_days = 8
        self.plan = self._running(count=2)

    def _missed(self):
        """Let the first instalment be missed, and its notice arrive."""
        self._run(day(LAST + 1))
        self._send_mails()
        return self._texts("plan.missed")

    def _break(self, **values):
        self.plan.write(values)
        self._missed()
        self._run(day(LAST + 10))
        self.assertFalse(self.case.failure)
        self.assertEqual(self.plan.state, "broken")

    # Payments

    def test_payments_fill_the_instalments_in_order(self):
        self._pay(self.invoice, 700)
        rows = self.plan.instalment_ids
        self.assertEqual(rows.mapped("amount_paid"), [500, 200])
        self.assertEqual(rows.mapped("state"), ["paid", "partial"])
        self.assertEqual((self.plan.amount_paid, self.plan.amount_left), (700, 300))
        self.assertEqual(self.plan.next_date, rows[1].date)
        self.assertEqual(self.case.amount_promised, 300)

    def test_a_payment_that_is_taken_back_empties_them_again(self):
        payment = self._pay(self.invoice, 700)
        self._take_back(payment)
        self.assertEqual(self.plan.instalment_ids.mapped("amount_paid"), [0, 0])

    def test_a_reader_sees_what_is_paid(self):
        self._pay(self.invoice, 700)
        plan = self.plan.with_user(self.reader)
        self.assertEqual((plan.amount_paid, plan.amount_left), (700, 300))

    # Reminder before the date

    def test_a_reminder_leaves_five_days_before_the_date_once(self):
        self._run(day(FIRST - 6))
        self.assertFalse(self._texts("plan.reminder"))
        self._run(day(FIRST - 5))
        self._run(day(FIRST - 4))
        reminder = self._texts("plan.reminder")
        self.assertEqual(len(reminder), 1)
        self.assertIn("500.00", reminder.body)
        self.assertEqual(len(self._send_mails()), 1)

    def test_nobody_is_reminded_of_a_paid_instalment(self):
        self._pay(self.invoice, 500)
        self._run(day(FIRST - 5))
        self.assertFalse(self._texts("plan.reminder"))

    def test_a_reminder_in_the_queue_does_not_leave_once_it_was_paid(self):
        self._run(day(FIRST - 5))
        self._pay(self.invoice, 500)
        self.assertFalse(self._send_mails())
        self.assertEqual(self._texts("plan.reminder").state, "cancelled")

    # Missed

    def test_while_it_is_respected_nobody_is_dunned(self):
        self._pay(self.invoice, 500)
        for number in range(20):
            self._run(day(number))
        self.assertFalse(self.case.action_ids.level_id)
        self.assertEqual(self.case.state, "waiting")
        self.assertIn("payment plan", self.case.waiting_text)

    def test_it_is_missed_the_day_after_the_last_tolerated_one(self):
        self._run(day(LAST))
        self.assertFalse(self._texts("plan.missed"))
        self._run(day(LAST + 1))
        notice = self._texts("plan.missed")
        self.assertEqual(notice.state, "queued")
        self.assertIn("500.00", notice.body)
        self.assertIn("March 27, 2024", notice.body)
        self.assertEqual(self.plan.state, "accepted")

    def test_a_part_is_not_enough_and_what_is_missing_is_named(self):
        self._pay(self.invoice, 499)
        self._run(day(LAST + 1))
        self.assertIn("$\u00a01.00", self._texts("plan.missed").body.replace(" ", ""))

    def test_money_not_matched_yet_is_checked_and_nothing_leaves(self):
        self._post_entry(
            (self.company_data["default_account_receivable"], -500),
            (self.company_data["default_account_revenue"], 500),
        )
        self._run(day(LAST + 1))
        self._run(day(LAST + 2))
        self.assertFalse(self._texts("plan.missed"))
        self.assertTrue(self.plan.check_on)
        tasks = self.case.activity_ids.filtered(lambda a: "Check" in a.summary)
        self.assertEqual(len(tasks), 1)
        self.assertEqual(tasks.user_id, self.collector)

    def test_what_was_checked_and_matched_goes_on(self):
        self._post_entry(
            (self.company_data["default_account_receivable"], -500),
            (self.company_data["default_journal_bank"].default_account_id, 500),
        )
        self._run(day(LAST + 1))
        items = self.customer.invoice_ids.line_ids | self.env[
            "account.move.line"
        ].search([("partner_id", "=", self.customer.id)])
        account = self.company_data["default_account_receivable"]
        items.filtered(lambda item: item.account_id == account).reconcile()
        self._run(day(LAST + 2))
        self.assertFalse(self.plan.check_on)
        self.assertFalse(self._texts("plan.missed"))

    # Broken

    def test_it_breaks_when_the_notice_has_run_out(self):
        self._missed()
        self._run(day(LAST + 9))
        self.assertEqual(self.plan.state, "accepted")
        self._run(day(LAST + 10))
        self.assertEqual(self.plan.state, "broken")
        self.assertIn("not paid after the notice", self.plan.end_reason)
        self.assertFalse(self.case.line_ids.hold)

    def test_it_does_not_break_while_the_notice_has_not_arrived(self):
        self._run(day(LAST + 1))
        self._run(day(LAST + 20))
        self.assertEqual(self.plan.state, "accepted")

    def test_who_pays_after_the_notice_keeps_his_plan(self):
        self._missed()
        self._pay(self.invoice, 500)
        self._run(day(LAST + 10))
        self.assertEqual(self.plan.state, "accepted")

    def test_broken_the_whole_balance_is_claimed_and_the_ladder_resumes(self):
        self._pay(self.invoice, 200)
        self._break()
        told = self._texts("plan.broken")
        self.assertIn("800.00", told.body)
        self.assertEqual(told.line_ids.amount_claimed, 800)
        self.assertFalse(self.case.action_ids.level_id)
        self._run(day(LAST + 11))
        self.assertEqual(self.case.action_ids.level_id, self.first)

    def test_a_broken_plan_is_told_once(self):
        self._break()
        self._run(day(LAST + 11))
        self.assertEqual(len(self._texts("plan.broken")), 1)

    # Plan B, each value

    def test_plan_b_the_next_level(self):
        self._break(fallback="next_rung")
        self.assertFalse(self._texts("plan.broken"))
        self.assertEqual(self.plan.fallback_record, self.first)
        self.assertEqual(self.case.action_ids.level_id, self.first)

    def test_plan_b_a_given_level(self):
        self._break(fallback="given_rung", fallback_level_id=self.second.id)
        self.assertEqual(self.plan.fallback_record, self.second)
        self.assertEqual(self.case.action_ids.level_id, self.second)

    def test_plan_b_a_formal_notice_waits_for_the_manager(self):
        self._break(fallback="formal_notice")
        notice = self.case.action_ids.filtered("is_formal_notice")
        self.assertEqual((notice.level_id, notice.state), (self.notice, "proposed"))

    def test_plan_b_another_plan(self):
        self._pay(self.invoice, 300)
        self._break(fallback="plan")
        draft = self.plan.fallback_record
        self.assertEqual((draft._name, draft.state), ("dunning.plan", "draft"))
        self.assertEqual(draft.amount, 700)
        self.assertTrue(self.case.activity_ids)

    def test_plan_b_a_task_for_the_manager(self):
        for number, fallback in enumerate(("hand_over", "decision")):
            with self.subTest(fallback):
                plan = self.plan if not number else self._running(count=2)
                plan.fallback = fallback
                plan.sudo()._break(plan.instalment_ids[:1], day(1))
                self.assertEqual(plan.fallback_record._name, "mail.activity")

    def test_plan_b_an_extension_is_a_promise_of_what_is_left(self):
        self._pay(self.invoice, 300)
        self._break(fallback="extension")
        promise = self.plan.fallback_record
        self.assertEqual((promise._name, promise.amount), ("dunning.promise", 700))

    # Completed

    def test_paid_in_full_it_is_completed_and_the_debtor_is_thanked(self):
        self._pay(self.invoice, 1000)
        self._run(day(3))
        self.assertEqual(self.plan.state, "completed")
        self.assertEqual(self.case.state, "closed")
        thanks = self._texts("plan.completed")
        self.assertEqual((thanks.kind, len(self._send_mails())), ("thanks", 1))
        self._run(day(4))
        self.assertEqual(len(self._texts("plan.completed")), 1)

    def test_completed_with_other_invoices_open_too(self):
        self._invoice(2, 50)
        self._pay(self.invoice, 1000)
        self._run(day(3))
        self.assertEqual(self.plan.state, "completed")

    def test_a_payment_taken_back_afterwards_lets_it_run_again(self):
        payment = self._pay(self.invoice, 1000)
        self._run(day(3))
        self._take_back(payment)
        self._run(day(4))
        self.assertEqual(self.plan.state, "accepted")
        self.assertEqual(self.case.line_ids.hold, "planned")

    def test_a_preview_tells_nobody(self):
        self.env["dunning.case"].preview(day(LAST + 1))
        self.assertFalse(self._texts("plan.missed"))

    def test_a_later_text_can_recall_the_agreement(self):
        self._pay(self.invoice, 200)
        self._break()
        text = self.plan._describe_for_debtor()
        self.assertIn("1,000.00", text)
        self.assertIn("200.00", text)
        self.assertIn("has come to its end", text)


@tagged("post_install", "-at_install")
class TestPlanInterest(PlanCommon):
    """Interest is invoiced on explicit decision, and counts once it is posted."""

    def setUp(self):
        super().setUp()
        self.plan = self._running(
            count=1, interest_method="balance", interest_rate=36.5
        )

    def test_it_is_not_expected_before_it_was_invoiced(self):
        self.assertEqual(self.plan.amount_total, 1010)
        self._pay(self.invoice, 1000)
        self.assertEqual(self.plan.amount_left, 10)
        self._run(day(3))
        self.assertEqual(self.plan.state, "completed")

    def test_a_draft_invoice_is_made_and_its_payment_counts(self):
        plan = self.plan
        move = self.env["account.move"].browse(plan.action_draft_interest()["res_id"])
        self.assertEqual((move.state, move.amount_total), ("draft", 10))
        self.assertEqual(move.invoice_date_due, self.plan.date_last)
        move.invoice_date = day(0)
        move.action_post()
        self._pay(self.invoice, 1000)
        self.assertEqual(self.plan.instalment_ids.state, "partial")
        self._pay(move, 10)
        self.plan.invalidate_recordset()
        self.assertEqual(self.plan.instalment_ids.amount_paid, 1010)
        self.assertEqual(plan.action_draft_interest()["res_id"], move.id)


@tagged("post_install", "-at_install")
class TestPlanQueries(PlanCommon):
    def _make(self, count):
        for number in range(count):
            customer = self._create_customer(f"Debtor {number}")
            self._invoice(6, 100.0, partner=customer)
            case = self.env["dunning.case"]._open_for(customer)
            plan = self.plans.create(
                {"case_id": case.id, "date_first": day(30), "count": 2}
            )
            plan.action_propose()
            plan.action_accept(day(0), "Jeanne Martin")

    def _count(self, number):
        cases = self.env["dunning.case"].search([])
        plans = self.plans._find_to_judge(cases)
        self.assertEqual(len(plans), number)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["dunning.commitment"]._judge([plans.sudo()], day(1))
        return self.env.cr.sql_log_count - before

    def test_ten_plans_cost_no_more_queries_than_two(self):
        self._make(2)
        few = self._count(2)
        self._make(8)
        self.assertLessEqual(self._count(10), few)
