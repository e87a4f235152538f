from odoo.tests import HttpCase, tagged

from .agreement.common_promise import PromiseCommon, day


@tagged("post_install", "-at_install")
class TestToursPromise(PromiseCommon, HttpCase):
    """What a collector clicks when a debtor promises to pay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector.lang = "en_US"
        cls.env.ref("base.user_admin").tour_enabled = False

    def _tour(self, name):
        url = f"/odoo/dunning.case/{self.case.id}"
        self.start_tour(url, name, login=self.collector.login)

    def test_a_call_ends_in_a_promise_which_is_broken_and_relaunched(self):
        self._tour("dunning_call_promise")
        call = self._contacts("manual")
        self.assertEqual((call.state, call.reason_id.code), ("done", "CIR"))
        self._check_broken_and_relaunched()

    def test_a_promise_is_made_broken_and_relaunched(self):
        self._tour("dunning_promise_made")
        self._check_broken_and_relaunched()

    def _check_broken_and_relaunched(self):
        promise = self.case.promise_ids
        self.assertEqual((promise.date, promise.amount), (day(2), 400))
        self.assertEqual(promise.line_ids, self.case.line_ids)
        self.assertEqual(len(self._send_mails()), 1)  # the confirmation
        self._run_and_send(promise.date_until)
        self.assertEqual(promise.state, "open")
        self._run_and_send(day(8))
        self._run_and_send(day(9))
        self.assertEqual(promise.state, "broken")
        self._tour("dunning_promise_broken")
