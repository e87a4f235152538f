from datetime import date, timedelta

from odoo import Command
from odoo.tests import tagged

from .common_scenarios import D, ScenarioCommon


@tagged("post_install", "-at_install")
class TestTryton(ScenarioCommon):
    """Levels at 5, 20 and 40 days, one item of 100."""

    def setUp(self):
        super().setUp()
        self.levels = self._use_ladder(5, 20, 40, level={"automation": "manual"})
        self.invoice = self._due(100.0)

    def _process(self, days):
        """Send what is proposed, as an accountant does."""
        waiting = self._case().action_ids.filtered(lambda a: a.state == "proposed")
        waiting.sudo().action_deliver(D + timedelta(days=days))
        self._send_mails()

    def test_T1_four_days_after_the_due_date_nothing(self):
        self._night(4)
        self.assertFalse(self._case().action_ids)

    def test_T2_five_days_after_one_case_at_level_1_in_draft(self):
        self._night(5)
        action = self._case().action_ids
        self.assertEqual((action.level_id, action.state), (self.levels[0], "proposed"))

    def test_T3_a_draft_nobody_sent_does_not_escalate(self):
        self._night(5)
        self._night(30)
        waiting = self._case().action_ids.filtered(lambda a: a.state == "proposed")
        self.assertEqual(waiting.level_id, self.levels[0])
        self.assertFalse(self._case().level_id)

    def test_T4_processed_then_blocked_it_stays_at_level_1(self):
        self._night(5)
        self._process(5)
        self.assertEqual(self._case().line_ids.delivered_on, D + timedelta(days=5))
        self.invoice.action_toggle_block_payment()
        self._night(30)
        self.assertEqual(self._case().level_id, self.levels[0])
        self.assertEqual(self._case().wait_reason, "held")

    def test_T5_unblocked_it_goes_to_level_2_in_draft_without_a_sending_date(self):
        self._night(5)
        self._process(5)
        self.invoice.action_toggle_block_payment()
        self._night(30)
        self.invoice.action_toggle_block_payment()
        self._night(30)
        action = self._case().action_ids.filtered(lambda a: a.state == "proposed")
        self.assertEqual(action.level_id, self.levels[1])
        self.assertFalse(action.delivered_on)

    def test_T6_paid_and_reconciled_the_case_is_gone(self):
        self._night(5)
        self._process(5)
        self._pay(self.invoice)
        self._night(50)
        self.assertFalse(self._case())
        self.assertEqual(len(self._sent()), 1)

    def test_T7_a_ladder_of_one_level_is_final_after_it(self):
        level = self._use_ladder(0, level={"automation": "manual"})
        self._night(1)
        self.assertEqual(self._case().action_ids.state, "proposed")
        self._process(1)
        self._night(2)
        self.assertEqual(self._case().level_id, level)
        self.assertEqual(len(self._case().action_ids), 1)

    def test_T9_a_payment_of_50_leaves_the_letter_and_one_of_100_does_not(self):
        credit = self._credit(50.0)
        self._night(5)
        self.assertEqual(self._case().action_ids.state, "proposed")
        text = self._case().action_ids.text_body
        self.assertIn(credit.name, text)
        self.assertIn("50.00", text)
        self._credit(50.0)
        self._night(6)
        self.assertEqual(self._case().action_ids.state, "cancelled")
        self.assertEqual(self._case().wait_reason, "to_reconcile")

    def test_T10_exactly_one_mail_to_the_customers_address_with_its_level(self):
        self.levels.automation = "automatic"
        self._run(D + timedelta(days=5))
        recipients = self._send_mails()
        self.assertEqual(len(recipients), 1)
        self.assertIn("martin@example.com", str(recipients))
        self.assertEqual(self._sent().level_id, self.levels[0])

    def test_T11_a_second_run_on_the_same_day_does_not_climb(self):
        self.levels.automation = "automatic"
        self.assertEqual(self._night(40).level_id, self.levels[0])
        self.assertFalse(self._night(40))
        self.assertFalse(self._night(54))
        self.assertEqual(self._night(55).level_id, self.levels[1])

    def test_T12_a_line_fifty_days_late_on_the_first_run_starts_at_level_1(self):
        self.levels.automation = "automatic"
        self.assertEqual(self._night(50).level_id, self.levels[0])


