from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..agreement.common_promise import PromiseCommon
from ..agreement.test_offer import OfferCommon
from ..common import DAY, DunningCommon, day
from ..contact.test_outcomes import OutcomeCommon


@tagged("post_install", "-at_install")
class TestUndo(DunningCommon):
    """A run made by mistake is taken back, as long as nothing of it left."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice(5)

    def _undo(self, run, user=None):
        return run.with_user(user or self.manager).action_undo()

    def test_what_it_prepared_and_did_not_send_is_cancelled(self):
        run = self._run(day(40))
        action = self._case().action_ids
        mail = action.mail_mail_id.sudo()
        self.assertEqual((action.state, mail.state), ("queued", "outgoing"))
        self._undo(run)
        self.assertEqual((action.state, mail.state), ("cancelled", "cancel"))
        self.assertIn(self.manager.name, action.cancel_reason)
        self.assertFalse(self._send_mails())

    def test_its_day_is_free_again_for_earlier_nights_and_for_itself(self):
        run = self._run(day(1))
        with self.assertRaisesRegex(UserError, "past"):
            self._run(DAY)
        self._undo(run)
        self.assertFalse(run.active)
        self.assertEqual(run.undone_by_id, self.manager)
        self.assertEqual(self._run(DAY).contact_count, 1)
        self.assertEqual(self._run(day(1)).date, day(1))

    def test_the_night_of_an_undone_night_starts_anew(self):
        runs = self.env["dunning.run"].sudo()
        night = runs._start(self.company, DAY, is_nightly=True)
        night._plan()
        self.assertTrue(night.batch_ids)
        self._undo(night)
        self.assertFalse(night.batch_ids)
        again = runs._start(self.company, DAY, is_nightly=True)
        self.assertNotEqual(again, night)

    def test_what_has_left_is_named_and_nothing_is_taken_back(self):
        other = self._create_customer("Durand")
        self._invoice(5, partner=other)
        run = self._run(day(1))
        actions = (self._case() | self._case(other)).action_ids
        self._send_mails(actions[0].mail_mail_id)
        words = f"left already: {actions[0].partner_id.name} – First"
        with self.assertRaisesRegex(UserError, words):
            self._undo(run)
        self.assertTrue(run.active)
        self.assertEqual(actions[1].state, "queued")

    def test_a_letter_that_is_only_printed_has_not_left_a_posted_one_has(self):
        self.first.write(
            {
                "channel_email": False,
                "channel_letter": True,
                "letter_template_id": self.letter_text.id,
            }
        )
        run = self._run()
        letter = self._case().action_ids
        letter.sudo().printed_on = "2024-03-04 09:00:00"
        self.assertFalse(letter._has_left())
        letter.action_deliver()
        with self.assertRaisesRegex(UserError, "left already"):
            self._undo(run)

    def test_the_last_run_is_undone_first(self):
        first, second = self._run(DAY), self._run(day(1))
        with self.assertRaisesRegex(UserError, "undo that one first"):
            self._undo(first)
        self._undo(second)
        self._undo(first)
        with self.assertRaisesRegex(UserError, "undone already"):
            self._undo(first)

    def test_a_collector_undoes_no_run(self):
        run = self._run()
        with self.assertRaises(AccessError):
            self._undo(run, self.collector)
        with self.assertRaises(AccessError):
            run.with_user(self.manager).active = False
        self.assertTrue(run.active)

    def test_a_manager_of_another_company_undoes_none(self):
        run = self._run()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.manager.copy({"login": "stranger"})
        stranger.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        with self.assertRaises(AccessError):
            self._undo(run, stranger)

    def test_a_case_shows_what_is_due_today_again(self):
        run = self._run(day(40))
        case = self._case()
        self.assertEqual(case.last_run_on, day(40))
        self._undo(run)
        self.assertFalse(case.last_run_on)
        self.assertFalse(case.wait_reason)
        self.assertEqual(case.line_ids.next_level_id, self.first)
        self.assertEqual(case.line_ids.next_date, DAY)

    def test_a_hold_that_seemed_over_goes_on(self):
        case = self.env["dunning.case"]._open_for(self.customer)
        self.env["dunning.hold"].create(
            {"case_id": case.id, "reason": "Moving", "date_until": day(10)}
        )
        run = self._run(day(11))
        self.assertEqual(case.state, "open")
        self._undo(run)
        self.assertEqual(case.state, "waiting")

    def test_a_decision_is_taken_off_the_desk_of_the_manager(self):
        self.first.write({"channel_email": False})
        run = self._run()
        case = self._case()
        self.assertTrue(case.activity_ids)
        self._undo(run)
        self.assertFalse(case.activity_ids)


@tagged("post_install", "-at_install")
class TestUndoCalls(OutcomeCommon):
    def test_a_call_that_was_skipped_is_planned_again(self):
        self.first.skip_after_days = 2
        call = self._call()
        run = self._run(day(20))
        self.assertEqual((call.state, call.outcome), ("cancelled", "skipped"))
        self.assertEqual(self._case().line_ids.level_id, self.first)
        run.with_user(self.manager).action_undo()
        self.assertEqual((call.state, call.outcome), ("queued", False))
        self.assertTrue(call.activity_id)
        self.assertFalse(self._case().line_ids.level_id)

    def test_a_call_that_was_tried_is_no_longer_undone(self):
        call = self._call()
        run = self.env["dunning.run"].search([], limit=1)
        self._record(call, "not_reached")
        with self.assertRaisesRegex(UserError, "left already"):
            run.with_user(self.manager).action_undo()


@tagged("post_install", "-at_install")
class TestUndoPromises(PromiseCommon):
    def _undo(self, run):
        run.with_user(self.manager).action_undo()

    def test_a_promise_called_broken_too_early_is_waited_for_again(self):
        promise = self._promise(until=5)
        run = self._run(day(30))
        self.assertEqual((promise.state, promise.broken_on), ("broken", day(30)))
        self.assertTrue(self._contacts())
        self._undo(run)
        self.assertEqual((promise.state, promise.broken_on), ("open", False))
        self.assertEqual(set(self._contacts().mapped("state")), {"cancelled"})
        self.assertEqual(self.case.amount_promised, 300)
        self.assertFalse(
            self.env["dunning.alert"].search([("case_id", "=", self.case.id)])
        )

    def test_one_that_is_broken_today_stays_so_and_is_told_by_the_next_run(self):
        promise = self._promise(until=0)
        self._run(day(7))
        promise.sudo().state = "open"
        promise.sudo().broken_on = False
        self._contacts().action_cancel()
        run = self._run(day(8))
        self.assertEqual(promise.broken_on, day(8))
        self._undo(run)
        self.assertFalse(promise.broken_on)
        self.assertEqual(promise.state, "open")

    def test_its_plan_b_is_taken_back(self):
        promise = self._promise(until=5, fallback="extension")
        run = self._run(day(30))
        extension = promise.fallback_record
        self.assertEqual(extension.state, "open")
        self._undo(run)
        self.assertEqual(extension.state, "cancelled")
        self.assertFalse(promise.fallback_done_on)
        self.assertEqual(promise.state, "open")

    def test_an_agreed_level_is_agreed_no_more(self):
        promise = self._promise(
            until=5, fallback="given_rung", fallback_level_id=self.second.id
        )
        run = self._run(day(30))
        self.assertEqual(promise.fallback_record, self.second)
        self._undo(run)
        self.assertFalse(self.line.agreed_level_id)


@tagged("post_install", "-at_install")
class TestUndoPlansAndOffers(OfferCommon):
    def test_an_offer_that_lapsed_too_early_waits_again(self):
        offer = self._sent()
        run = self._run(day(60))
        self.assertEqual(offer.state, "lapsed")
        run.with_user(self.manager).action_undo()
        self.assertEqual((offer.state, offer.ended_on), ("sent", False))

    def test_a_proposal_without_answer_waits_again(self):
        plan = self._plan()
        plan.action_propose()
        self._send_mails()
        run = self._run(day(60))
        self.assertEqual(plan.state, "cancelled")
        run.with_user(self.manager).action_undo()
        self.assertEqual((plan.state, plan.ended_on), ("proposed", False))
        self.assertEqual(run.date, day(60))
        self.assertGreater(run.date, DAY)
