import hashlib

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..agreement.test_plan import SIGNATURE
from ..common import DAY, day
from ..common_registered import RegisteredCommon

#: Each of these was a way to change a document that proves something.
CHANGES = (
    {"raw": b"forged"},
    {"name": "other.pdf"},
    {"mimetype": "text/html"},
    {"url": "https://example.com"},
    {"public": True},
    {"res_field": "signature"},
    {"res_model": "res.partner"},
    {"res_id": 1},
    {"access_token": "known"},
    {"description": "other"},
)


@tagged("post_install", "-at_install")
class TestKeptFiles(RegisteredCommon):
    """What a record rests on stays as it was when the record was made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "force_report_rendering": True})
        cls.env["ir.config_parameter"].set_param("report.url", "http://127.0.0.1:9")
        cls.invoice = cls._invoice(20)
        cls.case = cls.env["dunning.case"]._open_for(cls.customer)
        cls.case = cls.case.with_user(cls.collector)

    def _upload(self, name="mail.pdf", content=b"%PDF-", **values):
        files = self.env["ir.attachment"].with_user(self.collector)
        return files.create({"name": name, "raw": content} | values)

    def _promise(self, **values):
        return self.case.env["dunning.promise"].create(
            {"case_id": self.case.id, "date": day(5), "amount": 10} | values
        )

    def _dispute(self, **values):
        reason = self.env.ref("account_dunning.dunning_reason_dec")
        return self.case.env["dunning.dispute"].create(
            {"move_id": self.invoice.id, "reason_id": reason.id} | values
        )

    def _plan(self):
        plan = self.case.env["dunning.plan"].create({"case_id": self.case.id})
        plan.action_propose()
        return plan

    def _assert_kept(self, file):
        for change in CHANGES:
            with self.subTest(change=change), self.assertRaises(AccessError):
                file.with_user(self.manager).write(change)
        with self.assertRaises(AccessError):
            file.with_user(self.manager).unlink()

    def test_the_document_of_a_promise_is_kept(self):
        file = self._upload()
        promise = self._promise(document_ids=[Command.link(file.id)])
        self.assertEqual((file.res_model, file.res_id), (promise._name, promise.id))
        self._assert_kept(file)
        with self.assertRaises(AccessError):
            promise.document_ids = [Command.clear()]

    def test_the_document_of_a_dispute_is_kept(self):
        file = self._upload()
        dispute = self._dispute(document_ids=[Command.link(file.id)])
        self.assertEqual((file.res_model, file.res_id), (dispute._name, dispute.id))
        self._assert_kept(file)

    def test_a_proposed_agreement_is_kept_and_sealed(self):
        plan = self._plan()
        agreement = plan.agreement_id
        self._assert_kept(agreement)
        self.assertEqual(plan.seal_ids.kind, "agreement")
        self.assertEqual(
            plan.seal_ids.sha256, hashlib.sha256(agreement.raw).hexdigest()
        )

    def test_a_signed_agreement_is_kept_and_sealed(self):
        plan = self._plan()
        scan = self._upload("signed.pdf", b"%PDF-signed")
        plan.document_ids = [Command.link(scan.id)]
        plan.action_accept(DAY, "Jeanne Martin")
        self._assert_kept(scan)
        seal = plan.seal_ids.filtered(lambda one: one.kind == "signed")
        self.assertEqual(seal.sha256, hashlib.sha256(b"%PDF-signed").hexdigest())
        self.assertEqual(plan.action_check_documents()["params"]["type"], "success")
        self.assertEqual(set(plan.seal_ids.mapped("state")), {"intact"})

    def test_a_signature_given_on_line_is_sealed(self):
        plan = self._plan()
        plan.action_accept(DAY, "Jeanne Martin", SIGNATURE)
        self.assertIn("signed", plan.seal_ids.mapped("kind"))

    def test_the_file_of_a_draft_is_free(self):
        file = self._upload()
        plan = self.case.env["dunning.plan"].create(
            {"case_id": self.case.id, "document_ids": [Command.link(file.id)]}
        )
        file.name = "better.pdf"
        plan.document_ids = [Command.clear()]
        self.assertFalse(plan.document_ids)

    def test_a_file_of_something_else_is_named_as_a_copy(self):
        """What happens to an invoice and its files is never dunning's to refuse."""
        file = self.env["ir.attachment"].sudo()
        of_invoice = {"res_model": "account.move", "res_id": self.invoice.id}
        file = file.create({"name": "invoice.pdf", "raw": b"%PDF-"} | of_invoice)
        promise = self._promise(document_ids=[Command.link(file.id)])
        self.assertEqual(promise.document_ids.raw, file.raw)
        self.assertNotEqual(promise.document_ids, file)
        file.unlink()
        self.assertTrue(promise.document_ids.exists())

    def test_the_letter_of_a_posted_contact_is_kept(self):
        letter = self._put_on_notice("Martin")
        letter.action_deliver(DAY)
        self._assert_kept(letter._get_pdf())

    def test_a_context_that_asks_for_sizes_changes_no_fingerprint(self):
        letter = self._put_on_notice("Martin").with_context(bin_size=True)
        letter.action_deliver(DAY)
        pdf = letter._get_pdf().with_context(bin_size=False)
        self.assertEqual(letter.pdf_sha256, hashlib.sha256(pdf.raw).hexdigest())
        found = letter.action_check_proofs()["params"]
        self.assertEqual(found["type"], "success")

    def test_a_document_put_there_by_mistake_is_marked_as_void(self):
        file = self._upload()
        promise = self._promise(document_ids=[Command.link(file.id)])
        window = self._open_void(promise, file)
        window.action_confirm()
        self.assertIn("Other customer", file.sudo().dunning_void_text)
        self.assertIn(self.collector.name, file.sudo().dunning_void_text)
        self.assertIn("mail.pdf", self.case.message_ids[0].body)
        self.assertEqual(promise.document_ids, file)
        with self.assertRaisesRegex(UserError, "Void since"):
            window.action_confirm()

    def test_a_file_put_into_the_history_of_a_dispute_is_marked_as_void(self):
        dispute = self._dispute()
        of_dispute = {"res_model": dispute._name, "res_id": dispute.id}
        file = self._upload("photo.pdf", **of_dispute)
        self._assert_kept(file)
        self._open_void(dispute, file).action_confirm()
        self.assertIn("Other customer", file.sudo().dunning_void_text)

    def test_nobody_marks_a_document_of_another_record(self):
        promise = self._promise()
        dispute = self._dispute(document_ids=[Command.link(self._upload().id)])
        window = self._open_void(promise, dispute.document_ids)
        with self.assertRaisesRegex(UserError, "no document of"):
            window.action_confirm()

    def test_a_reader_marks_nothing(self):
        promise = self._promise(document_ids=[Command.link(self._upload().id)])
        with self.assertRaises(AccessError):
            self._open_void(promise.with_user(self.reader), promise.document_ids)

    def _open_void(self, record, file):
        return record.env["dunning.file.void"].create(
            {
                "res_model": record._name,
                "res_id": record.id,
                "attachment_id": file.id,
                "reason": "Other customer",
            }
        )

    def test_the_message_of_a_queued_reminder_is_not_deleted(self):
        self._run()
        action = self.case.action_ids
        action.action_approve()
        message = action.sudo().mail_mail_id.mail_message_id
        self.assertTrue(message)
        with self.assertRaisesRegex(UserError, "cancel the contact"):
            message.with_user(message.create_uid).unlink()
