from odoo import Command
from odoo.tests import tagged

from ..common_opening import OpeningCommon
from ..hold.test_hold import day


@tagged("post_install", "-at_install")
class TestAgreementsOnItems(OpeningCommon):
    """A promise, a plan or an offer of one customer is about his items alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_offer_max_percent = 50
        cls.items = cls._open_books(
            (cls.one, 600, "F1", 6), (cls.one, 400, "F2", 6), (cls.two, 50, "F3", 6)
        )
        cls._open_case(cls.one | cls.two)

    def test_a_discount_is_credited_on_each_item_of_its_customer(self):
        offer = self.env["dunning.offer"].create(
            {"case_id": self._case(self.one).id, "percent": 2, "valid_until": day(10)}
        )
        self.assertEqual(offer.amount, 20)
        offer.action_send()
        refunds = offer._draft_refunds()
        self.assertEqual(refunds.partner_id, self.one)
        found = {one.invoice_origin: one.amount_total for one in refunds}
        self.assertEqual(found, {"F1": 12, "F2": 8})
        self.assertEqual(set(refunds.mapped("state")), {"draft"})
        self.assertFalse(self._case(self.two).line_ids.hold)

    def test_a_discount_is_shared_by_an_invoice_and_an_item(self):
        invoice = self._invoice(6, 1000, partner=self.one)
        self._open_case(self.one)
        offer = self.env["dunning.offer"].create(
            {"case_id": self._case(self.one).id, "percent": 2, "valid_until": day(10)}
        )
        offer.action_send()
        found = {one.invoice_origin: one.amount_total for one in offer._draft_refunds()}
        self.assertEqual(found, {invoice.name: 20, "F1": 12, "F2": 8})

    def test_a_plan_lists_the_number_and_no_date_that_nobody_knows(self):
        case = self._case(self.one)
        plan = self.env["dunning.plan"].create(
            {"case_id": case.id, "line_ids": [Command.set(case.line_ids.ids)]}
        )
        rows = plan._format_invoices()
        self.assertEqual(
            [(row["name"], row["date"]) for row in rows], [("F1", ""), ("F2", "")]
        )
