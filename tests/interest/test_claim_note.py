from odoo.tests import tagged
from odoo.tools import html2plaintext

from .common_claims import ST_VALENTINE, ClaimsCommon, at


@tagged("post_install", "-at_install")
class TestClaimNote(ClaimsCommon):
    """The note pays for no supply: on paper and in its message it is no invoice."""

    def _print(self, move):
        report = self.env["ir.actions.report"]
        html = report._render_qweb_html("account.account_invoices", move.ids)[0]
        return " ".join(html2plaintext(html.decode()).split())

    def test_the_printed_note_is_a_statement_of_interest_and_not_an_invoice(self):
        note = self._claim(self._owe()).move_id
        self.assertIn("Draft statement of interest and indemnities", self._print(note))
        with at(ST_VALENTINE):
            note.action_post()
        self.assertIn(
            f"Statement of interest and indemnities {note.name}",
            " ".join(self._print(note).replace("*", "").split()),
        )
        self.assertNotIn(f"Invoice {note.name}", self._print(note))
        self.assertEqual(note.type_name, "Statement of interest and indemnities")

    def test_it_is_sent_with_words_of_its_own(self):
        note = self._claim(self._owe()).move_id
        with at(ST_VALENTINE):
            note.action_post()
        text = note._get_mail_template()
        subject = text._render_field("subject", note.ids)[note.id]
        self.assertIn(f"statement of interest and indemnities {note.name}", subject)

    def test_other_invoices_keep_their_title_and_their_message(self):
        invoice = self._owe().line_ids.move_id
        self.assertNotIn("tatement of interest", self._print(invoice))
        self.assertEqual(
            invoice._get_mail_template(),
            self.env.ref("account.email_template_edi_invoice"),
        )
