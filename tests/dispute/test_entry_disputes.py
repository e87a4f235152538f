from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ..common_opening import OpeningCommon


@tagged("post_install", "-at_install")
class TestDisputesOfItems(OpeningCommon):
    """An item of an entry can be contested, and no other customer's with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env.ref("account_dunning.dunning_reason_qte")
        cls.mine, cls.second_of_mine, cls.other = cls._open_books(
            (cls.one, 300, "F1", 6), (cls.one, 30, "F2", 6), (cls.two, 50, "F1", 6)
        )

    def _dispute(self, user=None, **values):
        disputes = self.env["dunning.dispute"].with_user(user or self.collector)
        return disputes.create({"reason_id": self.reason.id, **values})

    def _hold(self, item):
        line = self._line_of(item)
        line.invalidate_recordset(["hold"])
        return line.hold

    def test_only_the_contested_item_waits(self):
        self._open_case(self.one | self.two)
        dispute = self._dispute(move_line_id=self.mine.id)
        self.assertEqual((dispute.move_name, dispute.amount), ("F1", 300))
        self.assertEqual(dispute.move_id, self.mine.move_id)
        self.assertEqual(dispute.case_id, self._case(self.one))
        self.assertEqual(self._hold(self.mine), "disputed")
        self.assertFalse(self._hold(self.second_of_mine))
        self.assertFalse(self._hold(self.other))
        self._run()
        told = self._case(self.two).action_ids.line_ids
        self.assertEqual(told.amount_claimed, 50)

    def test_a_part_waits_and_the_rest_goes_on(self):
        self._dispute(move_line_id=self.mine.id, amount=100)
        self._run()
        rows = self._case(self.one).action_ids.line_ids
        claimed = {row.name: row.amount_claimed for row in rows}
        self.assertEqual(claimed, {"F1": 200, "F2": 30})

    def test_an_item_is_contested_once(self):
        self._dispute(move_line_id=self.mine.id, amount=200)
        with self.assertRaisesRegex(ValidationError, "left to contest"):
            self._dispute(move_line_id=self.mine.id, amount=101)
        other = self._dispute(move_line_id=self.other.id)
        self.assertEqual((other.amount, other.partner_id), (50, self.two))

    def test_the_case_follows_from_the_item_whatever_is_named(self):
        case = self._open_case(self.two)
        dispute = self._dispute(case_id=case.id, move_line_id=self.mine.id)
        self.assertEqual(dispute.case_id, self._case(self.one))

    def test_an_entry_alone_says_not_which_item(self):
        self._open_case(self.one)  # else the entry is no concern of a collector
        with self.assertRaisesRegex(UserError, "choose the item"):
            self._dispute(move_id=self.mine.move_id.id)
        case = self._open_case(self.two)
        dispute = self._dispute(case_id=case.id, move_id=self.mine.move_id.id)
        self.assertEqual(dispute.move_line_id, self.other)

    def test_without_a_choice_the_oldest_item_of_the_case_that_fits(self):
        case = self._open_case(self.one)
        dispute = self._dispute(case_id=case.id, amount=250)
        self.assertEqual(dispute.move_line_id, self.mine)

    def test_an_item_of_an_invoice_is_contested_as_its_invoice(self):
        invoice = self._invoice(6, partner=self.one)
        item = invoice.line_ids.filtered("date_maturity")
        dispute = self._dispute(move_line_id=item.id)
        self.assertEqual((dispute.move_id, dispute.move_line_id.ids), (invoice, []))
        self.assertEqual(dispute.balance, 100)

    def test_a_payable_item_is_no_debt_of_a_customer(self):
        revenue = self.mine.move_id.line_ids - (
            self.mine | self.second_of_mine | self.other
        )
        with self.assertRaises(UserError):
            self._dispute(move_line_id=revenue.id)

    def test_an_item_that_is_entered_again_stays_contested(self):
        self._open_case(self.one | self.two)
        dispute = self._dispute(move_line_id=self.mine.id)
        again = self._enter_again(self.mine)
        self._run()
        self.assertEqual(dispute.move_line_id, again)
        self.assertEqual(self._hold(again), "disputed")
        self.assertFalse(self._hold(self.other))

    def test_justified_is_a_draft_credit_note_for_its_customer(self):
        dispute = self._dispute(move_line_id=self.mine.id)
        dispute.with_user(self.manager).action_resolve("justified")
        refund = dispute.credit_move_id.sudo()
        self.assertEqual((refund.state, refund.partner_id), ("draft", self.one))
        self.assertEqual((refund.move_type, refund.amount_total), ("out_refund", 300))
        self.assertIn("F1", refund.invoice_line_ids.name)
        refund.action_post()
        self.assertEqual(dispute.state, "closed")
        self.assertEqual(self._hold(self.mine), "announced")  # until it is matched

    def test_not_justified_is_told_to_its_debtor_about_his_item(self):
        self._open_case(self.one | self.two)
        dispute = self._dispute(move_line_id=self.mine.id)
        dispute.with_user(self.manager).action_resolve(
            "unjustified", note="It is right"
        )
        told = self._case(self.one).action_ids
        self.assertEqual(told.line_ids.mapped("name"), ["F1"])
        self.assertFalse(self._case(self.two).action_ids)

    def test_the_window_of_a_case_with_one_item_proposes_it(self):
        case = self._open_case(self.two).with_user(self.collector)
        context = case.action_open_dispute()["context"]
        self.assertEqual(context["default_move_line_id"], self.other.id)
        with Form(self.env["dunning.dispute"].with_context(**context)) as form:
            form.reason_id = self.reason
        dispute = self._case(self.two).dispute_ids
        self.assertEqual((dispute.move_line_id, dispute.amount), (self.other, 50))

    def test_in_another_currency_its_amount_is_in_that_currency(self):
        currency = self.setup_other_currency("EUR")
        more = {"currency_id": currency.id, "amount_currency": 200}
        [item] = self._open_books((self.one, 100, "F9", 6, more))
        dispute = self._dispute(move_line_id=item.id)
        self.assertEqual((dispute.amount, dispute.currency_id), (200, currency))

    def test_an_outcome_of_a_call_contests_an_item(self):
        case = self._open_case(self.one)
        window = self.env["dunning.outcome"].new({"case_id": case.id})
        self.assertFalse(window.dispute_move_ids)
        self.assertEqual(window.dispute_line_id._origin.name, "F1")
        self.assertEqual(window.dispute_amount, 300)
