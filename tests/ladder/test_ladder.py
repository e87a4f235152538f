from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import DAY, DunningCommon


@tagged("post_install", "-at_install")
class TestLadderRules(DunningCommon):
    def assertRefused(self, *words):
        return self.assertRaisesRegex(ValidationError, ".*".join(words))

    def test_a_first_rung_with_a_gap_is_refused(self):
        with self.assertRefused("First", "first rung"):
            self.first.gap_days = 3

    def test_a_later_rung_without_a_gap_is_refused(self):
        with self.assertRefused("Second", "at least"):
            self.second.gap_days = 0

    def test_delays_that_decrease_are_refused(self):
        with self.assertRefused("Second", "cannot decrease"):
            self.second.delay_days = 4

    def test_equal_delays_are_accepted(self):
        self.second.delay_days = 5
        self.assertEqual(self.ladder._get_levels()[1], self.second)

    def test_a_channel_without_its_text_is_refused(self):
        for channel in ("email", "letter", "phone"):
            with self.subTest(channel=channel), self.assertRefused("no text for it"):
                self.env["dunning.level"].create(
                    {
                        "ladder_id": self.ladder.id,
                        "name": "Silent",
                        "delay_days": 10,
                        f"channel_{channel}": True,
                    }
                )

    def test_two_formal_notices_are_refused(self):
        with self.assertRefused("two formal notices"):
            self.second.write({"is_formal_notice": True, "automation": "manual"})

    def test_an_ordinary_reminder_after_the_formal_notice_is_refused(self):
        with self.assertRefused("Decision", "after the formal notice"):
            self.decision.write(
                {"channel_email": True, "mail_template_id": self.mail_text.id}
            )

    def test_a_formal_notice_cannot_leave_by_itself(self):
        with self.assertRefused("credit manager"):
            self.notice.automation = "automatic"

    def test_all_delays_may_be_moved_in_one_save(self):
        self.ladder.write(
            {
                "level_ids": [
                    Command.update(level.id, {"delay_days": level.delay_days + 30})
                    for level in self.ladder.level_ids
                ]
            }
        )
        self.assertEqual(self.ladder.level_ids.mapped("delay_days"), [35, 45, 60, 75])

    def test_a_wrong_order_is_refused_when_the_whole_ladder_is_saved(self):
        with self.assertRefused("cannot decrease"):
            self.ladder.write(
                {"level_ids": [Command.update(self.first.id, {"delay_days": 20})]}
            )

    def test_the_gap_is_proposed_as_the_difference_of_the_delays(self):
        with Form(self.ladder) as form, form.level_ids.new() as level:
            level.name = "Last"
            level.delay_days = 60
        self.assertEqual(self.ladder.level_ids[-1].gap_days, 15)

    def test_a_deadline_longer_than_the_way_to_the_next_rung_is_warned_about(self):
        self.assertFalse(self.ladder.warning)
        self.first.deadline_days = 9
        self.assertFalse(self.ladder.warning)
        self.first.deadline_days = 10
        self.assertIn("Second", self.ladder.warning)

    def test_a_contact_gap_longer_than_the_way_to_the_next_rung_is_warned_about(self):
        self.ladder.contact_gap_days = 10
        self.assertFalse(self.ladder.warning)
        self.ladder.contact_gap_days = 11
        self.assertIn("deferred", self.ladder.warning)

    def test_a_forbidden_phrase_is_named_with_its_reason(self):
        with self.assertRefused("prison"):
            self.mail_text.body_html = "<p>You will go to prison.</p>"
        with self.assertRefused("prison"):
            self.first.write({"channel_phone": True, "call_script": "Say: prison!"})

    def test_a_summary_tells_the_ladder_in_plain_words(self):
        self.assertEqual(
            self.ladder.summary,
            "D+5 e-mail → D+15 e-mail → D+30 formal notice (letter) → D+45 decision",
        )

    def test_a_used_level_is_archived_and_not_deleted(self):
        self._invoice(5)
        self._run()
        with self.assertRaisesRegex(UserError, "archive it"):
            self.first.unlink()

    def test_a_collector_may_not_change_a_ladder_and_a_manager_may(self):
        self.first.with_user(self.manager).name = "Friendly"
        with self.assertRaises(AccessError):
            self.first.with_user(self.collector).name = "Mine"

    def test_a_manager_who_is_no_template_editor_may_write_texts(self):
        self.env["ir.config_parameter"].set_param("mail.restrict.template.rendering", 1)
        self.mail_text.with_user(self.manager).write(
            {"body_html": '<p><t t-out="object.greeting"/></p>'}
        )
        with self.assertRaises(AccessError):
            self.mail_text.with_user(self.manager).write(
                {"body_html": '<p><t t-out="object.env.cr"/></p>'}
            )


