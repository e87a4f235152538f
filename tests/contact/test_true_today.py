from odoo.tests import tagged

from ..common import DAY, day
from ..common_worker import WorkerCommon


@tagged("post_install", "-at_install")
class TestTrueToday(WorkerCommon):
    """What is printed is true on the day on which it leaves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first.attach_invoices = cls.second.attach_invoices = True
        cls.invoice = cls._invoice(5)

    def _attached(self, action):
        return action.mail_mail_id.attachment_ids

    def _send(self, on=DAY):
        self._run(on)
        self._make_documents()
        self._send_mails()
        return self._case().action_ids

    def _make_documents(self):
        with self._in_worker() as env:
            env["dunning.action"]._cron_make_documents()

    def test_the_copy_of_an_invoice_corrected_since_is_made_anew(self):
        first = self._send()
        old = self._attached(first)
        self.assertTrue(old)
        self.invoice.button_draft()
        self.invoice.invoice_line_ids.price_unit = 65
        self.invoice.action_post()
        second = self._send(day(20)) - first
        self.assertEqual(second.line_ids.amount_residual, 65)
        self.assertTrue(self._attached(second))
        self.assertFalse(self._attached(second) & old)
        self.assertTrue(old.exists())  # what was sent is kept

    def test_the_same_invoice_is_printed_once(self):
        first = self._send()
        self._deliver_until(self.second, self.invoice.invoice_date_due)
        second = self._case().action_ids - first
        self._make_documents()
        self.assertTrue(second.attachment_ids)
        self.assertEqual(second.attachment_ids, first.attachment_ids)

    def test_a_correction_that_changes_no_amount_counts_as_well(self):
        self._send()
        line = self._case().line_ids
        self.assertTrue(line._get_invoice_pdf())
        self.invoice.button_draft()
        self.invoice.invoice_line_ids.name = "Another thing"
        self.invoice.action_post()
        self.assertFalse(self._case().line_ids._get_invoice_pdf())

    def test_a_copy_with_another_number_or_due_date_is_not_used(self):
        self._send()
        line = self._case().line_ids
        number = self.invoice.name
        self.invoice.name = "INV/2024/09999"
        self.assertFalse(line._get_invoice_pdf())
        self.invoice.name = number
        self.assertTrue(line._get_invoice_pdf())
        self.invoice.invoice_date_due = day(3)
        self.assertFalse(line._get_invoice_pdf())

    def test_the_hosts_own_file_of_a_renumbered_invoice_is_not_sent(self):
        name = self.invoice.name.replace("/", "_")
        file = self.env["ir.attachment"].create(
            {
                "name": f"{name}.pdf",
                "raw": b"%PDF-1.4",
                "res_model": "account.move",
                "res_id": self.invoice.id,
                "res_field": "invoice_pdf_report_file",
            }
        )
        self.invoice.invalidate_recordset(["invoice_pdf_report_id"])
        self.assertEqual(self.invoice.invoice_pdf_report_id, file)
        self.assertFalse(self.invoice._is_renumbered_since(file))
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = %s WHERE id = %s",
            (day(-1), file.id),
        )
        file.invalidate_recordset(["create_date"])
        self.cr.flush()  # the invoice is no longer new: what changes is history
        moves = self.invoice.with_context(tracking_disable=False, mail_notrack=False)
        moves.name = "INV/2024/09999"
        self.env.flush_all()
        self.cr.flush()  # the host writes the history now
        self.assertTrue(self.invoice._is_renumbered_since(file))

    def test_a_proposal_names_the_invoice_as_it_is_now(self):
        self.first.automation = "manual"
        self._run()
        self.invoice.name = "INV/2024/09999"
        self._run()
        action = self._case().action_ids
        self.assertEqual(action.line_ids.name, "INV/2024/09999")
        self.assertIn("INV/2024/09999", action.text_body)

    def test_what_waits_with_an_old_number_does_not_leave(self):
        self._run()
        action = self._case().action_ids
        self._make_documents()
        self.invoice.name = "INV/2024/09999"
        self.assertFalse(self._send_mails())
        self.assertEqual(action.state, "cancelled")
        self.assertIn("another number", action.cancel_reason)

    def test_a_closed_bank_account_is_printed_nowhere(self):
        banks = self.env["res.partner.bank"]
        company = self.company.partner_id
        closed = banks.create(
            {"acc_number": "FR7630006000011234567890189", "partner_id": company.id}
        )
        self.invoice.partner_bank_id = closed
        self._run()
        action = self._case().action_ids
        self.assertEqual(action._get_bank(), closed)
        closed.active = False
        bank = self.company.bank_ids.filtered("active")[:1]
        self.assertEqual(action._get_bank(), bank)
        action.invalidate_recordset(["payment_block"])
        self.assertNotIn("30006000011234567890189", action.payment_block)
        every = self.company.with_context(active_test=False)
        self.assertTrue(every._dunning_get_bank(self.invoice).active)
