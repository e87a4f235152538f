from odoo.tests import HttpCase, tagged

from .contact.test_outcomes import OutcomeCommon


@tagged("post_install", "-at_install")
class TestToursDispute(OutcomeCommon, HttpCase):
    def test_a_call_ends_in_a_dispute_that_is_decided(self):
        self.collector.lang = "en_US"
        call = self._call()
        self.start_tour(
            "/odoo/action-account_dunning.dunning_action_action_calls",
            "dunning_call_dispute",
            login=self.collector.login,
        )
        dispute = self._case().dispute_ids
        self.assertEqual((call.state, call.reason_id.code), ("done", "QTE"))
        self.assertEqual((dispute.amount, dispute.move_id), (40, call.line_ids.move_id))
        self.start_tour(
            f"/odoo/dunning.dispute/{dispute.id}",
            "dunning_dispute_decide",
            login=self.collector.login,
        )
        self.assertEqual((dispute.state, dispute.resolution), ("closed", "unjustified"))
