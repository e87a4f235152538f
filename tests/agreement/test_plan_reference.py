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
        self.assertEqual(self._ask(notice), [(500, plan._get_reference())])
        self.assertEqual(notice.amount_text, notice.plan_amount_text)

    def test_an_agreement_without_an_instalment_to_pay_has_no_code_to_scan(self):
        plan = self._running(count=2)
        proposal = self.case.action_ids.filtered(
            lambda one: one.event_res_id == plan.id
        )
        self.assertEqual(proposal.event, "plan.proposed")
        self.assertEqual(self._ask(proposal), [])

    def test_the_code_to_scan_asks_for_what_was_promised(self):
        self._invoice(4, 500.0)
        self.case._open_for(self.customer)
        promises = self.env["dunning.promise"].with_user(self.collector)
        promise = promises.create(
            {
                "case_id": self.case.id,
                "line_ids": self.case.line_ids.ids,
                "amount": 600,
                "date": day(5),
            }
        )
        confirmation = self._texts("promise.made")
        self.assertEqual(
            [amount for amount, _reference in self._ask(confirmation)], [600]
        )
        self._run(day(20))
        self.assertEqual(promise.state, "broken")
        broken = self._texts("promise.broken")
        self.assertEqual([amount for amount, _reference in self._ask(broken)], [600])
        self.assertRegex(str(broken.items_table), r"under this agreement[^/]*/td>")
        self.assertIn("1,500.00", str(broken.items_table), "what is listed adds up")
        self.assertEqual(broken.amount_text, broken.agreement_left_text)

    def test_the_code_to_scan_asks_for_what_is_offered(self):
        offers = self.env["dunning.offer"].with_user(self.collector)
        offer = offers.create(
            {"case_id": self.case.id, "percent": 2, "valid_until": day(10)}
        )
        offer.action_send()
        text = self._texts("offer.sent")
        self.assertEqual([amount for amount, _reference in self._ask(text)], [980])
        self.assertEqual(text.amount_text, text.offer_amount_text)

    def _ask(self, contact):
        """Return what the code to scan of a contact asks for: amounts, references."""
        asked = []
        with patch.object(
            self.env.registry["res.partner.bank"],
            "_build_qr_code_vals",
            lambda bank, amount, reference, *others: asked.append((amount, reference)),
        ):
            contact._get_qr_code()
        return asked

    def test_a_reminder_about_no_plan_keeps_the_reference_of_the_invoice(self):
        self._run(day(0))
        action = self.case.action_ids[:1]
        self.assertEqual(
            action._get_payment_reference(),
            self.invoice.payment_reference or self.invoice.name,
        )
