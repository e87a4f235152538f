import base64
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time, tagged

from ..common import DAY
from ..common_registered import RegisteredCommon

HEAD = "Numéro de suivi;Présenté le;Reçu le;Statut\n"


@tagged("post_install", "-at_install")
class TestReceipts(RegisteredCommon):
    """Acknowledgements of receipt of many letters, from a list or by scanner."""

    def setUp(self):
        super().setUp()
        self.letters = self._put_on_notice("Martin", "Durand", "Petit")
        self._deposit(self.letters)
        self.startPatcher(freeze_time(f"{DAY + timedelta(days=20)} 10:00:00"))
        self._run(DAY + timedelta(days=20))

    def _read(self, text, name="receipts.csv"):
        window = self.env["dunning.receipt.import"].with_user(self.collector)
        window = window.create(
            {
                "document": base64.b64encode(text.encode("cp1252")),
                "document_name": name,
            }
        )
        window.action_read()
        return window

    def test_a_list_is_shown_before_it_is_written(self):
        window = self._read(
            HEAD + "1a 1;05/03/2024;06/03/2024;distribué\n"
            "1A2;05/03/2024;;Pli avisé et non réclamé\n"
            "1A3;;;NPAI\n"
        )
        self.assertEqual(window.line_ids.mapped("error"), [False] * 3)
        self.assertEqual(window.line_ids.partner_id, self.letters.partner_id)
        self.assertIn("03/06/2024", window.line_ids[0].effect)
        self.assertFalse(any(self.letters.mapped("presentation_date")))
        window.action_write()
        self.assertRecordValues(
            self.letters,
            [
                {
                    "presentation_date": DAY + timedelta(days=1),
                    "receipt_date": DAY + timedelta(days=2),
                    "return_reason": False,
                },
                {
                    "presentation_date": DAY + timedelta(days=1),
                    "receipt_date": False,
                    "return_reason": "unclaimed",
                },
                {
                    "presentation_date": False,
                    "receipt_date": False,
                    "return_reason": "unknown",
                },
            ],
        )
        self.assertEqual(self.letters.mapped("state"), ["done"] * 3)
        self.assertTrue(self.letters[2].case_id.activity_ids)

    def test_each_bad_line_says_what_is_wrong(self):
        window = self._read(
            HEAD + ";05/03/2024;;\n"
            "9Z9;05/03/2024;;\n"
            "1A1;30/02/2024;;\n"
            "1A2;;03/03/2024;\n"
            "1A3;;;perdu\n"
        )
        errors = window.line_ids.mapped("error")
        for error, words in zip(
            errors,
            ("missing", "No registered", "30/02", "before", "perdu"),
            strict=True,
        ):
            self.assertIn(words, error)
        with self.assertRaises(UserError):
            window.action_write()

    def test_other_bad_lines(self):
        for line, words in (
            ("1A1;05/03/2024;04/03/2024;", "before it was presented"),
            ("1A1;;01/06/2024;", "future"),
            ("1A1;;;", "nothing to write"),
            ("1A1;;;reçu", "day is missing"),
            ("1A1;;06/03/2024;refusé", "keep one"),
        ):
            with self.subTest(line=line):
                self.assertIn(words, self._read(HEAD + line).line_ids.error)

    def test_a_number_used_twice_is_an_error_on_both_lines(self):
        window = self._read(HEAD + "1A1;05/03/2024;;\n1A 1;06/03/2024;;\n")
        for line in window.line_ids:
            self.assertIn("more than once", line.error)
        window.line_ids[1].unlink()
        self.assertFalse(window.line_ids.error)

    def test_good_lines_are_written_and_bad_ones_stay_to_be_corrected(self):
        window = self._read(HEAD + "1A1;;06/03/2024;\n9Z9;;06/03/2024;\n")
        window.action_write()
        self.assertEqual(self.letters[0].receipt_date, DAY + timedelta(days=2))
        self.assertEqual(window.line_ids.mapped("state"), ["written", "error"])
        window.line_ids[1].tracking_number = "1A2"
        self.assertEqual(window.line_ids[1].state, "ready")
        self.letters[0].presentation_date = DAY
        window.action_write()
        self.assertEqual(self.letters[1].receipt_date, DAY + timedelta(days=2))
        self.assertEqual(window.line_ids.mapped("state"), ["written", "written"])

    def test_what_is_replaced_is_said(self):
        self.letters[0].receipt_date = DAY
        line = self._read(HEAD + "1A1;;06/03/2024;").line_ids
        self.assertIn("was 03/04/2024", line.effect)

    def test_a_file_that_is_no_list_is_refused_in_words(self):
        for text, words in (
            ("", "Choose a list"),
            ("hello\n", "columns"),
            ("PK\0\0", "no CSV"),
            (HEAD, "no line"),
            (HEAD + "1A1;;;\n" * 2001, "more than"),
        ):
            with self.subTest(text=text[:9]), self.assertRaisesRegex(UserError, words):
                self._read(text)

    def test_a_scan_adds_the_letter_with_the_chosen_day(self):
        window = self.env["dunning.receipt.import"].with_user(self.collector)
        with Form(window) as form:
            form.receipt_date = DAY + timedelta(days=3)
            form.scanned_number = "1a 1"
            form.scanned_number = "1A2"
            self.assertFalse(form.scanned_number)
        window = form.record
        self.assertEqual(window.line_ids.mapped("state"), ["ready", "ready"])
        window.action_write()
        for letter in self.letters[:2]:
            self.assertEqual(letter.receipt_date, DAY + timedelta(days=3))

    def test_the_list_to_fill_names_the_letters_that_are_awaited(self):
        self.letters[0].receipt_date = DAY
        window = self.env["dunning.receipt.import"].with_user(self.collector).create({})
        text = base64.b64decode(window.template_file).decode("utf-8-sig")
        self.assertEqual(
            text.split("\r\n"),
            ["Tracking number;Presented on;Received on;Status", "1A2;;;", "1A3;;;", ""],
        )

    def test_a_letter_of_another_company_is_not_found_by_its_number(self):
        other = self.setup_other_company()["company"]
        stranger = self.collector.copy({"login": "stranger"})
        line = self._read(HEAD + "1A1;;06/03/2024;").line_ids
        self.assertTrue(line.action_id)
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        window = self.env["dunning.receipt.import"].with_user(stranger)
        window = window.with_context(allowed_company_ids=other.ids).create(
            {
                "company_id": other.id,
                "line_ids": [
                    (0, 0, {"tracking_number": "1A1", "receipt": "06/03/2024"})
                ],
            }
        )
        self.assertIn("No registered", window.line_ids.error)

    def test_a_longer_list_asks_no_more_of_the_database(self):
        lines = [f"1A{number};04/03/2024;04/03/2024;reçu\n" for number in (1, 2, 3)]
        windows = [self._read(HEAD + "".join(lines[:count])) for count in (1, 1, 3)]
        counts = []
        for window in windows:
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(set(window.line_ids.mapped("state")), {"ready"})
            counts.append(self.cr.sql_log_count - before)
        # The first one also reads what is kept in memory afterwards.
        self.assertEqual(counts[1], counts[2])
