from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, tagged

from ...tools import holds as core
from ..common import DAY, DunningCommon, day


class HoldCommon(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # How long each role may hold is tested in agreement/test_promise_guards.py.
        limits = ("dunning_collector_hold_days", "dunning_manager_hold_days")
        cls.company.write(dict.fromkeys(limits, 366))
        cls.invoice = cls._invoice(4)

    def _hold(self, until, reason="They are moving house", user=None, **values):
        """Put the customer's case on hold through the window, as a collector."""
        case = (self._case() or self._open_case()).with_user(user or self.collector)
        wizard = self.env["dunning.hold.wizard"].with_user(user or self.collector)
        window = case.action_hold()
        wizard = wizard.browse(window["res_id"])
        wizard.write({"date_until": until, "reason": reason, **values})
        wizard.action_confirm()
        return self.env["dunning.hold"].search([("case_id", "=", case.id)], limit=1)

    def _hold_items(self, until, invoices):
        case = self._case() or self._open_case()
        lines = case.line_ids.filtered(lambda line: line.move_id in invoices)
        return self._hold(until, scope="items", line_ids=[Command.set(lines.ids)])

    def _open_case(self):
        return self.env["dunning.case"]._open_for(self.customer)


@tagged("post_install", "-at_install")
class TestHold(HoldCommon):
    """Scenarios 51, 52 and K3: until when, by whom, why."""

    def test_a_hold_is_absent_from_the_run_until_its_last_day_and_back_the_next(self):
        self._hold(day(100))
        self._run(day(100))
        self.assertFalse(self._case().action_ids)
        self.assertEqual(self._case().wait_reason, "held_case")
        self._run(day(101))
        self.assertEqual(self._case().action_ids.level_id, self.first)
        self.assertEqual(self._case().state, "open")

    def test_run_at_90_of_100_days_finds_nothing(self):
        self._hold(day(100))
        self._run(day(90))
        self.assertFalse(self._case().action_ids)

    def test_a_new_end_date_changes_the_same_record(self):
        hold = self._hold(day(2))
        self.assertEqual(hold.state, core.RUNNING)
        self.assertEqual(self._hold(day(10)), hold)
        self.assertEqual(hold.date_until, day(10))
        self.assertEqual(len(self._case().hold_ids), 1)

    def test_resuming_keeps_the_hold_as_interrupted_with_who_and_when(self):
        hold = self._hold(day(10))
        self._case().with_user(self.collector).action_resume()
        self.assertEqual(hold.state, core.INTERRUPTED)
        self.assertEqual((hold.ended_on, hold.ended_by_id), (DAY, self.collector))
        self.assertEqual(self._case().state, "open")
        self._run(day(1))
        self.assertEqual(self._case().action_ids.level_id, self.first)

    def test_two_holds_one_after_the_other_are_two_records_that_are_over(self):
        self._hold(day(2))
        with freeze_time(f"{day(3)} 10:00:00"):
            self.env.invalidate_all()
            self._hold(day(5))
        with freeze_time(f"{day(6)} 10:00:00"):
            self.env.invalidate_all()
            holds = self._case().hold_ids
            self.assertEqual(holds.mapped("state"), [core.DONE, core.DONE])

    def test_an_end_today_or_earlier_is_refused_and_nothing_is_held(self):
        for until in (day(0), day(-1)):
            with self.assertRaisesRegex(ValidationError, "must end after today"):
                self._hold(until)
        hold = self._hold(day(1))
        with self.assertRaisesRegex(ValidationError, "must end after today"):
            hold.with_user(self.collector).date_until = DAY

    def test_a_hold_of_more_than_a_year_is_an_exclusion(self):
        with self.assertRaisesRegex(ValidationError, "exclude the invoice"):
            self._hold(day(367))
        self.assertTrue(self._hold(day(366)))

    def test_without_a_reason_nothing_is_held(self):
        with self.assertRaisesRegex(UserError, "Write why"):
            self._hold(day(5), reason="  ")

    def test_the_panel_says_until_when_by_whom_and_why(self):
        self._run()
        self._hold(day(10), reason="Credit note promised")
        why = self._case().why
        self.assertIn("On hold until 03/14/2024", why)
        self.assertIn(self.collector.name, why)
        self.assertIn("Credit note promised", why)
        self.assertEqual(self.invoice.dunning_hold, "on_hold")
        self.assertIn("Credit note promised", self.invoice.dunning_hold_id.display_name)

    def test_the_history_of_the_case_keeps_every_change_with_its_author(self):
        hold = self._hold(day(2), reason="On holiday")
        self._hold(day(4), reason="On holiday")
        hold.with_user(self.collector).action_resume()
        notes = self._case().message_ids.filtered(
            lambda message: message.author_id == self.collector.partner_id
        )
        text = " ".join(notes.mapped("body"))
        for words in (
            "On hold:",
            "On holiday",
            "ends on 03/08/2024",
            "Dunning resumed",
        ):
            self.assertIn(words, text)

    def test_the_days_on_hold_shift_no_level(self):
        self._run_and_send(day(1))
        self.assertEqual(self._case().line_ids.level_id, self.first)
        self._hold(day(30))
        self._run(day(31))
        # Due since day 11 of the ladder: the calendar decides as if nothing had been.
        action = self._case().action_ids.filtered(lambda a: a.date == day(31))
        self.assertEqual(action.level_id, self.second)

    def test_a_held_case_shows_the_day_after_as_its_next_date(self):
        self._run()
        self._hold(day(10))
        self.assertEqual(self._case().next_action_date, day(11))
        self.assertFalse(
            self.env["dunning.case"].search([("next_action_date", "<=", day(10))])
            & self._case()
        )

    def test_a_new_invoice_of_a_held_case_is_held_too(self):
        self._hold(day(10))
        late = self._invoice(3)
        self._run(day(5))
        self.assertFalse(self._case().action_ids)
        self.assertEqual(late.dunning_hold, "on_hold")

    def test_a_closed_case_has_nothing_to_hold(self):
        case = self._open_case()
        case.action_close()
        with self.assertRaisesRegex(UserError, "closed or handed over"):
            self.env["dunning.hold"].with_user(self.collector).create(
                {"case_id": case.id, "reason": "Late", "date_until": day(3)}
            )

    def test_a_hold_that_was_never_dated_stays_until_somebody_resumes(self):
        self._open_case().sudo().state = "waiting"
        self._run(day(60))
        self.assertEqual(self._case().state, "waiting")
        self._case().with_user(self.collector).action_resume()
        self.assertEqual(self._case().state, "open")


@tagged("post_install", "-at_install")
class TestHoldOfItems(HoldCommon):
    def test_only_the_held_invoice_is_left_out(self):
        other = self._invoice(4)
        self._hold_items(day(10), self.invoice)
        self._run(day(1))
        self.assertEqual(self._case().state, "open")
        self.assertEqual(self._case().action_ids.line_ids.move_id, other)
        self.assertEqual(self.invoice.dunning_hold, "on_hold")
        self.assertFalse(other.dunning_hold)

    def test_the_held_invoice_is_back_the_day_after(self):
        self._hold_items(day(10), self.invoice)
        self._run(day(10))
        self.assertFalse(self._case().action_ids)
        self.assertEqual(self._case().wait_reason, "held")
        self._run(day(11))
        self.assertEqual(self._case().action_ids.line_ids.move_id, self.invoice)

    def test_invoices_on_hold_are_found_by_their_hold(self):
        other = self._invoice(4)
        self._hold_items(day(10), self.invoice)
        moves = self.env["account.move"].search([("dunning_hold", "=", "on_hold")])
        self.assertIn(self.invoice, moves)
        self.assertNotIn(other, moves)
        free = self.env["account.move"].search([("dunning_hold", "=", False)])
        self.assertIn(other, free)
        self.assertNotIn(self.invoice, free)

    def test_an_invoice_is_put_on_hold_from_its_form(self):
        self._run(day(0))
        window = self.invoice.with_user(self.collector).action_dunning_hold()
        wizard = self.env["dunning.hold.wizard"].browse(window["res_id"])
        self.assertEqual(wizard.line_ids, self._case().line_ids)
        wizard = wizard.with_user(self.collector)
        wizard.write({"date_until": day(3), "reason": "Wrong order number"})
        wizard.action_confirm()
        self.assertEqual(self.invoice.dunning_hold, "on_hold")
        self.assertEqual(self._case().hold_ids.scope, "items")

    def test_the_same_invoices_again_change_the_same_record(self):
        hold = self._hold_items(day(3), self.invoice)
        self.assertEqual(self._hold_items(day(9), self.invoice), hold)
        self.assertEqual(hold.date_until, day(9))

    def test_items_of_another_case_are_refused(self):
        stranger = self._create_customer("Stranger")
        self._invoice(5, partner=stranger)
        line = self.env["dunning.case"]._open_for(stranger).line_ids
        with self.assertRaisesRegex(ValidationError, "belong to one case"):
            self.env["dunning.hold"].create(
                {
                    "case_id": self._open_case().id,
                    "line_ids": [Command.set(line.ids)],
                    "reason": "Mixed up",
                    "date_until": day(3),
                }
            )
