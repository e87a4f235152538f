from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from ..common import DAY, DunningCommon


class PeopleCommon(DunningCommon):
    """A customer with contacts of several kinds."""

    @classmethod
    def _contact(cls, name, kind="invoice", parent=None, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "type": kind,
                "parent_id": (parent or cls.customer).id,
                "email": f"{name.split()[-1].lower()}@example.com",
                **values,
            }
        )

    def _recipient(self, channel="email"):
        actions = self._case().action_ids
        return actions.filtered(lambda one: one.channel == channel).contact_id

    def _open(self, records, user=None):
        """Click **Relancer** as a collector; return the window's record."""
        user = user or self.collector
        window = records.with_user(user).action_dun()
        return self.env[window["res_model"]].with_user(user).browse(window["res_id"])


@tagged("post_install", "-at_install")
class TestWhoIsWrittenTo(PeopleCommon):
    """The first in the order who can be reached by the channel (design, rule 13)."""

    def test_the_site_that_was_billed_is_written_to_not_the_first_one(self):
        self._contact("Site A")
        site = self._contact("Site B")
        self._invoice(5, partner=site)
        self._run()
        self.assertEqual(self._recipient(), site)

    def test_only_the_items_of_the_message_say_which_site_was_billed(self):
        one, other = self._contact("Site A"), self._contact("Site B")
        self._invoice(5, partner=one)
        self._invoice(-60, partner=other)  # not due: not named
        self._run()
        self.assertEqual(self._recipient(), one)

    def test_several_sites_get_one_message_to_the_debtor_that_names_each(self):
        one, other = self._contact("Site A"), self._contact("Site B")
        self._invoice(5, partner=one)
        self._invoice(6, partner=other)
        self._run()
        action = self._case().action_ids
        self.assertEqual(action.contact_id, self.customer)
        self.assertIn("Site A", action.text_body)
        self.assertIn("Site B", action.text_body)

    def test_several_sites_are_written_to_at_the_one_address_for_invoices(self):
        billing = self._contact("Billing")
        self._invoice(5, partner=self._contact("Site A", "other"))
        self._invoice(6, partner=self._contact("Site B", "other"))
        self._run()
        self.assertEqual(self._recipient(), billing)

    def test_one_site_is_not_named_beside_its_invoices(self):
        site = self._contact("Depot Nord")
        self._invoice(5, partner=site)
        self._invoice(6, partner=site)
        self._run()
        self.assertNotIn("Depot Nord", self._case().action_ids.items_table)

    def test_who_has_no_e_mail_is_passed_over_for_an_e_mail(self):
        self._contact("Billing", email=False)
        self._invoice(5)
        self._run()
        self.assertEqual(self._recipient(), self.customer)
        self.assertEqual(self._case().action_ids.state, "queued")

    def test_who_has_no_postal_address_is_passed_over_for_a_letter_only(self):
        billing = self._contact("Billing")
        billing.write({"street": False, "city": False, "zip": False})
        self.first.write(
            {"channel_letter": True, "letter_template_id": self.letter_text.id}
        )
        self._invoice(5)
        self._run()
        self.assertEqual(self._recipient("email"), billing)
        self.assertEqual(self._recipient("letter"), self.customer)

    def test_who_has_no_telephone_is_passed_over_for_a_call(self):
        billing, director = self._contact("Billing"), self._contact("Director", "other")
        director.phone = "+33 4 00 00 00 00"
        self._invoice(5)
        self._run()
        case = self._case()
        case.contact_id = director
        self.assertEqual(case._get_contact("phone"), director)
        case.contact_id = False
        self.customer.phone = "+33 4 11 11 11 11"
        self.assertEqual(case._get_contact("phone"), self.customer)
        self.assertEqual(case._get_contact("email"), billing)

    def test_an_archived_contact_is_passed_over_wherever_he_was_named(self):
        gone = self._contact("Gone", "contact")
        billing = self._contact("Billing")
        self.customer.dunning_contact_id = gone
        self._invoice(5)
        gone.active = False
        self._run()
        self.assertEqual(self._recipient(), billing)
        self._case().contact_id = gone
        self.assertEqual(self._case()._get_contact(), billing)

    def test_a_delivery_address_is_not_written_to_even_when_it_was_named(self):
        self.customer.dunning_contact_id = self._contact("Dock", "delivery")
        self._invoice(5)
        self._run()
        self.assertEqual(self._recipient(), self.customer)

    def test_where_nobody_can_be_reached_the_first_in_the_order_is_named(self):
        billing = self._contact("Billing", email=False)
        self.customer.email = False
        self._invoice(5)
        self._run()
        self.assertEqual(self._case().action_ids.state, "failed")
        self.assertEqual(self._recipient(), billing)

    def test_what_failed_is_sent_again_to_who_can_be_reached_now(self):
        self.customer.email = False
        self._invoice(5)
        self._run()
        billing = self._contact("Billing")
        self._case().action_ids.action_send_again()
        self.assertEqual(self._recipient(), billing)
        self.assertEqual(self._case().action_ids.state, "queued")

    def test_a_proposal_follows_the_order_until_a_user_chooses(self):
        self.first.automation = "manual"
        self._invoice(5)
        self._run()
        billing = self._contact("Billing")
        self._run()
        self.assertEqual(self._recipient(), billing)
        action = self._case().action_ids
        action.with_user(self.collector).contact_id = self.customer
        self._run()
        self.assertEqual(self._recipient(), self.customer)
        action.with_user(self.collector).action_approve()
        self.assertEqual((action.state, action.contact_id), ("queued", self.customer))

    def test_several_addresses_in_one_field_all_get_the_message(self):
        for emails in ("a@example.com; b@example.com", "a@example.com, b@example.com"):
            customer = self._create_customer(f"Several {emails[13]}", email=emails)
            self._invoice(5, partner=customer)
            self._run()
            action = self._case(customer).action_ids
            self.assertEqual(action.state, "queued")
            [sent_to] = self._send_mails(action.mail_mail_id)
            self.assertIn("a@example.com", sent_to)
            self.assertIn("b@example.com", sent_to)

    def test_nobody_but_a_contact_of_the_debtor_can_be_made_the_recipient(self):
        self.first.automation = "manual"
        self._invoice(5)
        self._run()
        action = self._case().action_ids.with_user(self.collector)
        with self.assertRaisesRegex(ValidationError, "no contact of"):
            action.contact_id = self.partner_a

    def test_who_was_named_on_the_case_may_be_somebody_elses_contact(self):
        self._invoice(5)
        self._run()
        self._case().contact_id = self.partner_a
        self.partner_a.email = "keeper@example.com"
        self.assertEqual(self._case()._get_contact("email"), self.partner_a)


