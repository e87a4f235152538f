from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import DAY, DunningCommon
from ..hold.test_hold import day

#: A picture of one point, drawn on line.
SIGNATURE = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk"
    b"+A8AAQUBAScY42YAAAAASUVORK5CYII="
)


class PlanCommon(DunningCommon):
    """1,000 € six days late, in a case; a collector agrees upon three instalments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_plan_grace_days = 2
        cls.invoice = cls._invoice(6, 1000.0)
        cls.case = cls.env["dunning.case"]._open_for(cls.customer)
        cls.plans = cls.env["dunning.plan"].with_user(cls.collector)

    def _plan(self, **values):
        values = {"case_id": self.case.id, "date_first": day(10), **values}
        return self.plans.create(values)

    def _running(self, **values):
        plan = self._plan(**values)
        plan.action_propose()
        self._send_mails()
        plan.action_accept(DAY, "Jeanne Martin", SIGNATURE)
        return plan

    def _take_back(self, payment):
        """The bank rejects a payment."""
        payment.move_id.line_ids.remove_move_reconcile()
        payment.action_draft()
        payment.action_cancel()

    def _texts(self, what):
        """Return the contacts about a plan or offer, by their event."""
        return self.env["dunning.action"].search([("event", "=like", f"{what}%")])

    def _amounts(self, plan):
        return plan.instalment_ids.mapped("amount")


@tagged("post_install", "-at_install")
class TestPlanTerms(PlanCommon):
    def test_it_is_built_from_what_is_late_in_instalments_that_add_up(self):
        plan = self._plan()
        self.assertEqual((plan.amount, plan.count, plan.every), (1000, 3, "month"))
        self.assertEqual(self._amounts(plan), [333.33, 333.33, 333.34])
        self.assertEqual(plan.line_ids, self.case.line_ids)
        self.assertEqual(plan.amount_total, 1000)
        self.assertEqual(plan.date_last, date(2024, 5, 14))

    def test_it_is_built_from_a_total_a_rhythm_and_a_down_payment(self):
        plan = self._plan(amount=600, count=2, every="fortnight", down_payment=200)
        self.assertEqual(self._amounts(plan), [200, 200, 200])
        self.assertEqual(
            plan.instalment_ids.mapped("date"), [day(10), day(24), day(38)]
        )

    def test_it_is_about_the_chosen_invoices(self):
        other = self._invoice(3, 200)
        self.env["dunning.case"]._open_for(self.customer)
        line = self.case.line_ids.filtered(lambda line: line.move_id == other)
        plan = self.plans._draft_for(self.case, line, source=self.case)
        self.assertEqual((plan.amount, plan.line_ids), (200, line))

    def test_the_capacity_of_the_debtor_proposes_the_number_of_instalments(self):
        plan = self._plan(capacity=250)
        self.assertEqual((plan.count, max(self._amounts(plan))), (4, 250))

    def test_in_the_form_terms_and_instalments_follow_each_other(self):
        with Form(self._plan()) as form:
            form.capacity = 200
            self.assertEqual(form.count, 5)
            self.assertEqual(len(form.instalment_ids), 5)
            form.count = 10
            form.down_payment = 100
            form.capacity = 0
            form.count = 3
            self.assertEqual(len(form.instalment_ids), 4)
        plan = self.plans.search([], limit=1)
        self.assertEqual(self._amounts(plan), [100, 300, 300, 300])

    def test_the_schedule_may_be_edited_but_must_add_up(self):
        plan = self._plan(count=2)
        plan.instalment_ids[0].amount = 400
        self.assertIn("100.00 is missing", plan.sum_problem.replace("\u00a0", ""))
        with self.assertRaisesRegex(UserError, "is missing"):
            plan.action_propose()
        plan.instalment_ids[1].amount = 600
        plan.action_propose()
        self.assertEqual(plan.state, "proposed")

    def test_interest_on_what_is_left_is_added_to_each_instalment(self):
        plan = self._plan(
            interest_method="balance",
            interest_rate=6,
            interest_from=date(2023, 12, 31),
            date_first=date(2024, 1, 31),
            count=2,
        )
        rows = plan.instalment_ids
        self.assertEqual(rows.mapped("interest"), [5.10, 2.38])
        self.assertEqual(rows.mapped("amount"), [505.10, 502.38])
        self.assertFalse(plan.sum_problem)

    def test_equal_instalments_include_their_interest(self):
        plan = self._plan(interest_method="equal", interest_rate=12)
        self.assertEqual(self._amounts(plan)[:2], [340.02, 340.02])
        self.assertEqual(plan.amount_interest, 20.07)

    def test_it_cannot_be_about_more_than_is_open(self):
        with self.assertRaisesRegex(UserError, "only .* is open"):
            self._plan(amount=1001).action_propose()

    def test_what_cannot_be_divided_is_refused_in_words(self):
        with self.assertRaisesRegex(UserError, "cannot be paid in"):
            self._plan(down_payment=1000)

    def test_two_currencies_are_two_plans(self):
        other = self._invoice(6, 100, currency_id=self.setup_other_currency("GBP").id)
        case = self.env["dunning.case"]._open_for(self.customer)
        lines = case.line_ids
        self.assertIn(other, lines.move_id)
        self.assertEqual(
            self._plan().line_ids,
            lines - lines.filtered(lambda line: line.move_id == other),
        )

    def test_a_reader_makes_no_plan(self):
        with self.assertRaises(AccessError):
            self.plans.with_user(self.reader).create({"case_id": self.case.id})


@tagged("post_install", "-at_install")
class TestPlanApproval(PlanCommon):
    """R50: above the thresholds a manager approves, and sees the effect on cash."""

    def test_below_the_thresholds_a_collector_proposes_alone(self):
        self.company.dunning_plan_max_amount = 1000
        plan = self._plan()
        self.assertFalse(plan.approval_reason)
        plan.action_propose()
        self.assertEqual(plan.state, "proposed")

    def test_above_the_amount_a_manager_gets_a_task_and_nothing_leaves(self):
        self.company.dunning_plan_max_amount = 999.99
        plan = self._plan()
        notice = plan.action_propose()
        self.assertEqual(plan.state, "draft")
        self.assertIn("credit manager", notice["params"]["message"])
        self.assertEqual(len(self.case.activity_ids), 1)
        self.assertFalse(self._texts("plan.proposed"))
        with self.assertRaises(AccessError):
            plan.action_approve()
        plan.with_user(self.manager).action_approve()
        self.assertFalse(self.case.activity_ids)
        plan.action_propose()
        self.assertEqual((plan.state, plan.approved_by_id), ("proposed", self.manager))

    def test_above_the_length_too(self):
        self.company.dunning_plan_max_months = 3
        self.assertFalse(self._plan(count=3).approval_reason)
        self.assertIn("3 months", self._plan(count=4).approval_reason)

    def test_a_change_after_the_approval_needs_another(self):
        self.company.dunning_plan_max_amount = 100
        plan = self._plan()
        plan.with_user(self.manager).action_approve()
        plan.count = 5
        self.assertFalse(plan.approved_by_id)

    def test_a_manager_who_proposes_approves(self):
        self.company.dunning_plan_max_amount = 100
        plan = self._plan().with_user(self.manager)
        plan.action_propose()
        self.assertEqual((plan.state, plan.approved_by_id), ("proposed", self.manager))

    def test_nobody_approves_by_writing_the_field(self):
        with self.assertRaises(UserError):
            self._plan().approved_by_id = self.collector
        with self.assertRaises(UserError):
            self._plan(approved_by_id=self.collector.id)

    def test_the_effect_on_cash_is_shown_month_by_month(self):
        plan = self._plan(count=2)
        text = str(plan.cash_effect)
        for month in ("March 2024", "April 2024"):
            self.assertIn(month, text)
        # Due on 27 February; planned on 14 March and 14 April.
        self.assertEqual(plan.average_delay, 32)


@tagged("post_install", "-at_install")
class TestPlanAgreement(PlanCommon):
    def test_the_agreement_is_sent_and_its_invoices_wait(self):
        plan = self._plan()
        plan.action_propose()
        message = self._texts("plan.proposed")
        self.assertEqual((message.state, message.kind), ("queued", "commitment"))
        self.assertIn(plan.agreement_id, message.attachment_ids)
        self.assertIn("333.33", message.body)
        self.assertEqual(self.case.line_ids.hold, "planned")
        self._run(day(9))
        self.assertNotIn(self.first, self.case.action_ids.level_id)

    def test_the_agreement_says_what_the_law_asks_for(self):
        plan = self._plan(reason_text="a shortage of cash", signed_as="Manager")
        plan.action_propose()
        paper = plan.agreement_id.raw.decode()
        for words in (
            "acknowledges owing",
            "one thousand",
            self.invoice.name,
            "a shortage of cash",
            "333.34",
            "No interest",
            "oldest invoice first",
            "whole",
            "no novation",
            "stay payable",
            "sends no reminder",
            "Capacity: ",
            "penalties and the fixed indemnity",
        ):
            self.assertIn(words, paper, words)

    def test_a_consumer_reads_of_no_penalties_that_he_does_not_owe(self):
        self.case.partner_id.dunning_debtor_kind = "consumer"
        plan = self._plan()
        plan.action_propose()
        paper = plan.agreement_id.raw.decode()
        self.assertIn("good for the sum of", paper)
        self.assertNotIn("indemnity", paper)

    def test_what_was_paid_is_shown_once_something_was(self):
        plan = self._plan()
        plan.action_propose()
        self.assertNotIn("Paid", self._texts("plan.proposed").plan_table)
        self._pay(self.invoice, 100)
        self.env.invalidate_all()
        self.assertIn("Paid", self._texts("plan.proposed").plan_table)

    def test_a_consumer_writes_the_sum_by_hand(self):
        self.customer.dunning_debtor_kind = "consumer"
        plan = self._plan()
        plan.action_propose()
        self.assertIn("written by hand", plan.agreement_id.raw.decode())

    def test_the_agreement_is_in_the_language_of_the_debtor(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        plan = self._plan()
        self.assertEqual(plan._get_lang(), "fr_FR")
        plan.action_propose()
        self.assertIn("14 mars 2024", plan.agreement_id.raw.decode())

    def test_once_signed_it_runs_and_remembers_who_signed(self):
        plan = self._plan()
        plan.action_propose()
        plan.write({"signed_on": DAY, "signed_by": "Jeanne Martin"})
        plan.action_accept()
        self.assertEqual(plan.state, "accepted")
        self.assertEqual((plan.signed_on, plan.signed_by), (DAY, "Jeanne Martin"))
        self.assertEqual(self.case.amount_promised, 1000)

    def test_a_signature_given_on_line_is_kept(self):
        plan = self._plan()
        plan.action_propose()
        plan.action_accept(DAY, "Jeanne Martin", SIGNATURE)
        self.assertTrue(plan.signature)

    def test_it_cannot_be_signed_in_the_future_or_before_it_was_proposed(self):
        plan = self._plan()
        with self.assertRaisesRegex(UserError, "propose it first"):
            plan.action_accept()
        plan.action_propose()
        with self.assertRaisesRegex(UserError, "not come yet"):
            plan.action_accept(day(1))

    def test_original_invoices_and_due_dates_stay(self):
        before = self.invoice.line_ids.mapped("date_maturity")
        self._running()
        self.assertEqual(self.invoice.line_ids.mapped("date_maturity"), before)
        self.assertEqual(self.case.line_ids.date_due, DAY - timedelta(days=6))

    def test_without_a_signature_it_lapses_after_its_last_day(self):
        plan = self._plan()
        plan.action_propose()
        self.assertEqual(plan.answer_by, day(10))
        self._run(day(10))
        self.assertEqual(plan.state, "proposed")
        self._run(day(11))
        self.assertEqual(plan.state, "cancelled")
        self.assertIn("Lapsed", plan.end_reason)
        self.assertIn(self.first, self.case.action_ids.level_id)

    def test_proposed_terms_stay_and_a_new_version_replaces_them(self):
        plan = self._running(count=2)
        with self.assertRaisesRegex(UserError, "new version"):
            plan.count = 5
        with self.assertRaises(UserError):
            plan.instalment_ids[0].amount = 5
        self._pay(self.invoice, 600)
        version = self.plans.browse(plan.action_change()["res_id"])
        self.assertEqual((version.state, version.version), ("draft", 2))
        self.assertEqual((version.amount, self._amounts(version)), (400, [400]))
        self.assertEqual(plan.state, "accepted")
        version.count = 4
        version.action_propose()
        version.action_accept(DAY, "Jeanne Martin")
        self.assertEqual((plan.state, version.state), ("replaced", "accepted"))
        self.assertEqual(version.previous_id, plan)
        self.assertEqual(self.case.amount_promised, 400)

    def test_called_off_the_ladder_goes_on(self):
        plan = self._running()
        plan.action_cancel()
        self.assertFalse(self.case.line_ids.hold)
        self._run(day(1))
        self.assertIn(self.first, self.case.action_ids.level_id)

    def test_who_closes_the_case_by_hand_calls_the_plan_off(self):
        plan = self._running()
        self.case.with_user(self.manager).action_close()
        self.assertEqual(plan.state, "cancelled")

    def test_plan_b_is_told_where_the_user_chooses_so(self):
        plan = self._plan(fallback="formal_notice", fallback_disclosed=True)
        plan.action_propose()
        self.assertIn("formal notice", self._texts("plan.proposed").body)

    def test_the_covered_part_waits_and_the_rest_is_claimed(self):
        self._running(amount=600)
        self._run(day(1))
        told = self.case.action_ids.filtered("level_id").line_ids
        self.assertEqual(told.amount_claimed, 400)
