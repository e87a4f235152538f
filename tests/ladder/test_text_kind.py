from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import DunningCommon

DENIED = "odoo.addons.base.models.ir_model"


@tagged("post_install", "-at_install")
class TestTextKind(DunningCommon):
    """A level offers the texts that were written for it."""

    def _offered(self, name):
        domain = self.env["dunning.level"]._fields[name].domain
        return self.env["mail.template"].search(domain)

    def test_an_e_mail_level_is_offered_e_mails_only(self):
        email = self.env.ref("account_dunning.mail_template_second")
        letter = self.env.ref("account_dunning.letter_template_second")
        promise = self.env["mail.template"].search(
            [("dunning_text_kind", "=", "event")], limit=1
        )
        self.assertTrue(promise)
        self.assertIn(email, self._offered("mail_template_id"))
        self.assertNotIn(letter, self._offered("mail_template_id"))
        self.assertIn(letter, self._offered("letter_template_id"))
        self.assertNotIn(promise, self._offered("letter_template_id"))

    def test_a_text_of_unknown_kind_is_offered_for_both(self):
        for name in ("mail_template_id", "letter_template_id"):
            self.assertIn(self.mail_text, self._offered(name))

    def test_every_shipped_text_says_what_it_is_for_and_how_it_sounds(self):
        texts = self.env["mail.template"].search([("model", "=", "dunning.action")])
        ours = texts.filtered(
            lambda text: text.get_external_id()[text.id].startswith("account_dunning")
        )
        self.assertTrue(all(ours.mapped("dunning_text_kind")))
        of_levels = ours.filtered(lambda text: text.dunning_text_kind != "event")
        self.assertTrue(all(of_levels.mapped("dunning_tone")))

    def test_a_letter_in_the_place_of_an_e_mail_is_refused(self):
        letter = self.env.ref("account_dunning.letter_template_second")
        with self.assertRaisesRegex(ValidationError, "written for something else"):
            self.first.mail_template_id = letter

    def test_what_an_upgrade_says_of_a_text_comes_from_its_levels(self):
        self.mail_text.dunning_text_kind = False
        self.env["mail.template"]._note_dunning_texts()
        self.assertEqual(self.mail_text.dunning_text_kind, "email")
        self.assertEqual(self.notice_text.dunning_text_kind, "letter")

    def test_a_text_that_levels_use_for_both_stays_open(self):
        self.notice.letter_template_id = self.first.mail_template_id
        self.env["mail.template"]._note_dunning_texts()
        self.assertFalse(self.mail_text.dunning_text_kind)


@tagged("post_install", "-at_install")
class TestTextShared(DunningCommon):
    """Who changes a text knows where else it is used."""

    def test_a_level_names_the_others_that_share_its_text(self):
        self.assertEqual(self.first.mail_shared_with, "Second (Test ladder)")
        self.assertFalse(self.notice.mail_shared_with)
        self.assertFalse(self.notice.letter_shared_with)

    def test_a_copy_for_this_level_leaves_the_others_alone(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.mail_text.with_context(lang="fr_FR").subject = "Rappel"
        self.first.with_user(self.manager).action_copy_mail_text()
        own = self.first.mail_template_id
        self.assertNotEqual(own, self.mail_text)
        self.assertEqual(self.second.mail_template_id, self.mail_text)
        self.assertEqual(own.with_context(lang="fr_FR").subject, "Rappel")
        self.assertEqual(own.name, "E-mail (First of Test ladder)")
        self.assertFalse(self.first.mail_shared_with)

    def test_a_letter_is_copied_as_well(self):
        self.notice.action_copy_letter_text()
        self.assertNotEqual(self.notice.letter_template_id, self.notice_text)

    def test_a_collector_copies_nothing(self):
        with mute_logger(DENIED), self.assertRaises(AccessError):
            self.first.with_user(self.collector).action_copy_mail_text()

    def test_a_friendly_text_in_a_firm_level_warns(self):
        self.mail_text.dunning_tone = "friendly"
        self.first.tone = "neutral"
        self.assertFalse(self.first.tone_warning)
        self.first.tone = "firm"
        self.assertIn("sounds friendly, the level firm", self.first.tone_warning)
        self.mail_text.dunning_tone = False
        self.assertFalse(self.first.tone_warning)


@tagged("post_install", "-at_install")
class TestOwnPhrases(DunningCommon):
    """The credit manager adds what nobody writes here."""

    def _avoid(self, name, user=None):
        phrases = self.env["dunning.phrase"].with_user(user or self.manager)
        return phrases.create({"name": name})

    def test_a_text_that_says_it_is_refused_in_every_language(self):
        self._avoid("dernière chance")
        with self.assertRaisesRegex(ValidationError, "DERNIERE CHANCE"):
            self.mail_text.body_html = "<p>DERNIERE CHANCE</p>"

    def test_an_edited_message_that_says_it_does_not_leave(self):
        self.first.automation = "manual"
        self._invoice(5)
        self._run()
        action = self._case().action_ids
        self._avoid("last chance")
        with self.assertRaises(ValidationError):
            action.with_user(self.collector).text_body = "<p>Your last chance</p>"

    def test_a_phrase_that_a_text_says_now_names_the_text(self):
        with self.assertRaisesRegex(ValidationError, "reminder by e-mail"):
            self._avoid("reminder")

    def test_one_that_was_taken_off_the_list_is_allowed_again(self):
        phrase = self._avoid("last chance")
        phrase.unlink()
        self.mail_text.body_html = "<p>Your last chance</p>"

    def test_a_phrase_of_a_few_letters_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "too short"):
            self._avoid("tu ")

    def test_a_collector_adds_none(self):
        with mute_logger(DENIED), self.assertRaises(AccessError):
            self._avoid("last chance", self.collector)
