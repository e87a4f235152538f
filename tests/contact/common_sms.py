from contextlib import contextmanager
from unittest.mock import patch

from odoo.addons.sms.tools.sms_api import SmsApi

from ..common_worker import WorkerCommon


class SmsCommon(WorkerCommon):
    """The first rung of the ladder is an SMS; the operator is a mock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["iap.account"].get("sms")
        cls.company.resource_calendar_id.tz = "UTC"
        cls.company.dunning_user_id = cls.collector
        cls.sms_text = cls._create_sms_text("A word about {{ object.invoice_names }}")
        cls.first.write(
            {
                "channel_email": False,
                "channel_sms": True,
                "sms_template_id": cls.sms_text.id,
            }
        )
        cls.customer.phone = "06 12 34 56 78"

    @classmethod
    def _create_sms_text(cls, body):
        return cls.env["sms.template"].create(
            {
                "name": "SMS",
                "model_id": cls.env["ir.model"]._get_id("dunning.action"),
                "lang": "{{ object.lang }}",
                "body": body,
            }
        )

    def _write_sms(self):
        """Let the engine write an SMS, and return its action."""
        self._invoice(5)
        self._run()
        return self._case().action_ids

    @contextmanager
    def _operator(self, state="success"):
        """Let the operator answer; yields what it was given: [(number, text), …]."""
        given = []

        def send(api, messages, delivery_reports_url=False):
            answers = []
            for message in messages:
                for number in message["numbers"]:
                    given.append((number["number"], message["content"]))
                    answers.append({"uuid": number["uuid"], "state": state})
            return answers

        with patch.object(SmsApi, "_send_sms_batch", send):
            yield given

    def _send_sms(self, state="success"):
        """Let the host work off its queue; return what the operator was given."""
        with self._operator(state) as given:
            waiting = self.env["sms.sms"].search([("state", "=", "outgoing")])
            waiting.sudo().send(unlink_sent=True)
        return given

    def _report(self, action, status):
        """Let the operator report what became of a message."""
        tracker = self.env["sms.tracker"].sudo()  # as the web hook does
        tracker = tracker.search(
            [("mail_notification_id", "in", action.message_id.notification_ids.ids)]
        )
        if state := self.env["sms.sms"].IAP_TO_SMS_STATE_SUCCESS.get(status):
            tracker._action_update_from_sms_state(state)
        else:
            tracker._action_update_from_provider_error(status)
