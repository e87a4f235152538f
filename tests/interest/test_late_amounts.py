from datetime import date, timedelta
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext

from ...tools.wording import find_forbidden
from ..common import DAY
from .common_claims import DUE, JUNE_30, ST_VALENTINE, ClaimsCommon, at


@tagged("post_install", "-at_install")
class TestLateAmounts(ClaimsCommon):
    """What a contact names or claims beside the invoices: the published figures."""

    def _read(self, case):
        """Return the contact of the case, and its text in one line."""
        action = case.action_ids
        body = action.body or action.text_body
        self.assertFalse(find_forbidden(body, "en_US"))
        return action, " ".join(html2plaintext(body).split())

    def test_R1_is_named_as_information_with_its_rates_and_its_day(self):
        action, text = self._read(self._owe())
        self.assertEqual(action.line_ids.interest, 339.78)
        self.assertEqual(action.line_ids.indemnity, 40)
        self.assertEqual(action.line_ids.interest_rates, "14.25;13.15")
        self.assertEqual(action.interest_until, ST_VALENTINE)
        self.assertIn("For information, to date:", text)
        self.assertIn("339.78 of interest (until 02/14/2025", text)
        self.assertIn("at 14.25 % and 13.15 % per year", text)
        self.assertIn("40.00 of fixed indemnity", text)
        self.assertNotIn("claim", text)

    def test_R1_is_claimed_apart_with_the_total_of_all_three(self):
        self.first.write({"claim_interest": True, "claim_indemnity": True})
        _action, text = self._read(self._owe())
        self.assertIn("the amount above includes: $ 339.78 of interest", text)
        self.assertEqual(_action.amount_text, "$\xa012,379.78")
        self.assertIn("Late-payment interest until 02/14/2025", text)
        self.assertIn("interest and indemnity included $ 12,379.78", text)
        self.assertNotIn("For information", text)

    def test_a_level_claims_one_and_names_the_other(self):
        self.first.claim_indemnity = True
        _action, text = self._read(self._owe())
        self.assertIn("above includes: $ 40.00 of fixed indemnity.", text)
        self.assertIn("interest and indemnity included $ 12,040.00", text)
        self.assertIn("For information, to date: $ 339.78 of interest", text)

    def test_open_credits_are_deducted_from_the_total(self):
        self.first.write({"claim_interest": True, "claim_indemnity": True})
        self._invoice(DUE, 1000, move_type="out_refund")
        _action, text = self._read(self._owe())
        # On 11 000 as well: the credit note was there before the delay.
        self.assertIn("$ 311.47 of interest", text)
        self.assertIn("interest and indemnity included $ 11,351.47", text)

    def test_X13_a_public_buyer_is_claimed_eight_points_and_40_euros(self):
        self.first.write({"claim_interest": True, "claim_indemnity": True})
        case = self._owe(1850, date(2026, 5, 16), JUNE_30, "public")
        action, text = self._read(case)
        self.assertEqual(action.line_ids.interest, 23.15)
        self.assertIn("L2192-13", text)
        self.assertIn("at 10.15 % per year", text)
        self.assertIn("in force on January 1, 2026, 2.15 %, plus 8 points", text)
        self.assertIn("Moratory interest until 06/30/2026", text)
        self.assertIn("within 45 days of that payment (article R2192-36)", text)
        self.assertIn("interest and indemnity included $ 1,913.15", text)

    def test_a_consumer_is_claimed_nothing_whatever_the_level_says(self):
        self.first.write({"claim_interest": True, "claim_indemnity": True})
        case = self._owe(1500, date(2026, 5, 1), JUNE_30, "consumer")
        action, text = self._read(case)
        self.assertEqual((action.line_ids.interest, action.line_ids.indemnity), (0, 0))
        for word in ("claim", "interest", "indemnity", "40.00"):
            self.assertNotIn(word, text)

    def test_R5_a_consumer_reads_of_legal_interest_since_the_notice_and_no_more(self):
        self.first.write({"claim_interest": True, "claim_indemnity": True})
        case = self._owe(1500, date(2026, 4, 1), date(2026, 4, 2), "consumer")
        self._present_notice(case, date(2026, 5, 20))
        with at(date(2026, 8, 28)):
            self._run(date(2026, 8, 28))
            action = case.action_ids.filtered(lambda a: a.level_id == self.first)
            self.assertEqual(action.line_ids.interest, 11.08)
            text = " ".join(html2plaintext(action.body).split())
        self.assertIn("11.08 of interest (until 08/28/2026", text)
        self.assertIn("at 2.62 % and 2.75 % per year", text)
        self.assertIn("not included in the amount above", text)
        self.assertNotIn("indemnity", text)
        self.assertNotIn("above includes", text)

    def test_a_missing_rate_ends_the_count_and_the_text_names_that_day(self):
        self.first.write({"claim_interest": True, "claim_indemnity": True})
        case = self._owe(1000, date(2026, 12, 1), date(2027, 1, 10))
        action, text = self._read(case)
        self.assertIn("2027", action.interest_warning)
        self.assertEqual(action.interest_until, date(2026, 12, 31))
        self.assertTrue(Form(action.with_user(self.reader)))
        # Thirty days at 12.40 %, and the indemnity, which needs no rate.
        self.assertIn("$ 10.19 of interest (until 12/31/2026", text)
        self.assertIn("interest and indemnity included $ 1,050.19", text)

    def test_the_indemnity_is_named_once_for_an_invoice_with_instalments(self):
        invoice = self._invoice(60, 1000)
        invoice.button_draft()
        invoice.invoice_payment_term_id = self.env.ref(
            "account.account_payment_term_advance_60days"
        )
        invoice.invoice_date = date(2023, 12, 1)
        invoice.action_post()
        self._run()
        lines = self._case().action_ids.line_ids
        self.assertGreater(len(lines), 1)
        self.assertEqual(sum(lines.mapped("indemnity")), 40)

    def test_nothing_is_computed_for_a_text_that_names_nothing(self):
        self.mail_text.body_html = '<p><t t-out="object.greeting"/></p>'
        self.assertFalse(self.first.names_late_payment)
        lines = self.env.registry["dunning.case.line"]
        with patch.object(lines, "_get_interest", side_effect=AssertionError):
            case = self._owe()
        self.assertFalse(case.action_ids.interest_until)

    def test_money_is_read_when_it_leaves_and_never_after(self):
        self.first.automation = "manual"
        case = self._owe()
        action = case.action_ids
        later = ST_VALENTINE + timedelta(days=10)
        with at(later):
            action.with_user(self.collector).action_approve()
        self.assertEqual(action.state, "queued")
        self.assertEqual(action.interest_until, later)
        # Ten days more at 13.15 % of 12 000.
        self.assertEqual(action.line_ids.interest, 383.01)
        with at(later + timedelta(days=5)):
            self._run(later + timedelta(days=5))
        self.assertEqual(action.line_ids.interest, 383.01)

    def test_many_debtors_ask_no_more_than_one(self):
        counts = []
        self.first.automation = "manual"
        for number in (1, 9):
            partners = [
                self._create_customer(f"SARL {number} {index}")
                for index in range(number)
            ]
            for partner in partners:
                self._invoice(5, partner=partner)
            self.env["dunning.case"].run(DAY)
            actions = self.env["dunning.action"].search(
                [("partner_id", "in", [partner.id for partner in partners])]
            )
            self.assertEqual(len(actions), number)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            actions._set_late_amounts(DAY + timedelta(days=1))
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_a_courtesy_or_a_decision_cannot_claim(self):
        with self.assertRaisesRegex(ValidationError, "cannot claim"):
            self.decision.claim_interest = True
        self.mail_text.body_html = "<p>Please pay.</p>"
        with self.assertRaisesRegex(ValidationError, "late_payment_text"):
            self.second.claim_indemnity = True

    def test_the_shipped_notices_claim_and_other_levels_do_not(self):
        for name in ("business", "public", "first_delay", "key_account", "consumer"):
            ladder = self.env.ref(f"account_dunning.dunning_ladder_{name}")
            for level in ladder.level_ids:
                is_claiming = level.is_formal_notice and name != "consumer"
                with self.subTest(ladder=name, level=level.name):
                    self.assertEqual(level.claim_interest, is_claiming)
                    self.assertEqual(level.claim_indemnity, is_claiming)
