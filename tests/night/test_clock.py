import importlib.util
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger
from odoo.tools.misc import file_path

from ..common import DAY, DunningCommon, day
from ..common_rpc import RpcMixin
from ..common_worker import WorkerCommon

RUN = "odoo.addons.account_dunning.models.night.dunning_run"


@tagged("post_install", "-at_install")
class TestClock(DunningCommon):
    """The day is the clock's: a user runs today, and looks a year around it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice(5)
        cls.cases = cls.env["dunning.case"]

    def test_a_collector_runs_today_with_or_without_saying_so(self):
        cases = self.cases.with_user(self.collector)
        self.assertEqual(cases.run(DAY).date, DAY)
        self.assertEqual(cases.run("2024-03-04").date, DAY)
        self.assertEqual(cases.run().date, DAY)

    def test_nobody_but_the_superuser_runs_yesterday_or_tomorrow(self):
        for user in (self.collector, self.manager):
            for date in (day(-1), day(1), "2024-03-05"):
                with self.assertRaisesRegex(UserError, "it is 03/04/2024"):
                    self.cases.with_user(user).run(date)
        self.assertFalse(self.env["dunning.run"].search([]))
        runs = self.cases.sudo().run(day(-1)) | self.cases.sudo().run(day(1))
        self.assertEqual(runs.mapped("date"), [day(-1), day(1)])

    def test_a_reader_runs_no_day_at_all(self):
        with self.assertRaises(AccessError):
            self.cases.with_user(self.reader).run()

    def test_run_asks_for_the_confirmed_first_run_as_the_button_does(self):
        self.company.sudo().dunning_confirmed_on = False
        with self.assertRaisesRegex(UserError, "preview of the first run"):
            self.cases.with_user(self.manager).run()
        window = self.env["dunning.run"].with_user(self.manager).action_run_now()
        self.assertEqual(window["res_model"], "dunning.first.run")
        self.assertFalse(self.env["dunning.run"].search([]))
        self.assertTrue(self.cases.sudo().run())

    def test_a_reader_looks_a_year_ahead_or_back_and_no_day_further(self):
        cases = self.cases.with_user(self.reader)
        for date in (day(366), day(-366), None):
            self.assertIsInstance(cases.preview(date), list)
        for date in (day(367), day(-367)):
            with self.assertRaisesRegex(UserError, "a year away"):
                cases.preview(date)

    def test_a_day_that_nobody_can_mean_is_refused_in_words_to_everybody(self):
        for cases in (self.cases.with_user(self.collector), self.cases.sudo()):
            for date in ("0001-01-01", "9999-12-31", "1969-12-31", "2101-01-01"):
                with self.assertRaisesRegex(UserError, "cannot be meant"):
                    cases.preview(date)
                with self.assertRaisesRegex(UserError, "cannot be meant"):
                    cases.run(date)
            for date in ("tomorrow", "2024-02-30", 7, [1]):
                with self.assertRaisesRegex(UserError, "is no day"):
                    cases.preview(date)


@tagged("post_install", "-at_install")
class TestClockOverNetwork(RpcMixin, DunningCommon, HttpCase):
    """The clock in the hands of a collector, who calls the running server."""

    def test_a_collector_cannot_play_another_day(self):
        self._invoice(5)
        self._sign_in(self.collector)
        for date, words in (
            ("2025-02-28", "cannot be run"),
            ("2024-03-05", "cannot be run"),
            ("2024-03-03", "cannot be run"),
            ("2027-11-30", "more than a year ahead"),
            ("9999-12-31", "cannot be meant"),
        ):
            self.assertIn(words, self._refused("dunning.case", "run", date))
        self.assertRegex(
            self._refused("dunning.case", "preview", "0001-01-01"), "meant"
        )
        self.assertFalse(self.env["dunning.run"].search([]))
        self.assertFalse(self._case())
        self._rpc("dunning.case", "run", "2024-03-04")
        [action] = self._case().action_ids
        self.assertEqual((action.state, action.is_stamped), ("queued", False))
        words = self._refused(
            "dunning.action", "action_deliver", action.ids, "2024-03-05"
        )
        self.assertRegex(words, "leaves by itself|not come yet")

    def test_a_collector_cannot_undo_a_run_and_a_manager_can(self):
        self.first.automation = "manual"
        self._invoice(5)
        run = self._run(day(40))
        self.env.flush_all()
        self._sign_in(self.collector)
        self.assertIn(
            "credit manager", self._refused("dunning.run", "action_undo", run.ids)
        )
        self._sign_in(self.manager)
        self.assertTrue(self._rpc("dunning.run", "action_undo", run.ids))
        self.env.invalidate_all()
        self.assertFalse(run.active)


@tagged("post_install", "-at_install")
class TestNoNight(WorkerCommon):
    """A night that cannot start asks the credit manager, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_manager_id = cls.manager
        cls._invoice(5)

    def _get_tasks(self):
        return self.company.partner_id.activity_ids.filtered(
            lambda task: "nightly dunning run" in task.summary
        )

    def test_a_later_run_makes_one_task_for_the_manager(self):
        later = self._run(day(1))
        self.assertFalse(self._start_night())
        self.assertFalse(self._start_night())
        task = self._get_tasks()
        self.assertEqual((len(task), task.user_id), (1, self.manager))
        self.assertIn("03/05/2024", task.note)
        later.with_user(self.manager).action_undo()
        self.assertTrue(self._start_night())
        self.assertFalse(self._get_tasks())
        self.assertFalse(self.company.dunning_night_task_id.active)

    def test_a_run_of_today_does_not_stand_in_its_way(self):
        self._run(DAY)
        self.assertTrue(self._start_night())
        self.assertFalse(self._get_tasks())

    def test_an_error_at_the_start_is_told_as_well(self):
        broken = patch(f"{RUN}.DunningRun._plan", side_effect=ValueError("no disk"))
        with broken, mute_logger(RUN):
            self._start_night()
            self._start_night()
        task = self._get_tasks()
        self.assertEqual(len(task), 1)
        self.assertIn("no disk", task.note)
        self.assertTrue(self._start_night())
        self.assertFalse(self._get_tasks())

    def test_without_a_credit_manager_whoever_confirmed_the_first_run_is_asked(self):
        self.company.dunning_manager_id = False
        self.company.sudo().dunning_confirmed_by_id = self.collector
        self._run(day(1))
        self._start_night()
        self.assertEqual(self._get_tasks().user_id, self.collector)


