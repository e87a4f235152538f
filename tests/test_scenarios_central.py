from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_scenarios import D, ScenarioCommon


@tagged("post_install", "-at_install")
class TestBusinessCentral(ScenarioCommon):
    def test_B1_with_five_days_of_grace_nothing_on_D5_and_a_line_on_D6(self):
        self._use_ladder(0, grace_days=5)
        self._due()
        self.assertFalse(self._night(5))
        self.assertTrue(self._night(6))

    def test_B2_the_next_level_counts_from_the_deadline_printed_before(self):
        levels = self._use_ladder(0, 1, 2, grace_days=5)
        levels.write({"deadline_days": 10})
        self._due()
        self.assertEqual(self._night(6).level_id, levels[0])
        # The deadline is D+16: with five days of grace nothing up to D+21.
        self.assertEqual(self._nights_with_mail(7, 16, 21), [])
        self.assertEqual(self._night(22).level_id, levels[1])
        self.assertEqual(self._nights_with_mail(23, 32, 37), [])
        self.assertEqual(self._night(38).level_id, levels[2])

    def test_B3_a_negative_total_and_one_below_the_minimum_get_no_reminder(self):
        self._use_ladder(5, minimum_amount=50)
        self._due(30.0)
        credit = self._credit(40.0)
        self.assertFalse(self._night(5))
        credit.button_draft()
        self.assertFalse(self._night(6))
        self._due(20.0)
        self.assertTrue(self._night(7))

    def test_B4_overdue_only_leaves_out_what_is_within_grace(self):
        self._use_ladder(0, grace_days=20)
        late = self._invoice(date(2024, 1, 1))
        self._invoice(date(2024, 2, 1))
        self._run_and_send(date(2024, 2, 19))
        self.assertEqual(self._sent().line_ids.move_id, late)

    def test_B6_entries_without_a_level_or_at_level_2_are_found(self):
        levels = self._use_ladder(5, 15)
        second, first, none = self._due(), self._due(), self._due()
        self._run(D + timedelta(days=1))
        lines = {line.move_id: line for line in self._case().line_ids}
        lines[second].sudo().level_id = levels[1]
        lines[first].sudo().level_id = levels[0]
        found = self.env["account.move"].search(
            [
                ("dunning_level_id", "in", [False, levels[1].id]),
                ("partner_id", "=", self.customer.id),
            ]
        )
        self.assertEqual(found, second | none)

    def test_B8_items_due_on_five_days_are_filtered_by_their_due_date(self):
        self._use_ladder(5)
        invoices = [self._due(days=days) for days in range(5)]
        self._night(6)
        lines = self.env["dunning.case.line"].search(
            [
                ("case_id", "=", self._case().id),
                ("date_due", ">=", D + timedelta(days=1)),
                ("date_due", "<=", D + timedelta(days=2)),
            ]
        )
        self.assertEqual(lines.move_id, invoices[1] | invoices[2])

    def test_B9_a_run_that_stopped_after_the_first_customer_doubles_nothing(self):
        self._use_ladder(5)
        other = self._create_customer("Autre SARL")
        self._due()
        self._due(partner=other)
        run = self.env["dunning.run"]._start(self.company, D + timedelta(days=5))
        cases = self.env["dunning.case"]
        cases._prepare_safely(run, self.customer)._send_safely(run)
        self.assertFalse(self._case(other))
        self._night(5)
        for partner in (self.customer, other):
            with self.subTest(partner=partner.name):
                self.assertEqual(len(self._sent(partner)), 1)

    def test_B10_what_was_delivered_is_a_proof_and_cannot_be_cancelled(self):
        self._use_ladder(5)
        self._due()
        sent = self._night(5)
        with self.assertRaisesRegex(UserError, "cannot be taken back"):
            sent.action_cancel()
        self.assertEqual(self._case().level_id, sent.level_id)

    def test_B10_cancelled_before_it_left_the_same_step_is_made_again(self):
        levels = self._use_ladder(5, level={"automation": "manual"})
        self._due()
        self._night(5)
        self._case().action_ids.action_cancel()
        self.assertFalse(self._case().level_id)
        self._night(6)
        again = self._case().action_ids.filtered(lambda a: a.state == "proposed")
        self.assertEqual(again.level_id, levels)

    def test_B11_of_five_with_two_delivered_none_is_cancelled_and_the_first_is_named(
        self,
    ):
        self._use_ladder(5, level={"automation": "manual"})
        partners = [self._create_customer(f"Debtor {number}") for number in range(5)]
        for partner in partners:
            self._due(partner=partner)
        self._night(5)
        actions = self.env["dunning.action"].search(
            [("partner_id", "in", [partner.id for partner in partners])], order="id"
        )
        (actions[0] | actions[4]).sudo().action_deliver(D + timedelta(days=5))
        self._send_mails()
        with (
            self.assertRaisesRegex(UserError, actions[0].partner_id.name),
            self.cr.savepoint(),
        ):
            actions.action_cancel()
        self.assertEqual(
            actions.mapped("state"),
            ["done", "proposed", "proposed", "proposed", "done"],
        )
