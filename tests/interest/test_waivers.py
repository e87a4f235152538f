from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_claims import ST_VALENTINE, ClaimsCommon, at

LATER = ST_VALENTINE + timedelta(days=10)


@tagged("post_install", "-at_install")
class TestWaivers(ClaimsCommon):
    """Giving up is a decision of a credit manager, with author and reason."""

    def _waive(self, case, user=None, interest=0, indemnity=0, only=True):
        with at(ST_VALENTINE):
            window = self._open_window(case, user)
            window.line_ids.write(
                {"interest_waived": interest, "indemnity_waived": indemnity}
            )
            window.reason = "Agreed on the telephone"
            return window.action_waive() if only else window.action_confirm()

    def test_a_part_is_waived_and_the_rest_is_claimed(self):
        case = self._owe()
        self._waive(case, interest=100, indemnity=40, only=False)
        self.assertEqual(case.claim_ids.amount, 239.78)
        self.assertIn(
            "claimed: $\xa0239.78", case.claim_ids.move_id.invoice_line_ids.name
        )
        self.assertEqual(sorted(case.waiver_ids.mapped("amount")), [40, 100])
        self.assertEqual(self._shown(case, ST_VALENTINE), (0, 0))

    def test_a_concession_is_taken_off_what_is_shown_and_kept_with_author_and_reason(
        self,
    ):
        case = self._owe()
        self._waive(case, interest=300)
        self.assertEqual(self._shown(case, ST_VALENTINE), (39.78, 40))
        self.assertFalse(case.claim_ids)
        waiver = case.waiver_ids
        self.assertEqual(
            (waiver.user_id, waiver.motive, waiver.is_whole),
            (self.manager, "concession", False),
        )
        self.assertIn("Agreed on the telephone", str(case.message_ids[0].body))
        self.assertEqual(self._claim(case, LATER).amount, 123.01)

    def test_all_is_waived_by_one_button(self):
        case = self._owe()
        with at(ST_VALENTINE):
            window = self._open_window(case)
            window.action_waive_all()
            window.reason = "Good customer"
            window.action_waive()
        self.assertEqual(self._shown(case, ST_VALENTINE), (0, 0))
        self.assertEqual(case.waiver_ids.mapped("is_whole"), [True, True])

    def test_a_waiver_outlives_the_note_and_is_taken_back_by_a_manager(self):
        case = self._owe()
        self._waive(case, interest=100, only=False)
        case.claim_ids.move_id.unlink()
        self.assertEqual(self._shown(case, ST_VALENTINE), (239.78, 40))
        waiver = case.waiver_ids
        with self.assertRaises(AccessError):
            waiver.with_user(self.collector).action_withdraw()
        waiver.with_user(self.manager).action_withdraw()
        self.assertEqual(waiver.withdrawn_by_id, self.manager)
        self.assertEqual(self._shown(case, ST_VALENTINE), (339.78, 40))

    def test_a_collector_waives_nothing(self):
        case = self._owe()
        for only in (True, False):
            with self.assertRaises(AccessError):
                self._waive(case, self.collector, interest=1, only=only)
        self.assertFalse(case.waiver_ids)

    def test_nobody_waives_less_than_nothing_more_than_is_owed_or_without_a_reason(
        self,
    ):
        case = self._owe()
        for amount in (-1, 339.79):
            with self.assertRaisesRegex(UserError, "between zero and"):
                self._waive(case, interest=amount)
        with at(ST_VALENTINE):
            window = self._open_window(case)
            window.line_ids.interest_waived = 10
            with self.assertRaisesRegex(UserError, "why something is waived"):
                window.action_waive()

    def test_a_claim_and_a_waiver_cannot_be_written_by_anybody(self):
        case = self._owe()
        self._waive(case, interest=100, only=False)
        for record in (case.waiver_ids, case.claim_ids, case.claim_ids.line_ids):
            mine = record.with_user(self.manager)
            for change in (lambda r: r.write({"create_uid": 1}), lambda r: r.unlink()):
                with self.subTest(record._name), self.assertRaises(AccessError):
                    change(mine)


