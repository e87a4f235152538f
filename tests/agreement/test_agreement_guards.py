from contextlib import contextmanager

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..hold.test_hold import day
from .test_offer import OfferCommon


class AgreementGuardCommon(OfferCommon):
    @contextmanager
    def _refused(self, words):
        """Expect a refusal that says so; what was begun is taken back."""
        with self.assertRaises(UserError) as refusal:
            yield
        self.assertRegex(str(refusal.exception), words)


@tagged("post_install", "-at_install")
class TestPlanGuards(AgreementGuardCommon):
    """Which terms no plan can have, and what is on the screen is on the paper."""

    def test_terms_that_cannot_be_meant_are_refused_at_entry(self):
        for terms in (
            {"down_payment": 1000},
            {"down_payment": 5000},
            {"down_payment": -10},
            {"count": 0},
            {"count": -3},
        ):
            with self.subTest(terms), self._refused("Martin.*cannot be paid in"):
                self._plan(**terms)
        self.assertFalse(self.case.plan_ids)

    def test_a_capacity_that_never_pays_it_off_is_refused(self):
        for capacity in (1, -1):
            with self.subTest(capacity), self._refused("cannot pay off"):
                self._plan(capacity=capacity)
        self.assertEqual(self._plan(capacity=100).count, 10)

    def test_a_rate_above_a_hundred_percent_is_a_slip_of_the_pen(self):
        method = self.env["dunning.plan"]._fields["interest_method"]
        codes = [code for code, _label in method.selection if code != "none"]
        for code in codes:
            with self.subTest(code), self._refused("cannot be meant"):
                self._plan(interest_method=code, interest_rate=900)

    def test_and_on_the_result_of_any_write(self):
        plan = self._plan()
        rows = [Command.update(plan.instalment_ids[0].id, {"amount": 333.33})]
        for terms in (
            {"down_payment": 5000},
            {"down_payment": 5000, "instalment_ids": rows},
            {"count": 0, "instalment_ids": []},
            {"amount": -1},
        ):
            with self.subTest(terms), self.assertRaises(UserError):
                plan.write(terms)
        self.assertEqual((plan.count, plan.down_payment), (3, 0))
        self.assertEqual(self._amounts(plan), [333.33, 333.33, 333.34])

    def test_a_down_payment_just_below_the_sum_is_possible(self):
        plan = self._plan(down_payment=999.99, count=1)
        self.assertEqual(self._amounts(plan), [999.99, 0.01])

    def test_more_than_is_open_is_refused_at_entry(self):
        with self._refused("Martin is about .*1,000.01, but only .*1,000.00"):
            self._plan(amount=1000.01)

    def test_instalments_of_yesterday_are_not_proposed_those_of_today_are(self):
        plan = self._plan(date_first=day(-1))
        with self._refused("Martin cannot pay the first instalment by .*is over"):
            plan.action_propose()
        self.assertEqual(plan.state, "draft")
        self.assertFalse(self._texts("plan."))
        plan.date_first = day(0)
        plan.action_propose()
        self.assertEqual(plan.state, "proposed")

    def test_a_first_payment_later_than_a_promise_may_be_needs_a_manager(self):
        plan = self._plan(count=1, date_first=day(31))
        plan.action_propose()
        self.assertEqual(plan.state, "draft")
        self.assertIn("more than 30 days away", plan.approval_reason)
        plan = self._plan(count=1, date_first=day(30))
        plan.action_propose()
        self.assertEqual(plan.state, "proposed")

    def test_the_form_warns_where_the_schedule_cannot_follow(self):
        plan = self._plan()
        found = plan.onchange(
            {"down_payment": 5000, "amount": 1000, "count": 3},
            ["down_payment"],
            {"instalment_ids": {}, "down_payment": {}},
        )
        self.assertIn("cannot be paid in", found["warning"]["message"])

    def test_instalments_edited_by_hand_are_what_the_terms_say_too(self):
        plan = self._plan(down_payment=100, count=2)
        with Form(plan) as form:
            with form.instalment_ids.edit(0) as row:
                row.date = day(5)
                row.amount = 200
            with form.instalment_ids.edit(1) as row:
                row.amount = 350
            with form.instalment_ids.new() as row:
                row.date = day(90)
                row.amount = 0.01
            with form.instalment_ids.edit(2) as row:
                row.amount = 449.99
        self.assertEqual((plan.down_payment, plan.count), (200, 3))
        self.assertEqual(plan.date_first, day(5))
        self.assertFalse(plan.sum_problem)
        plan.action_propose()
        paper = plan.agreement_id.raw.decode()
        for amount in ("200.00", "350.00", "449.99", "0.01"):
            self.assertIn(amount, paper)

    def test_a_row_written_by_itself_changes_the_terms(self):
        plan = self._plan(count=3)
        plan.instalment_ids[2].unlink()
        self.assertEqual(plan.count, 2)
        with self._refused("is missing"):
            plan.action_propose()

    def test_a_consumer_gets_no_plan_with_interest(self):
        self.customer.dunning_debtor_kind = "consumer"
        with self._refused("Martin is a consumer"):
            self._plan(interest_method="balance", interest_rate=6)
        plan = self._plan()
        with self._refused("consumer credit"):
            plan.write({"interest_method": "equal", "interest_rate": 6})
        self.customer.dunning_debtor_kind = "business"
        plan.write({"interest_method": "equal", "interest_rate": 6})
        self.customer.dunning_debtor_kind = "consumer"
        with self._refused("consumer credit"):
            plan.action_propose()

    def test_an_answer_is_waited_for_as_long_as_the_role_may_grant(self):
        with self._refused("Martin until 04/03/2024 at most.*credit manager"):
            self._plan(answer_by=day(31))
        plan = self._plan(answer_by=day(30))
        plan.action_propose()
        with self._refused("03/03/2024.*is over"):
            plan.answer_by = day(-1)
        with self._refused("credit manager"):
            plan.answer_by = day(31)
        plan.with_user(self.manager).answer_by = day(31)
        self.assertEqual(plan.answer_by, day(31))

    def test_where_all_is_promised_it_says_so_instead_of_dividing_nothing(self):
        self.env["dunning.promise"].with_user(self.collector).create(
            {"case_id": self.case.id, "date": day(5)}
        )
        case = self.case.with_user(self.collector)
        for method in (case.action_open_plan, case.action_open_offer):
            with self._refused("Martin is left to agree upon: Promised"):
                method()


