from odoo.tests import tagged

from ..common import DAY
from ..common_settlement import SettlementCommon
from ..hold.test_hold import day
from .test_offer import OfferCommon

#: How a debt may be settled, and whether that keeps an agreement: a credit note settles
#: the debt, but nobody has paid.
WAYS = {
    "payment": True,
    "credit note": False,
    "rounding": True,
    "cheque": True,
    "netted": False,
    "transferred": False,
    "written_off": False,
}


class SettledCommon(SettlementCommon, OfferCommon):
    """Agreements about 1,000 € that are settled in each of the ways there are."""

    def _settle_all(self, way):
        return self._settle_as(way, self.invoice, 1000)

    def _assert_quiet(self, agreement):
        """Nobody is thanked or blamed, nothing is drafted, no plan B happens."""
        self.assertEqual(agreement.state, "cancelled")
        self.assertFalse(agreement.fallback_done_on)
        kinds = self.case.action_ids.filtered(
            lambda action: (
                action.event and ("broken" in action.event or action.kind == "thanks")
            )
        )
        self.assertFalse(kinds)
        self.assertFalse(self.env["dunning.alert"].search([("kind", "=", "broken")]))

    def _reasons(self):
        return "".join(self.case.message_ids.mapped("body"))


@tagged("post_install", "-at_install")
class TestPromiseIsSettled(SettledCommon):
    def _promise(self, until=5):
        return self.env["dunning.promise"].create(
            {
                "case_id": self.case.id,
                "date": day(until),
                "amount": 1000,
                "line_ids": self.case.line_ids.ids,
                "confirm": False,
            }
        )

    def _settled(self, way):
        promise = self._promise()
        entry = self._settle_all(way)
        self._run(day(1))
        return promise, entry

    def test_money_in_whatever_way_keeps_it(self):
        for way in (way for way, is_money in WAYS.items() if is_money):
            with self.subTest(way):
                promise, entry = self._settled(way)
                self.assertEqual(promise.state, "kept")
                entry.line_ids.remove_move_reconcile()
                self._run(day(1))
                self.assertEqual(promise.state, "open")
                self._undo(entry)
                promise.action_cancel()

    def test_set_off_it_is_to_be_checked(self):
        promise, entry = self._settled("netted")
        self.assertEqual(promise.state, "to_check")
        self.assertIn("set off", promise.activity_id.note)
        self._undo(entry)
        self._run(day(2))
        self.assertEqual((promise.state, promise.check_on), ("open", False))

    def test_set_off_may_be_counted_as_kept(self):
        promise, _entry = self._settled("netted")
        promise.action_count_as_kept()
        self.assertEqual(promise.state, "kept")

    def test_moved_elsewhere_or_written_off_it_is_called_off(self):
        for way, ended_as, reason in (
            ("transferred", "transferred", "moved"),
            ("written_off", "written_off", "written off"),
            ("credit note", "void", "nobody has paid"),
        ):
            with self.subTest(way):
                promise, entry = self._settled(way)
                self._assert_quiet(promise)
                self.assertEqual(promise.ended_as, ended_as)
                self.assertIn(reason, self._reasons())
                self.assertEqual(self.case.promise_judged_count, 0)
                self._undo(entry)
                self._run(day(1))
                self.assertEqual((promise.state, promise.ended_as), ("open", False))
                promise.action_cancel()

    def test_it_does_not_count_again_once_another_was_made(self):
        promise, entry = self._settled("transferred")
        self._undo(entry)
        self.env["dunning.case"]._open_for(self.customer)
        other = self._promise(until=9)
        self._run(day(2))
        self.assertEqual((promise.state, other.state), ("cancelled", "open"))


@tagged("post_install", "-at_install")
class TestPlanIsSettled(SettledCommon):
    def _settled(self, way):
        plan = self._running(count=2)
        entry = self._settle_all(way)
        self._run(day(1))
        self.assertFalse(self.case.failure)
        return plan, entry

    def test_money_in_whatever_way_completes_it(self):
        for way in (way for way, is_money in WAYS.items() if is_money):
            with self.subTest(way):
                plan, entry = self._settled(way)
                self.assertEqual(plan.state, "completed")
                self.assertEqual(set(plan.instalment_ids.mapped("state")), {"paid"})
                entry.line_ids.remove_move_reconcile()
                self._run(day(1))
                self.assertEqual((plan.state, plan.amount_paid), ("accepted", 0))
                self._undo(entry)
                plan.action_cancel()

    def test_set_off_it_is_to_be_checked(self):
        plan, entry = self._settled("netted")
        self.assertEqual((plan.state, plan.check_on), ("accepted", day(1)))
        self.assertIn("set off", plan.activity_id.note)
        self.assertEqual(plan.amount_paid, 0)
        self._undo(entry)
        self._run(day(2))
        self.assertEqual((plan.state, plan.check_on), ("accepted", False))

    def test_moved_elsewhere_or_written_off_it_is_called_off(self):
        for way, reason in (
            ("transferred", "moved"),
            ("written_off", "written off"),
            ("credit note", "nobody has paid"),
        ):
            with self.subTest(way):
                plan, entry = self._settled(way)
                self._assert_quiet(plan)
                self.assertIn(reason, plan.end_reason)
                self.assertEqual(plan.amount_paid, 0)
                self._undo(entry)
                self._run(day(1))
                self.assertEqual((plan.state, plan.end_reason), ("accepted", False))
                self.assertEqual(self.case.line_ids.hold, "planned")
                plan.action_cancel()

    def test_an_instalment_is_not_kept_by_a_part_that_was_moved(self):
        plan = self._running(count=2)
        self._settle_as("transferred", self.invoice, 500)
        self._run(day(15))
        self.assertEqual((plan.amount_paid, plan.amount_left), (0, 500))
        self.assertTrue(self._texts("plan.missed"))

    def test_a_proposal_whose_debt_was_moved_ends_without_thanks(self):
        plan = self._plan(count=2)
        plan.action_propose()
        self._settle_all("transferred")
        self._run(day(1))
        self._assert_quiet(plan)
        self.assertIn("moved", plan.end_reason)

    def test_an_invoice_that_was_cancelled_completes_no_plan(self):
        plan = self._running(count=2)
        self.invoice.button_draft()
        self._run(day(1))
        self._assert_quiet(plan)

    def test_what_was_only_matched_again_is_no_payment(self):
        payment = self._pay(self.invoice, 400)
        plan = self._running(count=2)
        items = (payment.move_id | self.invoice).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        items.remove_move_reconcile()
        items.reconcile()
        self.assertEqual(plan.amount_paid, 0)


