from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import DAY, DunningCommon


@tagged("post_install", "-at_install")
class TestApproval(DunningCommon):
    def setUp(self):
        super().setUp()
        self.first.automation = "manual"

    def test_a_collector_approves_ordinary_levels(self):
        self._invoice(5)
        self._run()
        action = self._case().action_ids
        action.with_user(self.collector).action_approve()
        self.assertEqual(action.state, "queued")

    def test_only_a_credit_manager_approves_a_formal_notice(self):
        self._invoice(60)
        day = self._deliver_until(self.second, DAY - timedelta(days=60))
        self._run(day + timedelta(days=25))
        notice = self._case().action_ids.filtered("is_formal_notice")
        for method in ("action_approve", "action_deliver"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(notice.with_user(self.collector), method)()
        notice.with_user(self.manager).action_approve()
        self.assertEqual(notice.state, "queued")

    def test_who_has_paid_since_the_proposal_is_dropped_with_the_reason(self):
        invoice = self._invoice(5)
        self._run()
        action = self._case().action_ids
        self._pay(invoice)
        action.with_user(self.collector).action_approve()
        self.assertEqual(action.state, "cancelled")
        self.assertTrue(action.cancel_reason)

    def test_an_edited_text_is_read_again_when_money_came_before_the_approval(self):
        paid, _owed = self._invoice(5, 600.0), self._invoice(5, 400.0)
        self._run()
        action = self._case().action_ids.with_user(self.collector)
        action.text_body = "<p>These are 1,000 in all.</p>"
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": DAY,
                "payment_ref": paid.name,
                "partner_id": self.customer.id,
                "amount": 600,
            }
        )
        message = action.action_approve()["params"]["message"]
        self.assertEqual((action.state, action.is_stale), ("proposed", True))
        self.assertIn("The facts have changed", message)
        # He has seen the warning: now it is his word.
        action.action_approve()
        self.assertEqual(action.state, "queued")

    def test_an_edited_text_of_an_automatic_level_waits_when_the_facts_changed(self):
        self.first.automation = "manual"
        self._invoice(5, 600.0)
        self._run()
        action = self._case().action_ids
        action.with_user(self.collector).text_body = "<p>These are 600 in all.</p>"
        self.first.automation = "automatic"
        self._invoice(5, 400.0)
        self._run(DAY + timedelta(days=1))
        self.assertEqual((action.state, action.is_stale), ("proposed", True))
        self.assertEqual(self._case().wait_reason, "to_approve")
        action.with_user(self.collector).text_body = "<p>These are 1,000 in all.</p>"
        self._run(DAY + timedelta(days=2))
        self.assertEqual(action.state, "queued")

    def test_many_are_approved_or_dropped_at_once(self):
        for number in range(4):
            self._invoice(5, partner=self._create_customer(f"Debtor {number}"))
        self._run()
        actions = self.env["dunning.action"].search([("state", "=", "proposed")])
        actions[:2].with_user(self.collector).action_cancel()
        actions[2:].with_user(self.collector).action_approve()
        self.assertEqual(
            actions.mapped("state"), ["cancelled", "cancelled", "queued", "queued"]
        )

    def test_the_proposal_shows_the_text_as_it_would_leave_and_freezes_it_later(self):
        invoice = self._invoice(5)
        self._run()
        action = self._case().action_ids
        self.assertFalse(action.body)
        self.assertIn(invoice.name, action.text_body)
        action.action_approve()
        self.assertIn(invoice.name, action.body)

    def test_a_forbidden_phrase_in_an_edited_text_is_refused(self):
        self._invoice(5)
        self._run()
        with self.assertRaisesRegex(UserError, "prison"):
            self._case().action_ids.text_body = "<p>You will go to prison</p>"
