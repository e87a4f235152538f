from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from ..common import DAY, DunningCommon, day
from ..common_settlement import SettlementCommon


class NoClaimCommon(SettlementCommon, DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = cls.company_data["default_journal_bank"]
        cls.bank = cls.journal.default_account_id
        cls.receivable = cls.company_data["default_account_receivable"]

    @classmethod
    def _debit(cls, amount, label, number=-10):
        """Let the bank debit an amount on the customer's account; return the line."""
        line = cls.env["account.bank.statement.line"].create(
            {
                "journal_id": cls.journal.id,
                "date": day(number),
                "payment_ref": label,
                "partner_id": cls.customer.id,
                "amount": -amount,
            }
        )
        _liquidity, suspense, _other = line._seek_for_lines()
        move = line.move_id.with_context(
            skip_account_move_synchronization=True, skip_readonly_check=True
        )
        account = {"account_id": cls.receivable.id, "partner_id": cls.customer.id}
        move.write({"line_ids": [Command.update(suspense.id, account)]})
        return line.move_id.line_ids.filtered(
            lambda item: item.account_id == cls.receivable
        )

    def _items(self):
        """Map ids of journal items to the open items of the customer."""
        items = self.env["account.move.line"]._read_dunning_items(self.company, DAY)
        return {item.line_id: item for item in items}


@tagged("post_install", "-at_install")
class TestNoClaims(NoClaimCommon):
    """What is no claim is not claimed: what we paid back, what is only an entry."""

    def _refund(self, **values):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": 250,
                "date": day(-40),
                "journal_id": self.journal.id,
                **values,
            }
        )
        payment.action_post()
        return payment

    def test_our_own_refund_is_not_asked_for(self):
        self._refund()
        self.assertFalse(self._items())
        self._run()
        self.assertFalse(self._case())

    def test_beside_an_invoice_only_the_invoice_is_asked_for(self):
        self._refund()
        invoice = self._invoice(6, 1000.0)
        self._run()
        self.assertEqual(self._case().line_ids.move_id, invoice)
        self.assertEqual(self._case().amount_due, 1000)

    def test_a_refund_on_a_bank_line_is_not_asked_for(self):
        for label in ("REMBOURSEMENT ACOMPTE", "VIR MARTIN"):
            with self.subTest(label):
                item = self._debit(250, label)
                self.assertNotIn(item.id, self._items())

    def test_a_refund_paid_out_in_cash_is_not_asked_for(self):
        cash = self.company_data["default_journal_cash"]
        self._refund(journal_id=cash.id)
        self.assertFalse(self._items())

    def test_the_refund_of_a_paid_invoice_is_not_asked_for_when_the_bank_says_so(self):
        self._pay(self._invoice(60, 250.0), day=day(-20))
        item = self._debit(250, "Refund, goods returned")
        self.assertNotIn(item.id, self._items())

    def test_a_revaluation_is_no_claim(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        income = self.company_data["default_account_revenue"]
        for balance in (50, -50):
            move = self.env["account.move"].create(
                {
                    "journal_id": self.company_data["default_journal_misc"].id,
                    "date": day(-10),
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": self.receivable.id,
                                "partner_id": self.customer.id,
                                "currency_id": euro.id,
                                "amount_currency": 0,
                                "balance": balance,
                            }
                        ),
                        Command.create({"account_id": income.id, "balance": -balance}),
                    ],
                }
            )
            move.action_post()
            move.line_ids.no_followup = False
        self.assertFalse(self._items())
        found = self.env["account.move.line"]._read_dunning_credits(
            self.company, self.customer
        )
        self.assertFalse(found)

    def test_the_difference_of_a_rate_is_no_claim(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        rates = self.env["res.currency.rate"]
        for name, rate in (("2024-01-01", 1.0), (DAY, 0.5)):
            rates.create({"name": name, "rate": rate, "currency_id": euro.id})
        invoice = self._invoice(30, 100.0, currency_id=euro.id)
        self._pay(invoice, 40)
        self.assertEqual(
            [item.residual_currency for item in self._items().values()], [60]
        )
        self._pay(invoice, 60)
        self.assertFalse(self._items())

    def test_an_amount_of_nothing_is_no_claim_and_a_cent_is_one(self):
        self._invoice(6, 0.0)
        self.assertFalse(self._items())
        self._invoice(6, 0.01)
        self.assertEqual(len(self._items()), 1)


@tagged("post_install", "-at_install")
class TestReturnedPayments(NoClaimCommon):
    """A payment that the bank took back is owed again, under its invoice's number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(60, 500.0)
        line = cls._bank_line(500)
        line.move_id.button_draft()
        line.date = day(-20)
        line.move_id.action_post()
        cls._match_bank_line(line, cls.invoice)
        cls.payment = line.move_id

    def test_a_rejected_debit_is_asked_for_as_its_invoice(self):
        item = self._debit(500, "REJET PRLV SEPA AM04")
        item = self._items()[item.id]
        self.assertEqual(item.name, f"{self.invoice.name} (REJET PRLV SEPA AM04)")
        self.assertEqual(item.invoice_date, self.invoice.invoice_date)
        self.assertEqual((item.residual, item.hold), (500, ""))

    def test_the_amount_tells_where_the_bank_does_not(self):
        item, less = self._debit(500, "SEPA 4711"), self._debit(499.99, "SEPA 4712")
        items = self._items()
        self.assertEqual(items[item.id].name, f"{self.invoice.name} (SEPA 4711)")
        self.assertNotIn(less.id, items)

    def test_thirteen_months_later_no_payment_comes_back(self):
        self._pay(self._invoice(60, 610.0), day="2023-01-23")
        last, too_late = self._debit(610, "SEPA 1", -11), self._debit(610, "SEPA 2")
        items = self._items()
        self.assertIn(last.id, items)
        self.assertNotIn(too_late.id, items)

    def test_the_number_that_the_bank_names_comes_first(self):
        other = self._invoice(50, 500.0)
        self._match_bank_line(self._bank_line(500), other)
        item = self._debit(500, f"IMPAYE {self.invoice.name}", 0)
        self.assertTrue(self._items()[item.id].name.startswith(self.invoice.name))

    def test_of_a_payment_for_several_invoices_all_are_named(self):
        first, second = self._invoice(40, 300.0), self._invoice(40, 400.0)
        line = self._bank_line(700)
        owed = (first | second).line_ids.filtered(
            lambda i: i.account_id == self.receivable
        )
        self._match_bank_line(line, first | second)
        self.assertTrue(all(owed.mapped("reconciled")))
        item = self._debit(700, "CHQ IMPAYE", 0)
        name = self._items()[item.id].name
        self.assertEqual(name, f"{first.name}, {second.name} (CHQ IMPAYE)")

    def test_of_a_payment_for_several_the_one_of_that_amount_came_back(self):
        first, second = self._invoice(40, 300.0), self._invoice(40, 400.0)
        self._match_bank_line(self._bank_line(700), first | second)
        item = self._debit(400, "REJET PRLV", 0)
        self.assertEqual(self._items()[item.id].name, f"{second.name} (REJET PRLV)")

    def test_what_came_back_of_nobody_knows_what_is_named_by_its_label(self):
        item = self._debit(77, "REJET PRLV")
        self.assertEqual(self._items()[item.id].name, item.name)

    def test_a_payment_whose_entry_was_reversed_is_owed_again(self):
        invoice = self._invoice(50, 130.0)
        payment = self._pay(invoice, day=day(-15))
        reversal = payment.move_id._reverse_moves([{"date": day(-3)}], cancel=False)
        reversal.action_post()
        item = reversal.line_ids.filtered(lambda i: i.account_id == self.receivable)
        self.assertTrue(self._items()[item.id].name.startswith(invoice.name))

    def test_a_payment_that_was_cancelled_opens_the_invoice_itself(self):
        invoice = self._invoice(50, 130.0)
        payment = self._pay(invoice, day=day(-15))
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual([item.name for item in self._items().values()], [invoice.name])

    def test_the_message_names_the_invoice_and_the_case_tells_which_payment(self):
        self._debit(500, "REJET PRLV")
        self._run()
        case = self._case().with_user(self.collector)
        self.assertEqual(
            case.action_ids.line_ids.name, f"{self.invoice.name} (REJET PRLV)"
        )
        self.assertIn(self.payment.name, case.hints)
        self.assertIn("came back unpaid", case.hints)

    def test_the_payments_of_others_are_not_taken_for_his(self):
        other = self._create_customer("Garage Petit")
        self._match_bank_line(self._bank_line(321), self._invoice(40, 321.0, other))
        item = self._debit(321, "SEPA", 0)
        paid = self.env["account.move.line"].search(
            [("account_id", "=", self.receivable.id), ("balance", "=", -321)]
        )
        self.assertIn(item.id, self._items())
        paid.partner_id = other
        self.assertNotIn(item.id, self._items())

    def test_many_of_them_cost_no_more_queries_than_one(self):
        self._debit(500, "REJET 1")
        self._items()
        counts = []
        for _round in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._items()
            counts.append(self.cr.sql_log_count - before)
            for number in range(4):
                self._debit(500, f"REJET {number}")
        self.assertLessEqual(counts[1], counts[0])

    def test_the_one_day_before_it_was_owed_nothing_is_asked_for(self):
        item = self._debit(500, "REJET PRLV", -2)
        lines = self.env["account.move.line"]
        for number, found in ((-3, []), (-2, [item.id])):
            items = lines._read_dunning_items(self.company, DAY + timedelta(number))
            self.assertEqual([one.line_id for one in items], found)
