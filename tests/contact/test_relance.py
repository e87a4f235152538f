from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import DAY, DunningCommon


@tagged("post_install", "-at_install")
class TestRelance(DunningCommon):
    def _open(self, records, user=None):
        """Click **Relancer** as a collector; return the window's record."""
        window = records.with_user(user or self.collector).action_dun()
        return (
            self.env[window["res_model"]]
            .with_user(user or self.collector)
            .browse(window["res_id"])
        )

    def test_one_click_from_an_invoice_sends_the_right_text_to_the_right_person(self):
        invoice = self._invoice(5)
        line = self._open(invoice)
        self.assertEqual((line.level_id, line.contact_id), (self.first, self.customer))
        self.assertIn(invoice.name, line.body)
        self.assertEqual(line.case_line_ids.move_id, invoice)
        line.action_send()
        self.assertEqual(len(self._send_mails()), 1)
        action = self._case().action_ids
        self.assertEqual((action.state, action.user_id), ("done", self.collector))
        self.assertEqual(invoice.dunning_level_id, self.first)

    def test_opening_the_window_leaves_nothing_behind(self):
        self._invoice(5)
        self._open(self.customer)
        self.assertFalse(self._case().action_ids)

    def test_the_text_as_edited_leaves_and_is_kept(self):
        line = self._open(self._invoice(5))
        line.write({"subject": "A word", "body": "<p>Dear Ann, a word.</p>"})
        line.action_send()
        action = self._case().action_ids
        self.assertEqual(action.subject, "A word")
        self.assertIn("Dear Ann, a word.", action.mail_mail_id.body_html)
        self.assertTrue(action.is_edited)

    def test_an_untouched_text_is_not_marked_as_edited(self):
        line = self._open(self._invoice(5))
        line.action_send()
        self.assertFalse(self._case().action_ids.is_edited)

    def test_a_forbidden_phrase_is_refused_and_nothing_leaves(self):
        line = self._open(self._invoice(5))
        line.body = "<p>You will go to prison.</p>"
        with self.assertRaisesRegex(UserError, "prison"), self.cr.savepoint():
            line.action_send()
        self.assertFalse(self._case().action_ids)

    def test_before_the_next_step_is_due_a_message_by_hand_moves_no_item(self):
        self._invoice(5)
        self._run_and_send()
        line = self._open(self._case())
        self.assertEqual((line.kind, line.level_id), ("manual", self.first))
        line.action_send()
        self._send_mails()
        case = self._case()
        self.assertEqual(sorted(case.action_ids.mapped("kind")), ["manual", "rung"])
        self.assertEqual(case.line_ids.next_date, DAY + timedelta(days=10))

    def test_the_contact_gap_also_holds_for_a_person_who_clicks(self):
        self.ladder.contact_gap_days = 3
        self._invoice(5)
        self._run_and_send()
        line = self._open(self._case())
        self.assertEqual(line.state, "refused")
        self.assertIn("recently", line.reason)

    def test_nothing_late_is_said_in_words(self):
        with self.assertRaisesRegex(UserError, "Nothing is late"):
            self._open(self._invoice(0))

    def test_a_draft_invoice_is_refused(self):
        invoice = self._invoice(5)
        invoice.button_draft()
        with self.assertRaisesRegex(UserError, "posted"):
            self._open(invoice)

    def test_a_proposal_of_the_night_is_taken_over_with_its_edited_text(self):
        self.first.automation = "manual"
        self._invoice(5)
        self._run()
        self._case().action_ids.text_body = "<p>Written before</p>"
        line = self._open(self._case())
        self.assertIn("Written before", line.body)
        line.action_send()
        self.assertEqual(len(self._case().action_ids), 1)
        self.assertEqual(self._case().action_ids.state, "queued")

    def test_a_channel_that_is_not_chosen_is_dropped(self):
        self.first.write(
            {"channel_letter": True, "letter_template_id": self.letter_text.id}
        )
        line = self._open(self._invoice(5))
        line.use_letter = False
        line.action_send()
        actions = self._case().action_ids
        by_channel = {action.channel: action.state for action in actions}
        self.assertEqual(by_channel, {"email": "queued", "letter": "cancelled"})

    def test_a_formal_notice_by_a_collector_waits_for_approval(self):
        self._invoice(60)
        day = self._deliver_until(self.second, DAY - timedelta(days=60))
        with self.env.cr.savepoint():
            case = self._case()
            case.line_ids.sudo().write({"delivered_on": day - timedelta(days=40)})
        line = self._open(case)
        self.assertTrue(line.needs_approval)
        line.action_send()
        notice = case.action_ids.filtered("is_formal_notice")
        self.assertEqual(notice.state, "proposed")

    def test_who_pays_between_opening_and_sending_gets_nothing(self):
        invoice = self._invoice(5)
        line = self._open(invoice)
        self._pay(invoice)
        with self.assertRaisesRegex(UserError, "changed meanwhile"):
            line.action_send()

    def _announce(self, invoice):
        """Let the money of an invoice lie on the bank, not matched."""
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": DAY,
                "payment_ref": invoice.name,
                "partner_id": self.customer.id,
                "amount": invoice.amount_residual,
            }
        )

    def test_money_that_came_since_the_window_was_opened_is_not_asked_for(self):
        paid, owed = self._invoice(5, 600.0), self._invoice(5, 400.0)
        line = self._open(self.customer)
        self.assertIn(paid.name, line.body)
        self._announce(paid)
        line.action_send()
        action = self._case().action_ids
        self.assertFalse(action.is_edited)
        self.assertNotIn(paid.name, action.body)
        self.assertIn(owed.name, action.body)

    def test_a_text_of_the_user_is_refused_once_money_has_come(self):
        paid, _owed = self._invoice(5, 600.0), self._invoice(5, 400.0)
        line = self._open(self.customer)
        line.body += "<p>Dear Ann, these are 1,000 in all.</p>"
        self._announce(paid)
        with (
            self.assertRaisesRegex(UserError, "changed meanwhile"),
            self.cr.savepoint(),
        ):
            line.action_send()
        self.assertFalse(self._case().action_ids)

    def test_a_reader_may_not_send(self):
        self._invoice(5)
        self._run()
        with self.assertRaises(AccessError):
            self._open(self._case(), self.reader)

    def test_a_selection_lists_who_gets_what_and_who_does_not_and_why(self):
        late = [self._create_customer(f"Debtor {number}") for number in range(25)]
        invoices = self.env["account.move"].union(
            *(self._invoice(5, partner=partner) for partner in late)
        )
        recent = self._invoice(2, partner=self._create_customer("Recent"))
        relance = self._open(invoices | recent)
        self.assertEqual((relance.ready_count, relance.refused_count), (25, 1))
        refused = relance.line_ids.filtered(lambda line: line.state == "refused")
        self.assertIn("not due yet", refused.reason)
        relance.action_start()
        self.assertEqual(relance.process_next(), 5)
        self.assertEqual(relance.process_next(), 0)
        self.assertEqual((relance.state, relance.done_count), ("done", 25))
        self.assertEqual(len(self._send_mails()), 25)

    def test_a_text_edited_from_the_list_leaves_with_the_others(self):
        partners = [self._create_customer(f"Debtor {number}") for number in range(2)]
        relance = self._open(
            self.env["account.move"].union(
                *(self._invoice(5, partner=partner) for partner in partners)
            )
        )
        line = relance.line_ids[0]
        line.action_open()
        line.body = "<p>Dear Ann, a word.</p>"
        self.assertEqual(line.action_back()["res_id"], relance.id)
        relance.process_next()
        bodies = [self._case(partner).action_ids.body for partner in partners]
        self.assertEqual(sum("Dear Ann" in body for body in bodies), 1)

    def test_one_failing_debtor_of_a_selection_does_not_stop_the_others(self):
        partners = [self._create_customer(f"Debtor {number}") for number in range(3)]
        partners[1].email = False
        invoices = self.env["account.move"].union(
            *(self._invoice(5, partner=partner) for partner in partners)
        )
        relance = self._open(invoices)
        relance.process_next()
        self.assertEqual(
            sorted(relance.line_ids.mapped("state")), ["failed", "sent", "sent"]
        )


