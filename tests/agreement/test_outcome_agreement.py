from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import day
from ..contact.test_outcome_follow import FollowCommon


@tagged("post_install", "-at_install")
class TestOutcomeAgreement(FollowCommon):
    """A call or a visit that ends in an agreement."""

    def test_a_reason_suggests_the_agreement_that_goes_with_it(self):
        self._check_suggestions(("OUB", "promise"), ("TRE", "plan"))

    def test_a_call_ends_in_a_promise_which_is_kept_back(self):
        call = self._call()
        self._record(
            call,
            "reached",
            reason_id=self._get_reason("OUB").id,
            promise_date=day(4),
            promise_means="transfer",
        )
        case = self._case()
        promise = self.env["dunning.promise"].search([("case_id", "=", case.id)])
        self.assertEqual((promise.state, promise.amount), ("open", 100))
        self.assertEqual((promise.date, promise.means), (day(4), "transfer"))
        self.assertEqual(case.amount_promised, 100)

    def test_a_promise_without_a_day_is_none(self):
        call = self._call()
        with self.assertRaisesRegex(UserError, "For which day"):
            self._record(call, "reached", reason_id=self._get_reason("OUB").id)
        self.assertEqual(call.state, "queued")

    def test_a_call_ends_in_a_draft_plan_or_offer_which_opens(self):
        for follow_up in ("plan", "offer"):
            with self.subTest(follow_up=follow_up):
                case = self.env["dunning.case"]._open_for(self.customer)
                case = case or self._call().case_id
                window = self.env["dunning.outcome"].with_user(self.collector)
                window = window.create(
                    {
                        "case_id": case.id,
                        "reason_id": self._get_reason("TRE").id,
                        "follow_up": follow_up,
                        "note": "Cash is short until May",
                    }
                )
                opened = window.action_confirm()
                record = self.env[opened["res_model"]].browse(opened["res_id"])
                self.assertEqual(record._name, f"dunning.{follow_up}")
                self.assertEqual((record.case_id, record.state), (case, "draft"))
                self.assertEqual(record.note, "Cash is short until May")
