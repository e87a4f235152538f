from io import BytesIO

from pypdf import PdfWriter

from odoo.tests import HttpCase, tagged

from .common import DAY, DunningCommon


@tagged("post_install", "-at_install")
class TestTours(DunningCommon, HttpCase):
    """What people click, in a real browser, as the lowest role that may."""

    def _print_blank_pages(self):
        """Let reports be PDF files of blank pages, one per letter.

        The PDF program would ask this very server for style sheets while it is busy
        with the click; what letters look like is tested without a browser.
        """
        report = self.env.registry["ir.actions.report"]
        render = report._render_qweb_pdf

        def run_program(reports, bodies, *args, **kwargs):
            writer = PdfWriter()
            for _body in bodies:
                writer.add_blank_page(595, 842)
            stream = BytesIO()
            writer.write(stream)
            return stream.getvalue()

        self.patch(report, "_run_wkhtmltopdf", run_program)
        self.patch(
            report,
            "_render_qweb_pdf",
            lambda reports, *args, **kwargs: render(
                reports.with_context(force_report_rendering=True), *args, **kwargs
            ),
        )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.collector | cls.manager).lang = "en_US"
        cls.env.ref("base.user_admin").tour_enabled = False

    def _tour(self, name, user, record=None, action=None):
        if record:
            url = f"/odoo/{record._name}/{record.id}"
        else:
            url = f"/odoo/action-account_dunning.{action}"
        self.start_tour(url, name, login=user.login)

    def test_an_admin_edits_a_ladder(self):
        self._invoice(5)
        self._run()
        self._tour("dunning_ladder_edit", self.manager, record=self.ladder)
        self.assertEqual(self.first.delay_days, 7)

    def test_an_accountant_reminds_from_an_invoice_and_sees_the_message(self):
        invoice = self._invoice(5)
        self.collector.group_ids += self.env.ref("account.group_account_invoice")
        self._run()
        self._case().action_ids.action_cancel()
        self._tour("dunning_relance_invoice", self.collector, record=invoice)
        self.assertEqual(
            self._case().action_ids[:1].subject, "A word about your invoice"
        )

    def test_an_accountant_changes_the_recipient_and_takes_an_invoice_out(self):
        out, invoice = self._invoice(6), self._invoice(5)
        self.env["res.partner"].create(
            {
                "name": "Director Durand",
                "parent_id": self.customer.id,
                "email": "durand@example.com",
                "lang": "en_US",
            }
        )
        self.collector.group_ids += self.env.ref("account.group_account_invoice")
        self._run()
        self._case().action_ids.action_cancel()
        self._tour("dunning_relance_choose", self.collector, record=invoice)
        action = self._case().action_ids[:1]
        self.assertEqual(action.contact_id.name, "Director Durand")
        self.assertEqual(action.line_ids.move_id, invoice)
        self.assertNotIn(out.name, action.body)

    def test_a_collector_reminds_a_selection_of_cases(self):
        for name in ("Debtor One", "Debtor Two", "Debtor Three"):
            self._invoice(5, partner=self._create_customer(name))
        self._run()
        cases = self.env["dunning.case"].search([("company_id", "=", self.company.id)])
        cases.action_ids.action_cancel()
        self._tour(
            "dunning_relance_selection", self.collector, action="dunning_case_action"
        )
        sent = cases.action_ids.filtered(lambda action: action.state == "queued")
        self.assertEqual(sent.case_id, cases)

    def test_a_collector_changes_the_ladder_of_a_selection_of_cases(self):
        other = self._create_ladder(name="Gentle")
        for name in ("Debtor One", "Debtor Two", "Debtor Three"):
            self._invoice(5, partner=self._create_customer(name))
        self._run()
        cases = self.env["dunning.case"].search([("company_id", "=", self.company.id)])
        self._tour(
            "dunning_ladder_change_many", self.collector, action="dunning_case_action"
        )
        self.assertEqual(cases.ladder_id, other)

    def test_a_case_is_put_on_hold_and_resumed(self):
        self._invoice(2)
        case = self.env["dunning.case"]._open_for(self.customer)
        self._tour("dunning_hold_resume", self.collector, record=case)
        self.assertEqual(case.hold_ids.state, "interrupted")
        self.assertEqual(case.hold_ids.user_id, self.collector)
        self.assertEqual(case.state, "open")

    def test_an_exclusion_is_reviewed_and_lifted(self):
        invoice = self._invoice(5)
        exclusions = self.env["dunning.exclusion"].with_user(self.manager)
        exclusions._exclude(invoice, invoice.line_ids.browse(), "Sister company")
        self._tour(
            "dunning_exclusion_review",
            self.manager,
            action="dunning_exclusion_action_server",
        )
        self.assertFalse(invoice.no_followup)
        exclusion = self.env["dunning.exclusion"].search([("move_id", "=", invoice.id)])
        self.assertEqual(exclusion.reviewed_by_id, self.manager)

    def test_a_batch_of_proposals_is_approved(self):
        self.first.automation = "manual"
        for name in ("Debtor One", "Debtor Two"):
            self._invoice(5, partner=self._create_customer(name))
        self._run()
        self._tour(
            "dunning_approve_batch",
            self.collector,
            action="dunning_action_action_approve",
        )
        actions = self.env["dunning.action"].search([("date", "=", DAY)])
        self.assertEqual(actions.mapped("state"), ["queued", "queued"])

    def test_registered_letters_go_from_the_proposal_to_the_proof(self):
        self.first.write(
            {
                "channel_email": False,
                "channel_registered": True,
                "letter_template_id": self.letter_text.id,
                "automation": "manual",
            }
        )
        for name in ("Debtor One", "Debtor Two"):
            self._invoice(5, partner=self._create_customer(name))
        self._run()
        self._print_blank_pages()
        self._tour(
            "dunning_approve_batch",
            self.collector,
            action="dunning_action_action_approve",
        )
        self._tour(
            "dunning_registered",
            self.collector,
            action="dunning_action_action_registered",
        )
        letters = self.env["dunning.action"].search([("date", "=", DAY)])
        self.assertEqual(letters.mapped("state"), ["done", "done"])
        self.assertEqual(set(letters.mapped("tracking_number")), {"1A1", "1A2"})
        received = letters.filtered("receipt_date")
        self.assertEqual(received.tracking_number, "1A1")
        self.assertEqual(received.deposit_id.deposited_on, DAY)

    def test_letters_are_printed_and_posted(self):
        self.first.write(
            {
                "channel_email": False,
                "channel_letter": True,
                "letter_template_id": self.letter_text.id,
            }
        )
        for name in ("Debtor One", "Debtor Two"):
            self._invoice(5, partner=self._create_customer(name))
        self._run()
        self._print_blank_pages()
        self._tour(
            "dunning_letters", self.collector, action="dunning_action_action_letters"
        )
        letters = self.env["dunning.action"].search([("date", "=", DAY)])
        self.assertEqual(letters.mapped("state"), ["done", "done"])
        for letter in letters:
            self.assertEqual(letter.attachment_ids.mimetype, "application/pdf")

    def test_a_credit_manager_starts_up_leaves_half_way_and_comes_back(self):
        self.company.sudo().write(
            {"dunning_confirmed_on": False, "dunning_is_night_on": False}
        )
        old = self._invoice(400)
        self._tour(
            "dunning_onboarding_half", self.manager, action="dunning_case_action"
        )
        self.assertFalse(old.no_followup)
        self._tour(
            "dunning_onboarding_rest", self.manager, action="dunning_case_action"
        )
        self.assertTrue(old.no_followup)
        self.assertTrue(self.company.dunning_is_night_on)
        self.assertFalse(self.env["dunning.action"].search([]))
