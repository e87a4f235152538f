from datetime import timedelta

from odoo.tests import tagged

from ..common import DAY
from ..common_opening import OpeningCommon
from .common_claims import ClaimsCommon


@tagged("post_install", "-at_install")
class TestClaimsOnEntries(ClaimsCommon, OpeningCommon):
    """What is claimed, or waived, of one customer leaves the others as they are."""

    def _owed(self, partner):
        """Return ``[(number, has interest, indemnity)]`` of what can be claimed."""
        case = self._open_case(partner)
        case.invalidate_recordset()
        return [
            (one.line.name, bool(one.interest), one.indemnity)
            for one in case._read_claimable(DAY)[0]
        ]

    def _claim_all(self, partner):
        case = self._open_case(partner)
        chosen = [
            (one, one.interest, one.indemnity) for one in case._read_claimable(DAY)[0]
        ]
        return case._claim(DAY, chosen)

    def _waive_all(self, partner, only=None):
        case = self._open_case(partner).with_user(self.manager)
        waived = [
            (one, one.interest, one.indemnity)
            for one in case._read_claimable(DAY)[0]
            if only in (None, one.line.name)
        ]
        return case._waive(DAY, waived, "goodwill", "A word")

    def test_claiming_of_one_customer_leaves_the_others_interest_and_40_euros(self):
        self._open_books(
            (self.one, 1000, "F1", 60),
            (self.one, 2000, "F2", 50),
            (self.two, 3000, "F3", 50),
        )
        self._claim_all(self.one)
        self.assertEqual(self._owed(self.one), [])
        self.assertEqual(self._owed(self.two), [("F3", True, 40)])
        self.assertEqual(self._shown(self._case(self.two), DAY)[1], 40)
        self.assertEqual(self._shown(self._case(self.one), DAY), (0, 0))

    def test_each_item_of_an_entry_is_a_debt_of_its_own(self):
        self._open_books((self.one, 1000, "F1", 60), (self.one, 2000, "F2", 50))
        self.assertEqual(self._owed(self.one), [("F1", True, 40), ("F2", True, 40)])
        self.assertEqual(self._shown(self._case(self.one), DAY)[1], 80)

    def test_waiving_of_one_item_leaves_the_other_and_the_other_customers(self):
        self._open_books(
            (self.one, 1000, "F1", 60),
            (self.one, 2000, "F2", 50),
            (self.two, 3000, "F1", 60),
        )
        waivers = self._waive_all(self.one, only="F1")
        self.assertEqual(set(waivers.mapped("name")), {"F1"})
        self.assertEqual(self._owed(self.one), [("F2", True, 40)])
        self.assertEqual(self._owed(self.two), [("F1", True, 40)])
        waivers.with_user(self.manager).action_withdraw()
        self.assertEqual(self._owed(self.one)[0], ("F1", True, 40))

    def test_instalments_of_one_old_invoice_share_one_indemnity(self):
        self._open_books(
            (self.one, 500, "FAC 9", 60),
            (self.one, 500, "FAC 9", 30),
            (self.two, 500, "FAC 9", 60),
        )
        owed = [("FAC 9", True, 40), ("FAC 9", True, 0)]
        self.assertEqual(self._owed(self.one), owed)
        self._claim_all(self.one)
        self.assertEqual(self._owed(self.one), [])
        self.assertEqual(self._owed(self.two), [("FAC 9", True, 40)])

    def test_a_label_without_a_number_makes_no_debts_one(self):
        self._open_books(
            (self.one, 500, "Opening balance", 60),
            (self.one, 500, "Opening balance", 9),
        )
        self.assertEqual([owed for *_name, owed in self._owed(self.one)], [40, 40])

    def test_instalments_of_an_invoice_share_one_as_before(self):
        terms = self.env.ref("account.account_payment_term_advance_60days")
        self._create_invoice_one_line(
            partner_id=self.one,
            price_unit=100,
            tax_ids=[],
            invoice_date=DAY - timedelta(days=80),
            invoice_payment_term_id=terms,
            post=True,
        )
        self._open_case(self.one)
        self.assertEqual(sum(owed for *_name, owed in self._owed(self.one)), 40)

    def test_what_was_claimed_stays_claimed_when_the_item_is_entered_again(self):
        [item, _other] = self._open_books(
            (self.one, 1000, "F1", 60), (self.two, 3000, "F1", 60)
        )
        self._claim_all(self.one)
        self._enter_again(item)
        self.assertEqual(self._owed(self.one), [])
        self.assertEqual(self._owed(self.two), [("F1", True, 40)])

    def test_a_waiver_stays_when_number_and_item_are_corrected(self):
        items = self._open_books((self.one, 1000, "F1", 60), (self.one, 70, "F2", 50))
        self._waive_all(self.one, only="F1")
        self._enter_again(items[0], name="FAC 2023-1")
        self.assertEqual(self._owed(self.one), [("F2", True, 40)])

    def test_the_note_names_the_number_that_the_customer_knows(self):
        self._open_books((self.one, 1000, "FAC 2023-118", 60), (self.two, 9, "F2", 60))
        note = self._claim_all(self.one).move_id
        self.assertEqual(note.invoice_origin, "FAC 2023-118")
        self.assertEqual(note.partner_id, self.one)
        for line in note.invoice_line_ids:
            self.assertIn("FAC 2023-118", line.name)

    def test_a_claim_follows_the_currency_of_its_item(self):
        currency = self.setup_other_currency("EUR")
        more = {"currency_id": currency.id, "amount_currency": 2000}
        self._open_books((self.one, 1000, "F1", 60, more), (self.two, 500, "F2", 60))
        claims = self._claim_all(self.one)
        of_kind = {line.kind: line.currency_id for line in claims.line_ids}
        self.assertEqual(of_kind["interest"], currency)
        self.assertEqual(of_kind["indemnity"], self.company.currency_id)
        self.assertEqual(self._owed(self.two), [("F2", True, 40)])

    def test_the_window_of_a_collector_names_each_item(self):
        self._open_books((self.one, 1000, "F1", 60), (self.two, 500, "F2", 60))
        case = self._open_case(self.one)
        window = self._open_window(case, self.collector)
        self.assertEqual(window.line_ids.mapped("name"), ["F1"])

    def test_a_reader_sees_what_is_owed_of_an_entry(self):
        self._open_books((self.one, 1000, "F1", 60), (self.two, 500, "F2", 60))
        case = self._open_case(self.one).with_user(self.reader)
        self.assertEqual(case.line_ids.amount_indemnity, 40)
        self.assertEqual(case.line_ids.name, "F1")
