from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import DAY, DunningCommon


@tagged("post_install", "-at_install")
class TestCollect(DunningCommon):
    def test_a_debtor_with_nothing_late_gets_no_case(self):
        self._invoice(0)
        self._run()
        self.assertFalse(self._case())

    def test_the_case_gathers_late_and_coming_items_of_the_commercial_partner(self):
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.customer.id}
        )
        late = self._invoice(1)
        coming = self._invoice(-20, partner=contact)
        self._run()
        case = self._case()
        self.assertEqual(case.line_ids.move_id, late | coming)
        self.assertEqual((case.amount_overdue, case.amount_due), (100.0, 200.0))

    def test_running_twice_opens_one_case_and_sends_one_message(self):
        self._invoice(5)
        self._run()
        self._run()
        self.assertEqual(len(self._case()), 1)
        self.assertEqual(len(self._case().action_ids), 1)

    def test_a_second_open_case_is_refused_by_the_database(self):
        self._invoice(5)
        self._run()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(IntegrityError, "one_open_case"),
            self.cr.savepoint(),
        ):
            self._case().sudo().copy({"state": "open"}).flush_recordset()

    def test_items_with_a_later_invoice_date_do_not_exist_yet(self):
        self._invoice(5, invoice_date=DAY + timedelta(days=1))
        self._run()
        self.assertFalse(self._case())

    def test_draft_and_cancelled_invoices_are_never_collected(self):
        draft = self._invoice(5)
        draft.button_draft()
        cancelled = self._invoice(5)
        cancelled.button_draft()
        cancelled.button_cancel()
        self._run()
        self.assertFalse(self._case())

    def test_instalments_of_a_payment_term_are_separate_items(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Half now, half later",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": days}
                    )
                    for days in (5, 40)
                ],
            }
        )
        invoice = self._create_invoice_one_line(
            partner_id=self.customer,
            price_unit=100,
            tax_ids=[],
            invoice_date=DAY - timedelta(days=15),
            invoice_payment_term_id=term.id,
            post=True,
        )
        self._run_and_send()
        case = self._case()
        self.assertEqual(case.line_ids.move_id, invoice)
        self.assertEqual(case.line_ids.mapped("level_id"), self.first)
        self.assertEqual(case.action_ids.line_ids.amount_residual, 50.0)

    def test_a_partly_paid_invoice_is_dunned_for_the_rest(self):
        invoice = self._invoice(5, 1000.0)
        self._pay(invoice, 400.0)
        self._run()
        self.assertEqual(self._case().action_ids.line_ids.amount_claimed, 600.0)

    def test_accounts_left_out_by_the_company_are_never_dunned(self):
        invoice = self._invoice(5)
        account = invoice.line_ids.account_id.filtered(
            lambda a: a.account_type == "asset_receivable"
        )
        self.company.dunning_left_out_codes = account.code[:4]
        self._run()
        self.assertFalse(self._case())
        self.company.dunning_left_out_codes = False
        account.non_trade = True
        self._run()
        self.assertFalse(self._case())


@tagged("post_install", "-at_install")
class TestSettle(DunningCommon):
    def test_the_case_follows_a_payment_at_once(self):
        older, newer = self._invoice(20), self._invoice(1)
        self._run_and_send()
        case = self._case()
        self.assertEqual((case.level_id, case.days_overdue), (self.first, 20))
        self._pay(older)
        self.assertFalse(case.level_id)
        self.assertEqual((case.amount_overdue, case.days_overdue), (100.0, 1))
        self.assertEqual(case.line_ids.filtered("hold").move_id, older)
        self.assertEqual(newer.dunning_case_id, case)

    def test_a_case_closes_as_paid_when_its_last_item_is_paid(self):
        invoice = self._invoice(5)
        self._run()
        case = self._case()
        self._pay(invoice)
        self._run()
        self.assertEqual((case.state, case.close_reason), ("closed", "paid"))

    def test_a_credit_note_makes_a_case_paid(self):
        invoice = self._invoice(5)
        self._run()
        case = self._case()
        invoice._reverse_moves([{"invoice_date": DAY}], cancel=True)
        self._run()
        self.assertEqual((case.state, case.close_reason), ("closed", "paid"))

    def test_a_debt_moved_to_another_account_closes_as_transferred(self):
        invoice = self._invoice(5)
        self._run()
        case = self._case()
        line = invoice.line_ids.filtered(lambda item: item.amount_residual)
        doubtful = self.company_data["default_account_receivable"].copy()
        entry = self._post_entry((line.account_id, -100), (doubtful, 100))
        credit = entry.line_ids.filtered(lambda item: item.balance < 0)
        (line | credit).reconcile()
        doubtful.non_trade = True
        self._run()
        self.assertEqual((case.state, case.close_reason), ("closed", "transferred"))

    def test_a_later_debt_after_all_was_paid_opens_a_new_case_and_starts_afresh(self):
        invoice = self._invoice(5)
        self._run_and_send()
        old = self._case()
        self._pay(invoice)
        self._invoice(-2, invoice_date=DAY + timedelta(days=1))
        later = DAY + timedelta(days=7)
        self._run(later)
        self.assertEqual(old.state, "closed")
        self.assertNotEqual(self._case(), old)
        self.assertEqual(self._case().action_ids.level_id, self.first)

    def test_a_reversed_payment_gives_the_item_back_the_rung_it_had(self):
        invoice = self._invoice(5)
        self._run_and_send()
        case = self._case()
        payment = self._pay(invoice)
        self._run()
        self.assertEqual(case.state, "closed")
        payment.move_id.line_ids.remove_move_reconcile()
        payment.action_draft()
        payment.action_cancel()
        self._run(DAY + timedelta(days=1))
        self.assertEqual(case.state, "open")
        self.assertEqual(case.line_ids.level_id, self.first)
        self.assertEqual(case.line_ids.delivered_on, DAY)

    def test_dunning_is_never_in_the_way_of_resetting_and_editing_an_invoice(self):
        invoice = self._invoice(5)
        self._run_and_send()
        invoice.button_draft()
        self.assertEqual(self._case().amount_overdue, 0.0)
        invoice.invoice_line_ids.price_unit = 70.0
        invoice.action_post()
        self._run(DAY + timedelta(days=1))
        line = self._case().line_ids
        self.assertEqual((line.level_id, line.amount_residual), (self.first, 70.0))
