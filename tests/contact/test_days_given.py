from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from ..common import DAY, DunningCommon, day
from .test_outcomes import OutcomeCommon

LATER = day(60)


@tagged("post_install", "-at_install")
class TestDaysOfLetters(DunningCommon):
    """A letter was posted between the day it was prepared and today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first.write(
            {
                "channel_email": False,
                "channel_letter": True,
                "letter_template_id": cls.letter_text.id,
            }
        )
        cls._invoice(5)
        cls._run()
        cls.letter = cls._case().action_ids
        cls.letter.sudo().printed_on = f"{DAY} 09:00:00"

    def _post(self, when):
        window = self.env["dunning.letter.post"].with_user(self.collector)
        window = window.create({"action_ids": self.letter.ids, "posted_on": when})
        window.action_mark_posted()

    def test_neither_tomorrow_nor_the_day_before_it_was_prepared(self):
        for when, words in (
            (day(1), "not come yet"),
            (day(-1), "before 03/04/2024"),
            ("2019-03-04", "before"),
            ("2031-03-04", "not come yet"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self._post(when)
            with self.assertRaisesRegex(UserError, words):
                self.letter.with_user(self.collector).action_deliver(when)
        self.assertEqual(self.letter.state, "queued")

    def test_today_is_right(self):
        self._post(DAY)
        self.assertEqual((self.letter.state, self.letter.delivered_on), ("done", DAY))

    @freeze_time(f"{LATER} 10:00:00")
    def test_so_is_any_day_since_however_long_ago(self):
        self._post(DAY)
        self.assertEqual(self.letter.delivered_on, DAY)

    def test_the_superuser_may_be_ahead_of_the_clock_and_not_before_the_letter(self):
        letter = self.letter.sudo()
        with self.assertRaisesRegex(UserError, "before"):
            letter.action_deliver(day(-1))
        letter.action_deliver(day(5))
        self.assertEqual(letter.delivered_on, day(5))

    def test_an_email_has_no_day_that_a_user_gives(self):
        self.first.write({"channel_email": True, "channel_letter": False})
        self.first.automation = "manual"
        other = self._create_customer("Durand")
        self._invoice(5, partner=other)
        self._run()
        email = self._case(other).action_ids
        with freeze_time(f"{day(3)} 10:00:00"):
            with self.assertRaisesRegex(UserError, "leaves by itself"):
                email.with_user(self.collector).action_deliver(DAY)
            email.with_user(self.collector).action_deliver(day(3))
        self.assertEqual((email.state, email.is_stamped), ("queued", False))


@tagged("post_install", "-at_install")
class TestDaysOfCalls(OutcomeCommon):
    """A call is noted within a month, and not before it was planned."""

    def test_a_planned_call_is_noted_for_the_day_on_which_it_was_made(self):
        call = self._call()
        with freeze_time(f"{day(2)} 10:00:00"):
            self._record(call, "reached", spoken_on=day(1))
        self.assertEqual((call.outcome_on, call.delivered_on), (day(1), day(1)))

    def test_neither_tomorrow_nor_before_it_was_planned(self):
        call = self._call()
        for when, words in ((day(1), "not come yet"), (day(-1), "prepared")):
            for outcome in ("reached", "not_reached", "wrong_contact"):
                with self.assertRaisesRegex(UserError, words):
                    self._record(call, outcome, spoken_on=when)
        self.assertEqual((call.state, call.attempt_count), ("queued", 0))

    def test_thirty_one_days_ago_is_noted_and_thirty_two_are_not(self):
        call = self._call()
        with freeze_time(f"{LATER} 10:00:00"):
            with self.assertRaisesRegex(UserError, "31 days ago"):
                self._record(call, "reached", spoken_on=LATER - timedelta(days=32))
            self._record(call, "reached", spoken_on=LATER - timedelta(days=31))
        self.assertEqual(call.delivered_on, LATER - timedelta(days=31))

    def _note(self, case, when):
        reason = self.env.ref("account_dunning.dunning_reason_man")
        window = self.env["dunning.outcome"].with_user(self.collector)
        values = {"case_id": case.id, "spoken_on": when, "reason_id": reason.id}
        window.create(values).action_confirm()
        return case.action_ids.filtered(lambda one: one.event == "call")

    def _open(self, when):
        """Return a case that was opened on a day."""
        self._invoice(5)
        case = self.env["dunning.case"]._open_for(self.customer)
        self.env.flush_all()
        self.cr.execute(
            "UPDATE dunning_case SET create_date = %s WHERE id = %s",
            [f"{when} 10:00:00", case.id],
        )
        case.invalidate_recordset(["create_date"])
        return case

    def test_a_call_nobody_had_planned_is_noted_since_the_case_was_opened(self):
        case = self._open(day(-10))
        for when, words in ((day(-11), "case was opened"), (day(1), "not come yet")):
            with self.assertRaisesRegex(UserError, words):
                self._note(case, when)
        [call] = self._note(case, day(-10))
        self.assertEqual((call.date, call.delivered_on), (day(-10), day(-10)))

    def test_and_not_more_than_thirty_one_days_ago(self):
        case = self._open(day(-90))
        with self.assertRaisesRegex(UserError, "31 days ago"):
            self._note(case, day(-32))
        self.assertTrue(self._note(case, day(-31)))
