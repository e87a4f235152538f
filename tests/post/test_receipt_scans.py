from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common_registered import RegisteredCommon

PDF = b"%PDF-1.4 acknowledgement of receipt"


@tagged("post_install", "-at_install")
class TestReceiptScans(RegisteredCommon):
    """Scans of many acknowledgements, matched by the names of the files."""

    def setUp(self):
        super().setUp()
        self.letters = self._put_on_notice("Martin", "Durand")
        self._deposit(self.letters)
        windows = self.env["dunning.receipt.import"].with_user(self.collector)
        self.window = windows.create({})

    def _scan(self, name, content=PDF):
        return (
            self.env["ir.attachment"]
            .with_user(self.collector)
            .create(
                {
                    "name": name,
                    "raw": content,
                    "res_model": "dunning.receipt.import",
                    "res_id": self.window.id,
                }
            )
        )

    def _attach(self, *scans):
        self.window.scan_ids = self.env["ir.attachment"].browse(s.id for s in scans)
        self.window.action_attach_scans()

    def test_each_scan_becomes_a_proof_of_its_letter(self):
        one, two = self._scan("1A1.pdf"), self._scan("ar_1a2.pdf", PDF + b"2")
        self._attach(one, two)
        for letter, scan in zip(self.letters, one | two, strict=True):
            self.assertEqual(letter.proof_ids, scan)
            self.assertEqual(letter.seal_ids.attachment_id, scan)
            self.assertEqual((scan.res_model, scan.res_id), (letter._name, letter.id))
        self.assertFalse(self.window.scan_ids)
        self.assertIn("2", self.window.scan_result)

    def test_what_finds_no_letter_stays_with_the_reason(self):
        good, lost = self._scan("1A1.pdf"), self._scan("9Z9.pdf")
        empty, text = self._scan("1A2.pdf", b""), self._scan("1A2.txt", b"hello")
        self._attach(good, lost, empty, text)
        self.assertEqual(self.window.scan_ids, lost | empty | text)
        for words in (
            "9Z9.pdf: no registered",
            "1A2.pdf: the file is empty",
            "1A2.txt",
        ):
            self.assertIn(words, self.window.scan_result)
        self.assertEqual(self.letters[0].proof_ids, good)
        self.assertFalse(self.letters[1].proof_ids)

    def test_the_same_scan_is_not_attached_twice(self):
        self._attach(self._scan("1A1.pdf"))
        again = self._scan("1A1 (1).pdf")
        self._attach(again)
        self.assertIn("already", self.window.scan_result)
        self.assertEqual(len(self.letters[0].proof_ids), 1)

    def test_a_heavy_scan_is_taken(self):
        self._attach(self._scan("1A1.pdf", PDF + b"0" * 3_000_000))
        self.assertEqual(self.letters[0].seal_ids.size, len(PDF) + 3_000_000)

    def test_without_scans_nothing_is_done(self):
        with self.assertRaisesRegex(UserError, "Choose the scans"):
            self.window.action_attach_scans()
