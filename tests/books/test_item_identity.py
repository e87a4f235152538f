from datetime import timedelta

from odoo.tests import tagged

from ..common import DAY
from ..common_opening import OpeningCommon


@tagged("post_install", "-at_install")
class TestItemIdentity(OpeningCommon):
    """An item is a journal item of one debtor, with its own number, date, contact."""

    def _read(self, partner=None):
        """Return what the night reads of the open items of a customer, and check that
        a record says the same of itself."""
        found = self.env["account.move.line"]._read_dunning_items(
            self.company, DAY, partner or self.one
        )
        for item in found:
            record = self.env["account.move.line"].browse(item.line_id)
            self.assertEqual(
                (item.name, item.invoice_date, item.contact_id, item.is_document),
                (
                    record._get_dunning_number(),
                    record._get_dunning_date(),
                    record._get_dunning_contact().id,
                    record.move_id._is_dunning_document(),
                ),
            )
        return found

    def test_an_item_of_an_opening_entry_has_its_label_and_its_own_customer(self):
        self._open_books(
            (self.one, 100, "FAC 2023-118", 60),
            (self.two, 50, "FAC 2023-211", 60),
        )
        [item] = self._read()
        self.assertEqual(item.name, "FAC 2023-118")
        self.assertEqual(item.contact_id, self.one.id)
        [other] = self._read(self.two)
        self.assertEqual((other.name, other.contact_id), ("FAC 2023-211", self.two.id))

    def test_an_invoice_keeps_its_number_whatever_the_label_of_its_item(self):
        invoice = self._invoice(6, partner=self.one)
        item = invoice.line_ids.filtered("date_maturity")
        item.name = "First instalment"
        self.assertEqual(self._read()[0].name, invoice.name)
        self.assertEqual(self._read()[0].invoice_date, invoice.invoice_date)

    def test_a_sales_receipt_is_a_document_too(self):
        receipt = self._invoice(6, partner=self.one, move_type="out_receipt")
        [item] = self._read()
        self.assertEqual((item.name, item.is_document), (receipt.name, True))

    def test_without_a_label_the_reference_of_the_entry_then_its_name(self):
        items = self._open_books(
            (self.one, 100, "  ", 60), (self.one, 50, False, 50), ref="Freight of May"
        )
        self.assertEqual([one.name for one in self._read()], ["Freight of May"] * 2)
        items.move_id.ref = " "
        self.assertEqual([one.name for one in self._read()], [items.move_id.name] * 2)

    def test_blanks_around_a_label_are_no_part_of_it(self):
        self._open_books((self.one, 100, " \u00a0FAC 7\t\n", 60))
        self.assertEqual(self._read()[0].name, "FAC 7")

    def test_an_opening_entry_is_no_date_of_an_invoice_that_was_due_before(self):
        day = DAY - timedelta(days=10)
        self._open_books((self.one, 100, "F1", 11), (self.one, 50, "F2", 10), date=day)
        before, same = self._read()
        self.assertEqual((before.invoice_date, same.invoice_date), (None, day))

    def test_an_entry_that_knows_an_invoice_date_says_so(self):
        day = DAY - timedelta(days=90)
        self._open_books((self.one, 100, "F1", 60), invoice_date=day)
        self.assertEqual(self._read()[0].invoice_date, day)

    def test_an_item_without_a_due_date_is_due_and_dated_as_its_entry(self):
        day = DAY - timedelta(days=10)
        items = self._open_books((self.one, 100, "F1", None), date=day)
        items.date_maturity = False
        [item] = self._read()
        self.assertEqual((item.due, item.invoice_date), (day, day))

    def test_a_line_without_partner_is_nobodys_item(self):
        self._open_books((self.one, 100, "F1", 60), (None, 70, "F2", 60))
        self.assertEqual([one.name for one in self._read()], ["F1"])

    def test_sites_of_one_customer_are_billed_each(self):
        site = self._create_customer("Site North", parent_id=self.one.id)
        site.is_company = False
        items = self._open_books((self.one, 100, "F1", 60), (self.one, 50, "F2", 60))
        self.env.flush_all()
        self.cr.execute(  # as after a merge of customers
            "UPDATE account_move_line SET partner_id = %s WHERE id = %s",
            (site.id, items[1].id),
        )
        self.env.invalidate_all()
        self.assertEqual(
            [one.contact_id for one in self._read()], [self.one.id, site.id]
        )
        self.assertEqual({one.partner_id for one in self._read()}, {self.one.id})

    def test_an_item_in_another_currency_is_asked_for_in_that_currency(self):
        currency = self.setup_other_currency("EUR")
        more = {"currency_id": currency.id, "amount_currency": 200}
        self._open_books((self.one, 100, "F1", 60, more), (self.two, 50, "F2", 60))
        [item] = self._read()
        self.assertEqual((item.residual, item.residual_currency), (100, 200))
        self.assertEqual(item.currency_id, currency.id)
        action = self._get_contact_of(self.one)
        self.assertIn("200.00", action.body)
        self.assertNotIn("100.00", action.body)

    def _get_contact_of(self, partner):
        self._run()
        return self._case(partner).action_ids

    def test_each_customer_is_written_to_about_his_own_items_alone(self):
        self._open_books(
            (self.one, 100, "FAC 2023-118", 60),
            (self.two, 55, "FAC 2023-211", 60),
            ref="Opening",
        )
        mine, other = map(self._get_contact_of, (self.one, self.two))
        self.assertEqual((mine.contact_id, other.contact_id), (self.one, self.two))
        self.assertEqual((mine.state, other.state), ("queued", "queued"))
        for contact, own, foreign in (
            (mine, ("FAC 2023-118", "100.00"), ("FAC 2023-211", "55.00")),
            (other, ("FAC 2023-211", "55.00"), ("FAC 2023-118", "100.00")),
        ):
            text = f"{contact.subject} {contact.body}"
            for words in own:
                self.assertIn(words, text)
            for words in (*foreign, "Opening", "MISC"):
                self.assertNotIn(words, text)
