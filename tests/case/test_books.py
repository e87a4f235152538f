from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..common import DAY, DunningCommon


@tagged("post_install", "-at_install")
class TestBooksInMotion(DunningCommon):
    """Accountants do as they please; the case follows, what was said stays."""

    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(5, 1000.0)
        self._run_and_send()
        self.case = self._case()
        self.told = self.case.action_ids.line_ids

    def _run_next(self, days=1):
        self._run(DAY + timedelta(days=days))

    def _check_told(self, name):
        """What was said about the invoice is what it was then."""
        self.assertEqual(
            (self.told.name, self.told.amount_residual, self.told.amount_claimed),
            (name, 1000.0, 1000.0),
        )
        self.assertEqual(self.told.date_due, DAY - timedelta(days=5))
        self.assertEqual(self.told.level_id, self.first)

    def test_a_cancelled_invoice_leaves_its_case_which_nobody_paid(self):
        self.invoice.button_draft()
        self.invoice.button_cancel()
        self.assertEqual(self.case.amount_due, 0.0)
        self._run_next()
        self.assertEqual((self.case.state, self.case.close_reason), ("closed", "void"))
        self._check_told(self.invoice.name)

    def test_a_deleted_invoice_leaves_what_was_said_about_it(self):
        name = self.invoice.name
        self.invoice.button_draft()
        self.invoice.name = False
        self.invoice.unlink()
        self.assertEqual(self.case.amount_due, 0.0)
        self._run_next()
        self.assertEqual(self.case.close_reason, "void")
        self.assertFalse(self.told.move_id)
        self._check_told(name)
        self.assertTrue(self.case.action_ids.text_body)

    def test_one_deleted_invoice_of_two_leaves_the_other_where_it_was(self):
        other = self._invoice(6)
        self._run_next()
        other.button_draft()
        other.name = False
        other.unlink()
        self._run_next(2)
        self.assertEqual(self.case.state, "open")
        self.assertEqual(self.case.line_ids.move_id, self.invoice)

    def test_a_reset_invoice_posted_again_finds_its_case_and_its_rung(self):
        self.invoice.button_draft()
        self._run_next()
        self.assertEqual(self.case.close_reason, "void")
        self.invoice.action_post()
        self._run_next(2)
        self.assertEqual(self._case(), self.case)
        line = self.case.line_ids
        self.assertEqual((line.level_id, line.delivered_on), (self.first, DAY))

    def test_a_new_number_does_not_change_what_was_said(self):
        name = self.invoice.name
        self.invoice.button_draft()
        self.invoice.name = "INV/2024/99999"
        self.invoice.action_post()
        self._check_told(name)

    def test_an_invoice_made_out_to_another_customer_starts_afresh_there(self):
        other = self._create_customer("Autre SARL")
        self.invoice.button_draft()
        self.invoice.partner_id = other
        self.invoice.invoice_date_due = DAY - timedelta(days=5)
        self.invoice.action_post()
        self._run_next()
        self.assertEqual((self.case.state, self.case.close_reason), ("closed", "void"))
        self.assertEqual(self._case(other).action_ids.level_id, self.first)
        self.assertFalse(self._case(other).line_ids.level_id)
        self._check_told(self.invoice.name)

    def test_made_out_to_the_first_customer_again_it_has_its_rung_again(self):
        for partner in (self._create_customer("Autre SARL"), self.customer):
            self.invoice.button_draft()
            self.invoice.partner_id = partner
            self.invoice.invoice_date_due = DAY - timedelta(days=5)
            self.invoice.action_post()
            self._run_next()
        line = self._case().line_ids
        self.assertEqual((line.level_id, line.delivered_on), (self.first, DAY))

    def test_an_open_credit_note_says_to_reconcile_and_reconciling_it_paid(self):
        credit = self._create_invoice_one_line(
            move_type="out_refund",
            partner_id=self.customer,
            price_unit=1000.0,
            tax_ids=[],
            invoice_date=DAY,
            post=True,
        )
        self._run_next(15)
        self.assertEqual(self.case.wait_reason, "to_reconcile")
        lines = (self.invoice | credit).line_ids
        lines.filtered(lambda i: i.account_type == "asset_receivable").reconcile()
        self._run_next(16)
        self.assertEqual(self.case.close_reason, "paid")

    def test_unreconciling_a_credit_note_gives_the_item_back(self):
        credit = self.invoice._reverse_moves([{"invoice_date": DAY}], cancel=True)
        self._run_next()
        self.assertEqual(self.case.state, "closed")
        credit.line_ids.remove_move_reconcile()
        credit.button_draft()
        self._run_next(2)
        self.assertEqual((self.case.state, self.case.level_id), ("open", self.first))

    def test_a_part_payment_taken_back_is_claimed_again(self):
        payment = self._pay(self.invoice, 400.0)
        self.assertEqual(self.case.amount_overdue, 600.0)
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(self.case.amount_overdue, 1000.0)
        self.assertEqual(self.case.line_ids.level_id, self.first)

    def test_an_exchange_difference_is_not_a_transfer(self):
        currency = self.setup_other_currency(
            "HRK", rates=[("2023-01-01", 2.0), (str(DAY - timedelta(days=1)), 4.0)]
        )
        debtor = self._create_customer("Abroad")
        invoice = self._invoice(9, 100.0, partner=debtor, currency_id=currency.id)
        self._run_next()
        case = self._case(debtor)
        self._pay(invoice)
        partials = invoice.line_ids.matched_credit_ids
        self.assertTrue(partials.exchange_move_id)
        self._run_next(2)
        self.assertEqual((case.state, case.close_reason), ("closed", "paid"))

    def test_queued_mail_of_a_reset_invoice_does_not_leave(self):
        other = self._invoice(5, partner=self._create_customer("Autre SARL"))
        self._run_next()
        other.button_draft()
        self.assertEqual(self._send_mails(), [])
        action = self.env["dunning.action"].search(
            [("line_ids.move_id", "=", other.id), ("state", "=", "cancelled")]
        )
        self.assertTrue(action.cancel_reason)


