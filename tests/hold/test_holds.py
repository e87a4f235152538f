from datetime import timedelta

from odoo.tests import tagged

from ...tools import ladder as core
from ..common import DAY, DunningCommon


@tagged("post_install", "-at_install")
class TestNobodyIsDunnedWrongly(DunningCommon):
    def _reason(self):
        self._run()
        return self._case().wait_reason

    def test_open_credits_that_cover_the_debt_say_to_reconcile(self):
        self._invoice(5, 100.0)
        credit = self._create_invoice_one_line(
            move_type="out_refund",
            partner_id=self.customer,
            price_unit=100.0,
            tax_ids=[],
            invoice_date=DAY,
            post=True,
        )
        self.assertEqual(self._reason(), core.TO_RECONCILE)
        self.assertFalse(self._case().action_ids)
        credit.button_draft()
        self.assertFalse(self._reason())

    def test_no_followup_hides_no_credit(self):
        self._invoice(5, 100.0)
        account = self.company_data["default_account_receivable"]
        revenue = self.company_data["default_account_revenue"]
        entry = self._post_entry((account, -100.0), (revenue, 100.0))
        self.assertTrue(
            entry.line_ids.filtered(lambda i: i.account_id == account).no_followup
        )
        self.assertEqual(self._reason(), core.TO_RECONCILE)

    def test_a_draft_payment_counts_as_money_on_its_way(self):
        self._invoice(5, 100.0)
        self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "amount": 100.0,
                "payment_type": "inbound",
                "partner_type": "customer",
            }
        )
        self.assertEqual(self._reason(), core.TO_RECONCILE)

    def test_a_payment_that_is_posted_and_open_counts_once(self):
        self._invoice(5, 150.0)
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "amount": 100.0,
                "payment_type": "inbound",
                "partner_type": "customer",
            }
        )
        payment.action_post()
        self.assertFalse(self._reason())
        self.assertTrue(self._case().action_ids)

    def test_a_bank_line_without_a_match_counts(self):
        self._invoice(5, 100.0)
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": DAY,
                "payment_ref": "Transfer",
                "partner_id": self.customer.id,
                "amount": 100.0,
            }
        )
        self.assertEqual(self._reason(), core.TO_RECONCILE)

    def test_an_online_payment_that_is_pending_counts(self):
        self._invoice(5, 100.0)
        provider = self.env["payment.provider"].create(
            {
                "name": "Bank card",
                "code": "none",
                "company_id": self.company.id,
                "state": "enabled",
            }
        )
        method = self.env["payment.method"].create(
            {"name": "Card", "code": "test_card"}
        )
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": "Card 1",
                "amount": 100.0,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.customer.id,
                "state": "pending",
            }
        )
        self.assertEqual(self._reason(), core.TO_RECONCILE)
        transaction.state = "cancel"
        self.assertFalse(self._reason())

    def test_an_invoice_whose_payment_is_in_process_is_left_alone(self):
        invoice, late = self._invoice(5), self._invoice(5)
        # Set by accounting add-ons while the bank has not confirmed the payment.
        invoice.payment_state = "in_payment"
        self._run()
        self.assertEqual(self._case().action_ids.line_ids.move_id, late)
        self.assertEqual(invoice.dunning_hold, "in_payment")

    def test_a_blocked_invoice_is_on_hold_and_says_so(self):
        invoice = self._invoice(5)
        invoice.action_toggle_block_payment()
        self.assertEqual(self._reason(), core.HELD)
        self.assertEqual(invoice.dunning_hold, "blocked")

    def test_an_excluded_invoice_is_left_alone(self):
        invoice = self._invoice(5)
        invoice.no_followup = True
        self._run()
        self.assertFalse(self._case())
        self._invoice(5)
        self._run()
        self.assertNotIn(invoice, self._case().action_ids.line_ids.move_id)

    def test_below_the_minimum_nobody_is_dunned(self):
        self.ladder.minimum_amount = 50
        self._invoice(5, 49.99)
        self.assertEqual(self._reason(), core.BELOW_MINIMUM)
        self._invoice(5, 0.01)
        self.assertFalse(self._reason())

    def test_automatic_levels_wait_for_bank_entries_and_the_run_says_so(self):
        self.company.dunning_bank_freshness_days = 3
        invoice = self._invoice(5)
        other = self._invoice(5, partner=self._create_customer("Payer"))
        run = self._run()
        self.assertFalse(run.is_bank_fresh)
        self.assertEqual(self._case().wait_reason, core.BANK_STALE)
        # Wednesday to Friday before that Monday are three working days.
        self._pay(other, day=DAY - timedelta(days=6))
        self.assertFalse(self._run().is_bank_fresh)
        self._pay(invoice, 10, day=DAY - timedelta(days=5))
        self.assertTrue(self._run().is_bank_fresh)
        self.assertTrue(self._case().action_ids)

    def test_a_case_on_hold_gets_nothing(self):
        self._invoice(1)
        self._run()
        self._case().sudo().state = "waiting"
        self._run(DAY + timedelta(days=10))
        self.assertEqual(self._case().wait_reason, "held_case")
        self.assertFalse(self._case().action_ids)
