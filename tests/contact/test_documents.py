from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_actions_report import IrActionsReport

from ..common_worker import WorkerCommon


@tagged("post_install", "-at_install")
class TestDocuments(WorkerCommon):
    """Invoices that go with an e-mail are rendered once, while nobody waits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first.attach_invoices = cls.second.attach_invoices = True
        cls.first.automation = "manual"
        cls.invoice = cls._invoice(5)
        cls._run()
        cls.action = cls._case().action_ids

    def _make_documents(self):
        with self._in_worker() as env:
            env["dunning.action"]._cron_make_documents()

    def _approve_without_rendering(self):
        with patch.object(
            IrActionsReport, "_pre_render_qweb_pdf", side_effect=AssertionError
        ):
            self.action.with_user(self.collector).action_approve()

    def _make_documents_but_one(self, error):
        """Approve two messages; the invoice of the first cannot be rendered."""
        other = self._create_customer("Other")
        self._invoice(5, partner=other)
        self._run()
        actions = self.action | self._case(other).action_ids
        actions.action_approve()
        render = IrActionsReport._pre_render_qweb_pdf

        def fail_for_one(report, report_ref, res_ids=None, data=None):
            if self.invoice.id in res_ids:
                raise error
            return render(report, report_ref, res_ids=res_ids, data=data)

        with patch.object(IrActionsReport, "_pre_render_qweb_pdf", fail_for_one):
            self._make_documents()
        return actions

    def _print_invoice(self, invoice):
        return self.env["ir.attachment"].create(
            {
                "name": "INV.pdf",
                "raw": b"%PDF-1.4 the invoice as it was sent",
                "res_model": "account.move",
                "res_id": invoice.id,
                "res_field": "invoice_pdf_report_file",
            }
        )

    def test_an_invoice_never_printed_is_rendered_by_a_worker_not_in_the_click(self):
        self._approve_without_rendering()
        self.assertEqual(self.action.state, "queued")
        self.assertTrue(self.action.body)
        self.assertFalse(self.action.mail_mail_id)
        self._make_documents()
        self.assertEqual(self.action.mail_mail_id.state, "outgoing")
        self.assertEqual(len(self.action.mail_mail_id.attachment_ids), 1)
        self.assertIn(
            self.invoice.name.replace("/", "_"), self.action.attachment_ids.name
        )

    def test_an_invoice_that_was_sent_goes_with_the_message_at_once(self):
        sent = self._print_invoice(self.invoice)
        self._approve_without_rendering()
        self.assertEqual(self.action.mail_mail_id.attachment_ids, sent)

    def test_the_copy_made_for_one_reminder_serves_the_next(self):
        self._approve_without_rendering()
        self._make_documents()
        copy = self.action.attachment_ids
        self._send_mails()
        self.second.automation = "manual"
        self._deliver_until(self.second, self.invoice.invoice_date_due)
        last = self._case().action_ids.filtered(lambda a: a.level_id == self.second)
        self.assertEqual(last.attachment_ids, copy)

    def test_who_pays_while_the_invoices_are_rendered_gets_no_message(self):
        self._approve_without_rendering()
        self._pay(self.invoice)
        self._make_documents()
        self.assertEqual(self.action.state, "cancelled")
        self.assertFalse(self.action.mail_mail_id)

    def test_an_invoice_that_cannot_be_printed_fails_alone_and_says_why(self):
        actions = self._make_documents_but_one(UserError("It is broken"))
        self.assertEqual(actions.mapped("state"), ["failed", "queued"])
        self.assertIn(self.invoice.name, self.action.failure_reason)
        self.assertIn("It is broken", self.action.failure_reason)
        self.assertTrue(self._case().activity_ids)
        self.assertTrue(actions[1].mail_mail_id)

    def test_a_failed_message_is_sent_again_once_its_invoice_can_be_printed(self):
        self._approve_without_rendering()
        with patch.object(
            IrActionsReport, "_pre_render_qweb_pdf", side_effect=UserError("broken")
        ):
            self._make_documents()
        self.assertEqual(self.action.state, "failed")
        self.action.action_deliver()
        self._make_documents()
        self.assertEqual(self.action.state, "queued")
        self.assertEqual(len(self._send_mails()), 1)

    def test_an_error_of_the_invoice_s_own_template_stops_only_its_message(self):
        with mute_logger("odoo.addons.account_dunning.models.contact.deliver"):
            actions = self._make_documents_but_one(ZeroDivisionError())
        self.assertEqual(actions.mapped("state"), ["failed", "queued"])
        self.assertTrue(actions[1].mail_mail_id)
