from datetime import date

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common_claims import at
from .common_notice import LateNoticeCommon

DECEMBER_31, JANUARY_1 = date(2026, 12, 31), date(2027, 1, 1)


@tagged("post_install", "-at_install")
class TestMissingRates(LateNoticeCommon):
    """A half-year begins, and nobody has entered its rates."""

    def setUp(self):
        super().setUp()
        self._invoice(date(2026, 11, 1), 1000, invoice_date=date(2026, 10, 1))

    def _enter(self, day=JANUARY_1, checked=JANUARY_1):
        with at(max(day, checked)):
            return (
                self.env["dunning.rate"]
                .with_user(self.manager)
                .create(
                    {
                        "date_from": day,
                        "kind": "ecb_refi",
                        "rate": 2.65,
                        "source": "European Central Bank",
                        "checked_on": checked,
                    }
                )
            )

    def test_a_notice_of_the_last_known_day_leaves(self):
        letter = self._approve(DECEMBER_31)
        self.assertEqual(letter.state, "queued")
        self.assertFalse(letter.interest_warning)

    def test_a_notice_of_the_next_day_is_held_with_who_enters_which_rate_where(self):
        letter = self._propose(JANUARY_1).with_user(self.manager)
        self.assertFalse(letter.is_notice_complete)
        self.assertIn("Central Bank", str(letter.notice_check))
        with (
            at(JANUARY_1),
            self.assertRaisesRegex(
                UserError,
                "(?s)cannot leave yet.*until 12/31/2026.*Central Bank, main refinancing"
                ".*2027, half-year 1.*a credit manager enters it.*Interest rates",
            ),
        ):
            letter.action_approve()
        self.assertEqual(letter.state, "proposed")

    def test_once_the_rate_is_entered_it_leaves_with_all_days(self):
        letter = self._propose(JANUARY_1).with_user(self.manager)
        self._enter()
        with at(JANUARY_1):
            letter.action_approve()
        self.assertEqual(letter.state, "queued")
        self.assertEqual(letter.interest_until, JANUARY_1)
        # Sixty days at 12.40 %, one at 12.65 %.
        self.assertEqual(letter.line_ids.interest, 20.73)

    def test_a_notice_that_claims_no_interest_is_not_held(self):
        self.notice.claim_interest = False
        letter = self._approve(JANUARY_1)
        self.assertEqual(letter.state, "queued")
        self.assertEqual(list(letter._get_demanded().values()), [1040])

    def test_the_notice_to_a_consumer_names_no_rate_that_nobody_knows(self):
        self.customer.dunning_debtor_kind = "consumer"
        self.company.dunning_mediator = "Mediator, 1 street, Paris"
        self._use_text("letter_template_consumer_formal_notice")
        letter = self._approve(JANUARY_1)
        self.assertIn("professional creditors runs", self._say(letter.body))

    def test_a_claim_is_counted_until_the_last_known_day_and_goes_on_from_there(self):
        with at(JANUARY_1):
            case = self.env["dunning.case"]._open_for(self.customer)
        claim = self._claim(case, JANUARY_1, self.collector)
        interest, indemnity = claim.line_ids
        self.assertEqual((interest.amount, indemnity.amount), (20.38, 40))
        self.assertEqual((interest.date_to, claim.until), (DECEMBER_31, DECEMBER_31))
        self._enter()
        again = self._claim(case, date(2027, 1, 10))
        self.assertEqual(again.line_ids.date_from, JANUARY_1)
        self.assertEqual(again.line_ids.days, 10)

    def test_the_approver_reads_of_a_rate_nobody_checked_since_its_half_year_began(
        self,
    ):
        rate = self._enter(checked=date(2026, 12, 20))
        letter = self._propose(JANUARY_1).with_user(self.manager)
        with at(JANUARY_1):
            self.assertIn("Nobody has compared", letter.rate_warning)
            self.assertIn("2027, half-year 1", letter.rate_warning)
            self.assertTrue(Form(letter))
            self.assertNotIn("compared", self._say(letter.text_body))
            rate.checked_on = JANUARY_1
            letter.invalidate_recordset()
            self.assertFalse(letter.rate_warning)

    def test_the_approver_reads_of_a_secondary_source_about_to_be_used(self):
        bank = self.env["dunning.rate"].search(
            [("kind", "=", "ecb_refi"), ("date_from", "=", date(2026, 7, 1))]
        )
        letter = self._propose(DECEMBER_31).with_user(self.manager)
        self.assertFalse(letter.rate_warning)
        bank.is_secondary = True
        with at(DECEMBER_31):
            letter.invalidate_recordset()
            self.assertIn("secondary source", letter.rate_warning)
            self.assertNotIn("secondary", self._say(letter.text_body))
            case = letter.case_id
            self.assertIn("secondary", self._open_window(case).rate_warning)

    def test_a_rate_that_is_not_used_warns_nobody(self):
        before = self.env["dunning.rate"].search(
            [("kind", "=", "ecb_refi"), ("date_from", "=", date(2026, 1, 1))]
        )
        self.assertTrue(before.is_secondary)
        self.assertFalse(self._propose(DECEMBER_31).rate_warning)

    def test_the_legal_rate_of_a_consumer_notice_warns_as_well(self):
        self.customer.dunning_debtor_kind = "consumer"
        self._use_text("letter_template_consumer_formal_notice")
        letter = self._propose(DECEMBER_31)
        with at(DECEMBER_31):
            self.assertIn("secondary source", letter.rate_warning)
