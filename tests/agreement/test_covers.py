from psycopg2.errors import UniqueViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.contact.event import Event
from ..common import DunningCommon
from ..hold.test_hold import day


class CoverCommon(DunningCommon):
    def _cover(self, line, amount, kind="disputed", source=1):
        return (
            self.env["dunning.cover"]
            .sudo()
            .create(  # as the engine does
                {
                    "line_id": line.id,
                    "kind": kind,
                    "res_model": "res.partner",
                    "source_id": source,
                    "amount": amount,
                    "balance_start": line.amount_residual,
                }
            )
        )


@tagged("post_install", "-at_install")
class TestAmountsKeptBack(CoverCommon):
    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(6, 1000.0)
        self.case = self.env["dunning.case"]._open_for(self.customer)

    def test_the_rest_of_a_disputed_invoice_is_claimed(self):
        self._cover(self.case.line_ids, 200)
        self._run()
        told = self.case.action_ids.line_ids
        self.assertEqual((told.amount_residual, told.amount_claimed), (1000, 800))
        self.assertEqual(self.case.amount_disputed, 200)
        self.assertEqual(self.case.amount_overdue, 1000)
        self.assertFalse(self.case.line_ids.hold)

    def test_an_invoice_disputed_as_a_whole_is_not_dunned(self):
        self._cover(self.case.line_ids, 1000)
        self._run()
        self.assertFalse(self.case.action_ids)
        self.assertEqual(self.case.wait_reason, "held")
        self.assertEqual(self.case.line_ids.hold, "disputed")
        self.assertEqual(self.invoice.dunning_hold, "disputed")
        found = self.env["account.move"].search([("dunning_hold", "=", "disputed")])
        self.assertEqual(found, self.invoice)

    def test_what_was_paid_of_a_promise_is_not_kept_back_twice(self):
        self._cover(self.case.line_ids, 400, "promised")
        self._pay(self.invoice, 150)
        self.assertEqual(self.case.amount_promised, 250)
        self._run()
        self.assertEqual(self.case.action_ids.line_ids.amount_claimed, 600)

    def test_a_message_in_the_queue_does_not_claim_what_was_disputed_since(self):
        self._run()
        self._cover(self.case.line_ids, 200)
        self.assertFalse(self._send_mails())
        self.assertEqual(self.case.action_ids.state, "cancelled")

    def test_the_amounts_of_many_cases_cost_no_more_queries_than_of_one(self):
        cases = self.case
        for number in range(5):
            partner = self._create_customer(f"Debtor {number}")
            self._invoice(6, 1000.0, partner=partner)
            cases |= self.env["dunning.case"]._open_for(partner)
        for case in cases:
            self._cover(case.line_ids, 200)
        counts = []
        for some in (cases[:1], cases):
            self.env.flush_all()
            self.env.invalidate_all()
            some.mapped("amount_overdue")  # what any list of cases reads
            before = self.cr.sql_log_count
            self.assertEqual(set(some.mapped("amount_disputed")), {200})
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_cases_are_found_by_what_is_disputed(self):
        self._cover(self.case.line_ids, 200)
        cases = self.env["dunning.case"]
        self.assertIn(self.case, cases.search([("amount_disputed", ">", 0)]))
        self.assertNotIn(self.case, cases.search([("amount_disputed", "=", 0)]))
        self.assertNotIn(self.case, cases.search([("amount_promised", ">", 0)]))


@tagged("post_install", "-at_install")
class TestContactsOutsideTheLadder(CoverCommon):
    def setUp(self):
        super().setUp()
        self._invoice(6)
        self.case = self.env["dunning.case"]._open_for(self.customer)

    def _announce(self, name="test.told", kind="commitment", row_id=0):
        lines = self.case.line_ids
        event = Event(name, lines, self.mail_text, lines, kind, row_id)
        return self.env["dunning.action"].with_user(self.collector)._announce([event])

    def test_an_event_is_told_once(self):
        action = self._announce()
        self.assertEqual((action.kind, action.state), ("commitment", "queued"))
        self.assertEqual(action.channel, "email")
        self.assertFalse(action.line_ids.level_id)
        self.assertFalse(self._announce())
        self.assertEqual(len(self._send_mails()), 1)
        self.assertFalse(self.case.line_ids.level_id)

    def test_each_part_of_what_it_is_about_is_told_by_itself(self):
        action = self._announce(row_id=1)
        self.assertTrue(self._announce(row_id=2))
        self.assertFalse(self._announce(row_id=1))
        self.assertEqual(action._get_event_source(), self.case.line_ids)

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_to_tell_it_twice(self):
        action = self._announce()
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            action.sudo().copy({"date": day(1)}).flush_recordset()

    def test_no_rung_speaks_on_the_same_day_and_one_does_on_the_next(self):
        self._announce()
        self._run()
        self.assertEqual(self.case.wait_reason, "contact_gap")
        self._run(day(1))
        self.assertEqual(self.case.action_ids.level_id, self.first)

    def test_it_leaves_however_close_the_last_reminder_is(self):
        self.ladder.contact_gap_days = 10
        self._run()
        self._send_mails()
        self.assertEqual(self._announce().state, "queued")

    def test_a_thank_you_leaves_when_nothing_is_open_any_more(self):
        self._announce(kind="thanks")
        self._pay(self.case.line_ids.move_id)
        self._run()
        self.assertEqual(self.case.state, "closed")
        self.assertEqual(len(self._send_mails()), 1)
