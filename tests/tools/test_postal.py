from datetime import date, timedelta
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from ...tools import postal

DEPOSIT = date(2024, 3, 4)
days = st.dates(date(2024, 1, 1), date(2024, 12, 31))


class TestPostal(TestCase):
    """What a post office writes: numbers, days, words, lists."""

    def test_the_number_is_found_in_the_name_of_a_scan(self):
        for name in ("1A123.pdf", "ar_1a123.PDF", "1A 123 (2).pdf", "AR 1A123.jpeg"):
            with self.subTest(name):
                self.assertIn("1A123", postal.find_numbers(name))
        self.assertEqual(postal.find_numbers("scan.pdf"), [])
        self.assertEqual(postal.find_numbers(""), [])

    def test_a_number_is_kept_without_white_space_and_in_capitals(self):
        for text in ("1a 123 456", "\u00a01A123\u202f456\n", "\ufeff1A123456"):
            self.assertEqual(postal.clean_number(text), "1A123456")
        self.assertEqual(postal.clean_number(None), "")

    def test_a_number_has_a_digit_and_no_odd_sign(self):
        for text in ("1A12345678901", "RR123456789FR", "7", "1" * 35):
            self.assertTrue(postal.is_number(text), text)
        for text in ("", "RR", "1A;2", "<B>1", "1" * 36, "=1+1"):
            self.assertFalse(postal.is_number(text), text)

    @given(text=st.text(max_size=20))
    def test_cleaning_twice_is_cleaning_once(self, text):
        once = postal.clean_number(text)
        self.assertEqual(postal.clean_number(once), once)

    @given(day=days)
    def test_every_usual_way_to_write_a_day_is_read(self, day):
        for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y"):
            self.assertEqual(postal.read_day(day.strftime(pattern)), day)

    def test_what_is_no_day_is_refused(self):
        self.assertIsNone(postal.read_day("  "))
        for text in ("30/02/2024", "03/13/2024", "soon", "2024", "1/1/1", "٣/٣/٢٠٢٤"):
            with self.assertRaises(ValueError, msg=text):
                postal.read_day(text)
        for text in ("٣/3/2024", "31/12/1899"):
            with self.assertRaises(ValueError, msg=text):
                postal.read_day(text)
        self.assertEqual(postal.read_day("01/01/1900"), date(1900, 1, 1))

    def test_the_words_of_the_post_are_understood(self):
        for text, expected in (
            ("Pli avisé et non réclamé", postal.UNCLAIMED),
            ("Non retiré dans les délais", postal.UNCLAIMED),
            ("Refusé par le destinataire", postal.REFUSED),
            ("Pli refusé", postal.REFUSED),
            ("NPAI", postal.UNKNOWN),
            ("Destinataire inconnu à l’adresse", postal.UNKNOWN),
            ("N’habite pas à l’adresse indiquée", postal.UNKNOWN),
            ("Addressee unknown", postal.UNKNOWN),
            ("DISTRIBUÉ", postal.RECEIVED),
            ("remis contre signature", postal.RECEIVED),
            ("", ""),
        ):
            self.assertEqual(postal.read_status(text), expected, text)
        for text in ("Non distribué", "En cours", "Avisé"):
            with self.assertRaises(ValueError, msg=text):
                postal.read_status(text)

    def test_a_letter_is_deposited_then_presented_then_received(self):
        def find(presented, received, returned=False, latest=10):
            shift = [
                n if n is None else DEPOSIT + timedelta(days=n)
                for n in (presented, received, latest)
            ]
            return postal.find_fault(DEPOSIT, shift[0], shift[1], shift[2], returned)

        for presented, received in (
            (None, None),
            (0, 0),
            (1, None),
            (None, 2),
            (9, 10),
        ):
            self.assertEqual(find(presented, received), "")
        self.assertEqual(find(-1, None), postal.PRESENTED_TOO_EARLY)
        self.assertEqual(find(None, -1), postal.RECEIVED_TOO_EARLY)
        self.assertEqual(find(3, 2), postal.RECEIVED_UNPRESENTED)
        self.assertEqual(find(11, None), postal.IN_THE_FUTURE)
        self.assertEqual(find(1, 2, returned=True), postal.RECEIVED_AND_RETURNED)
        self.assertEqual(find(1, None, returned=True), "")
        self.assertEqual(postal.find_fault(DEPOSIT, None, DEPOSIT, DEPOSIT), "")
        for given_days in ((DEPOSIT, None, False), (None, DEPOSIT, False)):
            fault = postal.find_fault(None, *given_days[:2], DEPOSIT, given_days[2])
            self.assertEqual(fault, postal.NOT_DEPOSITED)

    def test_columns_are_found_by_their_heads_in_any_order_and_encoding(self):
        expected = [postal.ReceiptRow(2, "1A 1", "05/03/2024", "", "non réclamé")]
        heads = "Numéro de suivi;Présenté le;Reçu le;Statut"
        for text in (
            f"{heads}\r\n1A 1;05/03/2024;;non réclamé",
            "Status,Tracking number,Presented on\nnon réclamé,1A 1,05/03/2024\n\n",
            "statut\tsuivi\tprésentation\nnon réclamé\t1A 1\t05/03/2024",
        ):
            for encoding in ("utf-8", "utf-8-sig", "cp1252"):
                rows = postal.read_receipts(text.encode(encoding), 10)
                self.assertEqual(rows, expected)

    def test_a_short_line_ends_with_empty_cells_and_an_empty_one_is_left_out(self):
        rows = postal.read_receipts(b"number;receipt;status\n\n1A1\n;;\n", 10)
        self.assertEqual(rows, [postal.ReceiptRow(3, "1A1", "", "", "")])

    def test_a_file_that_is_no_list_says_why(self):
        for content, code in (
            (b"", "empty"),
            (b"number;receipt\n", "empty"),
            (b"name;receipt\nx;y", "heads"),
            (b"number\n1A1", "heads"),
            (b"PK\x03\x04\0\0", "binary"),
            (b"number;receipt\n1;\n2;\n3;", "long"),
        ):
            with self.assertRaises(postal.UnreadableFile) as caught:
                postal.read_receipts(content, 2)
            self.assertEqual(str(caught.exception), code)

    def test_as_many_lines_as_may_be_are_read_and_one_more_is_not(self):
        content = b"number;receipt\n1;\n2;\n"
        self.assertEqual(len(postal.read_receipts(content, 2)), 2)
        with self.assertRaises(postal.UnreadableFile):
            postal.read_receipts(content, 1)

    def test_a_file_is_kept_as_base64_and_an_empty_one_as_false(self):
        self.assertEqual(postal.to_base64(b"abc"), b"YWJj")
        self.assertIs(postal.to_base64(b""), False)

    @given(content=st.binary(max_size=60))
    def test_any_file_is_read_or_refused(self, content):
        for start in (b"", b"number;receipt;status\n"):
            try:
                postal.read_receipts(start + content, 5)
            except postal.UnreadableFile:
                continue

    def test_a_spreadsheet_computes_nothing_of_a_list(self):
        content = postal.write_csv([["=1+1", "@x", 7, 'Société; "A"']])
        self.assertEqual(
            content.decode("utf-8-sig"), '\'=1+1;\'@x;7;"Société; ""A"""\r\n'
        )