@tagged("post_install", "-at_install")
class TestOfferIsSettled(SettledCommon):
    def _settled(self, way):
        offer = self._sent()
        entry = self._settle_all(way)
        self._run(day(1))
        return offer, entry

    def test_money_in_whatever_way_takes_it_up(self):
        for way in (way for way, is_money in WAYS.items() if is_money):
            with self.subTest(way):
                offer, entry = self._settled(way)
                self.assertEqual(offer.state, "kept")
                self.assertEqual(offer.refund_ids.state, "draft")
                entry.line_ids.remove_move_reconcile()
                self._run(day(1))
                self.assertEqual(offer.state, "sent")
                self.assertEqual(offer.refund_ids.state, "cancel")
                self._undo(entry)
                offer.action_cancel()

    def test_set_off_it_is_to_be_checked(self):
        offer, entry = self._settled("netted")
        self.assertEqual((offer.state, offer.check_on), ("sent", day(1)))
        self.assertIn("set off", offer.activity_id.note)
        self.assertFalse(offer.refund_ids)
        self._undo(entry)
        self._run(day(2))
        self.assertEqual((offer.state, offer.check_on), ("sent", False))

    def test_moved_elsewhere_or_written_off_it_is_called_off(self):
        for way, reason in (
            ("transferred", "moved"),
            ("written_off", "written off"),
            ("credit note", "nobody has paid"),
        ):
            with self.subTest(way):
                offer, entry = self._settled(way)
                self._assert_quiet(offer)
                self.assertFalse(offer.refund_ids)
                self.assertIn(reason, offer.end_reason)
                self._undo(entry)
                self._run(day(1))
                self.assertEqual((offer.state, offer.end_reason), ("sent", False))
                self.assertEqual(self.case.line_ids.hold, "offered")
                offer.action_cancel()

    def test_taken_up_and_then_moved_the_draft_credit_note_is_cancelled(self):
        offer = self._sent()
        entry = self._settle_as("payment", self.invoice, 980)
        self._run(day(1))
        self.assertEqual(offer.refund_ids.state, "draft")
        self._undo(entry)
        self._settle_as("transferred", self.invoice, 980)
        self._run(day(2))
        self.assertEqual((offer.state, offer.refund_ids.state), ("cancelled", "cancel"))

    def test_money_after_the_date_is_too_late_and_nobody_is_written_to(self):
        offer = self._sent()
        self._pay(self.invoice, 980, day(15))
        self._run(day(15))
        self.assertEqual((offer.state, offer.refund_ids.ids), ("lapsed", []))
        self.assertFalse(self._texts("offer.lapsed"))

    def test_what_a_manager_honoured_stays_honoured(self):
        offer = self._sent()
        self._run(day(15))
        offer.with_user(self.manager).action_keep()
        self._run(day(16))
        self.assertEqual((offer.state, offer.refund_ids.state), ("kept", "draft"))


@tagged("post_install", "-at_install")
class TestSeveralWait(SettledCommon):
    """Unmatched money counts once, whoever waits for it."""

    def test_money_for_one_of_two_agreements_excuses_one(self):
        promise = self.env["dunning.promise"].create(
            {
                "case_id": self.case.id,
                "date": DAY,
                "amount": 300,
                "line_ids": self.case.line_ids.ids,
                "confirm": False,
            }
        )
        other = self._invoice(5, 200.0)
        self.env["dunning.case"]._open_for(self.customer)
        line = self.case.line_ids.filtered(lambda line: line.move_id == other)
        offer = self._sent(line_ids=line.ids, valid_until=DAY)
        self._invoice(0, 300.0, move_type="out_refund")
        self._run(day(8))
        self.assertEqual((promise.state, offer.state), ("to_check", "lapsed"))

    def test_while_the_bank_is_silent_nobody_is_accused(self):
        offer = self._sent()
        self.company.dunning_bank_freshness_days = 3
        self._run(day(15))
        self.assertEqual(offer.state, "sent")
