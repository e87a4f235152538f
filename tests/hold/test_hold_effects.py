from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import DAY
from .test_hold import HoldCommon, day


@tagged("post_install", "-at_install")
class TestHoldOfWhatIsPrepared(HoldCommon):
    def setUp(self):
        super().setUp()
        self._invoice(6)

    def test_a_proposal_is_dropped_with_its_reason(self):
        self.first.automation = "manual"
        self._run()
        proposal = self._case().action_ids
        self._hold(day(5))
        self.assertEqual(proposal.state, "cancelled")
        self.assertTrue(proposal.cancel_reason)

    def test_an_e_mail_in_the_queue_does_not_leave(self):
        self._run()
        self.assertEqual(self._case().action_ids.state, "queued")
        self._hold(day(5))
        self.assertEqual(self._case().action_ids.state, "cancelled")
        self.assertFalse(self._send_mails())

    def test_a_printed_letter_is_among_those_to_pull(self):
        letter = self.first
        letter.write(
            {
                "channel_email": False,
                "channel_letter": True,
                "letter_template_id": self.letter_text.id,
            }
        )
        self._run()
        action = self._case().action_ids
        action.sudo().printed_on = f"{DAY} 10:00:00"
        self._hold(day(5))
        self.assertEqual(action.state, "queued")
        batch = self.env["dunning.letter.post"].create(
            {"action_ids": [Command.set(action.ids)]}
        )
        self.assertEqual(batch.pulled_ids, action)

    def test_relancer_says_that_the_case_is_on_hold(self):
        self._run(day(0))
        self._hold(day(5))
        window = self._case().with_user(self.collector).action_dun()
        line = self.env["dunning.relance.line"].browse(window["res_id"])
        self.assertEqual(line.state, "refused")
        self.assertIn("on hold", line.reason)

    def test_a_proposal_keeps_the_invoices_that_are_not_held(self):
        self.first.automation = "manual"
        kept = self._invoice(7)
        held = self._invoice(8)
        self._run()
        self._hold_items(day(5), held)
        proposal = self._case().action_ids.filtered(lambda a: a.state == "proposed")
        self.assertIn(kept, proposal.line_ids.move_id)
        self.assertNotIn(held, proposal.line_ids.move_id)


@tagged("post_install", "-at_install")
class TestHoldRights(HoldCommon):
    def test_a_reader_puts_nothing_on_hold_and_resumes_nothing(self):
        hold = self._hold(day(5))
        with self.assertRaises(AccessError):
            self._hold(day(6), user=self.reader)
        with self.assertRaises(AccessError):
            hold.with_user(self.reader).action_resume()

    def test_nobody_deletes_a_hold(self):
        hold = self._hold(day(5))
        with self.assertRaises(AccessError):
            hold.with_user(self.manager).unlink()

    def test_the_author_and_the_beginning_are_no_choice(self):
        hold = self.env["dunning.hold"].with_user(self.collector)
        wanted = {
            "case_id": self._open_case().id,
            "reason": "Asked for",
            "date_until": day(3),
        }
        facts = {
            "user_id": self.manager.id,
            "date_from": day(-30),
            "ended_on": day(-1),
        }
        for name, value in facts.items():
            with self.assertRaisesRegex(UserError, "end date and the reason"):
                hold.create(wanted | {name: value})
        defaults = {f"default_{name}": value for name, value in facts.items()}
        hold = hold.with_context(**defaults).create(wanted)
        self.assertEqual(hold.user_id, self.collector)
        self.assertEqual((hold.date_from, hold.ended_on), (DAY, False))
        for change in ({"user_id": self.manager.id}, {"ended_on": DAY}):
            with self.assertRaisesRegex(UserError, "end date and the reason"):
                hold.write(change)

    def test_a_hold_that_is_over_stays_as_it_was(self):
        hold = self._hold(day(5)).with_user(self.collector)
        hold.action_resume()
        with self.assertRaisesRegex(UserError, "over and stays"):
            hold.date_until = day(9)

    def test_a_selection_of_cases_is_put_on_hold_at_once(self):
        other = self._create_customer("Other")
        self._invoice(5, partner=other)
        self._run(day(0))
        cases = (self._case() | self._case(other)).with_user(self.collector)
        window = cases.action_hold()
        wizard = self.env["dunning.hold.wizard"].with_user(self.collector)
        wizard = wizard.browse(window["res_id"])
        wizard.write({"date_until": day(3), "reason": "Our own mistake"})
        wizard.action_confirm()
        self.assertEqual(cases.mapped("state"), ["waiting", "waiting"])
