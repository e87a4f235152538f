from importlib.util import module_from_spec, spec_from_file_location

from odoo.tests import tagged
from odoo.tools.misc import file_path

from ..common import DAY, DunningCommon, day
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
            ("467300", "asset_receivable", "transferred"),
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


@tagged("post_install", "-at_install")
class TestEndingsAreReadAgain(SettlementCommon, DunningCommon):
    """The upgrade reads once more how closed cases, and agreements, ended."""

    def _migrate(self):
        path = "account_dunning/migrations/19.0.1.6.0/post-endings.py"
        spec = spec_from_file_location("post_endings", file_path(path))
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.cr, "19.0.1.5.0")
        self.env.invalidate_all()

    def _closed(self, way, amount=1000):
        invoice = self._invoice(6, 1000.0)
        self._run()
        case = self._case()
        self._settle_as(way, invoice, amount)
        return case

    def test_a_case_closed_as_something_else_is_put_right(self):
        case = self._closed("payment")
        self._run()
        case._write_facts({"close_reason": "written_off"})
        self._migrate()
        self.assertEqual(case.close_reason, "paid")

    def test_what_a_person_closed_and_what_nobody_settled_stay(self):
        case = self._closed("payment")
        self._run()
        for reason in ("manual", "joined"):
            case._write_facts({"close_reason": reason})
            self._migrate()
            self.assertEqual(case.close_reason, reason)
        invoice = self._invoice(6, 1000.0)
        self._run()
        case = self._case()
        invoice.button_draft()
        self._run()
        case._write_facts({"close_reason": "written_off"})
        self._migrate()
        self.assertEqual(case.close_reason, "written_off")

    def _promise(self, case):
        return self.env["dunning.promise"].create(
            {
                "case_id": case.id,
                "date": day(5),
                "amount": 1000,
                "line_ids": case.line_ids.ids,
                "confirm": False,
            }
        )

    def test_a_promise_that_only_a_credit_note_kept_counts_no_more(self):
        for way, state in (("credit note", "cancelled"), ("payment", "kept")):
            with self.subTest(way):
                invoice = self._invoice(6, 1000.0)
                self._run()
                case = self._case()
                promise = self._promise(case)
                self._settle_as(way, invoice, 1000)
                promise.sudo().write({"state": "kept", "kept_share": 1.0})
                self._run(DAY)
                promise.sudo().write({"state": "kept", "kept_share": 1.0})
                self._migrate()
                self.assertEqual(promise.state, state)

    def test_what_a_person_decided_stays(self):
        invoice = self._invoice(6, 1000.0)
        self._run()
        promise = self._promise(self._case())
        self._settle_as("credit note", invoice, 1000)
        promise.sudo().write({"state": "kept", "decided_state": "kept"})
        self._migrate()
        self.assertEqual(promise.state, "kept")
