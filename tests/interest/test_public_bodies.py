from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common_claims import ST_VALENTINE, ClaimsCommon, at

VOID = "L2192-14"


@tagged("post_install", "-at_install")
class TestPublicBodies(ClaimsCommon):
    """Late-payment interest of a public body is never waived (CCP L2192-14); costs
    above the 40 € are claimed on proof (CCP L2192-13)."""

    def _waive(self, case, **values):
        with at(ST_VALENTINE):
            window = self._open_window(case)
            window.line_ids.write(values)
            window.reason = "Asked for by the town hall"
            window.action_waive()

    def test_no_cent_of_interest_is_waived_in_the_window(self):
        case = self._owe(kind="public")
        before = self._shown(case, ST_VALENTINE)
        with self.assertRaisesRegex(ValidationError, VOID):
            self._waive(case, interest_waived=0.01)
        self.assertEqual(self._shown(case, ST_VALENTINE), before)

    def test_the_fixed_indemnity_may_be_waived_and_all_means_the_indemnity(self):
        case = self._owe(kind="public")
        interest = self._shown(case, ST_VALENTINE)[0]
        with at(ST_VALENTINE):
            window = self._open_window(case)
            window.action_waive_all()
            window.reason = "Settled"
            window.action_waive()
        self.assertEqual(case.waiver_ids.mapped("kind"), ["indemnity"])
        self.assertEqual(self._shown(case, ST_VALENTINE), (interest, 0))

    def test_a_record_of_it_is_refused_even_to_a_superuser_and_by_rpc(self):
        case = self._owe(kind="public")
        values = {
            "case_id": case.id,
            "kind": "interest",
            "amount": 10,
            "currency_id": case.currency_id.id,
            "motive": "goodwill",
            "reason": "Asked",
            "date": ST_VALENTINE,
            "user_id": self.manager.id,
        }
        waivers = self.env["dunning.waiver"]
        with self.assertRaisesRegex(ValidationError, VOID):
            waivers.sudo().create(values)
        with self.assertRaises(AccessError):
            waivers.with_user(self.manager).create(values)

    def test_what_was_waived_of_who_is_public_after_all_does_not_count(self):
        case = self._owe()
        self._waive(case, interest_waived=100, indemnity_waived=40)
        self.assertEqual(self._shown(case, ST_VALENTINE), (239.78, 0))
        self.customer.dunning_debtor_kind = "public"
        public = self._shown(case, ST_VALENTINE)
        self.assertEqual(public[1], 0)
        case.waiver_ids.filtered(lambda one: one.kind == "interest").sudo().unlink()
        self.assertEqual(self._shown(case, ST_VALENTINE), public)

    def test_costs_are_claimed_on_proof(self):
        case = self._owe(kind="public")
        files = self.env["ir.attachment"].with_user(self.manager)
        costs = {"costs_name": "Fee of the agency", "costs_amount": 120}
        with self.assertRaisesRegex(ValidationError, "need a proof"):
            self._claim(case, **costs)
        proof = files.create({"name": "fee.pdf", "raw": b"x"})
        claim = self._claim(case, proof_ids=[Command.set(proof.ids)], **costs)
        kinds = claim.line_ids.mapped("kind")
        self.assertEqual(sorted(kinds), ["costs", "indemnity", "interest"])

    def test_a_business_may_still_be_let_off_its_interest(self):
        case = self._owe()
        self._waive(case, interest_waived=100)
        self.assertEqual(self._shown(case, ST_VALENTINE)[0], 239.78)
