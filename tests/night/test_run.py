from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..common import DAY, DunningCommon


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
        self.assertEqual(self._case().wait_reason, "to_approve")
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
        # Seven days by post, ten of period, and the day after.
        period_over = day + timedelta(days=18)
        self.assertEqual(when, max(line.date_due + timedelta(days=45), period_over))
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
        self.assertEqual(case.action_ids.state, "proposed")
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
