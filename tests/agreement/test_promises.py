from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_promise import PromiseCommon, day


@tagged("post_install", "-at_install")
class TestPromiseIsMade(PromiseCommon):
    def test_what_is_promised_waits_and_the_rest_goes_on(self):
        self._promise(until=10)
        self.assertEqual(self.line.hold, "promised")
        self.assertEqual(self.case.amount_promised, 300)
        self._run()
        told = self._contacts("rung").line_ids
        self.assertEqual(told.move_id, self.other)

    def test_a_message_that_waits_does_not_name_what_was_promised_since(self):
        self._run()
        self._promise(until=10)
        self.assertFalse(self._send_mails())

    def test_a_promise_without_items_covers_the_oldest_due_first(self):
        promise = self._promise(350, 10, self.env["dunning.case.line"])
        self.assertTrue(promise.is_whole_case)
        self.assertEqual(promise.line_ids, self.line | self.other_line)
        self.assertEqual(self.line.hold, "promised")
        self._run()
        self.assertEqual(self._contacts("rung").line_ids.mapped("amount_claimed"), [50])

    def test_a_program_makes_a_promise_with_three_values(self):
        values = {"case_id": self.case.id, "date": day(5), "amount": 300}
        promise = self.env["dunning.promise"].create(values)
        self.assertEqual((promise.state, promise.line_ids), ("open", self.line))
        self.assertEqual(promise.currency_id, self.company.currency_id)
        self.assertEqual(self._contacts().state, "queued")

    def test_without_an_amount_what_is_late_of_the_invoices_is_promised(self):
        values = {"case_id": self.case.id, "date": day(5)}
        self.assertEqual(self.env["dunning.promise"].create(values).amount, 400)

    def test_nothing_is_promised_in_a_closed_case(self):
        self._pay(self.invoice | self.other)
        self._run()
        with self.assertRaisesRegex(UserError, "nothing is due"):
            self._promise()

    def test_a_date_years_ahead_is_a_slip_of_the_pen(self):
        limits = ("dunning_collector_days_ahead", "dunning_manager_days_ahead")
        self.company.write(dict.fromkeys(limits, 400))
        self._promise(until=366)
        with self.assertRaises(ValidationError):
            self._promise(until=367)

    def test_a_reader_makes_no_promise_and_a_collector_does_not_rewrite_one(self):
        promise = self._promise()
        with self.assertRaises(AccessError):
            promise.with_user(self.reader).copy()
        with self.assertRaisesRegex(UserError, "stays as it was made"):
            promise.amount = 10
        promise.note = "By telephone"

    def test_a_confirmation_leaves_at_once_in_the_language_of_the_debtor(self):
        self._promise(until=4, confirm=True)
        action = self._contacts()
        self.assertEqual((action.state, action.channel), ("queued", "email"))
        self.assertIn("$ 300.00", action.subject)
        self.assertIn("March 8, 2024", action.body)
        self.assertIn(self.invoice.name, action.body)
        self.assertEqual(len(self._send_mails()), 1)

    def test_a_confirmation_is_switched_off_for_a_promise_and_for_a_company(self):
        self._promise()
        self.assertFalse(self._contacts())
        self.company.dunning_confirm_promises = False
        self.env["dunning.promise"].create(
            {"case_id": self.case.id, "date": day(5), "amount": 30}
        )
        self.assertFalse(self._contacts())

    def test_a_confirmation_does_not_leave_once_the_promise_was_replaced(self):
        self._promise(until=4, confirm=True)
        self._promise(until=6)
        self.assertFalse(self._send_mails())

    def test_one_sum_per_currency(self):
        euro = self._invoice(8, 50.0, currency_id=self.env.ref("base.EUR").id)
        self.env["dunning.case"]._open_for(self.customer)
        with self.assertRaisesRegex(ValidationError, "per currency"):
            self._promise(lines=self.case.line_ids)
        promise = self._promise(50, 5, self._line(euro))
        self.assertEqual(promise.currency_id.name, "EUR")


