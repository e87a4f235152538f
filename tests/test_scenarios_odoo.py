from datetime import date, timedelta

from odoo import Command
from odoo.tests import tagged

from .common_scenarios import D, ScenarioCommon


@tagged("post_install", "-at_install")
class TestDatesAndLevels(ScenarioCommon):
    """Modules for Odoo and what their users wrote about them: the dates."""

    def test_01_500_due_a_year_ago_is_one_line_at_level_1(self):
        levels = self._use_ladder(10, 30, 40)
        self._due(500.0, days=-365)
        run = self._run()
        self._send_mails()
        self.assertEqual(self._sent().line_ids.amount_claimed, 500.0)
        self.assertEqual(self._sent().level_id, levels[0])
        self.assertEqual((run.case_count, run.contact_count), (1, 1))

    def test_02_runs_of_half_a_year_leave_one_open_reminder_not_three(self):
        levels = self._use_ladder(10, 30, 40, level={"automation": "manual"})
        self._due(500.0, days=-365)
        for days in (-183, -61, 0):
            self._night(days)
        waiting = self._case().action_ids.filtered(lambda a: a.state == "proposed")
        self.assertEqual((len(waiting), waiting.level_id), (1, levels[0]))

    def _owe_for_three_months(self):
        for due in (date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1)):
            self._invoice(due, invoice_date=due)

    def test_03_what_was_never_sent_does_not_escalate_a_month_later(self):
        levels = self._use_ladder(10, 30, level={"automation": "manual"})
        self._owe_for_three_months()
        self._run_and_send(date(2024, 12, 30))
        self.assertEqual(len(self._case().action_ids.line_ids), 2)
        self._run_and_send(date(2025, 1, 30))
        waiting = self._case().action_ids.filtered(lambda a: a.state == "proposed")
        self.assertEqual((len(waiting), waiting.level_id), (1, levels[0]))
        self.assertEqual(waiting.line_ids.level_id, levels[0])
        self.assertEqual(len(waiting.line_ids), 3)

    def test_03_once_sent_each_item_climbs_its_own_rung_in_one_message(self):
        levels = self._use_ladder(10, 30)
        self._owe_for_three_months()
        self._run_and_send(date(2024, 12, 30))
        self._run_and_send(date(2025, 1, 30))
        sent = self._sent()[-1:]
        reached = {line.date_due: line.level_id for line in sent.line_ids}
        self.assertEqual(
            reached,
            {
                date(2024, 11, 1): levels[1],
                date(2024, 12, 1): levels[1],
                # They put it at level 2 too, though nobody had written about it.
                date(2025, 1, 1): levels[0],
            },
        )
        self.assertEqual(sent.level_id, levels[1])

    def test_06_one_row_per_debtor_with_the_highest_level_and_both_balances(self):
        levels = self._use_ladder(10, 30)
        self._due(500.0)
        self._due(300.0, days=20)
        self._night(10)
        self._night(30)
        case = self._case()
        self.assertEqual((case.level_id, case.amount_due), (levels[1], 800.0))

    def test_07_a_ladder_of_7_30_and_60_days(self):
        levels = self._use_ladder(7, 30, 60)
        self._due()
        self.assertFalse(self._night(5))
        self.assertEqual(self._night(10).level_id, levels[0])
        self.assertEqual(self._night(35).level_id, levels[1])
        self.assertFalse(self._night(36))
        self._case().sudo().state = "waiting"
        self.assertFalse(self._night(95))
        self._case().action_close()
        self.assertFalse(self._sent().filtered(lambda a: a.level_id == levels[2]))

    def test_08_one_day_before_the_3rd_of_december_is_the_2nd(self):
        self._use_ladder(-1, 5)
        self._invoice(date(2024, 12, 3), invoice_date=date(2024, 11, 3))
        self.assertFalse(self._run_and_send(date(2024, 12, 1)))
        self.assertTrue(self._run_and_send(date(2024, 12, 2)))
        self.assertFalse(self._run_and_send(date(2024, 12, 3)))

    def test_09_due_today_is_not_overdue_and_due_yesterday_is(self):
        today, yesterday = self._due(), self._due(days=-1)
        self.assertEqual(today.dunning_days_overdue, 0)
        self.assertEqual(yesterday.dunning_days_overdue, 1)
        self._run()
        self.assertEqual(self._case().amount_overdue, 100.0)

    def test_11_200_days_late_and_never_written_to_it_climbs_from_level_1(self):
        levels = self._use_ladder(10, 30, 60)
        self._due(days=-200)
        sent = [self._night(days).level_id for days in (0, 20, 50)]
        self.assertEqual(sent, [*levels])


