from datetime import timedelta

from odoo.tests import freeze_time, new_test_user, tagged

from ..common import DAY, DunningCommon

ANSWER = "We pay next week."
NOTE = "Called, nobody there."
LOGGER = "odoo.addons.account_dunning"


def day(number):
    return DAY + timedelta(days=number)


class AutomationCommon(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_manager_id = cls.manager
        cls.company.dunning_user_id = cls.collector
        names = ("approval", "failure", "silence")
        cls.approval, cls.failure, cls.silence = (
            cls.env.ref(f"account_dunning.base_automation_{name}") for name in names
        )

    def _propose_notice(self):
        """Return the formal notice that the night proposes."""
        self._invoice(60)
        case = self.env["dunning.case"]._open_for(self.customer)
        case.line_ids.sudo().write(
            {"level_id": self.second.id, "delivered_on": day(-20)}
        )
        self._run()
        return case.action_ids

    def _fail(self):
        """Return a reminder that could not be delivered."""
        self.customer.email = False
        self._invoice(5)
        self._run()
        return self._case().action_ids


@tagged("post_install", "-at_install")
class TestAutomationRules(AutomationCommon):
    def test_a_formal_notice_gives_the_credit_manager_one_task(self):
        notice = self._propose_notice()
        self.assertEqual(notice.state, "proposed")
        self._run(day(1))
        task = self._case().activity_ids
        self.assertEqual(task.user_id, self.manager)
        self.assertEqual(task.summary, "Approve the formal notice")

    def test_the_task_closes_when_the_notice_is_approved(self):
        notice = self._propose_notice()
        notice.with_user(self.manager).action_approve()
        self.assertEqual(notice.state, "queued")
        self.assertFalse(self._case().activity_ids)

    def test_the_task_closes_when_the_notice_is_dropped(self):
        self._propose_notice().with_user(self.manager).action_cancel()
        self.assertFalse(self._case().activity_ids)

    def test_a_collector_who_proposes_a_notice_by_hand_asks_the_credit_manager(self):
        self._invoice(60)
        case = self.env["dunning.case"]._open_for(self.customer)
        case.line_ids.sudo().write(
            {"level_id": self.second.id, "delivered_on": day(-20)}
        )
        window = case.with_user(self.collector).action_dun()
        line = self.env["dunning.relance.line"].browse(window["res_id"])
        line.with_user(self.collector).action_send()
        self.assertEqual(case.action_ids.state, "proposed")
        self.assertEqual(case.activity_ids.user_id, self.manager)

    def test_the_rule_can_be_switched_off(self):
        self.approval.active = False
        self.assertEqual(self._propose_notice().state, "proposed")
        self.assertFalse(self._case().activity_ids)

    def test_a_failure_gives_the_collector_one_task_with_the_reason(self):
        action = self._fail()
        self._run(day(1))
        self.assertEqual(action.state, "failed")
        task = self._case().activity_ids
        self.assertEqual(task.user_id, self.collector)
        self.assertIn("no valid e-mail address", task.note)

    def test_a_failure_without_the_rule_is_still_seen(self):
        self.failure.active = False
        action = self._fail()
        self.assertFalse(self._case().activity_ids)
        self.assertIn("no valid e-mail", action.result)
        failed = self.env["dunning.case"].search([("action_ids.state", "=", "failed")])
        self.assertIn(self._case(), failed)

    def test_the_task_closes_when_the_message_is_sent_again(self):
        action = self._fail()
        self.customer.email = "martin@example.com"
        action.with_user(self.collector).action_deliver()
        self.assertEqual(action.state, "queued")
        self.assertFalse(self._case().activity_ids)

    def test_a_copied_rule_acts_beside_the_first(self):
        copied = self.failure.copy({"name": "Tag who cannot be reached"})
        tag = self.env["res.partner.category"].create({"name": "To mend"})
        copied.action_server_ids.write(
            {"code": f"records.partner_id.write({{'category_id': [(4, {tag.id})]}})"}
        )
        self._fail()
        self.assertIn(tag, self.customer.category_id)
        self.assertEqual(len(self._case().activity_ids), 1)

    def test_a_rule_that_fails_is_noted_and_the_others_are_served(self):
        self.approval.action_server_ids.code = "raise UserError('Broken rule')"
        other = self._create_customer("Other")
        self._invoice(5, partner=other)
        with self.assertLogs(LOGGER, "WARNING"):
            notice = self._propose_notice()
        self.assertEqual(notice.state, "proposed")
        self.assertIn("Broken rule", "".join(self._case().message_ids.mapped("body")))
        self.assertEqual(self._case(other).action_ids.state, "queued")
        self.assertFalse(self._case().failure)

    def test_a_user_without_rights_on_dunning_makes_no_rule_fail(self):
        sender = new_test_user(self.env, login="sender", groups="base.group_user")
        self._invoice(5)
        self._run()
        action = self._case().action_ids
        action.with_user(sender).sudo()._mark_failed("The mailbox is full.")
        self.assertIn("mailbox is full", self._case().activity_ids.note)

    def test_looking_ahead_asks_nobody(self):
        self._invoice(60)
        case = self.env["dunning.case"]._open_for(self.customer)
        case.line_ids.sudo().write(
            {"level_id": self.second.id, "delivered_on": day(-20)}
        )
        self.env["dunning.case"].preview(DAY)
        case.with_user(self.manager).action_dun()
        self.assertFalse(case.activity_ids)
        self.assertFalse(self.env["dunning.alert"].search([("case_id", "=", case.id)]))


@tagged("post_install", "-at_install")
class TestSilence(AutomationCommon):
    """A large debt without an answer: message or payment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.silence.last_run = f"{DAY} 00:00:00"
        cls.silence.filter_domain = "[('amount_overdue', '>=', 1000)]"

    def _remind(self, amount=1000.0):
        self.invoice = self._invoice(5, amount)
        self._run_and_send()
        self.assertEqual(self._case().silent_since, DAY)

    def _tick(self, number):
        """Let the scheduler look at the rules on a day to come."""
        with freeze_time(f"{day(number)} 10:00:00"):
            rules = self.env["base.automation"]
            until = self.env.cr.now().replace(
                year=day(number).year, month=day(number).month, day=day(number).day
            )
            rule = rules.browse(self.silence.id)
            records = rule._search_time_based_automation_records(until=until)
            for record in records:
                rule._process(record)
            rule.last_run = until
        return self._case().activity_ids

    def test_twenty_days_after_the_contact_the_manager_gets_a_task(self):
        self._remind()
        self.assertFalse(self._tick(19))
        task = self._tick(20)
        self.assertEqual(task.user_id, self.manager)
        self.assertIn("1,000.00", task.note)
        self.assertEqual(self._tick(21), task)

    def test_below_the_amount_nobody_is_asked(self):
        self._remind(999.99)
        self.assertFalse(self._tick(20))

    def test_a_message_on_the_case_is_an_answer(self):
        self._remind()
        with freeze_time(f"{day(3)} 10:00:00"):
            self._case().message_post(
                body=ANSWER,
                message_type="email",
                author_id=self.customer.id,
            )
        self.env.invalidate_all()
        self.assertFalse(self._case().silent_since)
        self.assertFalse(self._tick(20))

    def test_a_message_to_the_customer_is_an_answer(self):
        self._remind()
        with freeze_time(f"{day(3)} 10:00:00"):
            self.customer.message_post(
                body=ANSWER,
                message_type="email",
                author_id=self.customer.id,
            )
        self.assertFalse(self._tick(20))

    def test_our_own_note_is_no_answer(self):
        self._remind()
        self._case().message_post(body=NOTE)
        self.assertTrue(self._tick(20))

    def test_a_call_that_reached_the_debtor_is_an_answer(self):
        self._remind()
        call = (
            self._case()
            .action_ids.sudo()
            .copy({"channel": "phone", "kind": "manual", "date": day(3)})
        )
        for outcome, expected in (("not_reached", DAY), ("reached", False)):
            call.write({"state": "done", "delivered_on": day(3), "outcome": outcome})
            self.env.invalidate_all()
            self.assertEqual(self._case().silent_since, expected)

    def test_a_payment_is_an_answer(self):
        self._remind(1500.0)
        self._pay(self.invoice, 100.0, day=day(3))
        self.env.invalidate_all()
        self.assertFalse(self._case().silent_since)
        self.assertFalse(self._tick(20))

    def test_the_next_contact_after_an_answer_starts_the_count_anew(self):
        self._remind(1500.0)
        self._pay(self.invoice, 100.0, day=day(3))
        self._run(day(10))
        self._send_mails()
        self.env.invalidate_all()
        self.assertEqual(self._case().silent_since, day(10))
