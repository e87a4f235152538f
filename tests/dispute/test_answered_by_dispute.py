from odoo.tests import tagged

from ..common import day
from .test_disputes import DisputeCommon


@tagged("post_install", "-at_install")
class TestAnsweredByDispute(DisputeCommon):
    """Who contests an invoice has answered the message about it."""

    def _recall(self):
        self._run(day(20))
        case = self._case()
        second = case.action_ids.filtered(lambda a: a.level_id == self.second)
        return second[:1].previous_contact_text

    def test_a_dispute_since_is_an_answer(self):
        self._run_and_send()
        self._dispute(200)
        self.assertIn("further to our message", self._recall())

    def test_a_dispute_about_another_invoice_is_none(self):
        other = self._invoice(4, 50.0)
        self._run_and_send()
        self._dispute(50, move=other)
        self.assertIn("unanswered", self._recall())
