import base64
import io
import zipfile
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import DAY, DunningCommon


@tagged("post_install", "-at_install")
class TestDoubtfulDebts(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.env["account.tax"].create(
            {"name": "VAT 20 %", "amount": 20, "type_tax_use": "sale"}
        )

    def _open(self, **values):
        windows = self.env["dunning.doubtful"].with_user(self.manager)
        window = windows.browse(windows.action_open()["res_id"])
        if values:
            window.write(values)
            window.action_refresh()
        return window

    def _find(self, window):
        return {line.name: line for line in window.line_ids}

    def test_what_is_late_for_long_is_proposed_from_the_first_day_on(self):
        self._invoice(179)
        late = self._invoice(180, 1000)
        window = self._open()
        self.assertEqual(window.line_ids.name, late.name)
        self.assertEqual(window.line_ids.reason, "age")
        self.assertEqual(window.amount_total, 1000)
        self.assertEqual(window.amount_provision, 250)

    def test_a_year_late_counts_more_and_each_percentage_can_be_changed(self):
        old, older = self._invoice(364, 100), self._invoice(365, 100)
        lines = self._find(self._open())
        self.assertEqual(lines[old.name].amount_provision, 25)
        self.assertEqual(lines[older.name].amount_provision, 50)
        lines[old.name].percent = 80
        self.assertEqual(lines[old.name].amount_provision, 80)
        with self.assertRaises(ValidationError):
            lines[old.name].percent = 101

    def test_the_debt_moves_with_vat_and_is_provided_for_without(self):
        invoice = self._create_invoice_one_line(
            partner_id=self.customer,
            price_unit=1000,
            tax_ids=[Command.set(self.tax.ids)],
            invoice_date=DAY - timedelta(days=400),
            invoice_date_due=DAY - timedelta(days=370),
            invoice_payment_term_id=False,
            post=True,
        )
        self._pay(invoice, 600)
        line = self._open().line_ids
        self.assertEqual((line.amount, line.amount_base), (600, 500))
        self.assertEqual(line.amount_provision, 250)

    def test_proceedings_propose_it_however_young_it_is(self):
        self._invoice(1, 100)
        self.env["dunning.proceeding"].create(
            {"partner_id": self.customer.id, "judgment_date": DAY}
        )
        line = self._open().line_ids
        self.assertEqual((line.reason, line.percent), ("insolvency", 100))

    def test_a_person_adds_an_item_and_leaves_another_out(self):
        young, old = self._invoice(10, 70), self._invoice(200, 50)
        item = young.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        window = self._open(added_ids=[Command.set(item.ids)])
        lines = self._find(window)
        self.assertEqual(lines[young.name].reason, "choice")
        lines[old.name].is_chosen = False
        self.assertEqual(window.amount_total, 70)

    def test_the_list_is_a_file_for_a_spreadsheet(self):
        invoice = self._invoice(200, 50)
        window = self._open()
        text = base64.b64decode(window.csv_file).decode("utf-8-sig")
        self.assertIn(invoice.name, text)
        self.assertIn("12.5", text)
        book = zipfile.ZipFile(io.BytesIO(base64.b64decode(window.xlsx_file)))
        self.assertIn(invoice.name, book.read("xl/sharedStrings.xml").decode())
        self.assertIn("csv_file", window.action_download_csv()["url"])
        window.line_ids.is_chosen = False
        with self.assertRaisesRegex(UserError, "at least one"):
            window.action_download_xlsx()

    def test_nothing_is_entered_and_a_collector_does_not_prepare_it(self):
        self._invoice(200)
        before = self.env["account.move"].search_count([])
        self._open()
        self.assertEqual(self.env["account.move"].search_count([]), before)
        with self.assertRaises(AccessError):
            self.env["dunning.doubtful"].with_user(self.collector).action_open()
