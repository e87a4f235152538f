import io
from datetime import timedelta
from unittest.mock import patch

from pypdf import PdfReader

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ..common import DAY, DunningCommon

MM = 25.4 / 72
#: NF Z 10-011, in millimetres: from the left edge, from the top edge.
WINDOW_X, WINDOW_Y = (100, 195), (45, 85)


@tagged("post_install", "-at_install")
class TestLetter(DunningCommon, HttpCase):
    """Letters as they come out of the printer: positions are measured in the PDF."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "force_report_rendering": True})
        cls.env["ir.config_parameter"].set_param("report.print_delay", "100")
        cls.company = cls.company.with_env(cls.env)
        cls.company.write(
            {
                "country_id": cls.env.ref("base.fr").id,
                "city": "Lyon",
                "company_details": "<br/>".join(f"Letterhead {n}" for n in range(9)),
                "report_footer": "Footer of the company",
            }
        )
        cls.company.partner_id.lang = "en_US"
        cls.env["res.partner.bank"].create(
            {
                "partner_id": cls.company.partner_id.id,
                "acc_number": "FR7630006000011234567890189",
            }
        )
        cls.customer.write(
            {
                "name": "Société <b>Anonyme</b> des Établissements Vandenberghe et Cie",
                "street": "Zone industrielle des Trois-Fontaines, bâtiment C12",
                "street2": "BP 12345",
                "zip": "59491",
                "city": "Villeneuve-d'Ascq Cedex",
            }
        )
        cls.contact = cls._create_customer(
            "Monsieur Jean-Christophe de la Rochefoucauld-Montbel",
            parent_id=cls.customer.id,
            is_company=False,
            **cls.customer.read(["street", "street2", "zip", "city"], load=None)[0],
        )

    def setUp(self):
        super().setUp()
        if not _wkhtml().is_patched_qt:
            self.fail("No wkhtmltopdf with patched Qt on PATH: see `make setup`.")

    def _letter(self, invoices=1, partner=None, **values):
        """Return a letter that waits to be printed, with so many invoices."""
        partner = partner or self.customer
        case = self._case(partner) or self.env["dunning.case"].create(
            {"partner_id": partner.id, "ladder_id": self.ladder.id}
        )
        lines = [
            {
                "name": f"INV/2024/{number:05d}",
                "date_due": DAY - timedelta(days=30 + number),
                "invoice_date": DAY - timedelta(days=60 + number),
                "days_overdue": 30 + number,
                "currency_id": self.company.currency_id.id,
                "amount_residual": 100.0 + number,
                "amount_claimed": 100.0 + number,
                "level_id": self.notice.id,
            }
            for number in range(invoices)
        ]
        actions = self.env["dunning.action"].sudo()  # lines are the engine's own
        letter = actions.create(
            {
                "case_id": case.id,
                "level_id": self.notice.id,
                "channel": "letter",
                "date": DAY - timedelta(days=len(case.action_ids)),
                "queued_on": DAY,
                "contact_id": partner.id,
                "line_ids": [Command.create(line) for line in lines],
                **values,
            }
        ).sudo(False)
        letter._freeze_texts()
        letter.sudo().state = "queued"
        return letter

    def _read(self, document):
        """Return the runs of text of each page."""
        return [self._read_page(page) for page in PdfReader(io.BytesIO(document)).pages]

    @staticmethod
    def _read_page(page):
        """Return ``[(x, y, text)]``, in millimetres from the top left corner."""
        runs, height = [], float(page.mediabox.height)

        def keep(text, outer, inner, *_font):
            x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
            y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
            if text.strip():
                runs.append((x * MM, (height - y) * MM, text.strip()))

        page.extract_text(visitor_text=keep)
        return runs

    def _print(self, letters):
        """Make the PDFs; return the pages of each letter and the number of calls."""
        report = self.env.registry["ir.actions.report"]
        program = report._run_wkhtmltopdf
        with patch.object(
            report, "_run_wkhtmltopdf", autospec=True, side_effect=program
        ) as calls:
            letters._make_pdfs()
        documents = [self._read(letter._get_pdf().raw) for letter in letters]
        return documents, calls.call_count

    # On paper

    def test_address_stands_alone_in_the_window(self):
        letter = self._letter(contact_id=self.contact.id)
        address = letter._get_address_lines(self.contact)
        self.assertEqual(len(address), 6)
        for layout in ("standard", "boxed", "striped"):
            with self.subTest(layout=layout):
                self.company.external_report_layout_id = self.env.ref(
                    f"web.external_layout_{layout}"
                )
                letter.attachment_ids.sudo().unlink()
                [[page]], _calls = self._print(letter)
                window = [
                    (x, y, text)
                    for x, y, text in page
                    if x > WINDOW_X[0] - 10 and WINDOW_Y[0] - 1 < y < WINDOW_Y[1] + 2
                ]
                self.assertEqual(
                    " ".join(text for _x, _y, text in window), " ".join(address)
                )
                for x, y, text in window:
                    self.assertTrue(WINDOW_X[0] <= x < WINDOW_X[1], (x, text))
                    self.assertTrue(WINDOW_Y[0] + 3 <= y <= WINDOW_Y[1] - 2, (y, text))

    def test_eighty_invoices_repeat_the_head_below_the_letterhead(self):
        [pages], _calls = self._print(self._letter(80))
        self.assertEqual(len(pages), 3)
        for runs in pages:
            heads = [y for _x, y, text in runs if text.startswith("Days late")]
            letterhead = [y for _x, y, text in runs if text.startswith("Letterhead")]
            body = [y for _x, y, text in runs if text.startswith("INV/2024/")]
            footer = [y for _x, y, text in runs if text.startswith("Footer")]
            self.assertEqual((len(heads), len(letterhead), len(footer)), (1, 9, 1))
            self.assertLess(max(letterhead), 44)
            self.assertLess(max(letterhead), heads[0] - 4)
            self.assertLess(heads[0], min(body))
            self.assertLess(max(body), footer[0] - 3)
        rows = [text for runs in pages for x, _y, text in runs if x < 40]
        for number in range(80):
            self.assertEqual(rows.count(f"INV/2024/{number:05d}"), 1)
        last = " ".join(text for _x, _y, text in pages[-1])
        self.assertIn("FR76 3000 6000 0112 3456 7890 189", last)

    def test_each_letter_keeps_its_own_pages_whatever_headings_a_user_wrote(self):
        letters = self._letter() | self._letter(45) | self._letter(80)
        for letter in letters:
            letter.sudo().body = f"<h2>Second</h2>{letter.body}<h1>First</h1><p>End</p>"
        documents, calls = self._print(letters)
        self.assertEqual(calls, 1)
        self.assertEqual([len(pages) for pages in documents], [1, 2, 3])
        for letter, pages in zip(letters, documents, strict=True):
            first = " ".join(text for _x, _y, text in pages[0])
            self.assertIn(letter._get_letter_reference(), first)
        self.assertEqual(len(self._read(letters._get_merged_pdf())), 6)

    def test_letter_names_everything_and_escapes_it(self):
        self.customer.ref = "C-0042"
        letter = self._letter(contact_id=self.contact.id, lang="en_US")
        letter.line_ids.sudo().name = "<i>Invoice</i>-" + "W" * 40
        letter.invalidate_recordset()
        letter._freeze_texts()
        [[page]], _calls = self._print(letter)
        printed = " ".join(text for _x, _y, text in page)
        for expected in (
            "Société <b>Anonyme</b> des",
            "<i>Invoice</i>-",
            "Lyon, March 4, 2024",
            "Subject: Reminder",
            letter._get_letter_reference(),
            "C-0042",
            letter.sender_name,
            "IBAN",
        ):
            self.assertIn(expected, printed)

    # What is printed

    def _print_invoiced(self, **values):
        """Return a printed letter about a real invoice, sent by a collector."""
        self.first.write(
            {
                "channel_email": False,
                "channel_letter": True,
                "letter_template_id": self.letter_text.id,
                **values,
            }
        )
        invoice = self._invoice(6)
        self._run()
        letters = self._case().action_ids.with_user(self.collector)
        self.assertEqual(letters._print(), letters)
        return letters, invoice

    def test_printed_letter_is_kept_as_it_was(self):
        letter, invoice = self._print_invoiced()
        document = letter._get_merged_pdf()
        self.assertTrue(letter.printed_on and document)
        self.customer.name = "Renamed"
        letter._print()
        self.assertEqual(letter._get_merged_pdf(), document)
        self._pay(invoice)
        self.assertTrue(letter._find_outdated())

    def test_letter_that_cannot_be_made_does_not_stop_the_others(self):
        bad, good = self._letter(), self._letter()
        bad.sudo().body = "<p>unprintable</p>"
        report = self.env.registry["ir.actions.report"]
        program, failure = report._run_wkhtmltopdf, UserError("It broke down.")

        def fail(reports, bodies, *args, **kwargs):
            if any("unprintable" in body for body in bodies):
                raise failure
            return program(reports, bodies, *args, **kwargs)

        with patch.object(report, "_run_wkhtmltopdf", fail):
            (bad | good)._make_pdfs()
        self.assertRecordValues(
            bad | good,
            [
                {"state": "failed", "failure_reason": "It broke down."},
                {"state": "queued", "failure_reason": False},
            ],
        )
        self.assertTrue(good._get_pdf())

    def test_qr_code_needs_one_currency(self):
        letter = self._letter(2)
        letter.line_ids.sudo().currency_id = self.env.ref("base.EUR")
        methods = self.env["res.partner.bank"]._get_available_qr_methods()
        if any(code == "sct_qr" for code, *_labels in methods):
            self.assertIn("data:image/png;base64,", letter._get_qr_code())
        letter.line_ids[0].sudo().currency_id = self.env.ref("base.USD")
        self.assertFalse(letter._get_qr_code())

    # The address

    def _address(self, **values):
        home = {"name": "A", "street": "1 rue B", "zip": "75001", "city": "Paris"}
        partner = self.env["res.partner"].new({**home, **values})
        return self._letter()._get_address_lines(partner)

    def test_address_has_at_most_six_lines_of_38_signs(self):
        words = "Établissements et Compagnie " * 4
        for country in (self.env.ref("base.fr"), self.env.ref("base.uk")):
            values = dict.fromkeys(("name", "street", "street2", "city"), words)
            lines = self._address(country_id=country.id, **values)
            self.assertEqual(len(lines), 6)
            self.assertLessEqual(max(map(len, lines)), 38)

    def test_town_is_in_capitals_and_country_only_abroad(self):
        for country, expected in [
            ("base.fr", ["75001 PARIS"]),
            (None, ["75001 PARIS"]),
            ("base.de", ["75001 PARIS", "GERMANY"]),
            ("base.uk", ["PARIS", "75001", "UNITED KINGDOM"]),
        ]:
            with self.subTest(country=country):
                country_id = self.env.ref(country).id if country else False
                lines = self._address(country_id=country_id)
                self.assertEqual(lines, ["A", "1 rue B", *expected])

    def test_letter_without_complete_address_fails_with_a_task(self):
        self.customer.zip = False
        letter = self._letter()
        letter._queue_letters()
        self.assertEqual(letter.state, "failed")
        self.assertIn("postal address", letter.failure_reason)
        self.assertTrue(letter.case_id.activity_ids)
