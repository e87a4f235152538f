from datetime import date

from odoo.tests import HttpCase, tagged

from .limits.test_limitation import LimitationCommon
from .limits.test_proceeding import ProceedingCommon


@tagged("post_install", "-at_install")
class TestToursLimitation(LimitationCommon, HttpCase):
    def test_a_manager_enters_a_promise_and_lets_it_count(self):
        self.manager.lang = "en_US"
        line = self._owe(date(2019, 6, 3))
        self.assertEqual(line.limitation_date, date(2024, 6, 3))
        self.start_tour(
            f"/odoo/dunning.case/{line.case_id.id}",
            "dunning_limitation_confirm",
            login=self.manager.login,
        )
        event = line.case_id.limitation_event_ids
        self.assertEqual(
            (event.state, event.decided_by_id), ("confirmed", self.manager)
        )
        line.invalidate_recordset()
        self.assertEqual(line.limitation_date, date(2029, 3, 1))


@tagged("post_install", "-at_install")
class TestToursProceeding(ProceedingCommon, HttpCase):
    def test_a_collector_prepares_the_claim_and_marks_it_as_declared(self):
        self.collector.lang = "en_US"
        self._invoice(60, 1000)
        self.env["dunning.case"]._open_for(self.customer)
        proceeding = self._enter(trustee_id=self.trustee.id)
        self.start_tour(
            f"/odoo/dunning.proceeding/{proceeding.id}",
            "dunning_proceeding_declare",
            login=self.collector.login,
        )
        self.assertEqual(proceeding.state, "declared")
        self.assertTrue(proceeding.proof_ids)
