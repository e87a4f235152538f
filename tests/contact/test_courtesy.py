from datetime import date, datetime, timedelta

from odoo.tests import freeze_time, tagged

from ...tools import ladder as core
from ..common import DAY, DunningCommon


def day(number):
    return DAY + timedelta(days=number)


@tagged("post_install", "-at_install")
class TestContactGap(DunningCommon):
    """No two contacts closer than the gap: whatever the channel, whoever sends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ladder.contact_gap_days = 7
        cls.second.gap_days = 1
        cls.invoice = cls._invoice(5)

    def _reach(self, channel):
        """Let the first level leave on ``DAY`` through one channel."""
        script = {"call_script": "<p>Ask when they pay.</p>"}
        letter = {"letter_template_id": self.letter_text.id}
        self.first.write(
            {
                "channel_email": channel == "email",
                f"channel_{channel}": True,
                **(letter if channel == "letter" else {}),
                **(script if channel == "phone" else {}),
            }
        )
        self._run()
        if channel == "email":
            self._send_mails()
        else:
            self._case().action_ids.action_deliver(DAY)
        self.assertEqual(self._case().action_ids.state, "done")

    def _check_waits(self):
        """A more urgent item must wait six days, and leaves on the seventh."""
        self._invoice(20)
        self._run(day(6))
        self.assertEqual(len(self._case().action_ids), 1)
        self.assertEqual(self._case().wait_reason, core.CONTACT_GAP)
        self._run(day(7))
        self.assertEqual(len(self._case().action_ids), 2)

    def test_after_an_e_mail(self):
        self._reach("email")
        self._check_waits()

    def test_after_a_letter(self):
        self._reach("letter")
        self._check_waits()

    def test_after_a_call(self):
        self._reach("phone")
        self._check_waits()

    def test_another_user_cannot_send_by_hand_within_the_gap(self):
        self._reach("phone")
        self._invoice(20)
        with freeze_time(f"{day(6)} 10:00:00"):
            window = self._case().with_user(self.manager).action_dun()
            line = self.env["dunning.relance.line"].browse(window["res_id"])
            self.assertEqual(line.state, "refused")
            self.assertEqual(line.reason, "Contacted too recently")
        with freeze_time(f"{day(7)} 10:00:00"):
            window = self._case().with_user(self.manager).action_dun()
            line = self.env["dunning.relance.line"].browse(window["res_id"])
            self.assertEqual(line.state, "ready")

    def test_a_proposal_of_the_night_waits_for_a_message_sent_by_hand(self):
        self.first.automation = "manual"
        self._run()
        proposal = self._case().action_ids
        # The other accountant has just called about something else.
        call = self.env["dunning.action"]
        call = call.sudo().create(
            {
                "case_id": self._case().id,
                "kind": "manual",
                "channel": "phone",
                "date": DAY,
            }
        )
        call.write({"state": "done", "delivered_on": DAY, "queued_on": DAY})
        proposal.with_user(self.collector).action_approve()
        self.assertEqual(proposal.state, "proposed")
        with freeze_time(f"{day(7)} 10:00:00"):
            proposal.with_user(self.collector).action_approve()
        self.assertEqual(proposal.state, "queued")

    def test_a_message_by_hand_that_failed_waits_for_the_gap_when_sent_again(self):
        self.ladder.contact_gap_days = 3
        self._run_and_send()
        with freeze_time(f"{day(8)} 10:00:00"):
            window = self._case().with_user(self.collector).action_dun()
            line = self.env["dunning.relance.line"].browse(window["res_id"])
            self.customer.email = False
            line.with_user(self.collector).action_send()
            failed = self._case().action_ids.filtered(lambda a: a.kind == "manual")
            self.assertEqual(failed.state, "failed")
        # Meanwhile somebody else has called.
        self.env["dunning.action"].sudo().create(
            {
                "case_id": self._case().id,
                "level_id": self.second.id,
                "channel": "phone",
                "state": "done",
                "date": day(8),
                "delivered_on": day(8),
            }
        )
        self.customer.email = "martin@example.com"
        for number, expected in ((10, "failed"), (11, "queued")):
            with freeze_time(f"{day(number)} 10:00:00"):
                failed.with_user(self.collector).action_deliver()
            self.assertEqual(failed.state, expected)

    def test_a_message_repeated_by_hand_counts_for_the_next_step(self):
        self.ladder.contact_gap_days = 3
        self._run_and_send()
        with freeze_time(f"{day(8)} 10:00:00"):
            window = self._case().with_user(self.collector).action_dun()
            line = self.env["dunning.relance.line"].browse(window["res_id"])
            self.assertEqual(line.kind, "manual")
            line.with_user(self.collector).action_send()
            self._send_mails()
        self._run(day(10))
        self.assertEqual(self._case().wait_reason, core.CONTACT_GAP)
        self._run(day(11))
        action = self._case().action_ids.filtered(lambda a: a.date == day(11))
        self.assertEqual(action.level_id, self.second)


@tagged("post_install", "-at_install")
class TestWorkingHours(DunningCommon):
    """Messages leave on working days between 8:30 and 20:00 of the calendar."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Paris",
                "tz": "Europe/Paris",
                "company_id": cls.company.id,
            }
        )
        cls.company.resource_calendar_id = cls.calendar

    def _leaves(self, now, day=None):
        """Return when a message of a day leaves, as Paris sees it in UTC."""
        with freeze_time(now):
            return self.company._dunning_sending_time(
                day or self.company._dunning_today()
            )

    def _close(self, first, last, **values):
        """Enter a closing day in the calendar, in UTC."""
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Bank holiday",
                "company_id": self.company.id,
                "calendar_id": self.calendar.id,
                "date_from": first,
                "date_to": last,
                **values,
            }
        )

    def test_at_8_29_it_waits_a_minute_and_at_8_30_it_leaves(self):
        opening = datetime(2024, 3, 4, 7, 30)
        self.assertEqual(self._leaves("2024-03-04 07:29:00"), opening)
        self.assertEqual(self._leaves("2024-03-04 07:30:00"), opening)

    def test_at_19_59_it_leaves_and_at_20_00_it_waits_for_the_morning(self):
        last = datetime(2024, 3, 4, 18, 59)
        self.assertEqual(self._leaves("2024-03-04 18:59:00"), last)
        following = datetime(2024, 3, 5, 7, 30)
        self.assertEqual(self._leaves("2024-03-04 19:00:00"), following)

    def test_on_friday_evening_it_waits_for_monday(self):
        monday = datetime(2024, 3, 11, 7, 30)
        self.assertEqual(self._leaves("2024-03-08 19:30:00"), monday)

    def test_easter_monday_and_may_day_are_closed_once_they_are_entered(self):
        self.assertEqual(
            self._leaves("2024-03-29 20:00:00"), datetime(2024, 4, 1, 6, 30)
        )
        self._close("2024-03-31 22:00:00", "2024-04-01 21:59:59")
        self._close("2024-04-30 22:00:00", "2024-05-01 21:59:59")
        self.assertEqual(
            self._leaves("2024-03-29 20:00:00"), datetime(2024, 4, 2, 6, 30)
        )
        self.assertEqual(
            self._leaves("2024-05-01 08:00:00"), datetime(2024, 5, 2, 6, 30)
        )

    def test_a_bank_holiday_entered_for_all_calendars_counts(self):
        self._close("2024-07-13 22:00:00", "2024-07-15 21:59:59", calendar_id=False)
        self.assertEqual(
            self._leaves("2024-07-12 19:00:00"), datetime(2024, 7, 16, 6, 30)
        )

    def test_the_clock_change_keeps_8_30_on_the_wall(self):
        spring = self._leaves("2024-03-29 20:00:00")
        self.assertEqual(spring, datetime(2024, 4, 1, 6, 30))
        autumn = self._leaves("2024-10-25 20:00:00")
        self.assertEqual(autumn, datetime(2024, 10, 28, 7, 30))

    def test_a_message_of_a_day_that_is_over_leaves_in_working_hours_too(self):
        yesterday = date(2024, 3, 4)
        self.assertEqual(
            self._leaves("2024-03-05 23:00:00", yesterday), datetime(2024, 3, 6, 7, 30)
        )
        sunday = self._leaves("2024-03-10 10:00:00", date(2024, 3, 7))
        self.assertEqual(sunday, datetime(2024, 3, 11, 7, 30))

    def test_a_call_of_a_sunday_is_planned_for_monday(self):
        self.first.write(
            {
                "channel_email": False,
                "channel_phone": True,
                "call_script": "<p>Ask when they pay.</p>",
            }
        )
        self._invoice(0)
        with freeze_time("2024-03-10 10:00:00"):
            self._run(date(2024, 3, 10))
        activity = self._case().action_ids.activity_id
        self.assertEqual(activity.date_deadline, date(2024, 3, 11))

    def test_a_call_of_a_bank_holiday_is_planned_for_the_day_after(self):
        self.first.write(
            {
                "channel_email": False,
                "channel_phone": True,
                "call_script": "<p>Ask when they pay.</p>",
            }
        )
        self._close("2024-05-07 22:00:00", "2024-05-09 21:59:59")
        self._invoice(date(2024, 4, 28))
        with freeze_time("2024-05-08 10:00:00"):
            self._run(date(2024, 5, 8))
        activity = self._case().action_ids.activity_id
        self.assertEqual(activity.date_deadline, date(2024, 5, 10))
