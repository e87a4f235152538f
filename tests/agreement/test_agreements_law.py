from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import DAY
from .common_promise import PromiseCommon
from .test_plan import PlanCommon


@tagged("post_install", "-at_install")
class TestPromiseInterrupts(PromiseCommon):
    """C. civ. 2240: who promises to pay acknowledges his debt."""

    def setUp(self):
        super().setUp()
        self.before = self.line.limitation_date
        self.promise = self._promise()
        self.event = self.env["dunning.limitation.event"].search(
            [("kind", "=", "promise")]
        )

    def test_a_promise_is_proposed_and_the_last_day_stays(self):
        self.assertEqual((self.event.state, self.event.date), ("proposed", DAY))
        self.assertEqual(self.event.move_ids, self.invoice)
        self.assertEqual(self.line.limitation_date, self.before)

    def test_confirmed_by_a_manager_a_new_period_begins(self):
        with self.assertRaises(AccessError):
            self.event.with_user(self.collector).action_confirm()
        self.event.with_user(self.manager).action_confirm()
        self.line.invalidate_recordset()
        self.assertEqual(self.line.limitation_date, date(2029, 3, 4))


@tagged("post_install", "-at_install")
class TestPlanInterrupts(PlanCommon):
    def test_a_signed_plan_is_proposed_and_a_draft_is_not(self):
        events = self.env["dunning.limitation.event"]
        self._plan()
        self.assertFalse(events.search([("kind", "=", "plan")]))
        self._running()
        event = events.search([("kind", "=", "plan")])
        self.assertEqual((event.state, event.date), ("proposed", DAY))
        self.assertEqual(event.move_ids, self.invoice)
