import hashlib

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import DAY
from ..common_registered import RegisteredCommon


@tagged("post_install", "-at_install")
class TestSeals(RegisteredCommon):
    """Each document that proves something has a fingerprint, checked by one button."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Without this the host makes no PDF during tests.
        cls.env = cls.env(context={**cls.env.context, "force_report_rendering": True})
        # Nobody is asked for style sheets: the connection is refused at once.
        cls.env["ir.config_parameter"].set_param("report.url", "http://127.0.0.1:9")
        letter = cls._put_on_notice("Martin")
        letter.action_deliver(DAY)
        cls.letter = letter.with_user(cls.collector)

    def _proof(self, content=b"%PDF-", name="ar.pdf", record=None):
        record = record or self.letter
        return self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": content,
                "res_model": record._name,
                "res_id": record.id,
            }
        )

    def _check(self):
        return self.letter.action_check_proofs()["params"]

    def test_the_printed_letter_has_its_fingerprint(self):
        pdf = self.letter._get_pdf()
        expected = hashlib.sha256(pdf.raw).hexdigest()
        self.assertEqual(self.letter.pdf_sha256, expected)
        self.assertEqual(self.letter.seal_ids.sha256, expected)
        self.assertEqual(self.letter.seal_ids.kind, "notice")

    def test_a_proof_of_three_megabytes_is_kept_and_sealed(self):
        content = b"%PDF-" + bytes(range(256)) * 12_288
        self.letter.proof_ids |= self._proof(content)
        seal = self.letter.seal_ids.filtered(lambda one: one.kind == "proof")
        self.assertEqual(seal.size, len(content))
        self.assertEqual(seal.sha256, hashlib.sha256(content).hexdigest())
        self.assertEqual(self.letter.proof_ids.raw, content)

    def test_what_was_not_touched_is_intact_and_the_chatter_says_so(self):
        self.letter.proof_ids |= self._proof()
        told = self._check()
        self.assertEqual(told["type"], "success")
        self.assertEqual(self.letter.seal_ids.mapped("state"), ["intact"] * 2)
        note = self.letter.case_id.message_ids[0]
        self.assertIn("ar.pdf: Intact", note.body)
        self.assertEqual(note.author_id, self.collector.partner_id)

    def test_an_altered_document_is_found(self):
        proof = self._proof()
        self.letter.proof_ids |= proof
        proof.sudo().raw = b"%PDF- other"
        told = self._check()
        self.assertEqual(told["type"], "warning")
        self.assertIn("ar.pdf: Altered", told["message"])
        self.assertEqual(
            sorted(self.letter.seal_ids.mapped("state")), ["altered", "intact"]
        )

    def test_a_document_that_is_gone_is_missing(self):
        proof = self._proof()
        self.letter.proof_ids |= proof
        proof.sudo().unlink()
        self.assertIn("ar.pdf: Missing", self._check()["message"])

    def test_proofs_of_the_deposit_are_checked_with_the_letter(self):
        letter = self._put_on_notice("Durand")
        deposit = self._deposit(letter)
        deposit.proof_ids = self._proof(name="stamp.pdf", record=deposit)
        self.letter = letter.with_user(self.collector)
        self.assertIn("stamp.pdf: Intact", self._check()["message"])

    def test_a_proof_is_opened_from_its_fingerprint(self):
        self.letter.proof_ids |= self._proof()
        seal = self.letter.seal_ids[-1]
        action = seal.with_user(self.reader).action_open_document()
        self.assertIn(str(self.letter.proof_ids.id), action["url"])

    def test_nobody_writes_a_fingerprint_and_a_reader_checks_nothing(self):
        seal = self.letter.seal_ids
        for user in (self.collector, self.manager):
            with self.assertRaises(AccessError), self.cr.savepoint():
                seal.with_user(user).sha256 = "0"
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.letter.with_user(self.reader).action_check_proofs()

    def test_what_a_posted_letter_enclosed_is_kept(self):
        self.notice.attach_invoices = True
        letter = self._put_on_notice("Durand")
        letter.action_deliver(DAY)
        enclosed = letter.seal_ids.filtered(lambda one: one.kind == "enclosure")
        copy = enclosed.attachment_id.with_user(self.collector)
        with self.assertRaisesRegex(UserError, "is kept with"):
            copy.unlink()
        self.assertTrue(letter._get_merged_pdf().startswith(b"%PDF"))

    def test_printing_again_takes_no_second_fingerprint(self):
        self.letter.sudo()._seal_letters()
        self.assertEqual(len(self.letter.seal_ids), 1)
