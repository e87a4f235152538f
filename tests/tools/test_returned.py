from unittest import TestCase

from ...tools import returned as core


class TestWords(TestCase):
    """The words of French and English statements."""

    def test_a_payment_that_came_back(self):
        for text in (
            "REJET PRLV SEPA FAC/2026/0012",
            "Prélèvement rejeté AM04",
            "CHEQUE IMPAYE 1234567",
            "CHQ IMPAYÉ",
            "RETOUR PRLV 120,00",
            "Chèque retourné sans provision",
            "Returned cheque 4711",
            "Direct debit returned unpaid",
            "CHARGEBACK VISA",
            "Rejet remboursement débiteur MD06",
        ):
            with self.subTest(text):
                self.assertIs(core.is_returned(text), True)

    def test_what_we_paid_back(self):
        for text in (
            "REMBOURSEMENT ACOMPTE",
            "VIR REMBOURST CLIENT",
            "Refund of deposit",
            "Customer Reimbursement",
            "AVOIR AV/2026/0004",
            "remboursement retour marchandise",
            "Trop-perçu",
        ):
            with self.subTest(text):
                self.assertIs(core.is_returned(text), False)

    def test_nothing_is_said(self):
        for text in ("", "VIR", "VIREMENT MARTIN", "SAVOIR FAIRE SARL", "returns dept"):
            with self.subTest(text):
                self.assertIsNone(core.is_returned(text))


class TestName(TestCase):
    def test_the_invoice_and_what_the_bank_said(self):
        self.assertEqual(
            core.name_returned("FAC/1", "  REJET \n PRLV "), "FAC/1 (REJET PRLV)"
        )

    def test_without_a_label_only_the_invoice(self):
        self.assertEqual(core.name_returned("FAC/1", ""), "FAC/1")
        self.assertEqual(core.name_returned("FAC/1", "FAC/1"), "FAC/1")

    def test_forty_signs_of_the_label_and_no_more(self):
        self.assertEqual(core.name_returned("F", "x" * 40), f"F ({'x' * 40})")
        self.assertEqual(core.name_returned("F", "x" * 41), f"F ({'x' * 40}…)")