@tagged("post_install", "-at_install")
class TestPromiseIsReplaced(PromiseCommon):
    def test_a_new_promise_on_the_same_invoice_replaces_the_open_one(self):
        first = self._promise(until=2)
        second = self._promise(until=5)
        self.assertEqual((first.state, first.replaced_by_id), ("replaced", second))
        self.assertEqual((second.state, second.attempt), ("open", 2))
        self.assertEqual(self.case.amount_promised, 300)

    def test_of_two_promises_on_the_case_the_latest_counts(self):
        nothing = self.env["dunning.case.line"]
        first = self._promise(200, 5, nothing)
        self._promise(300, 6, nothing)
        self.assertEqual(first.state, "replaced")
        self.assertEqual(self.case.amount_promised, 300)

    def test_promises_on_other_invoices_stay(self):
        first = self._promise(until=2)
        second = self._promise(100, 5, self.other_line)
        self.assertEqual((first.state, second.attempt), ("open", 1))
        self.assertEqual(self.case.amount_promised, 400)

    def test_an_invoice_promised_by_itself_leaves_the_promise_on_the_case(self):
        whole = self._promise(300, 2, self.env["dunning.case.line"])
        self._promise(100, 5, self.other_line)
        self.assertEqual(whole.state, "open")
        self._pay(self.other, day=day(1))
        self._run(day(7))
        self.assertEqual(whole.state, "open")
        self._run(day(8))
        self.assertEqual(whole.state, "broken")

    def test_replacing_costs_nothing_and_withdrawing_does(self):
        self._promise(until=2)
        second = self._promise(until=5)
        self.assertEqual(self.case.promise_judged_count, 0)
        second.action_withdraw()
        self.assertEqual(second.state, "cancelled")
        self.assertEqual(self.case.promise_kept_rate, 0)
        self.assertEqual(self.case.promise_judged_count, 1)
        self.assertFalse(self.line.hold)

    def test_after_a_withdrawn_promise_the_next_one_is_the_second(self):
        self._promise(until=2).action_withdraw()
        self.assertEqual(self._promise(until=5).attempt, 2)

    def test_after_a_kept_part_a_promise_of_the_rest_is_the_first_again(self):
        first = self._promise(100, 2)
        self._pay(self.invoice, 100, day(1))
        self._run(day(1))
        self.assertEqual(first.state, "kept")
        self.assertEqual(self._promise(200, 9).attempt, 1)

    def test_a_promise_entered_by_mistake_counts_against_nobody(self):
        promise = self._promise(until=2)
        promise.action_cancel()
        self.assertEqual((promise.state, self.line.hold), ("cancelled", False))
        self.assertEqual(self.case.promise_judged_count, 0)
        self.assertEqual(self._promise(until=5).attempt, 1)
        with self.assertRaisesRegex(UserError, "is over"):
            promise.action_cancel()

    def test_a_second_extension_needs_a_manager(self):
        first = self._promise(until=2)
        second = self._promise(until=5, extension_of_id=first.id)
        self.assertEqual((first.state, second.extension_of_id), ("replaced", first))
        with self.assertRaises(UserError):
            self._promise(until=9, extension_of_id=second.id)
        third = (
            self.env["dunning.promise"]
            .with_user(self.manager)
            .create(
                {
                    "case_id": self.case.id,
                    "line_ids": [Command.set(self.line.ids)],
                    "date": day(9),
                    "amount": 300,
                    "extension_of_id": second.id,
                }
            )
        )
        self.assertEqual(third.attempt, 3)

    def test_the_window_of_an_extension_is_filled_in(self):
        first = self._promise(until=2, means="cheque")
        self._pay(self.invoice, 120)
        window = first.action_extend()
        context = window["context"]
        self.assertEqual(context["default_amount"], 180)
        self.assertEqual(context["default_extension_of_id"], first.id)
        self.assertEqual(context["default_line_ids"], self.line.ids)


