from datetime import timedelta

from odoo.tests import tagged

from ..common import DAY, DunningCommon, day


@tagged("post_install", "-at_install")
class TestLateEntry(DunningCommon):
    """The first contact about an invoice that came late says so, and only the first."""

    SAID = "if it has reached you late, please excuse us"

    def _remind(self, invoiced):
        due = DAY - timedelta(days=10)
        self.invoice = self._invoice(due, invoice_date=due + timedelta(days=invoiced))
        self._run_and_send()
        return self._case().action_ids.body

    def test_made_out_a_day_after_it_was_due_it_is_said(self):
        body = self._remind(1)
        self.assertIn(self.SAID, body)
        self.assertIn(f"{self.invoice.name}, due on February 23, 2024", body)

    def test_made_out_on_that_day_nothing_is_said(self):
        self.assertNotIn(self.SAID, self._remind(0))

    def test_the_second_contact_says_it_no_more(self):
        self._remind(1)
        self._run(day(10))
        second = self._case().action_ids.filtered(
            lambda action: action.level_id == self.second
        )
        self.assertTrue(second.text_body)
        self.assertNotIn(self.SAID, second.text_body)
