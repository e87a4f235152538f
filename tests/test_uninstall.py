from odoo.tests import tagged

from ..hooks import uninstall_hook
from .common import DunningCommon

NOTICE = "A task about a customer"


@tagged("post_install", "-at_install")
class TestUninstall(DunningCommon):
    """What the module does before Odoo removes it; `make lifecycle` removes it."""

    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(5)
        self._run_and_send()
        self.sent = self._case().action_ids.mail_mail_id
        self.late = self._invoice(5, partner=self._create_customer("Autre SARL"))
        self._run()
        self.queued = self._case(self.late.partner_id).action_ids.mail_mail_id
        self._case().message_post(body="He will pay on Friday.", message_type="comment")

    def _leave(self):
        uninstall_hook(self.env)
        self.env.invalidate_all()

    def test_what_was_sent_stays_readable_at_the_customer(self):
        before = self.sent.read(["subject", "body_html", "state", "recipient_ids"])
        self._leave()
        after = self.sent.read(["subject", "body_html", "state", "recipient_ids"])
        self.assertEqual(after, before)
        self.assertIn(self.sent.mail_message_id, self.customer.message_ids)
        bodies = " ".join(self.customer.message_ids.mapped("body"))
        self.assertIn("pay on Friday", bodies)

    def _tell_colleague(self, state):
        """Return the mail by which a colleague was told of a task about the case."""
        message = self.env["mail.message"].create(
            {
                "model": "dunning.case",
                "res_id": self._case().id,
                "message_type": "user_notification",
                "body": NOTICE,
            }
        )
        values = {"mail_message_id": message.id, "state": state}
        return self.env["mail.mail"].sudo().create(values)

    def test_what_colleagues_were_mailed_stays_without_what_it_was_about(self):
        sent, waiting = self._tell_colleague("sent"), self._tell_colleague("outgoing")
        self._leave()
        message = sent.mail_message_id
        self.assertEqual((message.model, message.res_id), (False, 0))
        self.assertIn(NOTICE, message.body)
        self.assertEqual(waiting.mail_message_id.model, "dunning.case")

    def test_what_waits_to_leave_is_called_back(self):
        self._leave()
        self.assertEqual(self.queued.state, "cancel")
        self.assertEqual(self._send_mails(self.queued), [])

    def test_nothing_holds_the_texts_that_odoo_deletes_next(self):
        self._leave()
        for model in (
            "dunning.case",
            "dunning.action",
            "dunning.ladder",
            "dunning.run",
        ):
            with self.subTest(model=model):
                self.assertFalse(self.env[model].search_count([]))
        self.mail_text.unlink()

    def test_accounting_is_untouched(self):
        moves = self.invoice | self.late
        names = ["name", "state", "payment_state", "amount_residual", "partner_id"]
        before = moves.read(names), moves.line_ids.read(["balance", "date_maturity"])
        self._leave()
        after = moves.read(names), moves.line_ids.read(["balance", "date_maturity"])
        self.assertEqual(after, before)
        self.assertTrue(self.customer.exists())