@tagged("post_install", "-at_install")
class TestWhichLanguage(PeopleCommon):
    """The debtor's, else the company's, whoever clicks or runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.company.partner_id.lang = "fr_FR"
        cls.mail_text.with_context(lang="fr_FR").subject = "Rappel"
        cls.mail_text.with_context(lang="en_US").subject = "Reminder"

    def test_a_customer_without_language_is_written_to_in_the_companys(self):
        self.customer.lang = False
        self._invoice(5)
        self._run()
        self.assertEqual(self._case().action_ids.subject, "Rappel")

    def test_a_colleague_with_another_language_changes_nothing(self):
        self.customer.lang = False
        self.collector.lang = "en_US"
        self._invoice(5)
        user = self.collector
        line = self._open(self.customer.with_context(lang="en_US"), user)
        line = line.with_context(lang="en_US")
        self.assertEqual((line.lang, line.subject), ("fr_FR", "Rappel"))
        line.action_send()
        self.assertEqual(self._case().action_ids.subject, "Rappel")

    def test_a_language_that_is_no_longer_active_counts_as_none(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.customer.lang = "de_DE"
        german = self.env["res.lang"].search([("code", "=", "de_DE")])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_lang SET active = false WHERE id = %s", german.ids
        )
        self.env.registry.clear_all_caches()
        self.env.invalidate_all()
        self._invoice(5)
        self._run()
        action = self._case().action_ids
        self.assertEqual((action.lang, action.subject), ("fr_FR", "Rappel"))

    def test_a_text_that_names_no_language_is_in_the_readers(self):
        self.mail_text.lang = False
        self.customer.lang = "fr_FR"
        self._invoice(5)
        self.env["dunning.case"].sudo().with_context(lang="en_US").run()
        self.assertEqual(self._case().action_ids.subject, "Rappel")

    def test_the_contact_comes_before_the_customer(self):
        self._contact("Billing", lang="fr_FR")
        self._invoice(5)
        self._run()
        self.assertEqual(self._case().action_ids.lang, "fr_FR")


@tagged("post_install", "-at_install")
class TestWhatAUserChooses(PeopleCommon):
    """In **Relancer**: recipient, copies, items taken out, files of his own."""

    def test_another_contact_of_the_customer_gets_it(self):
        other = self._contact("Director", "contact", lang="en_US")
        line = self._open(self._invoice(5))
        line.contact_id = other
        self.assertTrue(line.is_outdated)
        line.action_send()
        action = self._case().action_ids
        self.assertEqual((action.contact_id, action.state), (other, "queued"))
        self.assertIn("Dear Director", action.body)
        self.assertFalse(action.is_edited)

    def test_somebody_elses_contact_is_refused(self):
        line = self._open(self._invoice(5))
        line.contact_id = self.partner_a
        with self.assertRaisesRegex(UserError, "no contact of"), self.cr.savepoint():
            line.action_send()
        self.assertFalse(self._case().action_ids)

    def test_a_copy_is_sent_with_the_message_and_shown(self):
        boss = self.partner_a
        boss.email = "boss@example.com"
        line = self._open(self._invoice(5))
        line.copy_ids = boss
        line.action_send()
        action = self._case().action_ids
        self.assertIn("boss@example.com", action.email_cc)
        mail = action.mail_mail_id
        [email] = mail.sudo()._prepare_outgoing_list()
        self.assertIn(self.customer.email, email["email_to"][0])
        self.assertIn("boss@example.com", email["email_cc"][0])

    def test_a_copy_to_who_has_no_address_is_refused(self):
        self.partner_a.email = False
        line = self._open(self._invoice(5))
        line.copy_ids = self.partner_a
        with self.assertRaisesRegex(UserError, "no copy"):
            line.action_send()

    def test_what_is_taken_out_is_not_named_and_does_not_advance(self):
        kept, out = self._invoice(5), self._invoice(6)
        line = self._open(self.customer)
        line.case_line_ids -= line.case_line_ids.filtered(lambda x: x.move_id == out)
        line.action_send()
        action = self._case().action_ids
        self.assertEqual(action.line_ids.move_id, kept)
        self.assertNotIn(out.name, action.body)
        self._send_mails()
        lines = {one.move_id: one.level_id for one in self._case().line_ids}
        self.assertEqual((lines[kept], lines[out]), (self.first, self.first.browse()))

    def test_everything_cannot_be_taken_out(self):
        self._invoice(5)
        line = self._open(self.customer)
        line.case_line_ids = False
        with self.assertRaisesRegex(UserError, "at least one"):
            line.action_send()

    def test_a_text_of_ones_own_that_names_what_was_taken_out_is_refused(self):
        self._invoice(5)
        out = self._invoice(6)
        line = self._open(self.customer)
        line.body = f"<p>You owe us {out.name}.</p>"
        line.case_line_ids -= line.case_line_ids.filtered(lambda x: x.move_id == out)
        with self.assertRaisesRegex(UserError, "still names"), self.cr.savepoint():
            line.action_send()
        line.action_write_anew()
        self.assertNotIn(out.name, line.body)
        line.action_send()

    def test_what_was_chosen_in_a_list_leaves_with_the_others(self):
        other = self._create_customer("Other")
        self._invoice(5, partner=other)
        out = self._invoice(6)
        self._invoice(5)
        window = (self.customer | other).with_user(self.collector).action_dun()
        relance = self.env["dunning.relance"].browse(window["res_id"])
        relance = relance.with_user(self.collector)
        line = relance.line_ids.filtered(lambda one: one.partner_id == self.customer)
        line.action_open()
        line.case_line_ids -= line.case_line_ids.filtered(lambda x: x.move_id == out)
        line.contact_id = chosen = self._contact("Director", "contact")
        relance.action_start()
        relance.process_next()
        action = self._case().action_ids
        self.assertEqual(action.contact_id, chosen)
        self.assertNotIn(out, action.line_ids.move_id)
        self.assertEqual(self._case(other).action_ids.state, "queued")

    def test_a_file_of_ones_own_goes_with_it_and_is_kept(self):
        line = self._open(self._invoice(5))
        files = self.env["ir.attachment"].with_user(self.collector)
        line.file_ids = files.create({"name": "Terms.pdf", "raw": b"%PDF-1.4 terms"})
        line.action_send()
        mail = self._case().action_ids.mail_mail_id
        self.assertEqual(mail.attachment_ids.mapped("name"), ["Terms.pdf"])
        line.unlink()  # the window is forgotten, the file is not
        kept = self._case().action_ids.own_file_ids
        self.assertEqual(kept.raw, b"%PDF-1.4 terms")
        with self.assertRaises(UserError):
            kept.with_user(self.collector).unlink()

    def test_a_file_that_cannot_be_printed_is_refused_for_a_letter(self):
        self.first.write(
            {"channel_letter": True, "letter_template_id": self.letter_text.id}
        )
        line = self._open(self._invoice(5))
        files = self.env["ir.attachment"].with_user(self.collector)
        line.file_ids = files.create({"name": "a.txt", "raw": b"text"})
        with self.assertRaisesRegex(UserError, "no PDF"):
            line.action_send()

    def test_what_was_chosen_for_a_notice_holds_until_it_is_approved(self):
        self._invoice(60)
        out = self._invoice(60)
        on = self._deliver_until(self.second, DAY - timedelta(days=60))
        lines = self._case().line_ids.sudo()
        lines.delivered_on = on - timedelta(days=40)
        other = self._contact("Director", "contact")
        line = self._open(self.customer)
        self.assertEqual(line.level_id, self.notice)
        line.case_line_ids -= line.case_line_ids.filtered(lambda x: x.move_id == out)
        line.contact_id = other
        line.action_send()
        self._run()
        notice = self._case().action_ids.filtered("is_formal_notice")
        self.assertEqual(notice.state, "proposed")
        self.assertEqual(notice.contact_id, other)
        self.assertNotIn(out, notice.line_ids.move_id)
        other.write({"street": "1 rue X", "zip": "69001", "city": "Lyon"})
        notice.with_user(self.manager).action_approve()
        self.assertEqual((notice.state, notice.contact_id), ("queued", other))
        self.assertNotIn(out, notice.line_ids.move_id)


@tagged("post_install", "-at_install")
class TestWhatATemplateSays(PeopleCommon):
    """Copy, files and mail server of the text of a level are used."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.file = cls.env["ir.attachment"].create(
            {"name": "RIB.pdf", "raw": b"%PDF-1.4 rib"}
        )
        cls.server = cls.env["ir.mail_server"].create(
            {"name": "own", "smtp_host": "localhost"}
        )
        cls.mail_text.write(
            {
                "email_cc": "chief@example.com",
                "attachment_ids": cls.file.ids,
                "mail_server_id": cls.server.id,
                "email_from": "stranger@example.com",
                "reply_to": "stranger@example.com",
            }
        )
        cls.invoice = cls._invoice(5)
        cls._run()
        cls.action = cls._case().action_ids

    def test_copy_files_and_server_are_used_sender_and_answers_are_ours(self):
        mail = self.action.mail_mail_id
        self.assertIn("chief@example.com", mail.email_cc)
        self.assertEqual(mail.attachment_ids.mapped("name"), ["RIB.pdf"])
        self.assertEqual(mail.mail_server_id, self.server)
        self.assertNotIn("stranger", mail.email_from + mail.reply_to)

    def test_the_copy_is_no_message_of_its_own(self):
        sent_to = []

        def send_email(server, message, *args, **kwargs):
            sent_to.append((message["To"], message["Cc"]))
            return message["Message-Id"]

        self.patch(IrMail_Server, "_disable_send", lambda server: False)
        self.patch(IrMail_Server, "_connect__", lambda *args, **kwargs: None)
        self.patch(IrMail_Server, "send_email", send_email)
        self.action.mail_mail_id.sudo().send()
        self.assertEqual(len(sent_to), 1)
        self.assertIn("chief@example.com", sent_to[0][1])
        self.assertEqual(self.action.state, "done")

    def test_the_file_of_the_text_stays_the_administrators(self):
        copy = self.action.own_file_ids
        self.assertNotEqual(copy, self.file)
        self.file.raw = b"%PDF-1.4 another"
        self.assertEqual(copy.raw, b"%PDF-1.4 rib")
        self.file.unlink()
        self.assertTrue(copy.exists())

    def test_what_failed_and_is_sent_again_has_the_file_once(self):
        self.action.sudo()._mark_failed("Mailbox unavailable")
        self.action.action_send_again()
        self.assertEqual(len(self.action.mail_mail_id.attachment_ids), 1)

    def test_fields_that_are_not_used_are_not_shown_on_our_texts(self):
        views = self.env["mail.template"].get_view(
            self.env.ref("mail.email_template_form").id, "form"
        )
        for name in ("email_from", "reply_to", "email_to", "partner_to"):
            self.assertRegex(views["arch"], rf'name="{name}"[^>]*dunning\.action', name)
