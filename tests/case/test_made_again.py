from odoo import Command
from odoo.tests import tagged

from ..common import DAY, DunningCommon, day


@tagged("post_install", "-at_install")
class TestMadeAgain(DunningCommon):
    """An invoice that was reversed and made again keeps its rung with its due date."""

    def _dun_and_reverse(self):
        self.invoice = self._invoice(6, 1000.0)
        self.invoice.invoice_line_ids.name = "Bread of February"
        self._run_and_send()
        self.case = self._case()
        self.assertEqual(self.case.line_ids.level_id, self.first)
        wizard = self.env["account.move.reversal"].create(
            {
                "move_ids": [Command.set(self.invoice.ids)],
                "journal_id": self.invoice.journal_id.id,
                "date": DAY,
            }
        )
        new = self.env["account.move"].browse(wizard.modify_moves()["res_id"])
        self.assertEqual(self.invoice.payment_state, "reversed")
        return new

    def _post(self, new, **values):
        new.write(
            {
                "invoice_payment_term_id": False,
                "invoice_date_due": self.invoice.invoice_date_due,
                **values,
            }
        )
        new.action_post()
        self._run(day(1))
        line = self._case().line_ids
        self.assertEqual(line.move_id, new)
        return line

    def test_it_keeps_its_rung_and_the_day_of_it(self):
        line = self._post(self._dun_and_reverse())
        self.assertEqual((line.level_id, line.delivered_on), (self.first, DAY))
        self.assertEqual(line.next_level_id, self.second)

    def test_a_case_that_was_closed_meanwhile_changes_nothing(self):
        new = self._dun_and_reverse()
        self._run()
        self.assertEqual(self.case.state, "closed")
        self.assertEqual(self._post(new).level_id, self.first)

    def test_with_another_amount_what_was_sold_tells(self):
        new = self._dun_and_reverse()
        new.invoice_line_ids.price_unit = 900
        self.assertEqual(self._post(new).level_id, self.first)

    def test_with_another_due_date_it_starts_afresh(self):
        new = self._dun_and_reverse()
        line = self._post(new, invoice_date_due=day(-7))
        self.assertFalse(line.level_id)

    def test_something_else_sold_for_another_amount_starts_afresh(self):
        new = self._dun_and_reverse()
        new.invoice_line_ids.write({"price_unit": 900, "name": "Something else"})
        self.assertFalse(self._post(new).level_id)

    def test_made_out_to_somebody_else_it_starts_afresh(self):
        new = self._dun_and_reverse()
        other = self._create_customer("Garage Petit")
        new.write(
            {
                "partner_id": other.id,
                "invoice_payment_term_id": False,
                "invoice_date_due": self.invoice.invoice_date_due,
            }
        )
        new.action_post()
        self._run(day(1))
        self.assertFalse(self._case(other).line_ids.level_id)

    def test_an_invoice_beside_one_that_stands_starts_afresh(self):
        self.invoice = self._invoice(6, 1000.0)
        self._run_and_send()
        other = self._invoice(6, 1000.0)
        self._run(day(1))
        lines = self._case().line_ids
        line = lines.filtered(lambda line: line.move_id == other)
        self.assertFalse(line.level_id)
