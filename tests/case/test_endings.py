from odoo.tests import tagged

from ..common import DunningCommon
from ..common_settlement import SettlementCommon


@tagged("post_install", "-at_install")
class TestEndings(SettlementCommon, DunningCommon):
    """How a case ended: by the accounts of what settled it, the largest class."""

    def _close(self, *sides):
        """Settle an invoice of 1,000 in ways, or by entries (account, amount)."""
        invoice = self._invoice(6, 1000.0)
        self._run()
        case = self._case()
        for way, amount in sides:
            if isinstance(way, str):
                self._settle_as(way, invoice, amount)
            else:
                self._settle(invoice, (way, amount))
        self._run()
        self.assertEqual(case.state, "closed")
        return case

    def test_paid_by_bank_with_two_cents_written_off_by_an_entry(self):
        case = self._close(("payment", 999.98), ("written_off", 0.02))
        self.assertEqual(case.close_reason, "paid")

    def test_a_cheque_or_the_bank_by_a_miscellaneous_entry(self):
        bank = self.company_data["default_journal_bank"].default_account_id
        for account in (self._account("511200", "asset_current"), bank):
            self.assertEqual(self._close((account, 1000)).close_reason, "paid")

    def test_what_we_owed_and_what_a_factor_bought(self):
        for code, account_type, reason in (
            ("401900", "liability_payable", "netted"),
            ("467100", "asset_current", "transferred"),
            ("467200", "liability_current", "transferred"),
            ("416100", "asset_receivable", "transferred"),
        ):
            with self.subTest(code):
                account = self._account(code, account_type)
                self.assertEqual(self._close((account, 1000)).close_reason, reason)

    def test_the_larger_part_decides_and_of_halves_the_money(self):
        for money, reason in ((500, "paid"), (499.99, "transferred")):
            factor = self._account(f"4671{int(money)}", "asset_current")
            case = self._close(("payment", money), (factor, 1000 - money))
            self.assertEqual(case.close_reason, reason)

    def test_the_label_covers_factoring(self):
        labels = dict(self.env["dunning.case"]._fields["close_reason"].selection)
        self.assertIn("factoring", labels["transferred"])
