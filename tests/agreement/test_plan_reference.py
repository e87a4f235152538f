from unittest.mock import patch

from odoo.tests import tagged

from ..hold.test_hold import day
from .test_plan import PlanCommon

FIRST = 10  # the day of the first instalment, a Thursday
MISSED = FIRST + 5  # two working days of grace later, a weekend between


@tagged("post_install", "-at_install")
class TestPlanReference(PlanCommon):
    """Agreement, messages and the code to scan ask for one reference and one amount."""

    def test_the_notice_of_an_instalment_asks_for_the_reference_of_the_agreement(self):
        self.company.dunning_plan_reminder_days = 5
        plan = self._running(count=2)
        reference = plan._get_reference()
        self._run(day(MISSED))
        notice = self.case.action_ids.filtered(lambda one: one.event == "plan.missed")
        self.assertEqual(notice._get_payment_reference(), reference)
        self.assertIn(reference, str(notice.payment_block))
        self.assertNotIn(self.invoice.name, str(notice.payment_block))

    def test_the_code_to_scan_asks_for_the_instalment_by_that_reference(self):
        plan = self._running(count=2)
        self._run(day(MISSED))
        notice = self.case.action_ids.filtered(lambda one: one.event == "plan.missed")
        asked = []
        with patch.object(
            self.env.registry["res.partner.bank"],
            "_build_qr_code_vals",
            lambda bank, amount, reference, *others: asked.append((amount, reference)),
        ):
            notice._get_qr_code()
        self.assertEqual(asked, [(500, plan._get_reference())])
        self.assertEqual(notice.amount_text, notice.plan_amount_text)

    def test_a_reminder_about_no_plan_keeps_the_reference_of_the_invoice(self):
        self._run(day(0))
        action = self.case.action_ids[:1]
        self.assertEqual(
            action._get_payment_reference(),
            self.invoice.payment_reference or self.invoice.name,
        )
