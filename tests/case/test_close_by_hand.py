from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import DunningCommon


@tagged("post_install", "-at_install")
class TestCloseByHand(DunningCommon):
    """A case is closed in a window, with a reason, never as paid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice(5)
        cls.case = cls.env["dunning.case"]._open_for(cls.customer)

    def _open(self, user):
        action = self.case.with_user(user).action_ask_to_close()
        return self.env["dunning.case.close"].with_user(user).browse(action["res_id"])

    def test_the_window_shows_what_is_still_due(self):
        self.assertIn("100.00", self._open(self.collector).due_text)

    def test_it_is_closed_with_its_reason(self):
        window = self._open(self.collector)
        window.reason = "Settled between the managements"
        window.action_confirm()
        self.assertEqual(
            (self.case.state, self.case.close_reason), ("closed", "manual")
        )
        note = self.case.message_ids[0]
        self.assertIn("Settled between the managements", note.body)
        self.assertEqual(note.author_id, self.collector.partner_id)

    def test_without_a_reason_it_stays_open(self):
        window = self._open(self.collector)
        for reason in (False, "   "):
            window.reason = reason
            with self.assertRaisesRegex(UserError, "Write why"):
                window.action_confirm()
        self.assertEqual(self.case.state, "open")

    def test_a_reader_closes_nothing(self):
        with self.assertRaises(AccessError):
            self._open(self.reader)

    def test_nobody_closes_it_as_paid_while_money_is_due(self):
        for user in (self.collector, self.manager):
            with self.assertRaises(AccessError):
                self.case.with_user(user).write({"close_reason": "paid"})
