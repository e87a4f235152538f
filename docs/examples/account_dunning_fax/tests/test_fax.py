from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.account_dunning.tests.common import DAY
from odoo.addons.account_dunning.tests.night.test_workers import WorkerCommon


@tagged("post_install", "-at_install")
class TestFax(WorkerCommon):
    """The first rung of the ladder is a fax."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Without this the host makes no PDF during tests.
        cls.env = cls.env(context={**cls.env.context, "force_report_rendering": True})
        # Nobody is asked for style sheets: the connection is refused at once.
        cls.env["ir.config_parameter"].set_param("report.url", "http://127.0.0.1:9")
        cls.first.write({"letter_template_id": cls.letter_text.id})
        cls.first.write({"channel_email": False, "channel_fax": True})
        cls.customer.fax = "+33 4 78 00 00 00"

    def _send_faxes(self, problem=""):
        """Let the scheduled action work; return the numbers that were called."""
        called = []

        def send(operator, number, pdf):
            self.assertTrue(pdf.startswith(b"%PDF"))
            called.append(number)
            return problem

        operator = self.env.registry["fax.operator"]
        with patch.object(operator, "_send", send), self._in_worker() as env:
            env["dunning.action"]._cron_send_faxes()
        return called

    def test_a_fax_counts_once_it_was_sent(self):
        self._invoice(5)
        self._run()
        fax = self._case().action_ids
        self.assertEqual((fax.channel, fax.state), ("fax", "queued"))
        self.assertFalse(self._case().line_ids.level_id)
        self.assertEqual(self._send_faxes(), ["+33 4 78 00 00 00"])
        self.assertEqual((fax.state, fax.delivered_on), ("done", DAY))
        self.assertEqual(self._case().line_ids.level_id, self.first)

    def test_who_has_paid_since_gets_no_fax(self):
        invoice = self._invoice(5)
        self._run()
        fax = self._case().action_ids
        self._pay(invoice)
        self.assertFalse(self._send_faxes())
        self.assertEqual(fax.state, "cancelled")

    def test_without_a_number_the_other_channel_of_the_level_is_used(self):
        self.first.fallback_channel = "email"
        self.customer.fax = False
        self._invoice(5)
        self._run()
        states = {one.channel: one.state for one in self._case().action_ids}
        self.assertEqual(states, {"fax": "failed", "email": "queued"})

    def test_a_fax_that_does_not_arrive_says_why(self):
        self._invoice(5)
        self._run()
        self._send_faxes("The line is busy.")
        fax = self._case().action_ids
        self.assertEqual(
            (fax.state, fax.failure_reason), ("failed", "The line is busy.")
        )
        self.assertFalse(self._case().line_ids.level_id)

    def test_a_collector_sends_a_fax_by_relancer(self):
        self._invoice(5)
        case = self.env["dunning.case"]._open_for(self.customer)
        window = case.with_user(self.collector).action_dun()
        wizard = self.env[window["res_model"]].with_user(self.collector)
        line = wizard.browse(window["res_id"])
        self.assertEqual(line.channels, "fax")
        line.action_send()
        self.assertEqual(case.action_ids.mapped("channel"), ["fax"])

    def test_a_level_with_a_fax_is_no_decision_and_needs_a_text(self):
        self.assertFalse(self.first.is_decision)
        self.assertEqual(self.first.summary, "D+5 fax")
        with self.assertRaisesRegex(ValidationError, "fax"):
            self.first.letter_template_id = False