@tagged("post_install", "-at_install")
class TestERPNext(ScenarioCommon):
    def test_E1_the_first_notice_of_100_twenty_days_late_claims_100(self):
        self._use_ladder(20)
        self._due(100.0)
        line = self._night(20).line_ids
        self.assertEqual((line.amount_claimed, line.days_overdue), (100.0, 20))

    def test_E3_paid_it_is_resolved_and_with_the_payment_cancelled_it_is_not(self):
        self._use_ladder(20)
        invoice = self._due(100.0)
        self._night(20)
        case = self._case()
        payment = self._pay(invoice)
        self._night(21)
        self.assertEqual((case.state, case.amount_due), ("closed", 0.0))
        payment.action_draft()
        payment.action_cancel()
        self._night(22)
        self.assertEqual((case.state, case.amount_due), ("open", 100.0))

    def test_E4_two_invoices_are_two_rows_with_their_own_outstanding(self):
        self._use_ladder(15)
        self._due(100.0)
        self._due(300.0)
        rows = self._night(15).line_ids
        self.assertEqual(sorted(rows.mapped("amount_residual")), [100.0, 300.0])

    def test_E5_of_two_terms_only_the_late_half_is_dunned_and_resolved(self):
        self._use_ladder(1)
        term = self.env["account.payment.term"].create(
            {
                "name": "5 and 10 days",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": days}
                    )
                    for days in (5, 10)
                ],
            }
        )
        invoice = self._create_invoice_one_line(
            partner_id=self.customer,
            price_unit=100,
            tax_ids=[],
            invoice_date=D - timedelta(days=6),
            invoice_payment_term_id=term.id,
            post=True,
        )
        self.assertEqual(self._night(0).line_ids.amount_claimed, 50.0)
        self._pay(invoice, 50.0)
        self.assertEqual(invoice.payment_state, "partial")
        self.assertEqual(self._case().amount_overdue, 0.0)

    def test_E6_a_linked_credit_note_resolves_and_a_standalone_one_does_not(self):
        self._use_ladder(5)
        invoice = self._due(100.0)
        self._night(5)
        case = self._case()
        credit = invoice._reverse_moves([{"invoice_date": D}], cancel=True)
        self._night(6)
        self.assertEqual(case.state, "closed")
        credit.button_draft()
        credit.button_cancel()
        self._night(7)
        self.assertEqual(case.state, "open")
        self._credit(100.0)
        self._night(8)
        self.assertEqual((case.state, case.wait_reason), ("open", "to_reconcile"))

    def test_E8_due_today_is_not_late_and_tomorrow_it_is(self):
        self._use_ladder(0)
        self._due()
        self.assertFalse(self._night(0))
        self.assertTrue(self._night(1))


@tagged("post_install", "-at_install")
class TestMetasfresh(ScenarioCommon):
    def test_M1_fifteen_days_late_on_a_ladder_of_10_and_20_is_level_1(self):
        levels = self._use_ladder(10, 20)
        self._due()
        self.assertEqual(self._night(15).level_id, levels[0])

    def test_M2_twenty_five_days_late_and_nothing_sent_is_level_1_first(self):
        levels = self._use_ladder(10, 20)
        self._due()
        self.assertEqual(self._night(25).level_id, levels[0])

    def test_M4_after_the_last_level_the_write_off_is_a_decision(self):
        levels = self._use_ladder(10, 20)
        self._due()
        self._night(10)
        self.assertEqual(self._night(20).level_id, levels[1])
        self._night(35)
        decision = self._case().action_ids.filtered(lambda a: a.channel == "decision")
        self.assertEqual(len(decision), 1)

    def test_M5_ten_days_lie_between_two_levels(self):
        self._use_ladder(5, 6)
        self.company.dunning_ladder_id.level_ids[1].gap_days = 10
        self._due()
        self._night(5)
        self.assertFalse(self._night(5 + 4))
        self.assertTrue(self._night(5 + 10))

    def test_M6_nine_days_are_too_few_for_15_and_enough_for_7(self):
        self._use_ladder(15)
        self._due()
        self.assertFalse(self._night(9))
        self._use_ladder(7)
        self._case().sudo().ladder_id = self.company.dunning_ladder_id
        self.assertTrue(self._night(9))

    def test_M8_a_hundred_at_one_and_a_half_are_150_of_the_companys(self):
        self._use_ladder(5)
        rate = [("2023-01-01", 1 / 1.5)]
        currency = self.setup_other_currency("HRK", rates=rate)
        self._due(100.0, currency_id=currency.id)
        line = self._night(5).line_ids
        self.assertEqual((line.amount_claimed, line.currency_id), (100.0, currency))
        self.assertAlmostEqual(self._case().amount_due, 150.0, places=2)

    def test_M9_due_in_2021_and_dunned_in_2022_is_one_document(self):
        self._use_ladder(0, level={"automation": "manual"})
        self._invoice(date(2021, 4, 8))
        self._run(date(2022, 9, 29))
        self.assertEqual(self._case().action_ids.mapped("state"), ["proposed"])


@tagged("post_install", "-at_install")
class TestIDempiere(ScenarioCommon):
    def test_I1_made_thirty_days_ago_at_net_30_is_not_reported(self):
        self._use_ladder(10)
        self._due()
        self._night(0)
        self.assertFalse(self._case())
        self._night(9)
        self.assertFalse(self._case().action_ids)
        self.assertTrue(self._night(10))

    def test_I5_a_debtor_without_address_is_listed_as_an_exception(self):
        self._use_ladder(5)
        self.customer.email = False
        other = self._create_customer("Autre SARL")
        self._due()
        self._due(partner=other)
        self._night(5)
        action = self._case().action_ids
        self.assertEqual(action.state, "failed")
        self.assertIn("no valid e-mail address", action.failure_reason)
        self.assertTrue(self._case().activity_ids)
        self.assertEqual(len(self._sent(other)), 1)