@tagged("post_install", "-at_install")
class TestScopeAndAmounts(ScenarioCommon):
    def test_13_of_500_late_and_1000_to_come_500_are_overdue_also_for_the_contact(self):
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.customer.id}
        )
        self._due(500.0, days=-5)
        self._due(1000.0, days=30, partner=contact, invoice_date=D)
        self._run()
        self.assertEqual(self._case().amount_overdue, 500.0)
        self.assertEqual(contact.dunning_case_count, 1)
        self.assertEqual(contact.action_open_dunning_cases()["res_id"], self._case().id)

    def test_14_fifteen_days_late_and_with_an_older_one_twenty(self):
        invoice = self._due(500.0, days=-15)
        self._run()
        case = self._case()
        self.assertEqual((case.amount_overdue, case.days_overdue), (500.0, 15))
        self._pay(invoice)
        self._due(200.0, days=-10)
        self._due(300.0, days=-20)
        self._run(D + timedelta(days=0))
        case = self._case()
        self.assertEqual((case.amount_overdue, case.days_overdue), (500.0, 20))

    def test_15_five_debtors_are_five_cases_and_no_more_on_the_second_run(self):
        partners = [self._create_customer(f"Debtor {number}") for number in range(5)]
        self._due(days=10, invoice_date=D)
        for partner in partners:
            self._due(days=-5, partner=partner)
        cases = self.env["dunning.case"]
        domain = [("partner_id", "in", [self.customer.id, *(p.id for p in partners)])]
        self._run()
        self.assertEqual(cases.search_count(domain), 5)
        self._run()
        self.assertEqual(cases.search_count(domain), 5)
        self.assertEqual(len(cases.search(domain).action_ids), 5)

    def test_19_1000_and_a_credit_note_of_300_are_both_shown_and_700_left_to_pay(self):
        self._use_ladder(5)
        invoice = self._due(1000.0)
        credit = self._credit(300.0)
        sent = self._night(5)
        text = sent.body
        for words in (invoice.name, credit.name, "1,000.00", "-", "300.00", "700.00"):
            with self.subTest(words=words):
                self.assertIn(words, text)
        self.assertEqual(sent.line_ids.amount_claimed, 1000.0)
        self.assertIn("700.00", sent.amount_text)
        self.assertNotIn("1,000.00", sent.amount_text)

    def test_19_a_credit_in_another_currency_is_not_mixed_in(self):
        self._use_ladder(5)
        self._due(1000.0)
        currency = self.setup_other_currency("HRK", rates=[("2023-01-01", 2.0)])
        credit = self._credit(300.0, currency_id=currency.id)
        text = self._night(5).body
        self.assertNotIn(credit.name, text)
        self.assertNotIn("Left to pay", text)

    def test_19_of_1000_and_a_credit_of_300_nobody_says_that_1000_are_missing(self):
        self._use_ladder(5, minimum_amount=700.01)
        self._due(1000.0)
        self._credit(300.0)
        self.assertFalse(self._night(5))
        self.assertEqual(self._case().wait_reason, "to_reconcile")

    def test_20_only_an_overdue_credit_is_no_reminder(self):
        self._credit(300.0)
        self._run()
        self.assertFalse(self._case())

    def test_20_an_invoice_and_a_free_payment_of_100_are_to_reconcile(self):
        self._due(100.0, days=-5)
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "amount": 100.0,
                "payment_type": "inbound",
                "partner_type": "customer",
            }
        )
        payment.action_post()
        self._run()
        self.assertFalse(self._case().action_ids)
        self.assertEqual(self._case().wait_reason, "to_reconcile")

    def test_22_cancelled_and_draft_documents_are_never_listed(self):
        self._due(100.0, days=-5)
        for move in (self._due(100.0, days=-9), self._credit(100.0)):
            move.button_draft()
            move.button_cancel()
        self._due(100.0, days=-9).button_draft()
        self._run()
        self.assertEqual(self._case().amount_due, 100.0)
        self.assertEqual(len(self._case().action_ids.line_ids), 1)

    def test_23_a_reversed_invoice_is_not_overdue(self):
        invoice = self._due(100.0, days=-5)
        invoice._reverse_moves([{"invoice_date": D}], cancel=True)
        self._run()
        self.assertFalse(self._case())
        self.assertEqual(invoice.dunning_days_overdue, 0)

    def test_29_a_15_day_term_and_16_days_is_one_day_overdue_and_paid_none(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "15 days",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 15}
                    )
                ],
            }
        )
        invoice = self._create_invoice_one_line(
            partner_id=self.customer,
            price_unit=100,
            tax_ids=[],
            invoice_date=D - timedelta(days=16),
            invoice_payment_term_id=term.id,
            post=True,
        )
        self.assertEqual(invoice.dunning_days_overdue, 1)
        self._pay(invoice)
        self.assertEqual(invoice.dunning_days_overdue, 0)


