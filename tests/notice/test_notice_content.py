from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools import notice as core
from ..common import DAY
from ..common_registered import RegisteredCommon


@tagged("post_install", "-at_install")
class TestNoticeContent(RegisteredCommon):
    """What a formal notice must say before it can leave, and its number."""

    def _propose(self, name="Martin", **values):
        """Return the formal notice that waits for approval."""
        return self._propose_notices(name, **values).with_user(self.manager)

    def _refuse(self, letter, words):
        with self.assertRaisesRegex(UserError, words), self.cr.savepoint():
            letter.action_approve()
        letter.invalidate_recordset()
        self.assertEqual(letter.state, "proposed")

    def _missing(self, letter):
        letter.invalidate_recordset()
        found = letter._examine_notice(letter.text_subject, letter.text_body)
        return {one.code for one in found if not one.is_met and one.binding}

    def _make_french(self, **values):
        self.company.write(
            {"country_id": self.env.ref("base.fr").id, "company_registry": "042177330"}
            | values
        )

    def test_a_complete_notice_leaves(self):
        letter = self._propose()
        self.assertFalse(self._missing(letter))
        self.assertTrue(letter.is_notice_complete)
        letter.action_approve()
        self.assertEqual(letter.state, "queued")

    def test_the_checklist_shows_each_element_as_a_collector_reads_it(self):
        letter = self._propose().with_user(self.collector)
        self.assertEqual(str(letter.notice_check).count("fa-check"), 11)
        letter.sudo()._write_text("Notice", letter.text_body)
        letter.invalidate_recordset()
        self.assertFalse(letter.is_notice_complete)
        self.assertIn("fa-times", str(letter.notice_check))
        self.assertIn("in the subject", str(letter.notice_check))

    def test_each_thing_that_an_edited_text_lost_is_named(self):
        letter = self._propose()
        whole = str(letter.text_body)
        line = letter.line_ids
        for code, cut in (
            ("subject", None),
            ("body", "formal notice"),
            ("items", line.name),
            ("period", letter.period_text),
            ("basis", letter.legal_basis_text),
        ):
            subject = "Letter" if cut is None else letter.text_subject
            letter._write_text(subject, whole.replace(cut or "\0", "…"))
            with self.subTest(code):
                self.assertIn(code, self._missing(letter))
            letter._write_text("Formal notice", whole)
        self.assertFalse(self._missing(letter))

    def test_the_refusal_names_the_debtor_what_is_missing_and_the_remedy(self):
        letter = self._propose()
        letter._write_text("Letter", letter.text_body)
        self._refuse(letter, r"(?s)Martin cannot leave yet.*in the subject.*write")

    def test_without_a_bank_account_or_link_it_cannot_be_paid(self):
        letter = self._propose()
        letter.line_ids.move_id.sudo().partner_bank_id = False
        self.company.bank_ids.active = False
        letter.invalidate_recordset()
        self._refuse(letter, "bank account")
        letter._write_text(
            letter.text_subject, f'{letter.text_body}<a href="https://pay.me">Pay</a>'
        )
        letter.action_approve()
        self.assertEqual(letter.state, "queued")

    def test_the_creditor_has_an_address(self):
        letter = self._propose()
        self.company.street = False
        self._refuse(letter, "address of the company")

    def test_a_french_creditor_has_a_siren_or_a_vat_number(self):
        letter = self._propose()
        self._make_french(company_registry=False, vat=False)
        self._refuse(letter, "SIREN")
        self.company.company_registry = "042177330"
        letter.action_approve()
        self.assertEqual(letter.state, "queued")
        html = str(self._render(letter))
        self.assertIn("SIREN 042 177 330", html, "in groups, as it is read")

    def test_a_consumer_is_told_of_the_mediator_and_a_business_is_not(self):
        self._make_french()
        letter = self._propose("Durand", dunning_debtor_kind="consumer")
        self._refuse(letter, "mediator")
        self.company.dunning_mediator = "Médiation Exemple\n1 rue du Port, 69002 Lyon"
        letter.action_approve()
        self.assertIn("Médiation Exemple, 1 rue du Port", str(self._render(letter)))
        other = self._propose("Petit")
        other.action_approve()
        self.assertNotIn("Médiation", str(self._render(other)))

    def test_the_promised_invoices_are_listed_and_enclosed(self):
        self.notice.attach_invoices = True
        letter = self._propose()
        letter.action_approve()
        html = str(self._render(letter))
        self.assertIn("Enclosures", html)
        letter.with_user(self.collector)._print()
        self.assertFalse(letter.failure_reason)
        self.assertIn(letter.line_ids.name.replace("/", "_"), self._file_names(letter))

    def _file_names(self, letter):
        letter.invalidate_recordset()
        return " ".join(letter.sudo().attachment_ids.mapped("name"))

    def _render(self, letter):
        return (
            self.env["ir.actions.report"]
            .with_context(lang="en_US")
            ._render_qweb_html("account_dunning.dunning_letter_report", letter.ids)[0]
            .decode()
        )

    def test_all_that_is_checked_stands_on_the_sheet(self):
        self._make_french(dunning_mediator="Médiation Exemple")
        self.notice.attach_invoices = True
        letter = self._propose("Durand", dunning_debtor_kind="consumer")
        letter.action_approve()
        sheet = core.essence(core.read_html(self._render(letter)))
        for text in letter._get_notice_frame():
            with self.subTest(text):
                for part in text.split("\n"):
                    self.assertIn(core.essence(part), sheet)

    def test_the_basis_is_the_levels_else_the_companys_else_the_civil_code(self):
        letter = self._propose()
        self.assertIn("1344", letter.text_body)
        self.company.dunning_legal_basis = "article 8 of our terms"
        letter.invalidate_recordset()
        self.assertIn("article 8", letter.text_body)
        self.notice.legal_basis = "article 12 of the contract"
        letter.invalidate_recordset()
        self.assertIn("article 12", letter.text_body)

    def test_an_address_that_is_missing_still_makes_a_task(self):
        letter = self._propose("Durand", street=False)
        self.assertIn("debtor", self._missing(letter))
        letter.action_approve()
        self.assertEqual(letter.state, "failed")
        self.assertTrue(letter.case_id.activity_ids)

    def test_ordinary_letters_are_not_checked(self):
        self.first.write(
            {"channel_letter": True, "letter_template_id": self.letter_text.id}
        )
        self._invoice(5)
        self._run()
        letters = self._case().action_ids.filtered(lambda one: one.channel == "letter")
        self.assertEqual(letters.state, "queued")
        self.assertFalse(letters.notice_check)

    # The number

    def test_numbers_follow_each_other_and_proposals_take_none(self):
        one, two = self._propose("Martin"), self._propose("Durand")
        self.assertFalse(one.notice_number or two.notice_number)
        two.action_approve()
        one.action_approve()
        self.assertEqual(two.notice_number, "MED/2024/0001")
        self.assertEqual(one.notice_number, "MED/2024/0002")
        self.assertIn("MED/2024/0001", self._render(two))

    def test_a_refused_notice_takes_no_number(self):
        one, two = self._propose("Martin"), self._propose("Durand")
        one._write_text("Letter", one.text_body)
        self._refuse(one, "in the subject")
        two.action_approve()
        self.assertEqual(two.notice_number, "MED/2024/0001")

    def test_the_channels_of_one_notice_share_its_number(self):
        self.notice.write(
            {"channel_email": True, "mail_template_id": self.mail_text.id}
        )
        actions = self._propose().case_id.action_ids.with_user(self.manager)
        actions = actions.filtered(lambda one: one.state == "proposed")
        self.assertEqual(len(actions), 2)
        actions.action_approve()
        self.assertEqual(actions.mapped("notice_number"), ["MED/2024/0001"] * 2)

    def test_a_number_belongs_to_one_notice(self):
        one, two = self._propose("Martin"), self._propose("Durand")
        (one | two).action_approve()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.cr.savepoint(),
        ):
            two.sudo().notice_number = one.notice_number
            self.env.flush_all()

    def test_numbers_begin_afresh_each_year_and_for_each_company(self):
        take = self.company._take_notice_number
        self.assertEqual(take(DAY), "MED/2024/0001")
        self.assertEqual(take(date(2025, 1, 2)), "MED/2025/0001")
        self.assertEqual(take(date(2024, 12, 31)), "MED/2024/0002")
        other = self.env["res.company"].create({"name": "Other"})
        self.assertEqual(other._take_notice_number(DAY), "MED/2024/0001")

    def test_a_delivered_notice_keeps_its_number(self):
        letter = self._propose()
        letter.action_approve()
        letter.action_deliver(DAY)
        with self.assertRaisesRegex(UserError, "delivered"):
            letter.notice_number = "MED/2024/0009"
