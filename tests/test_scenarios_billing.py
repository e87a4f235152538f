from collections import Counter
from datetime import date, timedelta

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_scenarios import D, ScenarioCommon


@tagged("post_install", "-at_install")
class TestKillBill(ScenarioCommon):
    def test_K1_states_of_30_40_and_50_days_come_in_turn_and_clear_when_paid(self):
        levels = self._use_ladder(30, 40, 50)
        due = date(2012, 5, 31)
        invoice = self._invoice(due, 249.95)
        days = {
            date(2012, 6, 29): False,
            date(2012, 6, 30): levels[0],
            date(2012, 7, 9): levels[0],
            date(2012, 7, 10): levels[1],
            date(2012, 7, 19): levels[1],
            date(2012, 7, 20): levels[2],
        }
        for day, level in days.items():
            with self.subTest(day=day):
                self._run_and_send(day)
                self.assertEqual(self._case().level_id, level or levels.browse())
        case = self._case()
        self._pay(invoice, day=date(2012, 7, 21))
        self._run(date(2012, 7, 21))
        self.assertEqual((case.state, case.close_reason), ("closed", "paid"))

    def test_K2_a_balance_of_100_for_10_days_is_enough_and_nothing_less(self):
        self._use_ladder(10, minimum_amount=100)
        self._due(99.99)
        self.assertFalse(self._night(10))
        self.assertEqual(self._case().wait_reason, "below_minimum")
        self._due(0.01, days=5)
        self.assertTrue(self._night(11))

    def test_K2_on_the_tenth_day_and_not_on_the_ninth(self):
        self._use_ladder(10, minimum_amount=100)
        self._due(100.0)
        self.assertFalse(self._night(9))
        self.assertTrue(self._night(10))

    def test_K3_excluded_it_is_clear_and_included_again_it_is_at_the_first_state(self):
        levels = self._use_ladder(5, 15)
        invoice = self._due()
        invoice.no_followup = True
        self.assertFalse(self._night(10))
        invoice.no_followup = False
        self.assertEqual(self._night(11).level_id, levels[0])

    def test_K5_warning_on_day_5_blocked_on_day_7_cancel_on_day_11(self):
        levels = self._use_ladder(5, 7, 11)
        self._due()
        nights = (4, 5, 6, 7, 10, 11, 12)
        found = {days: self._night(days).level_id for days in nights}
        sent = {days: level for days, level in found.items() if level}
        self.assertEqual(sent, {5: levels[0], 7: levels[1], 11: levels[2]})


@tagged("post_install", "-at_install")
class TestLago(ScenarioCommon):
    def setUp(self):
        super().setUp()
        self.dollar = self.setup_other_currency("HRK", rates=[("2023-01-01", 1.0)])

    def test_L1_two_currencies_are_one_contact_with_one_total_each(self):
        self._use_ladder(5, 7, minimum_amount=150)
        self._due(149.0)
        self._due(120.0, currency_id=self.dollar.id)
        sent = self._night(5)
        self.assertEqual(len(sent), 1)
        self.assertEqual(sorted(sent._get_totals().values()), [120.0, 149.0])
        self.assertFalse(self._night(6))

    def test_L2_149_is_below_150_and_with_6_more_it_is_not(self):
        self._use_ladder(5, 8, minimum_amount=150)
        self._due(149.0)
        self.assertFalse(self._night(6))
        self._due(6.0)
        sent = self._night(7)
        self.assertEqual(sum(sent.line_ids.mapped("amount_claimed")), 155.0)
        self.assertEqual(self._nights_with_mail(8, 9, 10, 13), [10])

    def test_L3_an_excluded_customer_gets_nothing(self):
        self._use_ladder(5)
        (self._due() | self._due()).no_followup = True
        self.assertEqual(self._nights_with_mail(5, 8), [])


@tagged("post_install", "-at_install")
class TestInvoiceNinja(ScenarioCommon):
    def test_N1_reminders_of_5_10_and_15_days_leave_on_the_6th_11th_and_16th(self):
        self._use_ladder(5, 10, 15)
        self._invoice(date(2024, 3, 1))
        march = [date(2024, 3, day) for day in (5, 6, 7, 10, 11, 15, 16, 17, 29, 30)]
        days = [day.day for day in march if self._run_and_send(day)]
        # They go on every 14 days; ours asks somebody to decide.
        self.assertEqual(days, [6, 11, 16])

    def test_N3_fourteen_days_before_the_due_date_of_a_30_day_invoice(self):
        self._use_ladder(-14, 5)
        self._invoice(date(2024, 3, 31), invoice_date=date(2024, 3, 1))
        march = [date(2024, 3, day) for day in (15, 16, 17, 18, 30, 31)]
        days = [day.day for day in march if self._run_and_send(day)]
        self.assertEqual(days, [17])

    def test_N5_run_24_times_in_a_day_one_message_leaves(self):
        self._use_ladder(5, 10)
        self._due()
        nights = [bool(self._night(5)) for _hour in range(24)]
        self.assertEqual(nights.count(True), 1)
        self.assertEqual(len(self._sent()), 1)