@tagged("post_install", "-at_install")
class TestWithoutRightsOnDunning(DunningCommon):
    """Whoever keeps the books need not know that dunning exists."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        billing = cls.env.ref("account.group_account_invoice")
        billing.implied_ids -= cls.env.ref("account_dunning.group_dunning_collector")
        cls.bookkeeper = new_test_user(
            cls.env,
            login="bookkeeper",
            groups="base.group_user,account.group_account_user,"
            "account.group_account_invoice,base.group_partner_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def setUp(self):
        super().setUp()
        self.dunned = self._invoice(5)
        self.free = self._invoice(5, partner=self._create_customer("Free SARL"))
        self._run_and_send()
        self._case(self.free.partner_id).action_close()
        self.free_lines = self.env["dunning.case.line"].search(
            [("move_id", "=", self.free.id)]
        )

    def test_it_is_true_that_he_has_none(self):
        with self.assertRaises(AccessError):
            self._case().with_user(self.bookkeeper).read(["state"])

    def test_he_resets_edits_posts_pays_and_takes_back(self):
        invoice = self.dunned.with_user(self.bookkeeper)
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 80.0
        invoice.invoice_date_due = DAY - timedelta(days=2)
        invoice.action_post()
        wizard = self.env["account.payment.register"].with_user(self.bookkeeper)
        wizard = wizard.with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        payment = wizard.create({"payment_date": DAY})._create_payments()
        invoice.line_ids.remove_move_reconcile()
        payment.action_draft()
        payment.unlink()
        invoice._reverse_moves([{"invoice_date": DAY}], cancel=True)
        invoice.line_ids.remove_move_reconcile()
        invoice.button_draft()
        invoice.name = False
        invoice.unlink()
        self.assertFalse(self._case().amount_due)

    def _count(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_a_dunned_invoice_costs_hardly_more_queries_than_another(self):
        def edit(invoice):
            invoice.button_draft()
            invoice.invoice_date_due += timedelta(days=1)
            invoice.action_post()

        def credit(invoice):
            invoice._reverse_moves([{"invoice_date": DAY}], cancel=True)

        def take_back(invoice):
            invoice.line_ids.remove_move_reconcile()

        def delete(invoice):
            invoice.button_draft()
            invoice.name = False
            invoice.unlink()

        edit(self.free)  # whatever is read once only
        for work in (edit, credit, take_back, delete):
            with self.subTest(work=work.__name__):
                free = self._count(lambda work=work: work(self.free))
                dunned = self._count(lambda work=work: work(self.dunned))
                self.assertLessEqual(dunned - free, 3)
