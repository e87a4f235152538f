from odoo.tests import HttpCase, tagged

from .common import DAY
from .interest.common_claims import ClaimsCommon


@tagged("post_install", "-at_install")
class TestToursClaims(ClaimsCommon, HttpCase):
    def _tour(self, name, user):
        user.lang = "en_US"
        self._invoice(65, 1000)
        self._run()
        case = self._case()
        self.start_tour(f"/odoo/dunning.case/{case.id}", name, login=user.login)
        return case

    def test_a_collector_claims_in_a_few_clicks(self):
        self.collector.group_ids += self.env.ref("account.group_account_invoice")
        claim = self._tour("dunning_claim", self.collector).claim_ids
        self.assertEqual(claim.move_id.state, "draft")
        self.assertEqual(claim.line_ids.mapped("kind"), ["interest", "indemnity"])
        self.assertEqual(claim.until, DAY)

    def test_a_manager_waives_in_a_few_clicks(self):
        case = self._tour("dunning_waive", self.manager)
        self.assertEqual(case.waiver_ids.mapped("is_whole"), [True, True])
        self.assertFalse(case.claim_ids)
