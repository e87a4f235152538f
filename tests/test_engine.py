from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.account_dunning.tools import ladder as core

from .common import DAY, DunningCommon


@tagged("post_install", "-at_install")
class TestCollect(DunningCommon):
    def test_a_debtor_with_nothing_late_gets_no_case(self):
        self._invoice(0)
        self._run()
        self.assertFalse(self._case())

    def test_the_case_gathers_late_and_coming_items_of_the_commercial_partner(self):
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.customer.id}
        )
        late = self._invoice(1)
        coming = self._invoice(-20, partner=contact)
        self._run()
        case = self._case()
        self.assertEqual(case.line_ids.move_id, late | coming)
        self.assertEqual((case.amount_overdue, case.amount_due), (100.0, 200.0))

    def test_running_twice_opens_one_case_and_sends_one_message(self):
        self._invoice(5)
        self._run()
        self._run()
        self.assertEqual(len(self._case()), 1)
        self.assertEqual(len(self._case().action_ids), 1)

    def test_a_second_open_case_is_refused_by_the_database(self):
        self._invoice(5)
        self._run()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(IntegrityError, "one_open_case"),
            self.cr.savepoint(),
        ):
            self._case().copy({"state": "open"}).flush_recordset()

    def test_items_with_a_later_invoice_date_do_not_exist_yet(self):
        self._invoice(5, invoice_date=DAY + timedelta(days=1))
        self._run()
        self.assertFalse(self._case())

    def test_draft_and_cancelled_invoices_are_never_collected(self):
        draft = self._invoice(5)
        draft.button_draft()
        cancelled = self._invoice(5)
        cancelled.button_draft()
        cancelled.button_cancel()
        self._run()
        self.assertFalse(self._case())

    def test_instalments_of_a_payment_term_are_separate_items(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Half now, half later",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": days}
                    )
                    for days in (5, 40)
                ],
            }
        )
        invoice = self._create_invoice_one_line(
            partner_id=self.customer,
            price_unit=100,
            tax_ids=[],
            invoice_date=DAY - timedelta(days=15),
            invoice_payment_term_id=term.id,
            post=True,
        )
        self._run_and_send()
        case = self._case()
        self.assertEqual(case.line_ids.move_id, invoice)
        self.assertEqual(case.line_ids.mapped("level_id"), self.first)
        self.assertEqual(case.action_ids.line_ids.amount_residual, 50.0)

    def test_a_partly_paid_invoice_is_dunned_for_the_rest(self):
        invoice = self._invoice(5, 1000.0)
        self._pay(invoice, 400.0)
        self._run()
        self.assertEqual(self._case().action_ids.line_ids.amount_claimed, 600.0)

    def test_accounts_left_out_by_the_company_are_never_dunned(self):
        invoice = self._invoice(5)
        account = invoice.line_ids.account_id.filtered(
            lambda a: a.account_type == "asset_receivable"
        )
        self.company.dunning_left_out_codes = account.code[:4]
        self._run()
        self.assertFalse(self._case())
        self.company.dunning_left_out_codes = False
        account.non_trade = True
        self._run()
        self.assertFalse(self._case())


