from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import DAY, DunningCommon


@tagged("post_install", "-at_install")
class TestSaleDocuments(DunningCommon):
    """Every document that the host calls a sale behaves alike, by night and by
    button."""

    def _receipt(self, late=5):
        return self._invoice(late, move_type="out_receipt")

    def test_a_sales_receipt_is_dunned_by_night_and_by_button(self):
        receipt = self._receipt()
        window = receipt.with_user(self.collector).action_dun()
        line = self.env[window["res_model"]].browse(window["res_id"])
        self.assertEqual(line.case_line_ids.move_id, receipt)
        self._run()
        self.assertEqual(self._case().action_ids.line_ids.move_id, receipt)

    def test_a_sales_receipt_can_be_put_on_hold_and_called_about(self):
        receipt = self._receipt().with_user(self.collector)
        self.assertTrue(receipt.action_dunning_hold())
        self.assertTrue(receipt.action_dunning_record_call())

    def test_the_copy_of_a_sales_receipt_goes_with_the_message(self):
        self.first.attach_invoices = True
        receipt = self._receipt()
        self._run()
        action = self._case().action_ids
        self.assertEqual(action._get_document_lines().move_id, receipt)

    def test_a_site_that_a_receipt_was_made_out_to_is_written_to(self):
        site = self.env["res.partner"].create(
            {"name": "Site", "parent_id": self.customer.id, "email": "site@example.com"}
        )
        self._invoice(5, partner=site, move_type="out_receipt")
        self._run()
        self.assertEqual(self._case().action_ids.contact_id, site)

    def test_a_purchase_is_still_refused(self):
        bill = self.env["account.move"].create(
            {
                "move_type": "in_receipt",
                "partner_id": self.customer.id,
                "invoice_date": DAY,
                "invoice_line_ids": [
                    Command.create({"name": "x", "price_unit": 10, "tax_ids": []})
                ],
            }
        )
        bill.action_post()
        with self.assertRaisesRegex(UserError, "Only posted customer invoices"):
            bill.action_dun()

    def test_an_entry_without_due_date_is_due_on_its_day(self):
        account = self.company_data["default_account_receivable"]
        entry = self._post_entry(
            (account, 100), (self.company_data["default_account_revenue"], -100)
        )
        entry.line_ids.date_maturity = False
        entry.line_ids.no_followup = False
        moves = self.env["account.move"]
        for late in (0, 1):
            self.env.cr.execute(
                "UPDATE account_move_line SET date = %s WHERE move_id = %s",
                (DAY - timedelta(days=late), entry.id),
            )
            self.env.invalidate_all()
            self.assertEqual(entry.dunning_days_overdue, late)
            found = moves.search(
                [("dunning_days_overdue", ">", 0), ("id", "=", entry.id)]
            )
            self.assertEqual(bool(found), late > 0)
            late_debtors = self.company._dunning_find_late_debtors()
            self.assertEqual(self.customer in late_debtors, late > 0)
