from contextlib import contextmanager

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..agreement.common_promise import PromiseCommon, day


@tagged("post_install", "-at_install")
class TestTwiceIsOnce(PromiseCommon):
    """What runs on an item is compared when something new is made about it."""

    @contextmanager
    def _refused(self, words):
        """What is refused is taken back, as a request is."""
        with self.assertRaisesRegex(UserError, words), self.cr.savepoint():
            yield
        self.env.invalidate_all()

    def _dispute(self, amount=None, invoice=None):
        values = {
            "move_id": (invoice or self.invoice).id,
            "reason_id": self.env.ref("account_dunning.dunning_reason_dec").id,
        }
        if amount is not None:
            values["amount"] = amount
        return self.env["dunning.dispute"].with_user(self.collector).create(values)

    def _plan(self):
        plans = self.env["dunning.plan"].with_user(self.collector)
        return plans._draft_for(self.case, self.line)

    def _offer(self):
        offers = self.env["dunning.offer"].with_user(self.manager)
        return offers._draft_for(self.case, self.line)

    def test_an_invoice_is_contested_once(self):
        self._dispute()
        with self._refused("contested as a whole"):
            self._dispute()
        with self._refused("left to contest"):
            self._dispute(300)
        self.assertEqual(len(self.case.dispute_ids), 1)

    def test_what_is_left_can_be_contested_to_the_cent(self):
        self._dispute(100)
        with self._refused("200.00 is left to contest"):
            self._dispute(200.01)
        self.assertEqual(self._dispute(200).amount, 200)

    def test_by_default_what_is_left_is_contested(self):
        self._dispute(100)
        self.assertEqual(self._dispute().amount, 200)

    def test_a_dispute_is_not_raised_over_what_is_left(self):
        first = self._dispute(100)
        self._dispute(200)
        with self._refused("left to contest"):
            first.amount = 100.01
        self.assertEqual(first.amount, 100)

    def test_what_was_settled_can_be_contested_again(self):
        self._dispute().action_resolve("withdrawn")
        self.assertEqual(self._dispute().amount, 300)

    def test_a_later_payment_makes_no_dispute_invalid(self):
        dispute = self._dispute()
        self._pay(self.invoice, 200)
        dispute.note = "He paid the rest"
        dispute.action_resolve("partly", amount=50)
        self.assertEqual(dispute.state, "credit")

    def test_a_second_plan_on_an_invoice_is_refused_with_what_is_left(self):
        self._plan().action_propose()
        with self._refused("runs on these invoices already"):
            self._plan().action_propose()

    def test_a_new_version_of_a_plan_is_no_second_one(self):
        plan = self._plan()
        plan.action_propose()
        version = self.env["dunning.plan"].browse(plan.action_change()["res_id"])
        version.with_user(self.collector).action_propose()
        self.assertEqual(version.state, "proposed")

    def test_a_plan_of_other_invoices_is_no_second_one(self):
        self._plan().action_propose()
        plans = self.env["dunning.plan"].with_user(self.collector)
        other = plans._draft_for(self.case, self.other_line)
        other.action_propose()
        self.assertEqual(other.state, "proposed")

    def test_a_second_offer_on_an_invoice_is_refused(self):
        self._offer().action_send()
        with self._refused("runs on these invoices already"):
            self._offer().action_send()

    def test_more_than_what_is_left_is_not_promised(self):
        self._dispute(100)
        with self._refused("200.00 is left to promise"):
            self._promise(200.01)
        self.assertEqual(self._promise(200).state, "open")

    def test_a_dispute_goes_first_and_the_promise_is_to_be_confirmed(self):
        promise = self._promise(300)
        self.assertFalse(promise.contested_text)
        self._dispute(100)
        promise.invalidate_recordset()
        self.assertIn("100.00", promise.contested_text)
        self.assertIn("contested", promise.contested_text)
        self.assertEqual(
            (self.case.amount_disputed, self.case.amount_promised), (100, 200)
        )

    def test_nobody_breaks_his_word_over_what_he_contests(self):
        promise = self._promise(300, until=1)
        dispute = self._dispute(100)
        self._pay(self.invoice, 200)
        self._run(day(10))
        self.assertEqual(promise.state, "to_check")
        self.assertIn("contested", promise.activity_id.note)
        dispute.action_resolve("withdrawn")
        self._run(day(11))
        self.assertEqual(promise.state, "partial")

    def test_a_plan_is_to_be_confirmed_as_well(self):
        plan = self._plan()
        plan.action_propose()
        self._dispute(100)
        plan.invalidate_recordset()
        self.assertIn("100.00", plan.contested_text)

    def test_a_line_that_is_changed_takes_the_approval_away(self):
        self.company.dunning_plan_max_amount = 1
        plan = self._plan()
        plan.with_user(self.manager).action_approve()
        self.assertTrue(plan.approved_by_id)
        plan.instalment_ids[0].amount -= 1
        self.assertFalse(plan.approved_by_id)

    def test_a_line_that_is_added_or_removed_takes_the_approval_away(self):
        self.company.dunning_plan_max_amount = 1
        for change in (Command.delete, None):
            plan = self._plan()
            plan.with_user(self.manager).action_approve()
            row = plan.instalment_ids[0]
            command = (
                change(row.id)
                if change
                else Command.create({"date": row.date, "amount": 1})
            )
            plan.instalment_ids = [command]
            self.assertFalse(plan.approved_by_id)
