from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .test_plan import PlanCommon


@tagged("post_install", "-at_install")
class TestPlanLawful(PlanCommon):
    """What the law lets nobody agree upon in a payment plan."""

    def test_a_plan_of_a_public_body_keeps_its_interest_due_by_default(self):
        self.customer.dunning_debtor_kind = "public"
        plan = self._plan()
        self.assertEqual(plan.penalties, "due")
        plan.action_propose()
        self.assertEqual(plan.state, "proposed")

    def test_a_waiver_of_interest_of_a_public_body_is_refused_by_every_way(self):
        self.customer.dunning_debtor_kind = "public"
        with self.assertRaisesRegex(ValidationError, "L2192-14"):
            self._plan(penalties="waived")
        with self.assertRaisesRegex(ValidationError, "L2192-14"):
            self._plan().penalties = "waived"
        with self.assertRaisesRegex(ValidationError, "L2192-14"):
            self._plan().sudo().penalties = "waived"
        result = self.plans.load(
            ["case_id/.id", "date_first", "penalties"],
            [[str(self.case.id), "2024-03-14", "waived"]],
        )
        self.assertFalse(result["ids"])
        self.assertIn("L2192-14", result["messages"][0]["message"])

    def test_who_turns_out_to_be_public_signs_no_waiver(self):
        self.customer.dunning_debtor_kind = "business"
        draft = self._plan()
        self.assertEqual(draft.penalties, "waived")
        self.customer.dunning_debtor_kind = "public"
        with self.assertRaisesRegex(ValidationError, "L2192-14"):
            draft.action_propose()
        self.customer.dunning_debtor_kind = "business"
        draft.action_propose()
        self.customer.dunning_debtor_kind = "public"
        with self.assertRaisesRegex(ValidationError, "L2192-14"):
            draft.action_accept("2024-03-04", "Jeanne Martin")

    def test_a_consumer_pays_no_interest_on_a_plan(self):
        self.customer.dunning_debtor_kind = "consumer"
        for method in ("balance", "equal"):
            with self.assertRaisesRegex(ValidationError, "L312-1"):
                self._plan(interest_method=method, interest_rate=6)
        plan = self._plan()
        with self.assertRaisesRegex(ValidationError, "L312-1"):
            plan.write({"interest_method": "balance", "interest_rate": 0.01})
        plan.instalment_ids[0].interest = 1  # by hand: found when it is proposed
        with self.assertRaisesRegex(ValidationError, "L312-1"):
            plan.action_propose()

    def test_a_consumer_pays_in_instalments_without_interest(self):
        self.customer.dunning_debtor_kind = "consumer"
        plan = self._running()
        self.assertEqual((plan.state, plan.amount_interest), ("accepted", 0))