@tagged("post_install", "-at_install")
class TestPromiseIsJudged(PromiseCommon):
    def test_paid_on_the_last_tolerated_day_is_kept(self):
        promise = self._promise()
        self.assertEqual(promise.date_until, day(3))
        self._pay(self.invoice, day=day(3))
        self._run(day(4))
        self.assertEqual((promise.state, promise.amount_received), ("kept", 300))
        self.assertFalse(self._contacts())

    def test_paid_a_day_later_is_broken_and_nobody_hears_of_it(self):
        promise = self._promise()
        self._pay(self.invoice, day=day(4))
        self._run(day(4))
        self.assertEqual(promise.state, "broken")
        self.assertFalse(self._contacts())

    def test_it_is_broken_in_the_run_after_the_last_tolerated_day(self):
        promise = self._promise()
        self._run(day(3))
        self.assertEqual(promise.state, "open")
        self._run(day(4))
        self.assertEqual((promise.state, promise.broken_on), ("broken", day(4)))

    def test_the_tolerance_is_in_working_days(self):
        self.assertEqual(self._promise(until=3).date_until, day(8))
        self.company.dunning_promise_tolerance_days = 0
        self.assertEqual(self._promise(until=3).date_until, day(3))

    def test_a_part_paid_in_time_is_partly_kept(self):
        promise = self._promise()
        self._pay(self.invoice, 180, day(3))
        self._run(day(4))
        self.assertEqual((promise.state, promise.amount_left), ("partial", 120))
        self.assertAlmostEqual(self.case.promise_kept_rate, 0.6)
        self.assertIn("$ 120.00", self._contacts().subject)

    def test_paid_early_and_by_credit_note_is_kept(self):
        promise = self._promise(until=10)
        self._pay(self.invoice, 200)
        refund = self._invoice(0, 100.0, move_type="out_refund")
        items = (refund | self.invoice).line_ids
        items.filtered(lambda l: l.account_type == "asset_receivable").reconcile()
        self._run(day(1))
        self.assertEqual(promise.state, "kept")

    def test_over_several_invoices_any_of_them_counts(self):
        promise = self._promise(350, 2, self.line | self.other_line)
        self._pay(self.other, day=day(1))
        self._pay(self.invoice, 250, day(2))
        self._run(day(6))
        self.assertEqual(promise.state, "kept")

    def test_for_the_whole_case_the_payment_of_any_invoice_counts(self):
        promise = self._promise(100, 2, self.env["dunning.case.line"])
        self.assertEqual(promise.line_ids, self.line)
        self._pay(self.other, day=day(1))
        self._run(day(2))
        self.assertEqual(promise.state, "kept")

    def test_another_invoice_paid_instead_is_to_be_checked(self):
        promise = self._promise(100)
        self._pay(self.other, day=day(1))
        self._run(day(4))
        self.assertEqual(promise.state, "to_check")
        self.assertEqual(self.line.hold, False)  # 200 of it were never promised
        self.assertFalse(self._contacts())
        self.assertEqual(promise.activity_id.user_id, self.collector)

    def test_a_credit_that_would_cover_it_makes_a_task_and_no_letter(self):
        promise = self._promise()
        self._invoice(0, 300.0, move_type="out_refund")
        self._run(day(4))
        self._run(day(5))
        self.assertEqual(promise.state, "to_check")
        self.assertEqual(len(self.case.activity_ids), 1)
        # The credit is exactly what is open of the invoice: the other one goes on.
        self.assertEqual(self.case.action_ids.line_ids.move_id, self.other)

    def test_a_payment_in_process_that_would_cover_it_is_to_be_checked(self):
        promise = self._promise()
        self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "amount": 300,
                "payment_type": "inbound",
                "partner_type": "customer",
                "date": day(1),
            }
        )
        self._run(day(4))
        self.assertEqual(promise.state, "to_check")

    def test_what_was_checked_is_decided_by_a_person(self):
        promise = self._promise()
        self._invoice(0, 300.0, move_type="out_refund")
        self._run(day(4))
        task = promise.activity_id
        promise.action_count_as_kept()
        self.assertEqual((promise.state, task.active), ("kept", False))
        self.assertEqual(self.case.promise_kept_rate, 1)
        with self.assertRaisesRegex(UserError, "to be checked"):
            promise.action_count_as_broken()

    def test_a_checked_promise_that_was_not_kept_is_told(self):
        promise = self._promise()
        self._invoice(0, 300.0, move_type="out_refund")
        self._run(day(4))
        promise.action_count_as_broken()
        self.assertEqual(promise.state, "broken")
        self.assertEqual(len(self._contacts()), 1)

    def test_a_payment_taken_back_breaks_a_kept_promise_again(self):
        promise = self._promise()
        payment = self._pay(self.invoice, day=day(1))
        self._run(day(1))
        self.assertEqual((promise.state, self.line.active), ("kept", False))
        self._take_back(payment)
        self._run(day(2))
        self.assertEqual((promise.state, self.line.hold), ("open", "promised"))
        self._run(day(4))
        self.assertEqual(promise.state, "broken")
        self.assertEqual(len(self._contacts()), 1)

    def test_a_payment_of_all_taken_back_reopens_the_promise_with_the_case(self):
        promise = self._promise(400, 10, self.case.line_ids)
        payments = self._pay(self.invoice) | self._pay(self.other)
        self._run(day(1))
        self.assertEqual((self.case.state, promise.state), ("closed", "kept"))
        self._take_back(payments)
        self._run(day(2))
        self.assertEqual(promise.state, "open")
        self.assertEqual(self.case.state, "waiting")

    def test_a_payment_entered_late_but_dated_in_time_makes_it_kept(self):
        promise = self._promise()
        self._run(day(4))
        self.assertEqual(promise.state, "broken")
        self._pay(self.invoice, day=day(2))
        self._run(day(5))
        self.assertEqual(promise.state, "kept")

    def test_it_is_told_once_however_often_payments_come_and_go(self):
        promise = self._promise()
        self._run(day(4))
        self._take_back(self._pay(self.invoice, day=day(2)))
        for count in (5, 6, 7):
            self._run(day(count))
        self.assertEqual(promise.state, "broken")
        self.assertEqual(len(self._contacts()), 1)

    def test_a_debt_that_was_written_off_is_neither_kept_nor_broken(self):
        promise = self._promise()
        account = self.invoice.line_ids.account_id.filtered(
            lambda a: a.account_type == "asset_receivable"
        )
        other = self.company_data["default_account_expense"]
        entry = self._post_entry((account, -300), (other, 300))
        items = (entry | self.invoice).line_ids
        items.filtered(lambda l: l.account_id == account).reconcile()
        self._run(day(4))
        self.assertEqual((promise.state, promise.broken_on), ("cancelled", False))

    def test_an_invoice_that_was_cancelled_leaves_nothing_to_judge(self):
        promise = self._promise()
        self.invoice.button_draft()
        self._run(day(4))
        self.assertEqual(promise.state, "cancelled")
        self.assertEqual(self.case.promise_judged_count, 0)

    def test_while_the_bank_is_silent_nobody_is_accused(self):
        promise = self._promise()
        self.company.dunning_bank_freshness_days = 3
        self._run(day(9))
        self.assertEqual(promise.state, "open")
        self.assertFalse(self._contacts())

    def test_the_customer_shows_what_he_kept(self):
        self._promise()
        self._promise(100, 0, self.other_line)
        self._pay(self.invoice, day=day(1))
        self._run(day(4))
        partner = self.customer.with_user(self.reader)
        self.assertAlmostEqual(partner.dunning_promise_kept_rate, 0.5)
        self.assertEqual(partner.dunning_promise_count, 2)

    def test_a_case_closed_by_hand_ends_its_promises(self):
        promise = self._promise(until=5)
        self.case.with_user(self.manager).action_close()
        self.assertEqual(promise.state, "cancelled")