@tagged("post_install", "-at_install")
class TestAssignment(DunningCommon):
    def _find(self):
        ladders = self.env["dunning.ladder"]._find_for(self.customer, self.company)
        return ladders[self.customer]

    def test_the_customers_own_ladder_comes_first(self):
        own = self._create_ladder(name="Own")
        self._create_ladder(name="Rule", debtor_kind="business", sequence=1)
        self.customer.dunning_ladder_id = own
        self.assertEqual(self._find(), own)

    def test_rules_are_tried_in_order_and_every_criterion_must_fit(self):
        self._create_ladder(name="Paris", zip_prefixes="75, 92", sequence=1)
        rhone = self._create_ladder(
            name="Lyon", zip_prefixes="69", debtor_kind="business", sequence=2
        )
        self._create_ladder(name="All businesses", debtor_kind="business", sequence=3)
        self.assertEqual(self._find(), rhone)

    def test_a_tag_or_a_country_can_be_the_rule(self):
        tag = self.env["res.partner.category"].create({"name": "Key account"})
        tagged_ladder = self._create_ladder(name="Key", category_ids=tag.ids)
        self.assertEqual(self._find(), self.ladder)
        self.customer.category_id = tag
        self.assertEqual(self._find(), tagged_ladder)
        tagged_ladder.country_ids = self.env.ref("base.be")
        self.assertEqual(self._find(), self.ladder)

    def test_a_rule_that_is_changed_holds_for_the_next_customer(self):
        tag, other = self.env["res.partner.category"].create(
            [{"name": "Key account"}, {"name": "Abroad"}]
        )
        ladder = self._create_ladder(name="Key", category_ids=tag.ids)
        self.customer.category_id = tag
        self.assertEqual(self._find(), ladder)
        ladder.category_ids = other
        self.assertEqual(self._find(), self.ladder)
        ladder.write({"category_ids": False, "debtor_kind": "business"})
        self.assertEqual(self._find(), ladder)

    def test_a_tag_that_is_not_used_any_more_is_no_rule(self):
        tag = self.env["res.partner.category"].create({"name": "Key account"})
        ladder = self._create_ladder(
            name="Key", category_ids=tag.ids, debtor_kind="business"
        )
        self.assertEqual(self._find(), self.ladder)
        tag.active = False
        self.assertEqual(self._find(), ladder)
        tag.active = True
        self.assertEqual(self._find(), self.ladder)
        tag.unlink()
        self.assertEqual(self._find(), ladder)

    def test_a_country_that_is_gone_is_no_rule(self):
        country = self.env["res.country"].create({"name": "Atlantis", "code": "XA"})
        ladder = self._create_ladder(
            name="Far", country_ids=country.ids, debtor_kind="business"
        )
        self.assertEqual(self._find(), self.ladder)
        country.unlink()
        self.assertEqual(self._find(), ladder)

    def test_without_choice_or_rule_the_companys_default_serves(self):
        self._create_ladder(name="Consumers", debtor_kind="consumer", sequence=1)
        self.assertEqual(self._find(), self.ladder)

    def test_the_case_gets_its_ladder_when_it_opens_and_keeps_it(self):
        self._invoice(5)
        self._run()
        self.customer.dunning_ladder_id = self._create_ladder(name="Later")
        self._run()
        self.assertEqual(self._case().ladder_id, self.ladder)

    def test_a_new_ladder_puts_items_on_its_highest_rung_not_above_the_old_one(self):
        self._invoice(15)
        self._deliver_until(self.first, DAY)
        other = self._create_ladder(name="Slow")
        other.write(
            {
                "level_ids": [
                    Command.update(level.id, {"delay_days": level.delay_days - 1})
                    for level in other.level_ids
                ]
            }
        )
        self._case().sudo().ladder_id = other
        self.assertEqual(self._case().line_ids.level_id, other.level_ids[0])

    def test_a_person_without_vat_or_siret_is_a_consumer_until_somebody_knows_better(
        self,
    ):
        person = self._create_customer("Claire Petit", is_company=False)
        self.assertEqual(person.dunning_debtor_kind, "consumer")
        self.assertEqual(self.customer.dunning_debtor_kind, "business")
        person.company_registry = "73282932000074"
        self.assertEqual(person.dunning_debtor_kind, "business")

    def test_a_public_body_stays_one_when_its_numbers_change(self):
        self.customer.dunning_debtor_kind = "public"
        self.customer.company_registry = "73282932000074"
        self.assertEqual(self.customer.dunning_debtor_kind, "public")


@tagged("post_install", "-at_install")
class TestPreviewOfALevel(DunningCommon):
    def test_the_text_is_shown_for_a_real_debtor_and_nothing_is_left_behind(self):
        invoice = self._invoice(5)
        self._run()
        count = self.env["dunning.action"].search_count([])
        preview = (
            self.env["dunning.level.preview"]
            .with_user(self.reader)
            .create({"level_id": self.notice.id, "case_id": self._case().id})
        )
        self.assertIn(invoice.name, preview.text)
        self.assertIn("Reminder", preview.text)
        self.assertEqual(self.env["dunning.action"].search_count([]), count)

    def test_a_debtor_on_the_ladder_of_the_level_is_proposed(self):
        other = self._create_ladder(name="Other")
        customer = self._create_customer("Debtor Other", dunning_ladder_id=other.id)
        self._invoice(5, amount=10.0, partner=customer)
        self._invoice(5, amount=9000.0)
        self._run()
        for level, case in (
            (other.level_ids[0], self._case(customer)),
            (self.first, self._case()),
        ):
            window = level.action_preview_text()
            preview = self.env[window["res_model"]].with_context(**window["context"])
            self.assertEqual(preview.create({}).case_id, case)


@tagged("post_install", "-at_install")
class TestShippedLadder(DunningCommon):
    def test_it_is_the_default_in_french_and_english_and_nothing_warns(self):
        ladder = self.env.ref("account_dunning.dunning_ladder_business")
        self.assertEqual(
            ladder.level_ids.mapped("delay_days"), [-5, 3, 8, 15, 30, 45, 60]
        )
        self.assertFalse(ladder.warning)
        self.assertTrue(ladder.level_ids[5].is_formal_notice)
        self.assertTrue(ladder.level_ids[6].is_decision)
        self.env["res.lang"]._activate_lang("fr_FR")
        french = ladder.with_context(lang="fr_FR")
        self.assertEqual(french.name, "Entreprises – standard")
