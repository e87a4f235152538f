from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from ..common import DAY, DunningCommon


@tagged("post_install", "-at_install")
class TestEditedDueDates(DunningCommon):
    """Due dates, terms and amounts are edited: levels and dates follow."""

    def _create_term(self, *shares):
        """Create a payment term of ``(percent, days), …``."""
        return self.env["account.payment.term"].create(
            {
                "name": " + ".join(f"{percent} % D+{days}" for percent, days in shares),
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": percent, "nb_days": days}
                    )
                    for percent, days in shares
                ],
            }
        )

    def _invoice_by_term(self, term, days):
        """Post an invoice of 100, made so many days ago."""
        return self._create_invoice_one_line(
            partner_id=self.customer,
            price_unit=100,
            tax_ids=[],
            invoice_date=DAY - timedelta(days=days),
            invoice_payment_term_id=term.id,
            post=True,
        )

    def _get_standing(self):
        """Map due dates to the rung that the items stand on."""
        return {line.date_due: line.level_id for line in self._case().line_ids}

    def _change_term(self, invoice, term):
        invoice.button_draft()
        invoice.invoice_payment_term_id = term
        invoice.action_post()
        self._run(DAY + timedelta(days=1))

    def test_a_later_due_date_takes_the_item_out_of_what_is_late(self):
        invoice = self._invoice(5)
        self._run_and_send()
        case = self._case()
        invoice.button_draft()
        invoice.invoice_date_due = DAY + timedelta(days=10)
        invoice.action_post()
        self._run(DAY + timedelta(days=1))
        line = case.line_ids
        self.assertEqual(line.date_due, DAY + timedelta(days=10))
        self.assertEqual((case.wait_reason, case.amount_overdue), ("nothing_late", 0.0))
        self.assertEqual(line.level_id, self.first)
        # D+15 from the new due date, after the seven days since the first.
        self.assertEqual(line.next_date, DAY + timedelta(days=25))

    def test_the_due_date_of_the_posted_item_itself_is_followed(self):
        invoice = self._invoice(5)
        self._run_and_send()
        item = invoice.line_ids.filtered(lambda i: i.account_type == "asset_receivable")
        item.date_maturity = DAY + timedelta(days=3)
        self.assertEqual(self._case().line_ids.move_line_id, item)
        self._run(DAY + timedelta(days=1))
        self.assertEqual(self._case().line_ids.date_due, DAY + timedelta(days=3))
        self.assertEqual(self._case().wait_reason, "nothing_late")

    def test_one_date_that_becomes_two_instalments_keeps_the_rung_of_its_date(self):
        whole = self._create_term((100, 10))
        invoice = self._invoice_by_term(whole, 16)
        self._run_and_send()
        due = DAY - timedelta(days=6)
        self.assertEqual(self._get_standing(), {due: self.first})
        self._change_term(invoice, self._create_term((50, 10), (50, 60)))
        nothing = self.env["dunning.level"]
        later = invoice.invoice_date + timedelta(days=60)
        self.assertEqual(self._get_standing(), {due: self.first, later: nothing})
        self.assertEqual(self._case().amount_overdue, 50.0)

    def test_two_instalments_that_become_one_keep_the_rung_of_its_date(self):
        invoice = self._invoice_by_term(self._create_term((50, 10), (50, 60)), 16)
        self._run_and_send()
        self._change_term(invoice, self._create_term((100, 10)))
        due = DAY - timedelta(days=6)
        self.assertEqual(self._get_standing(), {due: self.first})
        self.assertEqual(self._case().amount_overdue, 100.0)

    def test_an_instalment_is_matched_again_by_invoice_and_due_date(self):
        invoice = self._invoice_by_term(self._create_term((50, 5), (50, 10)), 20)
        self._run_and_send()
        late = {
            DAY - timedelta(days=15): self.first,
            DAY - timedelta(days=10): self.first,
        }
        self.assertEqual(self._get_standing(), late)
        # The host makes new items for the same dates.
        invoice.button_draft()
        lines = invoice.line_ids.filtered(
            lambda i: i.account_type == "asset_receivable"
        )
        old = self._case().line_ids
        invoice.invoice_payment_term_id = False
        invoice.invoice_date_due = DAY + timedelta(days=30)
        self.assertEqual(len(lines.exists()), 1)
        invoice.invoice_payment_term_id = self._create_term((50, 5), (50, 10))
        invoice.action_post()
        self._run(DAY + timedelta(days=1))
        self.assertEqual(self._get_standing(), late)
        self.assertLessEqual(self._case().line_ids, old)

    def test_the_sent_message_keeps_its_instalments_when_they_are_gone(self):
        invoice = self._invoice_by_term(self._create_term((50, 5), (50, 10)), 20)
        self._run_and_send()
        told = self._case().action_ids.line_ids
        before = told.read(["name", "date_due", "amount_residual", "amount_claimed"])
        self._change_term(invoice, self._create_term((100, 60)))
        self.assertEqual(
            told.read(["name", "date_due", "amount_residual", "amount_claimed"]), before
        )

    def test_a_payment_of_the_first_instalment_leaves_the_second_alone(self):
        invoice = self._invoice_by_term(self._create_term((50, 10), (50, 12)), 20)
        self._run_and_send()
        self._pay(invoice, 50.0)
        self._run(DAY + timedelta(days=8))
        lines = self._case().line_ids
        self.assertEqual(lines.mapped("date_due"), [DAY - timedelta(days=8)])

    def test_another_currency_of_the_invoice_is_shown_and_dunned_as_such(self):
        currency = self.setup_other_currency("HRK", rates=[("2023-01-01", 2.0)])
        invoice = self._invoice(5)
        self._run_and_send()
        invoice.button_draft()
        invoice.currency_id = currency
        invoice.action_post()
        self._run(DAY + timedelta(days=11))
        line = self._case().line_ids
        self.assertEqual(line.currency_id, currency)
        self.assertEqual((line.amount_residual, self._case().amount_due), (100.0, 50.0))
        second = self._case().action_ids.filtered(lambda a: a.level_id == self.second)
        self.assertEqual(second.line_ids.currency_id, currency)