@tagged("post_install", "-at_install")
class TestSuites(ScenarioCommon):
    """Axelor, French publishers and NetSuite."""

    def test_A2_a_manual_level_waits_and_is_there_once_however_often_it_runs(self):
        self._use_ladder(5, level={"automation": "manual"})
        self._due()
        self.assertEqual(self._nights_with_mail(5, 6, 9), [])
        waiting = self._case().action_ids.filtered(lambda a: a.state == "proposed")
        self.assertEqual(len(waiting), 1)
        waiting.sudo().action_deliver(D + timedelta(days=9))
        self._send_mails()
        self.assertEqual(len(self._sent()), 1)

    def test_A3_49_99_is_below_a_threshold_of_50_and_50_01_above(self):
        self._use_ladder(5, minimum_amount=50)
        self._due(49.99)
        self.assertFalse(self._night(5))
        self._due(0.02)
        self.assertTrue(self._night(6))

    def test_A7_a_partner_without_a_text_is_traced_and_the_others_are_served(self):
        self._use_ladder(5)
        broken = self._create_ladder(name="Broken")
        text = self._create_text("Broken")
        text.body_html = '<p><t t-out="1/0"/></p>'
        broken.level_ids[0].mail_template_id = text
        other = self._create_customer("Autre SARL")
        other.dunning_ladder_id = broken
        self._due()
        self._due(partner=other)
        with mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            self._night(5)
        self.assertEqual(len(self._sent()), 1)
        case = self._case(other)
        self.assertTrue(case.failure)
        self.assertTrue(case.activity_ids)

    def test_F1_five_at_R4_one_at_R3_and_one_at_R1_are_one_message_at_R4(self):
        levels = self._use_ladder(5, 15, 25, 35)
        for _number in range(7):
            self._due()
        self._run(D + timedelta(days=4))
        before = [*[levels[2]] * 5, levels[1], levels.browse()]
        for line, level in zip(self._case().line_ids, before, strict=True):
            line.sudo().level_id = level
        sent = self._night(35)
        self.assertEqual((len(sent), sent.level_id), (1, levels[3]))
        reached = Counter(line.level_id.name for line in sent.line_ids)
        self.assertEqual(reached, {"Level 4": 5, "Level 3": 1, "Level 1": 1})

    def test_F2_a_credit_note_without_a_level_is_netted_in_the_total(self):
        levels = self._use_ladder(5, 15)
        self._due(100.0)
        self._due(100.0)
        self._night(5)
        credit = self._credit(50.0)
        sent = self._night(15)
        self.assertEqual(sent.level_id, levels[1])
        self.assertEqual(sum(sent.line_ids.mapped("amount_claimed")), 200.0)
        for words in (credit.name, "Left to pay", "150.00"):
            with self.subTest(words=words):
                self.assertIn(words, sent.body)

    def test_F3_money_in_the_bank_that_is_not_matched_stops_the_message(self):
        self._use_ladder(5)
        self._due(100.0)
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": D,
                "payment_ref": "Transfer",
                "partner_id": self.customer.id,
                "amount": 100.0,
            }
        )
        self.assertFalse(self._night(5))
        self.assertEqual(self._case().wait_reason, "to_reconcile")

    def test_F7_after_the_last_level_somebody_decides_and_only_once(self):
        self._use_ladder(5)
        self._due()
        self._night(5)
        for days in (6, 19, 20, 21, 40):
            self._night(days)
        decisions = self._case().action_ids.filtered(lambda a: a.channel == "decision")
        self.assertEqual(len(decisions), 1)
        self.assertTrue(decisions.activity_id)

    def test_F10_one_broken_debtor_among_100_leaves_99_sent_and_1_exception(self):
        self._use_ladder(5)
        partners = self.env["res.partner"].create(
            [
                {
                    "name": f"Debtor {number}",
                    "email": f"debtor{number}@example.com" if number else False,
                    "is_company": True,
                    "lang": "en_US",
                }
                for number in range(100)
            ]
        )
        invoices = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": D - timedelta(days=30),
                    "invoice_date_due": D,
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create({"name": "Work", "price_unit": 100.0})
                    ],
                }
                for partner in partners
            ]
        )
        invoices.action_post()
        self._night(5)
        actions = self.env["dunning.action"].search(
            [("partner_id", "in", partners.ids)]
        )
        self.assertEqual(len(actions.filtered(lambda a: a.state == "done")), 99)
        failed = actions.filtered(lambda a: a.state == "failed")
        self.assertEqual(failed.partner_id, partners[0])
