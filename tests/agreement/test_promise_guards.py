from contextlib import contextmanager

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common_promise import PromiseCommon, day


class GuardCommon(PromiseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.director = new_test_user(
            cls.env, "director", "account_dunning.group_dunning_director"
        )

    def _promise_as(self, user, until=5, amount=300, **values):
        return (
            self.env["dunning.promise"]
            .with_user(user)
            .create(
                {
                    "case_id": self.case.id,
                    "line_ids": [Command.set(self.line.ids)],
                    "date": day(until),
                    "amount": amount,
                    **values,
                }
            )
        )

    @contextmanager
    def _refused(self, words):
        """Expect a refusal that says so; what was begun is taken back."""
        with self.assertRaises(UserError) as refusal:
            yield
        self.assertRegex(str(refusal.exception), words)

    def _assert_nothing_left(self):
        self.assertFalse(self.case.promise_ids)
        self.assertFalse(self._contacts())
        self.assertFalse(self.line.hold)


@tagged("post_install", "-at_install")
class TestPromiseGuards(GuardCommon):
    """What nobody can promise is refused in a sentence, and nothing leaves."""

    def test_today_is_promised_and_yesterday_is_not(self):
        with self._refused("Martin.*03/03/2024.*over.*03/04/2024"):
            self._promise_as(self.collector, -1)
        self._assert_nothing_left()
        self.assertEqual(self._promise_as(self.collector, 0).state, "open")

    def test_a_director_promises_nothing_for_yesterday_either(self):
        with self._refused("over"):
            self._promise_as(self.director, -1)

    def test_nothing_and_less_than_nothing_are_no_promise(self):
        for amount in (0, -10, 0.004, float("nan")):
            with (
                self.subTest(amount=amount),
                self._refused("Martin cannot promise"),
            ):
                self._promise_as(self.collector, amount=amount)
        self._assert_nothing_left()

    def test_an_amount_of_nothing_given_by_the_context_is_refused_too(self):
        promises = self.env["dunning.promise"].with_user(self.collector)
        promises = promises.with_context(default_amount=-5)
        with self._refused("cannot promise"):
            promises.create({"case_id": self.case.id, "date": day(5)})

    def test_millions_on_a_small_debt_are_refused_by_whatever_way(self):
        for lines in (self.line, self.env["dunning.case.line"]):
            with (
                self.subTest(lines=lines),
                self._refused("more than .*Martin.* owes"),
            ):
                self._promise(9999999, 5, lines, confirm=True)
        self._assert_nothing_left()
        window = self.env["dunning.outcome"].with_user(self.collector)
        window = window.create(
            {
                "case_id": self.case.id,
                "reason_id": self.env.ref("account_dunning.dunning_reason_oub").id,
                "follow_up": "promise",
                "promise_date": day(5),
                "promise_amount": 9999999,
            }
        )
        with self._refused("owes"):
            window.action_confirm()

    def test_millions_are_refused_in_an_import(self):
        promises = self.env["dunning.promise"].with_user(self.collector)
        result = promises.load(
            ["case_id/.id", "date", "amount"],
            [[str(self.case.id), "2024-03-09", "9999999"]],
        )
        self.assertFalse(result["ids"])
        self.assertIn("owes", result["messages"][0]["message"])

    def test_all_that_is_open_is_promised_with_interest_and_indemnity(self):
        self.company.dunning_indemnity = 40
        self._invoice(-20, 50)  # not due yet
        self.env["dunning.case"]._open_for(self.customer)
        lines = self.case.line_ids
        most = 450 + sum(lines.mapped("amount_interest")) + 2 * 40
        most = self.company.currency_id.round(most)
        nothing = self.env["dunning.case.line"]
        with self._refused("with interest and indemnities"):
            self._promise(most + 0.01, 5, nothing)
        self.assertEqual(self._promise(most, 5, nothing).amount, most)

    def test_where_all_is_on_a_plan_it_says_so(self):
        plan = self.env["dunning.plan"].create({"case_id": self.case.id})
        plan.action_propose()
        with self._refused("Martin owes nothing that could"):
            self.env["dunning.promise"].create(
                {"case_id": self.case.id, "date": day(5)}
            )


@tagged("post_install", "-at_install")
class TestLeewayOfPromises(GuardCommon):
    """How far ahead, and how often, each role takes a promise."""

    def test_a_collector_promises_thirty_days_ahead_and_a_manager_the_next(self):
        with self._refused("04/03/2024 at most.*credit manager"):
            self._promise_as(self.collector, 31)
        self.assertEqual(self._promise_as(self.collector, 30).state, "open")
        self.assertEqual(self._promise_as(self.manager, 31).state, "open")

    def test_a_manager_promises_180_days_ahead_and_a_director_the_next(self):
        with self._refused("finance director"):
            self._promise_as(self.manager, 181)
        self.assertEqual(self._promise_as(self.manager, 180).state, "open")
        self.assertEqual(self._promise_as(self.director, 181).state, "open")

    def test_the_company_says_how_far(self):
        self.company.dunning_collector_days_ahead = 10
        with self.assertRaises(UserError):
            self._promise_as(self.collector, 11)
        self.assertTrue(self._promise_as(self.collector, 10))

    def test_any_new_promise_of_the_item_is_an_extension(self):
        self._promise_as(self.collector, 2)
        self._promise_as(self.collector, 3)
        with self._refused(r"\(2\).*credit manager"):
            self._promise_as(self.collector, 4)
        for until in (4, 5):
            self._promise_as(self.manager, until)
        with self._refused("finance director"):
            self._promise_as(self.manager, 6)
        self.assertEqual(self._promise_as(self.director, 6).state, "open")

    def test_a_broken_one_counts_and_one_entered_by_mistake_does_not(self):
        self._promise_as(self.collector, 0)
        self._run(day(4))
        self.assertEqual(self.case.promise_ids.state, "broken")
        self._promise_as(self.collector, 5).action_cancel()
        self._promise_as(self.collector, 5).action_withdraw()
        with self.assertRaises(UserError):
            self._promise_as(self.collector, 6)

    def test_a_promise_of_the_whole_case_is_one_of_its_items(self):
        nothing = [Command.clear()]
        self._promise_as(self.collector, 2, 350, line_ids=nothing)
        self._promise_as(self.collector, 3)
        with self.assertRaises(UserError):
            self._promise_as(self.collector, 4, 350, line_ids=nothing)

    def test_a_promise_of_another_item_is_none(self):
        self._promise_as(self.collector, 2)
        self._promise_as(self.collector, 3)
        other = [Command.set(self.other_line.ids)]
        promise = self._promise_as(self.collector, 4, 100, line_ids=other)
        self.assertEqual(promise.state, "open")

    def _put_on_hold(self, until, user=None, **values):
        return (
            self.env["dunning.hold"]
            .with_user(user or self.collector)
            .create(
                {
                    "case_id": self.case.id,
                    "reason": "He asked for it",
                    "date_until": day(until),
                    **values,
                }
            )
        )

    def test_a_hold_is_one_and_one_ended_at_once_is_none(self):
        self._put_on_hold(5).action_resume()
        self._put_on_hold(5, line_ids=[Command.set(self.line.ids)])
        self._promise_as(self.collector, 2)
        with self.assertRaises(UserError):
            self._promise_as(self.collector, 3)
        self.assertTrue(self._promise_as(self.manager, 3))

    def test_after_two_grants_a_hold_needs_a_manager(self):
        self._promise_as(self.collector, 2)
        self._promise_as(self.collector, 3)
        with self._refused("2 times.*credit manager"):
            self._put_on_hold(5)
        self.assertTrue(self._put_on_hold(5, self.manager))

    def test_a_collector_holds_for_thirty_days_and_extends_no_further(self):
        with self._refused("04/03/2024 at most.*credit manager"):
            self._put_on_hold(31)
        hold = self._put_on_hold(29)
        hold.date_until = day(30)
        with self._refused("credit manager"):
            hold.date_until = day(31)
        hold.with_user(self.manager).date_until = day(180)
        with self._refused("finance director"):
            hold.with_user(self.manager).date_until = day(181)
        hold.date_until = day(90)  # less than what was granted
        hold.reason = "Still moving house"
        self.assertEqual(hold.date_until, day(90))

    def test_a_collector_is_not_given_more_than_a_manager(self):
        with self.assertRaises(ValidationError):
            self.company.dunning_collector_renewals = 4
        with self.assertRaises(ValidationError):
            self.company.dunning_collector_hold_days = -1


@tagged("post_install", "-at_install")
class TestWhatLeaves(GuardCommon):
    """The window says what will leave to the debtor before it leaves."""

    def _open_form(self):
        window = self.case.with_user(self.collector).action_promise()
        promises = self.env["dunning.promise"].with_user(self.collector)
        return Form(
            promises.with_context(**window["context"]),
            view="account_dunning.dunning_promise_view_dialog",
        )

    def test_the_window_of_a_promise_names_the_recipient_and_the_day(self):
        form = self._open_form()
        self.assertIn("martin@example.com", form.leaving_text)
        self.assertIn("on 03/04/2024", form.leaving_text)
        form.confirm = False
        self.assertEqual(form.leaving_text, "Nothing leaves to the customer.")
        self.assertFalse(self._contacts())

    def test_without_an_e_mail_address_it_names_the_letter(self):
        self.customer.email = False
        self.assertIn("A letter with", self._open_form().leaving_text)

    def _note_call(self, **values):
        windows = self.env["dunning.outcome"].with_user(self.collector)
        return windows.create(
            {"case_id": self.case.id, "follow_up": "promise", **values}
        )

    def test_the_window_of_a_call_says_it_where_a_promise_follows(self):
        self.assertIn("martin@example.com", self._note_call().leaving_text)
        self.assertFalse(self._note_call(follow_up="task").leaving_text)
        self.company.dunning_confirm_promises = False
        self.assertIn("Nothing leaves", self._note_call().leaving_text)

    def test_a_broken_promise_names_a_date_and_what_follows(self):
        self._promise_as(self.collector, 0, confirm=False)
        self._run(day(4))
        told = self._contacts()
        gap = max(self.ladder.contact_gap_days, 3)
        by_day = self.env["dunning.action"]._format_day(day(4 + gap))
        self.assertIn(by_day, told.body)
        self.assertIn("resume our reminders", told.body)
        self.assertNotIn("by return", told.body)
