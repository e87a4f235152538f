from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from ..common import DAY
from .test_proceeding import JUDGMENT, ProceedingCommon


@tagged("post_install", "-at_install")
class TestBornEarlier(ProceedingCommon):
    """A debt born before the judgment and booked after it is frozen, held, declared."""

    def _open(self, due, number=-1):
        """Post an opening entry of the customer, so many days before DAY."""
        receivable = self.company_data["default_account_receivable"]
        income = self.company_data["default_account_revenue"]
        entry = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "date": DAY + timedelta(days=number),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": self.customer.id,
                            "name": "FAC 2025-118",
                            "balance": 1000,
                            "date_maturity": due,
                        }
                    ),
                    Command.create({"account_id": income.id, "balance": -1000}),
                ],
            }
        )
        entry.action_post()
        item = entry.line_ids.filtered(lambda line: line.account_id == receivable)
        item.no_followup = False
        return item

    def _look(self, item):
        """Return how hold, interest and declaration see an item."""
        line = self.env["dunning.case"]._open_for(self.customer).line_ids
        line = line.filtered(lambda line: line.move_line_id == item)
        proceeding = self._enter()
        line.invalidate_recordset()
        days = line._get_interest(DAY)[line][0].days
        return line.hold, days, item in proceeding._find_items()

    def test_due_the_day_before_the_judgment_it_is_frozen(self):
        item = self._open(JUDGMENT - timedelta(days=1))
        self.assertEqual(self._look(item), ("insolvency", 0, True))

    def test_due_on_the_day_of_the_judgment_it_goes_on(self):
        item = self._open(JUDGMENT)
        self.assertEqual(self._look(item), (False, 3, False))

    def test_its_interest_stops_with_the_judgment(self):
        item = self._open(JUDGMENT - timedelta(days=31))
        self.assertEqual(self._look(item), ("insolvency", 30, True))

    def test_nobody_is_written_to_about_it(self):
        self._open(JUDGMENT - timedelta(days=10))
        self._enter()
        self._run()
        self.assertFalse(self._case().action_ids)

    def test_a_payment_that_came_back_is_as_old_as_its_invoice(self):
        invoice = self._invoice(20, 500.0)
        payment = self._pay(invoice, day=JUDGMENT - timedelta(days=5))
        reversal = payment.move_id._reverse_moves(
            [{"date": JUDGMENT + timedelta(days=1)}], cancel=False
        )
        reversal.action_post()
        item = reversal.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        hold, _days, is_declared = self._look(item)
        self.assertEqual((hold, is_declared), ("insolvency", True))

    def test_that_of_a_later_invoice_is_as_young_as_its_invoice(self):
        invoice = self._invoice(0, 500.0, invoice_date=JUDGMENT)
        payment = self._pay(invoice, day=JUDGMENT)
        reversal = payment.move_id._reverse_moves(
            [{"date": JUDGMENT + timedelta(days=1)}], cancel=False
        )
        reversal.action_post()
        item = reversal.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        hold, _days, is_declared = self._look(item)
        self.assertEqual((hold, is_declared), (False, False))

    def test_an_entry_without_due_date_has_a_hint_and_no_last_day_to_act(self):
        item = self._open(False, -30)
        case = self.env["dunning.case"]._open_for(self.customer)
        line = case.line_ids
        self.assertEqual(line.move_line_id, item)
        self.assertFalse(line.limitation_date)
        self.assertIn("has no due date", case.with_user(self.reader).hints)
        item.date_maturity = DAY - timedelta(days=60)
        self.env.invalidate_all()
        self.assertTrue(line.limitation_date)
        self.assertNotIn("has no due date", case.hints or "")

    def test_without_due_date_a_consumer_s_old_entry_is_not_time_barred(self):
        self.customer.dunning_debtor_kind = "consumer"
        item = self._open(False, -3 * 366)
        held = item._find_dunning_holds(DAY)
        self.assertNotIn(item.id, held)
        item.date_maturity = DAY - timedelta(days=3 * 366)
        self.assertEqual(item._find_dunning_holds(DAY), {item.id: "time_barred"})

    def _pay_back(self):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": 250,
                "date": JUDGMENT - timedelta(days=10),
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        )
        payment.action_post()
        return payment.move_id

    def test_what_we_paid_back_is_not_declared(self):
        invoice = self._invoice(20, 500.0)
        self._pay_back()
        self.assertEqual(self._enter()._find_items().move_id, invoice)

    def test_with_the_credit_that_it_paid_back_it_is_nothing(self):
        self._invoice(20, 500.0)
        paid_back, proceeding = self._pay_back(), self._enter()
        for amount, is_listed in ((249.99, False), (0.01, True)):
            day = JUDGMENT - timedelta(days=20)
            self._invoice(day, amount, move_type="out_refund")
            moves = proceeding._find_items().move_id
            self.assertEqual(paid_back in moves, is_listed)