@tagged("post_install", "-at_install")
class TestInvoiceFields(DunningCommon):
    def test_an_invoice_shows_level_days_and_case_and_can_be_searched_by_them(self):
        late, recent = self._invoice(20), self._invoice(3)
        self._run_and_send()
        self.assertEqual(late.dunning_days_overdue, 20)
        self.assertEqual(late.dunning_level_id, self.first)
        self.assertEqual(late.dunning_case_id, self._case())
        mine = [("partner_id", "=", self.customer.id)]
        moves = self.env["account.move"]
        for domain, expected in [
            ([("dunning_days_overdue", ">", 3)], late),
            ([("dunning_days_overdue", ">=", 3)], late | recent),
            ([("dunning_level_id", "=", self.first.id)], late),
            ([("dunning_level_id", "=", False)], recent),
            ([("dunning_case_id", "=", self._case().id)], late | recent),
        ]:
            with self.subTest(domain=domain):
                self.assertEqual(moves.search(domain + mine), expected)

    def test_a_newly_overdue_invoice_is_found_the_day_after_its_due_date(self):
        due_today, since_yesterday = self._invoice(0), self._invoice(1)
        found = self.env["account.move"].search(
            [("dunning_days_overdue", ">", 0), ("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(found, since_yesterday)
        self.assertEqual(due_today.dunning_days_overdue, 0)

    def test_holds_can_be_searched(self):
        blocked, free = self._invoice(5), self._invoice(5)
        blocked.action_toggle_block_payment()
        self._run()
        mine = [("partner_id", "=", self.customer.id)]
        moves = self.env["account.move"]
        self.assertEqual(
            moves.search([("dunning_hold", "=", "blocked"), *mine]), blocked
        )
        self.assertEqual(moves.search([("dunning_hold", "=", False), *mine]), free)

    def test_days_and_amounts_of_cases_are_sorted_and_grouped_by_the_database(self):
        small = self._create_customer("Small")
        self._invoice(5, 100.0)
        self._invoice(9, 50.0, partner=small)
        self._run_and_send()
        cases = self.env["dunning.case"].search([("company_id", "=", self.company.id)])
        self.assertEqual(cases.mapped("amount_overdue"), [100.0, 50.0])
        oldest = cases.search([("id", "in", cases.ids)], order="days_overdue desc")
        self.assertEqual(oldest.mapped("days_overdue"), [9, 5])
        [group] = cases._read_group(
            [("id", "in", cases.ids)], ["level_id"], ["__count", "amount_overdue:sum"]
        )
        self.assertEqual(group, (self.first, 2, 150.0))
