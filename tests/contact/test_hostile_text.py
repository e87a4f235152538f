import io
from email import message_from_bytes, policy

from pypdf import PdfReader

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ...models.post.letter import LETTER_REPORT
from ..common import DunningCommon
from ..common_hostile import HOSTILE, RENDERED, HostileMixin, flat

#: Headers that a reminder has; a line break in a name adds no other.
HEADERS = {
    *("message-id", "subject", "from", "to", "reply-to", "date", "mime-version"),
    *("content-type", "content-transfer-encoding", "references", "return-path"),
    *("x-odoo-objects", "x-odoo-message-id", "auto-submitted", "list-unsubscribe"),
}


class HostileCommon(HostileMixin, DunningCommon):
    """The customer, his contact, the company, the sender, the level and the invoice
    carry a hostile text."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(5)
        cls.contact = cls._create_customer(
            "Contact", parent_id=cls.customer.id, type="contact", is_company=False
        )
        cls.customer.dunning_contact_id = cls.contact
        cls.company.dunning_user_id = cls.collector
        cls.bank = cls.env["res.partner.bank"].create(
            {
                "partner_id": cls.company.partner_id.id,
                "acc_number": "FR7630006000011234567890189",
            }
        )
        cls.first.write(
            {
                "channel_letter": True,
                "channel_phone": True,
                "letter_template_id": cls.letter_text.id,
                "call_script": "<p>Call</p>",
            }
        )

    def _poison(self, text):
        for record in (self.customer, self.contact, self.collector, self.first):
            record.name = text
        self.customer.write({"ref": text, "street2": text, "phone": text})
        self.company.partner_id.name = self.bank.acc_holder_name = text
        self.invoice.payment_reference = text
        # A posted invoice keeps its number: only a program can write one like this.
        query = "UPDATE account_move SET name = %s WHERE id = %s"
        self.env.cr.execute(query, (text[:2000], self.invoice.id))
        self.env.invalidate_all()

    def _actions(self):
        self._run()
        actions = self._case().action_ids
        self.assertEqual(set(actions.mapped("channel")), {"email", "letter", "phone"})
        self.assertEqual(set(actions.mapped("state")), {"queued"})
        return {action.channel: action for action in actions}


@tagged("post_install", "-at_install")
class TestHostileText(HostileCommon, HttpCase):  # a server: the PDF program asks it
    def test_it_stays_text_wherever_it_is_shown(self):
        for kind, text in HOSTILE.items():
            # A printer, a browser and a mail program drop control characters.
            seen = None if kind == "control" else text[:2000]
            with self.cr.savepoint() as savepoint:
                self._poison(text)
                actions = self._actions()
                with self.subTest(kind=kind, place="chatter"):
                    message = actions["email"].mail_mail_id.mail_message_id
                    self._check_html(message.body, seen)
                with self.subTest(kind=kind, place="letter"):
                    self._check_letter(actions["letter"], seen)
                with self.subTest(kind=kind, place="screens"):
                    self._check_screens(actions)
                if kind not in ("line break", "control"):  # have tests of their own
                    with self.subTest(kind=kind, place="message"):
                        self._check_message(actions["email"], seen)
                savepoint.rollback()
            self.env.invalidate_all(flush=False)

    def _check_letter(self, letter, text):
        report = self.env["ir.actions.report"]
        page, _type = report._render_qweb_html(LETTER_REPORT, letter.ids)
        self._check_html(page.decode(), text and text[:30])

    def _check_screens(self, actions):
        action, case = actions["email"], self._case()
        preview = self.env["dunning.level.preview"].create(
            {"level_id": self.first.id, "case_id": case.id}
        )
        post = self.env["dunning.letter.post"].create(
            {"action_ids": actions["letter"].ids}
        )
        for record, name in (
            (case, "why"),
            (action, "items_table"),
            (action, "payment_block"),
            (action, "text_body"),
            (preview, "text"),
            (actions["phone"].activity_id, "note"),
        ):
            self._check_html(record[name])
        # Shown when a debtor pays after his letter was printed.
        actions["letter"].line_ids.sudo().amount_residual -= 40
        self.assertTrue(post.pulled_ids)
        self._check_html(post.pulled_text)

    def _check_message(self, action, text):
        [(recipients, built)] = self._build_mails(action.mail_mail_id)
        self.assertEqual(action.state, "done", action.failure_reason)
        message = message_from_bytes(built.as_bytes(), policy=policy.default)
        self.assertEqual(recipients, ["contact@example.com"])
        self.assertLessEqual({key.lower() for key in message}, HEADERS)
        self.assertIn(flat(text)[:500], flat(message["Subject"]))
        self._check_html(message.get_body(("html",)).get_content(), text)

    def test_a_line_break_in_the_name_of_the_recipient_adds_no_header(self):
        self.contact.name = HOSTILE["line break"]
        [(recipients, built)] = self._build_mails(self._actions()["email"].mail_mail_id)
        self.assertEqual(recipients, ["contact@example.com"])
        self.assertLessEqual({key.lower() for key in built}, HEADERS)

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_a_line_break_in_the_name_of_the_sender_is_a_failure_that_is_seen(self):
        self.collector.name = HOSTILE["line break"]
        action = self._actions()["email"]
        self._build_mails(action.mail_mail_id)
        self.assertEqual(action.state, "failed")
        self.assertTrue(action.failure_reason)
        summaries = self._case().activity_ids.mapped("summary")
        self.assertTrue([text for text in summaries if "Not delivered" in text])

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_a_line_break_in_what_a_subject_names_does_not_hold_it_back(self):
        self.mail_text.subject = "Reminder {{ object.debtor_name }}"
        self.customer.name = "Martin\r\nand sons"
        action = self._actions()["email"]
        [(_recipients, built)] = self._build_mails(action.mail_mail_id)
        self.assertEqual(built["Subject"], "Reminder Martin and sons")

    def test_it_stays_text_in_the_window_of_a_reminder(self):
        self.first.automation = "manual"
        for kind in ("markup", "qweb", "inline", "attribute", "line break"):
            text = HOSTILE[kind]
            with self.subTest(kind=kind), self.cr.savepoint() as savepoint:
                self._poison(text)
                window = self.env["dunning.relance"]._open_for_cases(
                    self.env["dunning.case"]._open_for(self.customer)
                )
                line = self.env["dunning.relance.line"].browse(window["res_id"])
                for name in ("body", "letter_body", "call_script"):
                    self._check_html(line[name])
                line.action_send()
                savepoint.rollback()
            self.env.invalidate_all(flush=False)

    def test_it_stays_text_in_the_task_that_says_what_failed(self):
        self._poison(HOSTILE["markup"])
        self.contact.email = self.contact.street = False
        self._run()
        notes = self._case().activity_ids.mapped("note")
        self.assertTrue(notes)
        for note in notes:
            self._check_html(note, HOSTILE["markup"])

    def test_a_text_that_a_user_wrote_is_never_rendered(self):
        self.first.automation = "manual"
        self._run()
        action = self._case().action_ids.filtered(lambda a: a.channel == "email")
        action.with_user(self.collector).write(
            {
                "text_subject": HOSTILE["inline"],
                "text_body": HOSTILE["qweb"] + "<p>Hi</p>",
            }
        )
        action.with_user(self.collector).action_approve()
        [(_recipients, built)] = self._build_mails(action.mail_mail_id)
        self.assertEqual(built["Subject"], HOSTILE["inline"])
        body = built.get_body(("html",)).get_content()
        self._check_html(body, "Hi")

    def test_a_call_script_is_never_rendered(self):
        self.first.call_script = f"<p>{HOSTILE['inline']}</p>{HOSTILE['qweb']}"
        actions = self._actions()
        self._check_html(actions["phone"].body, HOSTILE["inline"])

    def test_it_stays_text_in_the_printed_letter(self):
        env = self.env(context={**self.env.context, "force_report_rendering": True})
        env["ir.config_parameter"].set_param("report.print_delay", "100")
        self._poison("<b>Martin</b> {{ 7 * 191 }} <script>x</script> 👩 \u202eevil")
        letter = self._actions()["letter"].with_env(env)
        self.assertEqual(letter._print(), letter)
        pages = PdfReader(io.BytesIO(letter._get_pdf().raw)).pages
        text = flat(" ".join(page.extract_text() for page in pages))
        self.assertIn("<b>Martin</b> {{ 7 * 191 }}", text)
        self.assertIn("<script>", text)
        self.assertNotIn(RENDERED, text)