@tagged("post_install", "-at_install")
class TestSettle(DunningCommon):
    def test_the_case_follows_a_payment_at_once(self):
        older, newer = self._invoice(20), self._invoice(1)
        self._run_and_send()
        case = self._case()
        self.assertEqual((case.level_id, case.days_overdue), (self.first, 20))
        self._pay(older)
        self.assertFalse(case.level_id)
        self.assertEqual((case.amount_overdue, case.days_overdue), (100.0, 1))
        self.assertEqual(case.line_ids.filtered("hold").move_id, older)
        self.assertEqual(newer.dunning_case_id, case)

    def test_a_case_closes_as_paid_when_its_last_item_is_paid(self):
        invoice = self._invoice(5)
        self._run()
        case = self._case()
        self._pay(invoice)
        self._run()
        self.assertEqual((case.state, case.close_reason), ("closed", "paid"))

    def test_a_credit_note_makes_a_case_paid(self):
        invoice = self._invoice(5)
        self._run()
        case = self._case()
        invoice._reverse_moves([{"invoice_date": DAY}], cancel=True)
        self._run()
        self.assertEqual((case.state, case.close_reason), ("closed", "paid"))

    def test_a_debt_moved_to_another_account_closes_as_transferred(self):
        invoice = self._invoice(5)
        self._run()
        case = self._case()
        line = invoice.line_ids.filtered(lambda item: item.amount_residual)
        doubtful = self.company_data["default_account_receivable"].copy()
        entry = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "date": DAY,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.customer.id,
                            "balance": balance,
                        }
                    )
                    for account, balance in ((line.account_id, -100), (doubtful, 100))
                ],
            }
        )
        entry.action_post()
        credit = entry.line_ids.filtered(lambda item: item.balance < 0)
        (line | credit).reconcile()
        doubtful.non_trade = True
        self._run()
        self.assertEqual((case.state, case.close_reason), ("closed", "transferred"))

    def test_a_later_debt_after_all_was_paid_opens_a_new_case_and_starts_afresh(self):
        invoice = self._invoice(5)
        self._run_and_send()
        old = self._case()
        self._pay(invoice)
        self._invoice(-2, invoice_date=DAY + timedelta(days=1))
        later = DAY + timedelta(days=7)
        self._run(later)
        self.assertEqual(old.state, "closed")
        self.assertNotEqual(self._case(), old)
        self.assertEqual(self._case().action_ids.level_id, self.first)

    def test_a_reversed_payment_gives_the_item_back_the_rung_it_had(self):
        invoice = self._invoice(5)
        self._run_and_send()
        case = self._case()
        payment = self._pay(invoice)
        self._run()
        self.assertEqual(case.state, "closed")
        payment.move_id.line_ids.remove_move_reconcile()
        payment.action_draft()
        payment.action_cancel()
        self._run(DAY + timedelta(days=1))
        self.assertEqual(case.state, "open")
        self.assertEqual(case.line_ids.level_id, self.first)
        self.assertEqual(case.line_ids.delivered_on, DAY)

    def test_dunning_is_never_in_the_way_of_resetting_and_editing_an_invoice(self):
        invoice = self._invoice(5)
        self._run_and_send()
        invoice.button_draft()
        self.assertEqual(self._case().amount_overdue, 0.0)
        invoice.invoice_line_ids.price_unit = 70.0
        invoice.action_post()
        self._run(DAY + timedelta(days=1))
        line = self._case().line_ids
        self.assertEqual((line.level_id, line.amount_residual), (self.first, 70.0))


@tagged("post_install", "-at_install")
class TestNobodyIsDunnedWrongly(DunningCommon):
    def _reason(self):
        self._run()
        return self._case().wait_reason

    def test_open_credits_that_cover_the_debt_say_to_reconcile(self):
        self._invoice(5, 100.0)
        credit = self._create_invoice_one_line(
            move_type="out_refund",
            partner_id=self.customer,
            price_unit=100.0,
            tax_ids=[],
            invoice_date=DAY,
            post=True,
        )
        self.assertEqual(self._reason(), core.TO_RECONCILE)
        self.assertFalse(self._case().action_ids)
        credit.button_draft()
        self.assertFalse(self._reason())

    def test_no_followup_hides_no_credit(self):
        self._invoice(5, 100.0)
        account = self.company_data["default_account_receivable"]
        entry = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "date": DAY,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.customer.id,
                            "balance": -100.0,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data[
                                "default_account_revenue"
                            ].id,
                            "balance": 100.0,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        self.assertTrue(
            entry.line_ids.filtered(lambda i: i.account_id == account).no_followup
        )
        self.assertEqual(self._reason(), core.TO_RECONCILE)

    def test_a_draft_payment_counts_as_money_on_its_way(self):
        self._invoice(5, 100.0)
        self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "amount": 100.0,
                "payment_type": "inbound",
                "partner_type": "customer",
            }
        )
        self.assertEqual(self._reason(), core.TO_RECONCILE)

    def test_a_payment_that_is_posted_and_open_counts_once(self):
        self._invoice(5, 150.0)
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "amount": 100.0,
                "payment_type": "inbound",
                "partner_type": "customer",
            }
        )
        payment.action_post()
        self.assertFalse(self._reason())
        self.assertTrue(self._case().action_ids)

    def test_a_bank_line_without_a_match_counts(self):
        self._invoice(5, 100.0)
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": DAY,
                "payment_ref": "Transfer",
                "partner_id": self.customer.id,
                "amount": 100.0,
            }
        )
        self.assertEqual(self._reason(), core.TO_RECONCILE)

    def test_an_online_payment_that_is_pending_counts(self):
        self._invoice(5, 100.0)
        provider = self.env["payment.provider"].create(
            {"name": "Bank card", "code": "none", "company_id": self.company.id}
        )
        method = self.env["payment.method"].create(
            {"name": "Card", "code": "test_card"}
        )
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": "Card 1",
                "amount": 100.0,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.customer.id,
                "state": "pending",
            }
        )
        self.assertEqual(self._reason(), core.TO_RECONCILE)
        transaction.state = "cancel"
        self.assertFalse(self._reason())

    def test_an_invoice_whose_payment_is_in_process_is_left_alone(self):
        invoice, late = self._invoice(5), self._invoice(5)
        # Set by accounting add-ons while the bank has not confirmed the payment.
        invoice.payment_state = "in_payment"
        self._run()
        self.assertEqual(self._case().action_ids.line_ids.move_id, late)
        self.assertEqual(invoice.dunning_hold, "in_payment")

    def test_a_blocked_invoice_is_on_hold_and_says_so(self):
        invoice = self._invoice(5)
        invoice.action_toggle_block_payment()
        self.assertEqual(self._reason(), core.HELD)
        self.assertEqual(invoice.dunning_hold, "blocked")

    def test_an_excluded_invoice_is_left_alone(self):
        invoice = self._invoice(5)
        invoice.no_followup = True
        self._run()
        self.assertFalse(self._case())
        self._invoice(5)
        self._run()
        self.assertNotIn(invoice, self._case().action_ids.line_ids.move_id)

    def test_below_the_minimum_nobody_is_dunned(self):
        self.ladder.minimum_amount = 50
        self._invoice(5, 49.99)
        self.assertEqual(self._reason(), core.BELOW_MINIMUM)
        self._invoice(5, 0.01)
        self.assertFalse(self._reason())

    def test_automatic_levels_wait_for_bank_entries_and_the_run_says_so(self):
        self.company.dunning_bank_freshness_days = 3
        invoice = self._invoice(5)
        other = self._invoice(5, partner=self._create_customer("Payer"))
        run = self._run()
        self.assertFalse(run.is_bank_fresh)
        self.assertEqual(self._case().wait_reason, core.BANK_STALE)
        # Wednesday to Friday before that Monday are three working days.
        self._pay(other, day=DAY - timedelta(days=6))
        self.assertFalse(self._run().is_bank_fresh)
        self._pay(invoice, 10, day=DAY - timedelta(days=5))
        self.assertTrue(self._run().is_bank_fresh)
        self.assertTrue(self._case().action_ids)

    def test_a_case_on_hold_gets_nothing(self):
        self._invoice(1)
        self._run()
        self._case().state = "waiting"
        self._run(DAY + timedelta(days=10))
        self.assertEqual(self._case().wait_reason, "held_case")
        self.assertFalse(self._case().action_ids)