@tagged("post_install", "-at_install")
class TestSendingAndRights(ScenarioCommon):
    def test_33_two_invoices_are_one_message_to_the_contact_with_their_sum(self):
        self._use_ladder(5)
        contact = self.env["res.partner"].create(
            {
                "name": "Ann",
                "parent_id": self.customer.id,
                "type": "invoice",
                "email": "ann@example.com",
            }
        )
        self._due(100.0)
        self._due(250.0)
        sent = self._night(5)
        self.assertEqual((len(sent), len(sent.line_ids)), (1, 2))
        self.assertEqual(sent.contact_id, contact)
        self.assertEqual([*sent._get_totals().values()], [350.0])

    def test_34_the_message_names_each_invoice(self):
        self._use_ladder(5)
        invoice = self._due()
        self.assertIn(invoice.name, self._night(5).body)

    def test_41_a_mail_and_a_letter_of_one_step_both_keep_their_result(self):
        levels = self._use_ladder(5, level={"automation": "manual"})
        levels.write(
            {"channel_letter": True, "letter_template_id": self.letter_text.id}
        )
        self._due()
        self._night(5)
        mail = self._case().action_ids.filtered(lambda a: a.channel == "email")
        letter = self._case().action_ids - mail
        mail.sudo().action_deliver(D + timedelta(days=5))
        self._send_mails()
        letter.sudo().action_deliver(D + timedelta(days=5))
        self.assertEqual((mail | letter).mapped("state"), ["done", "done"])

    def test_47_without_an_address_of_its_own_the_invoice_contact_gets_it(self):
        self._use_ladder(5)
        self.customer.email = False
        self.env["res.partner"].create(
            {
                "name": "Comptabilité",
                "parent_id": self.customer.id,
                "type": "invoice",
                "email": "compta@example.com",
            }
        )
        self._due()
        self._run(D + timedelta(days=5))
        self.assertIn("compta@example.com", str(self._send_mails()))

    def test_61_cancelling_an_invoice_with_a_reminder_under_way_is_not_refused(self):
        self._use_ladder(5)
        invoice = self._due()
        self._run(D + timedelta(days=5))
        self.assertEqual(self._case().action_ids.state, "queued")
        invoice.button_draft()
        invoice.button_cancel()
        self.assertEqual(invoice.state, "cancel")
        self.assertEqual(self._send_mails(), [])

    def test_69_nothing_is_stored_on_the_items_of_the_ledger(self):
        for model in ("account.move", "account.move.line", "account.payment"):
            ours = [
                field.name
                for field in self.env[model]._fields.values()
                if field.store
                and field.column_type
                and "account_dunning" in (field._modules or ())
            ]
            # Of the notes that we draft ourselves, which claim they carry.
            own_notes = ["dunning_claim_id"] if model == "account.move" else []
            self.assertEqual(ours, own_notes, model)
