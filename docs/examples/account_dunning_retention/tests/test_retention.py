from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.account_dunning.tests.common import DAY, DunningCommon


@tagged("post_install", "-at_install")
class TestRetention(DunningCommon):
    """The customer may keep one invoice of two back for a time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.retained = cls._invoice(5, amount=40)
        cls.invoice = cls._invoice(5, amount=60)
        cls.retained.retention_until = DAY

    def test_the_invoice_is_left_out_and_says_why(self):
        self._run()
        action = self._case().action_ids
        self.assertEqual(action.line_ids.move_id, self.invoice)
        reasons = {line.move_id: line.hold for line in self._case().line_ids}
        self.assertEqual(reasons, {self.retained: "retention", self.invoice: False})

    def test_from_the_day_after_on_it_is_dunned(self):
        self._run(DAY + timedelta(days=1))
        self.assertEqual(
            self._case().action_ids.line_ids.move_id, self.retained + self.invoice
        )

    def test_a_message_that_waits_to_leave_is_called_back(self):
        self.retained.retention_until = False
        self._run()
        action = self._case().action_ids
        self.retained.retention_until = DAY
        self.assertFalse(self._send_mails())
        self.assertEqual(action.state, "cancelled")

    def test_the_invoice_is_found_by_its_reason(self):
        self._run()
        moves = self.env["account.move"].with_user(self.collector)
        found = moves.search([("dunning_hold", "in", ["retention"])])
        self.assertEqual(found, self.retained)
        self.assertEqual(found.dunning_hold, "retention")