@tagged("post_install", "-at_install")
class TestRun(DunningCommon):
    def test_it_stamps_the_given_day_and_returns_its_counts(self):
        self._invoice(5)
        run = self._run()
        self.assertEqual((run.date, run.company_id), (DAY, self.company))
        action = self._case().action_ids
        self.assertEqual(
            (action.date, action.queued_on, action.state), (DAY, DAY, "queued")
        )
        self.assertRecordValues(
            run.line_ids,
            [
                {
                    "result": "queued",
                    "level_id": self.first.id,
                    "channel": "email",
                    "count": 1,
                }
            ],
        )

    def test_a_date_before_the_last_run_is_refused(self):
        self._run()
        with self.assertRaisesRegex(UserError, "past"):
            self._run(DAY - timedelta(days=1))

    def test_rungs_missed_by_skipped_runs_are_climbed_one_at_a_time(self):
        self._invoice(100)
        self._run_and_send()
        self.assertEqual(self._case().level_id, self.first)
        self._run_and_send(DAY + timedelta(days=6))
        self.assertEqual(self._case().level_id, self.first)
        self._run_and_send(DAY + timedelta(days=7))
        self.assertEqual(self._case().level_id, self.second)

    def test_a_manual_level_is_proposed_once_however_often_the_night_comes(self):
        self.first.automation = "manual"
        self._invoice(5)
        self._run()
        self._run(DAY + timedelta(days=1))
        action = self._case().action_ids
        self.assertEqual((action.state, action.date), ("proposed", DAY))
        self.assertFalse(action.body)

    def test_a_proposal_counts_the_days_up_to_the_last_night(self):
        self.first.automation = "manual"
        self._invoice(5)
        self._run()
        self._run(DAY + timedelta(days=3))
        self.assertEqual(self._case().action_ids.line_ids.days_overdue, 8)

    def test_a_proposal_is_decided_afresh_and_drops_what_was_paid(self):
        self.first.automation = "manual"
        paid, late = self._invoice(5), self._invoice(5)
        self._run()
        action = self._case().action_ids
        self.assertEqual(action.line_ids.move_id, paid | late)
        self._pay(paid)
        self._run(DAY + timedelta(days=1))
        self.assertEqual(action.line_ids.move_id, late)
        self._pay(late)
        case = self._case()
        self._run(DAY + timedelta(days=2))
        self.assertEqual((action.state, case.state), ("cancelled", "closed"))

    def test_a_text_a_user_edited_is_kept_and_shown_as_changed_since(self):
        self.first.automation = "manual"
        self._invoice(5)
        self._run()
        action = self._case().action_ids
        action.with_user(self.collector).text_body = "<p>Dear friend</p>"
        self._run(DAY + timedelta(days=1))
        self.assertFalse(action.is_stale)
        self._invoice(5)
        self._run(DAY + timedelta(days=2))
        self.assertTrue(action.is_stale)
        self.assertIn("Dear friend", action.body)

    def test_a_formal_notice_is_proposed_and_never_sent_by_the_night(self):
        self._invoice(30)
        day = self._deliver_until(self.second, DAY - timedelta(days=30))
        self._run(day + timedelta(days=20))
        notice = self._case().action_ids.filtered("is_formal_notice")
        self.assertEqual(notice.state, "proposed")

    def test_the_end_of_the_ladder_asks_the_credit_manager_once(self):
        self.company.dunning_manager_id = self.manager
        self._invoice(60)
        day = self._deliver_until(self.notice, DAY - timedelta(days=60))
        line = self._case().line_ids
        when = line.next_date
        self.assertEqual(when, max(line.date_due + timedelta(days=45), day))
        self.assertGreater(when, line.deadline)
        self._run(when - timedelta(days=1))
        self.assertFalse(self._case().activity_ids)
        self._run(when)
        self._run(when + timedelta(days=1))
        activity = self._case().activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.manager)
        activity.with_user(self.manager).action_done()
        self.assertEqual(self._case().level_id, self.decision)

    def test_a_failing_debtor_is_marked_and_the_others_are_served(self):
        broken = self._create_customer("Broken")
        self.mail_text.body_html = (
            '<p><t t-if="object.partner_id.name == \'Broken\'" t-out="1/0"/></p>'
        )
        others = [self._create_customer(f"Debtor {number}") for number in range(5)]
        for partner in [*others, broken]:
            self._invoice(5, partner=partner)
        with mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            run = self._run()
        self.assertEqual(run.failure_count, 1)
        case = self._case(broken)
        self.assertTrue(case.failure)
        self.assertEqual(case.wait_reason, "failed")
        self.assertTrue(case.activity_ids)
        self.assertFalse(case.action_ids)
        for partner in others:
            self.assertEqual(self._case(partner).action_ids.state, "queued")

    def test_preview_says_what_run_will_do_and_writes_nothing(self):
        self._invoice(5)
        self._invoice(0, partner=self._create_customer("On time"))
        cases = self.env["dunning.case"]
        preview = cases.with_user(self.reader).preview(DAY)
        self.assertFalse(cases.search([("company_id", "=", self.company.id)]))
        self.assertFalse(self.env["dunning.run"].search([]))
        [plan] = [row for row in preview if row["partner_id"] == self.customer.id]
        [step] = plan["steps"]
        self._run()
        action = self._case().action_ids
        self.assertEqual(step["level_id"], action.level_id.id)
        self.assertEqual(step["amount"], action.line_ids.amount_claimed)

    def test_a_reader_may_not_run(self):
        with self.assertRaises(AccessError):
            self.env["dunning.case"].with_user(self.reader).run(DAY)
        self.env["dunning.case"].with_user(self.collector).run(DAY)

    def test_the_night_is_shipped_switched_off(self):
        cron = self.env.ref("account_dunning.ir_cron_dunning_run")
        self.assertFalse(cron.active)

    def test_the_panel_of_a_case_tells_what_the_night_will_do(self):
        invoice = self._invoice(5)
        self.env["dunning.case"].run()
        case = self._case()
        case.action_ids.action_cancel()
        case.invalidate_recordset()
        self.assertIn("Now due: First", case.why)
        self._send_mails()
        self._run_and_send()
        case.invalidate_recordset()
        self.assertIn("not due yet (at the earliest on 03/14/2024)", case.why)
        self.assertIn(f"From 03/14/2024: Second ({invoice.name})", case.why)


@tagged("post_install", "-at_install")
class TestNight(DunningCommon):
    @freeze_time("2024-03-04 01:30:00")
    def test_the_night_runs_every_company_once_a_day_and_resumes(self):
        for number in range(3):
            self._invoice(5, partner=self._create_customer(f"Debtor {number}"))
        cron = self.env.ref("account_dunning.ir_cron_dunning_run")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
            cron.method_direct_trigger()
        run = self.env["dunning.run"].search([("company_id", "=", self.company.id)])
        self.assertEqual((len(run), run.is_nightly, run.contact_count), (1, True, 3))
        cases = self.env["dunning.case"].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(cases.action_ids), 3)
