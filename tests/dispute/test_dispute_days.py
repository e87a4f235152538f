from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import DAY, DunningCommon, day


@tagged("post_install", "-at_install")
class TestDaysOfDisputes(DunningCommon):
    """Nobody speaks of an invoice before its date, or tomorrow."""

    def test_a_dispute_begins_after_its_invoice_and_today_at_the_latest(self):
        invoice = self._invoice(5)
        reason = self.env["dunning.reason"].search([], limit=1)
        disputes = self.env["dunning.dispute"].with_user(self.collector)
        values = {"move_id": invoice.id, "reason_id": reason.id}
        before = invoice.invoice_date - timedelta(days=1)
        for when, words in ((day(1), "not come yet"), (before, "nothing to contest")):
            with self.assertRaisesRegex(UserError, words), self.cr.savepoint():
                disputes.create(values | {"date": when})
        self.assertEqual(disputes.create(values | {"date": DAY}).date, DAY)

    def test_a_platform_says_nothing_tomorrow_nor_before_the_invoice(self):
        invoice = self._invoice(5).with_user(self.collector)
        before = invoice.invoice_date - timedelta(days=1)
        for when, words in ((day(1), "not come yet"), (before, "before")):
            with self.assertRaisesRegex(UserError, words):
                invoice.dunning_set_einvoice_status("207", when)
        self.assertEqual(invoice.dunning_set_einvoice_status("207", DAY).date, DAY)
