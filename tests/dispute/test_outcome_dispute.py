from odoo.tests import tagged

from ..contact.test_outcome_follow import FollowCommon


@tagged("post_install", "-at_install")
class TestOutcomeDispute(FollowCommon):
    """A call or a visit that ends in a dispute."""

    def test_a_reason_suggests_the_dispute_that_goes_with_it(self):
        self._check_suggestions(("QTE", "dispute"))

    def test_a_call_ends_in_a_dispute_over_a_part(self):
        call = self._call()
        self._record(
            call,
            "reached",
            reason_id=self._get_reason("QTE").id,
            dispute_amount=40,
            note="Four crates are missing",
        )
        dispute = self._case().dispute_ids
        self.assertEqual(call.state, "done")
        self.assertEqual((dispute.amount, dispute.state), (40, "open"))
        self.assertEqual(dispute.note, "Four crates are missing")
        self.assertEqual(dispute.move_id, self._case().line_ids.move_id)

    def test_who_was_not_reached_has_agreed_to_nothing(self):
        call = self._call()
        self._record(call, "not_reached", follow_up="dispute")
        self.assertFalse(self._case().dispute_ids)