@tagged("post_install", "-at_install")
class TestClaimsOfConsumers(ClaimsCommon):
    """No indemnity and no costs for a consumer, by any path (CPCE L111-8)."""

    AUGUST_28 = date(2026, 8, 28)

    def _owe_as_consumer(self):
        case = self._owe(1500, date(2026, 4, 1), date(2026, 5, 10), "consumer")
        self._present_notice(case, date(2026, 5, 20))
        return case

    def _upload(self):
        """Return a proof as the window uploads it."""
        files = self.env["ir.attachment"].with_user(self.manager)
        return files.create({"name": "fee.pdf", "raw": b"x"})

    def _add_line(self, claim, kind):
        return (
            self.env["dunning.claim.line"]
            .sudo()
            .create(
                {
                    "claim_id": claim.id,
                    "kind": kind,
                    "name": "Frais de relance",
                    "amount": 12,
                    "currency_id": claim.currency_id.id,
                }
            )
        )

    def test_R5_legal_interest_from_the_notice_is_all_that_is_claimed(self):
        claim = self._claim(self._owe_as_consumer(), self.AUGUST_28)
        self.assertEqual(claim.line_ids.mapped("kind"), ["interest"])
        self.assertEqual(claim.move_id.amount_total, 11.08)
        self.assertEqual(claim.line_ids.date_from, date(2026, 5, 21))

    def test_before_a_notice_nothing_can_be_claimed(self):
        case = self._owe(1500, date(2026, 4, 1), date(2026, 5, 10), "consumer")
        with at(self.AUGUST_28):
            window = self._open_window(case)
            self.assertFalse(window.line_ids)
            with self.assertRaisesRegex(UserError, "nothing to claim"):
                window.action_confirm()

    def test_costs_in_the_window_are_refused(self):
        case = self._owe_as_consumer()
        proof = self._upload()
        with self.assertRaisesRegex(ValidationError, "no costs"):
            self._claim(
                case,
                self.AUGUST_28,
                costs_name="Frais de relance",
                costs_amount=12,
                proof_ids=[Command.set(proof.ids)],
            )

    def test_a_line_written_by_hand_is_refused_even_to_a_superuser(self):
        claim = self._claim(self._owe_as_consumer(), self.AUGUST_28)
        for kind in ("indemnity", "costs"):
            with self.subTest(kind), self.assertRaises(ValidationError):
                self._add_line(claim, kind)
        lines = self.env["dunning.claim.line"].with_user(self.manager)
        with self.assertRaises(AccessError):
            lines.create({"claim_id": claim.id, "kind": "costs", "amount": 12})

    def test_a_window_that_pretends_an_indemnity_claims_none(self):
        case = self._owe_as_consumer()
        with at(self.AUGUST_28):
            window = self._open_window(case)
            window.line_ids.indemnity = 40
            window.action_confirm()
        self.assertEqual(case.claim_ids.line_ids.mapped("kind"), ["interest"])

    def test_costs_of_a_business_need_a_name_and_a_proof(self):
        case = self._owe()
        with self.assertRaisesRegex(ValidationError, "need a proof"):
            self._claim(case, costs_name="Lawyer", costs_amount=250)
        with self.assertRaisesRegex(UserError, "which costs"):
            self._claim(case, costs_amount=250)
        with self.assertRaisesRegex(UserError, "above zero"):
            self._claim(case, costs_name="Lawyer", costs_amount=-250)
        proof = self._upload()
        claim = self._claim(
            case,
            costs_name="Fee of the lawyer",
            costs_amount=250,
            proof_ids=[Command.set(proof.ids)],
        )
        self.assertEqual(claim.move_id.amount_total, 629.78)
        self.assertEqual(claim.move_id.invoice_line_ids[-1].name, "Fee of the lawyer")
        self.assertIn("fee.pdf", claim.move_id.attachment_ids.mapped("name"))
        self.assertEqual(claim.proof_ids, proof)
