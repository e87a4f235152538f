from importlib.util import module_from_spec, spec_from_file_location

from odoo.tests import tagged
from odoo.tools.misc import file_path

from ..common import DunningCommon, day
from ..common_settlement import SettlementCommon


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
                self._migrate()
                self.assertEqual(promise.state, state)
                self._run()
                self.assertEqual(case.state, "closed")

    def test_what_a_person_decided_stays(self):
        invoice = self._invoice(6, 1000.0)
        self._run()
        promise = self._promise(self._case())
        self._settle_as("credit note", invoice, 1000)
        promise.sudo().write({"state": "kept", "decided_state": "kept"})
        self._migrate()
        self.assertEqual(promise.state, "kept")
