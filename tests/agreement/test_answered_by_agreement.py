from odoo.tests import tagged

from ..common import DAY
from .common_promise import PromiseCommon, day


@tagged("post_install", "-at_install")
class TestAnsweredByAgreement(PromiseCommon):
    """A message to which a promise came is not called unanswered."""

    def _recall(self, on=20):
        self._run(day(on))
        self.assertIn(self.second, self.case.action_ids.level_id)
        second = self.case.action_ids.filtered(lambda a: a.level_id == self.second)
        return second[:1].previous_contact_text

    def test_a_promise_since_is_an_answer(self):
        self._run_and_send()
        self._promise(until=1).action_cancel()
        self.assertIn("further to our message", self._recall())

    def test_a_promise_before_the_message_is_none(self):
        promise = self._promise(until=1)
        promise.action_cancel()
        promise._write_facts({"promised_on": day(-2)})
        self._run_and_send()
        self.assertIn("unanswered", self._recall())

    def test_a_kept_promise_and_its_confirmation_are_not_left_unanswered(self):
        self._run_and_send()
        self._promise(until=1, confirm=True)
        self._send_mails()
        self._pay(self.invoice, day=DAY)
        text = self._recall()
        self.assertIn("message of March 4, 2024", text)
