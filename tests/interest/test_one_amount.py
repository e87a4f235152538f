import re
from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import format_amount

from ...tools.notice import essence
from .common_claims import JUNE_30, at
from .common_notice import LateNoticeCommon

NOTICE_DAY = date(2026, 11, 30)


@tagged("post_install", "-at_install")
class TestOneAmount(LateNoticeCommon):
    """What is asked, in bold, in the table, in the code and in the checklist is one."""

    def _assert_one(self, letter, *amounts):
        """Check every place in which the letter says what it asks for.

        :param amounts: what it asks for, one for each currency
        """
        letter.invalidate_recordset()
        words = [
            format_amount(self.env, amount, currency)
            for amount, currency in zip(amounts, letter._get_demanded(), strict=True)
        ]
        self.assertEqual(letter._get_total_texts(), words)
        whole = letter._join(words)
        self.assertEqual(letter.amount_text, whole)
        body = letter.body or letter.text_body
        self.assertIn(essence(whole), essence(letter.subject or letter.text_subject))
        bold = re.findall(r"<strong>(.*?)</strong>", str(body), re.DOTALL)
        self.assertIn(essence(whole), essence(self._say("".join(bold))))
        rows = re.findall(r"<tr[^>]*font-weight: bold.*?</tr>", str(body), re.DOTALL)
        self.assertEqual(len(rows), len(words))
        for row, word in zip(rows, words, strict=True):
            self.assertIn(essence(word), essence(self._say(row)))
        asked = []
        banks = self.env.registry["res.partner.bank"]
        with patch.object(
            banks,
            "_build_qr_code_vals",
            lambda bank, amount, reference, *others: asked.append((amount, reference)),
        ):
            letter._get_qr_code()
        code = [(amounts[0], letter._get_payment_reference())]
        self.assertEqual(asked, code if len(words) == 1 else [])

    def test_a_notice_demands_principal_interest_and_indemnity_together(self):
        self._invoice(JUNE_30, 8904, invoice_date=date(2026, 5, 31))
        letter = self._approve(date(2026, 8, 20))
        # 51 days at 12.40 %.
        self.assertEqual(letter.line_ids.interest, 154.27)
        self._assert_one(letter, 9098.27)
        self.assertIn(
            "formal notice to pay, within 14 days of the first presentation of this "
            "letter, the sum of $ 9,098.27*, that is $ 8,904.00 of principal, $ 154.27 "
            "of late-payment interest until August 20, 2026 and $ 40.00 of fixed "
            "indemnity, in addition to the interest that runs until payment in full.",
            self._say(letter.body),
        )

    def test_it_stays_one_with_credits_deducted(self):
        self._invoice(date(2026, 4, 30), 10000, invoice_date=date(2026, 3, 31))
        day = date(2026, 5, 1)
        self._invoice(day, 4000, move_type="out_refund", invoice_date=day)
        letter = self._approve(NOTICE_DAY)
        self._assert_one(letter, 6475.03)
        self.assertIn("after deduction of the sums in your favour", letter.body)

    def test_it_stays_one_in_two_currencies(self):
        self._invoice(JUNE_30, 1000, invoice_date=date(2026, 5, 31))
        foreign = self._create_currency()
        self._invoice(
            JUNE_30, 500, currency_id=foreign.id, invoice_date=date(2026, 5, 31)
        )
        letter = self._approve(date(2026, 8, 20))
        interest = {line.currency_id: line.interest for line in letter.line_ids}
        demanded = letter._get_demanded()
        self.assertEqual(len(demanded), 2)
        self.assertEqual(demanded[foreign], 500 + interest[foreign])
        own = self.company.currency_id
        self.assertEqual(demanded[own], 1000 + interest[own] + 80)
        self._assert_one(letter, *demanded.values())
        self.assertIn("(2 invoices × $ 40)", self._say(letter.body))

    def _create_currency(self):
        return self.env["res.currency"].create(
            {
                "name": "XCU",
                "symbol": "X",
                "rate_ids": [Command.create({"rate": 2, "name": "2020-01-01"})],
            }
        )

    def test_a_reminder_that_claims_nothing_asks_for_the_principal(self):
        letter = self._propose(NOTICE_DAY)
        self.assertFalse(letter)
        self._invoice(date(2026, 11, 20), 100, invoice_date=date(2026, 10, 20))
        with at(NOTICE_DAY):
            self._run(NOTICE_DAY)
        action = self._case().action_ids
        self.assertEqual(action.level_id, self.first)
        self.assertTrue(action.line_ids.interest)
        self.assertEqual(list(action._get_demanded().values()), [100])
        self.assertFalse(action.breakdown_text)

    def test_a_reminder_that_claims_asks_for_the_whole_as_well(self):
        self.first.write({"claim_interest": True, "claim_indemnity": True})
        self._invoice(date(2026, 11, 20), 1000, invoice_date=date(2026, 10, 20))
        with at(NOTICE_DAY):
            self._run(NOTICE_DAY)
        action = self._case().action_ids
        self.assertEqual(list(action._get_demanded().values()), [1043.4])
        self.assertEqual(action._get_total_texts(), [action.amount_text])

    def test_a_text_that_demands_the_principal_alone_is_no_complete_notice(self):
        self._invoice(JUNE_30, 8904, invoice_date=date(2026, 5, 31))
        letter = self._propose(date(2026, 8, 20)).with_user(self.manager)
        body = str(letter.text_body).replace("9,098.27", "8,904.00")
        with at(date(2026, 8, 20)):
            letter._write_text("Formal notice", body)
            with self.assertRaisesRegex(UserError, "The amount claimed"):
                letter.action_approve()

    def test_a_public_body_reads_its_own_law_and_its_order(self):
        self.customer.dunning_debtor_kind = "public"
        self._use_text("letter_template_public_formal_notice")
        self._invoice(JUNE_30, 1000, invoice_date=date(2026, 5, 31), ref="BC 2026-77")
        letter = self._approve(date(2026, 8, 20))
        text = self._say(letter.body)
        self._assert_one(letter, 1054.53)
        for words in (
            "L2192-10 to L2192-14",
            "(contract or purchase order no. BC 2026-77)",
            "$ 14.53 of moratory interest until August 20, 2026",
            (
                "10.40 % per year: the refinancing rate of the European Central Bank "
                "in force on July 1, 2026, 2.40 %, plus 8 points"
            ),
            "article R2192-32",
            "You still owe us",
        ):
            self.assertIn(words, text)
        self.assertNotIn("L441-10", text)
        self.assertNotIn("1344", text)

    def test_a_consumer_reads_the_legal_rate_and_that_no_costs_are_claimed(self):
        self.customer.dunning_debtor_kind = "consumer"
        self.company.dunning_mediator = "Mediator, 1 street, Paris"
        self._use_text("letter_template_consumer_formal_notice")
        self._invoice(JUNE_30, 1000, invoice_date=date(2026, 5, 31))
        letter = self._approve(date(2026, 8, 20))
        text = self._say(letter.body)
        self._assert_one(letter, 1000)
        self.assertIn(
            "legal rate applicable to professional creditors (2.75 % per year in the "
            "second half of 2026) runs",
            text,
        )
        self.assertIn("No costs are claimed from you.", text)
        self.assertIn("articles 1103, 1231-6 and 1344", text)
        self.assertNotIn("Commercial Code", text)

    def test_a_business_reads_its_basis_and_what_each_rate_is_made_of(self):
        self._invoice(date(2026, 4, 30), 1000, invoice_date=date(2026, 3, 31))
        text = self._say(self._approve(NOTICE_DAY).body)
        for words in (
            (
                "our agreements, articles 1103, 1231-6 and 1344 of the French Civil "
                "Code and articles L441-10 and D441-5 of the French Commercial Code"
            ),
            (
                "at 12.15 % and 12.40 % per year: the refinancing rate of the European "
                "Central Bank in force on January 1, 2026, 2.15 % and on July 1, 2026, "
                "2.40 %, plus 10 points"
            ),
            "we reserve the right to bring the matter before the competent court",
        ):
            self.assertIn(words, text)

    def test_a_stipulated_rate_is_not_said_to_be_the_central_banks(self):
        with at(JUNE_30):
            self.customer.dunning_contract_rate = 15
        self._invoice(JUNE_30, 1000, invoice_date=date(2026, 5, 31))
        text = self._say(self._approve(date(2026, 8, 20)).body)
        self.assertIn("15.00 % per year", text)
        self.assertNotIn("Central Bank", text)
