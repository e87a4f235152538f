from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..common import DAY
from ..common_opening import OpeningCommon


@tagged("post_install", "-at_install")
class TestNamesOfItems(OpeningCommon):
    """What texts, windows and lists call the items."""

    def _relance(self, partner, user=None):
        window = partner.with_user(user or self.collector).action_dun()
        lines = self.env[window["res_model"]].with_user(user or self.collector)
        return lines.browse(window["res_id"])

    def _invoice_by_instalments(self, partner):
        terms = self.env["account.payment.term"].create(
            {
                "name": "In four",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 25, "nb_days": days})
                    for days in (0, 10, 20, 30)
                ],
            }
        )
        return self._create_invoice_one_line(
            partner_id=partner,
            price_unit=400,
            tax_ids=[],
            invoice_date=DAY - timedelta(days=60),
            invoice_payment_term_id=terms,
            post=True,
        )

    def test_relancer_shows_the_customer_and_the_number_that_he_knows(self):
        self._open_books((self.one, 100, "FAC 2023-118", 6), (self.two, 50, "F2", 6))
        line = self._relance(self.one)
        self.assertEqual(line.contact_id, self.one)
        self.assertEqual(line.subject, "Reminder FAC 2023-118")
        self.assertEqual(line.case_line_ids.mapped("name"), ["FAC 2023-118"])
        line.action_send()
        self.assertEqual(self._send_mails(), ['"Garage Alpha" <alpha@example.com>'])

    def test_an_entry_has_no_copy_to_attach_and_none_is_named(self):
        self.first.attach_invoices = True
        self._open_books((self.one, 100, "FAC 2023-118", 6))
        self.assertEqual(self._relance(self.one).documents, "None")
        self._run()
        action = self._case(self.one).action_ids
        self.assertEqual((action.state, len(action.attachment_ids)), ("queued", 0))

    def test_instalments_of_an_invoice_are_named_once_with_their_count(self):
        invoice = self._invoice_by_instalments(self.one)
        line = self._relance(self.one)
        self.assertEqual(line.subject, f"Reminder {invoice.name} (4 instalments)")
        line.action_send()
        action = self._case(self.one).action_ids
        self.assertEqual(len(action.line_ids), 4)
        self.assertEqual(action.body.count(f">{invoice.name}<"), 4)
        self.assertEqual(action._get_payment_reference(), invoice.payment_reference)

    def test_instalments_of_an_old_invoice_are_named_once_too(self):
        self._open_books(
            (self.one, 60, "FAC 9", 36),
            (self.one, 40, "FAC 9", 6),
            (self.two, 9, "F", 6),
        )
        self._run()
        action = self._case(self.one).action_ids
        self.assertEqual(action.invoice_names, "FAC 9 (2 instalments)")
        self.assertEqual(action._get_payment_reference(), "FAC 9")
        self.assertEqual(sorted(action.line_ids.mapped("amount_residual")), [40, 60])

    def test_the_reference_of_a_payment_is_what_the_customer_knows(self):
        self._open_books(
            (self.one, 60, "FAC 9", 36),
            (self.one, 40, "FAC 10", 6),
            (self.two, 9, "F", 6),
        )
        self._run()
        action = self._case(self.one).action_ids
        self.assertEqual(action._get_payment_reference(), "FAC 9, FAC 10")

    def test_a_date_that_nobody_knows_is_left_blank_in_the_table(self):
        self._open_books((self.one, 100, "FAC 2023-118", 60))
        self._run()
        action = self._case(self.one).action_ids
        self.assertFalse(action.line_ids.invoice_date)
        text = html2plaintext(action.body)
        self.assertIn("01/04/2024", text)  # due
        self.assertNotIn("03/03/2024", text)  # the opening entry

    def test_sites_of_one_customer_on_one_entry_are_one_debtor(self):
        site = self._create_customer("Site North", parent_id=self.one.id)
        self._open_books((self.one, 60, "FAC 9", 6), (site, 40, "FAC 10", 6))
        debtor = site.commercial_partner_id
        self._run()
        names = self._case(debtor).action_ids.line_ids.mapped("name")
        self.assertIn("FAC 10", names)
        self.assertEqual("FAC 9" in names, debtor == self.one)

    def test_a_promise_names_the_items(self):
        self._open_books((self.one, 100, "FAC 2023-118", 6), (self.two, 50, "F2", 6))
        case = self._open_case(self.one)
        promise = self.env["dunning.promise"].create(
            {
                "case_id": case.id,
                "line_ids": case.line_ids.ids,
                "date": DAY + timedelta(days=5),
            }
        )
        self.assertEqual(promise.line_ids.mapped("name"), ["FAC 2023-118"])
        told = "\n".join(case.message_ids.mapped("body"))
        self.assertIn("FAC 2023-118", told)
        self.assertFalse(self._open_case(self.two).line_ids.hold)

    def test_a_hold_names_the_items(self):
        self._open_books((self.one, 100, "FAC 2023-118", 6), (self.two, 50, "F2", 6))
        case = self._open_case(self.one)
        hold = self.env["dunning.hold"].create(
            {
                "case_id": case.id,
                "line_ids": case.line_ids.ids,
                "date_until": DAY + timedelta(days=5),
                "reason": "A word",
            }
        )
        self.assertEqual(hold.items, "FAC 2023-118")
        self.assertEqual(case.line_ids.hold, "on_hold")
        self.assertFalse(self._open_case(self.two).line_ids.hold)
