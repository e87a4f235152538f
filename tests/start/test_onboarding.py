from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from ..common import DAY
from .test_old_items import OldItemsCommon


class OnboardingCommon(OldItemsCommon):
    def _look(self, user=None):
        previews = self.env["dunning.first.run"].with_user(user or self.manager)
        return previews.browse(previews.action_open()["res_id"])

    def _setup(self, user=None, **values):
        return self.env["dunning.setup"].with_user(user or self.manager).create(values)

    def _panel(self, user=None):
        return self.env["dunning.setup"].with_user(user or self.manager).get_panel()

    def _done_steps(self):
        steps = self._panel()["steps"]
        return [step["title"] for step in steps if step["is_done"]]

    def _cron(self):
        return self.env.ref("account_dunning.ir_cron_dunning_run").sudo()


@tagged("post_install", "-at_install")
class TestFirstRun(OnboardingCommon):
    """The first run is a preview that a credit manager confirms."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(5)
        cls._invoice(-20, partner=cls.partner_b)

    def test_it_shows_who_would_get_what_and_sends_nothing(self):
        before = self._count_all()
        self._invoice(20, partner=self.partner_a, amount=0.5)
        self.ladder.minimum_amount = 1
        preview = self._look()
        line = preview.line_ids.filtered(lambda one: one.partner_id == self.customer)
        self.assertEqual(
            (line.result, line.level_id, line.channels, line.amount, line.invoices),
            ("automatic", self.first, "e-mail", 100, self.invoice.name),
        )
        small = preview.line_ids.filtered(lambda one: one.partner_id == self.partner_a)
        self.assertEqual((small.result, small.reason), ("none", "below_minimum"))
        totals = preview.total_ids.mapped(
            lambda total: (total.result, total.debtor_count, total.amount)
        )
        self.assertEqual(totals, [("automatic", 1, 100), ("none", 1, 0)])
        self.assertEqual(self._count_all(), before)

    def test_a_formal_notice_waits_for_approval_in_the_preview_too(self):
        self.first.automation = "manual"
        self.assertEqual(self._look().line_ids.result, "manual")

    def test_it_cannot_be_confirmed_while_old_items_are_undecided(self):
        preview = self._look()
        self.assertEqual(preview.undecided_count, 1)
        with self.assertRaisesRegex(UserError, "Old items"):
            preview.action_confirm()
        self._decide()
        preview.action_refresh()
        self.assertEqual(preview.undecided_count, 0)
        preview.action_confirm()
        self.assertEqual(preview.user_id, self.manager)
        self.assertEqual(self.company.dunning_confirmed_by_id, self.manager)

    def test_a_preview_of_yesterday_is_looked_at_again(self):
        self._decide()
        preview = self._look()
        with freeze_time("2024-03-05 10:00:00"):
            with self.assertRaisesRegex(UserError, "look again"):
                preview.action_confirm()
            preview.action_refresh()
            preview.action_confirm()
        self.assertEqual(preview.state, "confirmed")

    def test_looking_again_keeps_one_preview_and_shows_today(self):
        preview = self._look()
        self._pay(self.invoice)
        self.assertEqual(self._look(), preview)
        self.assertNotIn(self.customer, preview.line_ids.partner_id)

    def test_a_confirmed_preview_stays_as_it_was_seen(self):
        self._decide()
        preview = self._look()
        preview.action_confirm()
        with self.assertRaisesRegex(UserError, "stays as it was seen"):
            preview.action_refresh()
        with self.assertRaises(AccessError):
            preview.date = DAY

    def test_a_collector_looks_and_does_not_confirm_and_a_reader_does_neither(self):
        self._decide()
        preview = self._look(self.collector)
        self.assertTrue(preview.line_ids)
        with self.assertRaises(AccessError):
            preview.action_confirm()
        with self.assertRaises(AccessError):
            self._look(self.reader)
        self.assertFalse(self.company.dunning_confirmed_on)

    def test_run_now_shows_the_preview_until_it_was_confirmed(self):
        before = self._count_all()
        runs = self.env["dunning.run"].with_user(self.manager)
        self.assertEqual(runs.action_run_now()["res_model"], "dunning.first.run")
        self.assertEqual(self._count_all(), before)
        self._decide()
        self._look().action_confirm()
        self.assertEqual(runs.action_run_now()["res_model"], "dunning.run")
        self.assertEqual(self._case().action_ids.level_id, self.first)

    def test_the_first_run_does_what_the_preview_showed(self):
        self._invoice(60, partner=self.partner_a)
        self._decide(d31=self.second)
        shown = {
            (line.partner_id, line.level_id, line.amount)
            for line in self._look().line_ids
            if line.result != "none"
        }
        self._run()
        actions = self.env["dunning.action"].search(
            [("company_id", "=", self.company.id)]
        )
        done = {
            (
                action.partner_id,
                action.level_id,
                sum(action.line_ids.mapped("amount_residual")),
            )
            for action in actions
        }
        self.assertEqual(done, shown)


@tagged("post_install", "-at_install")
class TestNightSwitch(OnboardingCommon):
    """The night is off when installed, and each company has its own switch."""

    def test_it_cannot_be_switched_on_before_the_preview_was_confirmed(self):
        with self.assertRaisesRegex(UserError, "Nothing leaves by surprise"):
            self._setup().action_switch_on()
        self.assertFalse(self._cron().active)

    def _confirm(self):
        self._decide()
        self._look().action_confirm()

    def test_switched_on_it_waits_for_the_next_night_even_long_after_the_install(self):
        self._confirm()
        self._cron().nextcall = datetime(2024, 1, 1, 2)
        self.company.resource_calendar_id.tz = "Europe/Paris"
        self._setup().action_switch_on()
        self.assertTrue(self._cron().active)
        self.assertEqual(self._cron().nextcall, datetime(2024, 3, 5, 1))
        self.assertEqual(self.company._dunning_get_next_run(), datetime(2024, 3, 5, 1))

    @freeze_time("2024-03-31 00:30:00")
    def test_the_hour_of_the_night_follows_the_change_to_summer_time(self):
        self.company.resource_calendar_id.tz = "Europe/Paris"
        night = self.company._dunning_next_night()
        self.assertEqual(night.date().isoformat(), "2024-03-31")
        self.assertGreater(night, datetime(2024, 3, 31, 0, 30))

    def test_it_can_be_switched_off_again(self):
        self._confirm()
        self._setup().action_switch_on()
        self._setup().action_switch_off()
        self.assertFalse(self._cron().active)
        self.assertFalse(self.company._dunning_get_next_run())

    def test_a_collector_switches_nothing(self):
        self._confirm()
        for user in (self.collector, self.reader):
            company = self.company.with_user(user)
            with self.assertRaises(AccessError):
                company._dunning_switch_on()
            with self.assertRaises(AccessError):
                company._dunning_switch_off()

    def test_nobody_switches_it_on_by_writing_the_field(self):
        admin = self.env.ref("base.user_admin")
        for name in ("dunning_is_night_on", "dunning_confirmed_on"):
            with self.assertRaises(AccessError):
                self.company.with_user(admin).write({name: "2024-01-01"})
        companies = self.env["res.company"].with_user(admin)
        with self.assertRaises(AccessError):
            companies.create({"name": "New", "dunning_is_night_on": True})

    @freeze_time("2024-03-05 01:30:00")
    def test_the_night_serves_only_companies_that_switched_it_on(self):
        other = self.setup_other_company()["company"]
        self._invoice(10)
        self._open_for_business(self.company)
        with self.enter_registry_test_mode():
            self._cron().method_direct_trigger()
        nights = self.env["dunning.run"].sudo().search([("is_nightly", "=", True)])
        self.assertIn(self.company, nights.company_id)
        self.assertNotIn(other, nights.company_id)

    def test_a_company_that_switches_off_leaves_the_others_their_night(self):
        self._confirm()
        other = self.setup_other_company()["company"]
        self._open_for_business(other)
        self._setup().action_switch_on()
        self._setup().action_switch_off()
        self.assertTrue(self._cron().active)


@tagged("post_install", "-at_install")
class TestSetup(OnboardingCommon):
    """The steps: saved one by one, found again after leaving half-way."""

    def test_a_new_company_has_every_step_before_it(self):
        panel = self._panel()
        self.assertEqual(len(panel["steps"]), 7)
        self.assertFalse(self._done_steps())

    def test_left_half_way_the_steps_that_were_saved_are_done(self):
        before = self._count_all()
        self._setup(user_id=self.collector.id).action_save_sender()
        self._setup(ladder_id=self.ladder.id)  # and the window is closed
        self.assertEqual(self._done_steps(), ["Sender and signature"])
        self.assertEqual(self.company.dunning_user_id, self.collector)
        self.assertEqual(self._count_all(), before)

    def test_the_whole_path_as_a_credit_manager(self):
        self._invoice(5)
        self._setup(user_id=self.collector.id).action_save_sender()
        self._setup(ladder_id=self.ladder.id).action_save_ladder()
        self._setup(manager_id=self.manager.id).action_save_people()
        self._setup().action_save_checks()
        self._decide()
        self._look().action_confirm()
        self.assertEqual(len(self._done_steps()), 6)
        self._setup().action_switch_on()
        self.assertFalse(self._panel())
        self.assertEqual(self.company.dunning_manager_id, self.manager)

    def test_who_approves_must_be_allowed_to(self):
        setup = self._setup(user_id=self.collector.id, manager_id=self.collector.id)
        with self.assertRaisesRegex(
            UserError, "has not the rights of a credit manager"
        ):
            setup.action_save_people()
        with self.assertRaisesRegex(UserError, "Choose a credit manager"):
            self._setup(
                user_id=self.collector.id, manager_id=False
            ).action_save_people()

    def test_a_credit_manager_does_not_change_the_company_itself(self):
        self._setup(
            user_id=self.collector.id, email="thief@example.com"
        ).action_save_sender()
        self.assertEqual(self.company.email, "accounts@example.com")

    def test_a_collector_sees_the_steps_and_opens_none_and_a_reader_sees_nothing(self):
        self.assertFalse(self._panel(self.collector)["is_manager"])
        self.assertFalse(self._panel(self.reader))
        with self.assertRaises(AccessError):
            self._setup(self.collector)
        with self.assertRaises(AccessError):
            self.env["dunning.setup"].with_user(self.collector).close_panel()

    def test_the_panel_can_be_put_away_and_shown_again(self):
        setup = self.env["dunning.setup"].with_user(self.manager)
        setup.close_panel()
        self.assertFalse(self._panel())
        setup.action_show_panel()
        self.assertTrue(self._panel())

    def test_each_company_has_its_own_steps(self):
        other = self.setup_other_company()["company"]
        self._setup(user_id=self.collector.id).action_save_sender()
        self.manager.company_ids += other
        panel = self.env["dunning.setup"].with_user(self.manager).with_company(other)
        steps = panel.get_panel()["steps"]
        self.assertFalse([step for step in steps if step["is_done"]])


@tagged("post_install", "-at_install")
class TestChecks(OnboardingCommon):
    """What to look at before reminders leave by themselves."""

    def _check(self, number):
        return self.company.with_user(self.manager)._dunning_get_checks()[number]

    def test_a_company_without_address_is_told(self):
        self.company.email = False
        self.assertEqual(self._check(0)[0], "danger")
        self.company.email = "accounts@example.com"
        self.assertEqual(self._check(0)[0], "warning")
        self.company.dunning_user_id = self.collector
        self.assertEqual(self._check(0)[0], "ok")

    def test_a_mail_server_is_there_and_tested(self):
        servers = self.env["ir.mail_server"].sudo()
        servers.search([]).active = False
        company_class = self.registry["res.company"]
        self.patch(company_class, "_dunning_get_configured_server", lambda self: "")
        self.assertEqual(self._check(1)[0], "danger")
        with self.assertRaisesRegex(UserError, "No outgoing mail server"):
            self._setup().action_test_mail_server()
        servers.create({"name": "Test", "smtp_host": "smtp.example.com"})
        self.assertEqual(self._check(1)[0], "warning")
        with patch.object(IrMail_Server, "test_smtp_connection", lambda server: None):
            self._setup().action_test_mail_server()
        self.assertEqual(self._check(1)[0], "ok")
        self.assertIn("03/04/2024", self._check(1)[2])

    def test_the_age_of_the_last_bank_entry_is_told(self):
        self.company.dunning_bank_freshness_days = 3
        self.assertIn("no line of a bank statement", self._check(2)[2])
        journal = self.company_data["default_journal_bank"]
        line = self.env["account.bank.statement.line"].create(
            {"journal_id": journal.id, "date": "2024-02-01", "amount": 10}
        )
        state, _what, text = self._check(2)
        self.assertEqual(state, "warning")
        self.assertIn("32 days ago", text)
        line.move_id.button_draft()
        line.date = "2024-03-01"
        line.move_id.action_post()
        self.assertEqual(self._check(2)[0], "ok")

    def test_late_customers_without_address_are_counted(self):
        self._invoice(5)
        self.assertEqual([self._check(4)[0], self._check(5)[0]], ["ok", "ok"])
        self.customer.write({"email": False, "city": False})
        self.assertIn("1 late customers", self._check(4)[2])
        self.assertIn("1 late customers", self._check(5)[2])
        listed = self._setup().action_open_without_email()["domain"]
        self.assertEqual(self.env["res.partner"].search(listed), self.customer)
        self.env["res.partner"].create(
            {
                "parent_id": self.customer.id,
                "type": "invoice",
                "name": "Accounts",
                "email": "accounts@customer.example.com",
                "street": "1 rue du Lac",
                "zip": "74000",  # without it the letter itself would fail
                "city": "Annecy",
            }
        )
        self.assertEqual([self._check(4)[0], self._check(5)[0]], ["ok", "ok"])

    def test_kinds_of_customers_are_counted(self):
        self._invoice(5)
        self._invoice(5, partner=self._create_customer("Anne Roux", is_company=False))
        self.assertIn("1 businesses, 1 consumers, 0 public", self._check(3)[2])

    def test_the_settings_say_how_things_stand(self):
        settings = self.env["res.config.settings"].sudo().create({})
        self.assertIn(
            "Off: nothing leaves by itself before", settings.dunning_night_text
        )
        self.assertEqual(settings.dunning_last_run_text, "No run yet.")
        self._invoice(5)
        self._decide()
        self._look().action_confirm()
        self._setup().action_switch_on()
        self._run()
        self.env.invalidate_all()
        settings = self.env["res.config.settings"].sudo().create({})
        self.assertIn("On. The next night begins on", settings.dunning_night_text)
        self.assertIn("1 on their way", settings.dunning_last_run_text)
        self.assertIn("Test ladder (1)", settings.dunning_ladder_text)