@tagged("post_install", "-at_install")
class TestDaysAhead(DunningCommon):
    """What was dated in the future before that was refused: told, and put right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_manager_id = cls.manager
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

    def _migrate(self):
        path = "account_dunning/migrations/19.0.1.5.0/post-clock.py"
        self._load_script(path).migrate(self.cr, "19.0.1.4.0")

    def _load_script(self, path):
        spec = importlib.util.spec_from_file_location("migration", file_path(path))
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        return script

    def _get_tasks(self):
        return self.company.partner_id.activity_ids.filtered(
            lambda task: "future" in task.summary
        )

    def _deliver(self, when):
        self.letter.sudo().action_deliver(when)  # as a user could before

    def test_the_upgrade_tells_the_manager_of_runs_and_deliveries_to_come(self):
        self._run(day(1))
        self._deliver(day(1))
        self._migrate()
        task = self._get_tasks()
        self.assertEqual(task.user_id, self.manager)
        for words in ("1 runs and 1 deliveries", f"/dunning.action/{self.letter.id}"):
            self.assertIn(words, task.note)

    def test_what_is_dated_today_is_not_told(self):
        self._deliver(DAY)
        self._migrate()
        self.assertFalse(self._get_tasks())
        checks = [what for _state, what, _text in self.company._dunning_get_checks()]
        self.assertNotIn("Days:", checks)

    def test_the_checks_of_the_start_say_it_until_it_is_put_right(self):
        self._deliver(day(1))
        [check] = self.company._dunning_check_days()
        self.assertEqual(check[0], "danger")
        self.assertIn("0 runs and 1 deliveries", check[2])
        self._put_right(self.manager, DAY)
        self.assertFalse(self.company._dunning_check_days())

    def _put_right(self, user, when):
        windows = self.env["dunning.delivery.day"].with_user(user)
        values = {"action_id": self.letter.id, "delivered_on": when}
        window = windows.create(values | {"reason": "Mistyped"})
        return window.action_confirm()

    def test_a_manager_puts_the_day_right_and_the_items_follow(self):
        self._deliver(day(40))
        line = self._case().line_ids
        self.assertEqual(line.delivered_on, day(40))
        self._put_right(self.manager, DAY)
        self.assertEqual((self.letter.delivered_on, line.delivered_on), (DAY, DAY))
        self.assertEqual(line.next_date, day(10))
        self.assertFalse(self.letter.is_delivered_ahead)
        note = self._case().message_ids[0].body
        for words in ("03/04/2024", "04/13/2024", self.manager.name, "Mistyped"):
            self.assertIn(words, note)

    def test_the_right_day_is_not_to_come_nor_before_it_was_prepared(self):
        self._deliver(day(40))
        for when in (day(1), day(-1)):
            with self.assertRaises(UserError):
                self._put_right(self.manager, when)

    def test_a_day_that_was_right_is_not_changed(self):
        self._deliver(DAY)
        with self.assertRaisesRegex(UserError, "stays as it was"):
            self._put_right(self.manager, DAY)

    def test_a_collector_does_not_put_it_right(self):
        self._deliver(day(40))
        with self.assertRaises(AccessError):
            self._put_right(self.collector, DAY)