@tagged("post_install", "-at_install")
class TestNothingIsLeftBehind(AgreementGuardCommon):
    """*Payment plan…* and *Offer…* keep nothing before the form is saved."""

    def _open(self, method):
        window = getattr(self.case.with_user(self.collector), method)()
        model = self.env[window["res_model"]].with_user(self.collector)
        return window, model.with_context(**window["context"])

    def test_a_plan_is_kept_once_it_is_saved(self):
        window, plans = self._open("action_open_plan")
        self.assertNotIn("res_id", window)
        form = Form(plans)
        self.assertEqual((form.amount, form.count), (1000, 3))
        self.assertEqual(len(form.instalment_ids), 3)
        self.assertFalse(self.case.plan_ids)
        plan = form.save()
        self.assertEqual(self._amounts(plan), [333.33, 333.33, 333.34])
        window = self.case.with_user(self.collector).action_open_plan()
        self.assertEqual(window["res_id"], plan.id)

    def test_an_offer_is_kept_once_it_is_saved(self):
        window, offers = self._open("action_open_offer")
        self.assertNotIn("res_id", window)
        form = Form(offers)
        self.assertEqual((form.percent, form.amount_to_pay), (2, 980))
        self.assertFalse(self.case.offer_ids)
        offer = form.save()
        self.assertEqual((offer.amount, offer.valid_until), (20, day(10)))

    def test_the_case_of_the_context_is_enough_for_a_program(self):
        plans = self.plans.with_context(default_case_id=self.case.id)
        self.assertEqual(self._amounts(plans.create({"amount": 600})), [200] * 3)


@tagged("post_install", "-at_install")
class TestOfferGuards(AgreementGuardCommon):
    def test_an_offer_leaves_something_to_pay(self):
        for values in (
            {"percent": 150},
            {"percent": 100},
            {"percent": -1},
            {"percent": 0, "amount": 1000},
            {"percent": 0, "amount": -0.01},
        ):
            with self.subTest(values), self._refused("Martin.*less than what is open"):
                self._offer(**values)
        offer = self._offer(percent=0, amount=999.99)
        with self._refused("less than what is open"):
            offer.amount = 1000
        with self._refused("less than what is open"):
            offer.write({"percent": 150})

    def test_an_offer_ends_today_at_the_earliest(self):
        with self._refused("Martin must leave time.*03/03/2024"):
            self._offer(valid_until=day(-1))
        offer = self._offer(valid_until=day(0))
        with self._refused("is over"):
            offer.valid_until = day(-1)

    def test_a_collector_offers_thirty_days_ahead_and_a_manager_the_next(self):
        with self._refused("04/03/2024 at most.*credit manager"):
            self._offer(valid_until=day(31))
        offer = self._offer(valid_until=day(30))
        offer.with_user(self.manager).valid_until = day(31)
        with self._refused("finance director"):
            offer.with_user(self.manager).valid_until = day(181)


@tagged("post_install", "-at_install")
class TestDeadlineOfDisputes(AgreementGuardCommon):
    def _dispute(self, **values):
        return (
            self.env["dunning.dispute"]
            .with_user(self.collector)
            .create(
                {
                    "move_id": self.invoice.id,
                    "reason_id": self.env.ref("account_dunning.dunning_reason_qua").id,
                    "amount": 100,
                    **values,
                }
            )
        )

    def test_a_dispute_is_examined_until_today_at_the_earliest(self):
        with self._refused(f"{self.invoice.name}.*03/03/2024.*over"):
            self._dispute(deadline=day(-1))
        disputes = self.env["dunning.dispute"].with_user(self.collector)
        with self._refused("over"):
            disputes.with_context(default_deadline=day(-1)).create(
                {
                    "move_id": self.invoice.id,
                    "reason_id": self.env.ref("account_dunning.dunning_reason_qua").id,
                }
            )
        dispute = self._dispute(deadline=day(0))
        with self._refused("over"):
            dispute.deadline = day(-1)
        dispute.note = "It goes on"

    def test_noted_late_its_own_deadline_may_have_passed(self):
        dispute = self._dispute(date=day(-20))
        self.assertLess(dispute.deadline, day(0))
