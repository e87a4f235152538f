from odoo.tests import HttpCase, tagged

from .contact.test_fallback import FallbackCommon
from .contact.test_outcomes import OutcomeCommon


@tagged("post_install", "-at_install")
class TestToursMend(FallbackCommon, HttpCase):
    def test_a_failed_mail_is_mended_and_sent_again(self):
        self.first.fallback_channel = False
        self.collector.lang = "en_US"
        self.collector.group_ids += self.env.ref("base.group_partner_manager")
        mail, _letter = self._act(email="wrong")
        self.assertEqual(mail.state, "failed")
        self.start_tour(
            f"/odoo/dunning.action/{mail.id}",
            "dunning_mend_mail",
            login=self.collector.login,
        )
        self.assertEqual(mail.state, "queued")
        self.assertEqual(
            self._send_mails(), ['"Boulangerie Martin" <right@example.com>']
        )


@tagged("post_install", "-at_install")
class TestToursCalls(OutcomeCommon, HttpCase):
    def test_a_call_is_closed_as_not_reached_then_as_reached(self):
        self.collector.lang = "en_US"
        call = self._call()
        self.start_tour(
            "/odoo/action-account_dunning.dunning_action_action_calls",
            "dunning_call_twice",
            login=self.collector.login,
        )
        self.assertEqual((call.state, call.outcome), ("done", "reached"))
        self.assertEqual(call.attempt_count, 1)
        self.assertEqual(call.outcome_note, "Mrs Martin pays on Friday")
