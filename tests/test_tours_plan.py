from odoo.tests import HttpCase, tagged

from .agreement.test_plan import PlanCommon
from .hold.test_hold import day


@tagged("post_install", "-at_install")
class TestToursPlan(PlanCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.collector.lang = "en_US"

    def test_a_plan_is_proposed_accepted_missed_and_broken(self):
        login = self.collector.login
        url = f"/odoo/dunning.case/{self.case.id}"
        self.start_tour(url, "dunning_plan_propose", login=login)
        plan = self.plans.search([])
        self.assertEqual((plan.state, plan.capacity), ("accepted", 250))
        self.assertEqual(self._amounts(plan), [250] * 4)
        self.assertEqual(plan.signed_by, "Jeanne Martin")
        self._send_mails()
        self._run(day(21))  # 15 days, two working days, and one
        self.assertEqual(self._texts("plan.missed").state, "queued")
        self._send_mails()
        self._run(day(30))
        self.assertEqual(plan.state, "broken")
        self.start_tour(
            "/odoo/action-account_dunning.dunning_plan_action",
            "dunning_plan_broken",
            login=login,
        )

    def test_an_offer_is_sent(self):
        self.start_tour(
            f"/odoo/dunning.case/{self.case.id}",
            "dunning_offer",
            login=self.collector.login,
        )
        self.assertEqual(self.case.offer_ids.state, "sent")
