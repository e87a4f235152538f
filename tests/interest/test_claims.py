from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_claims import DUE, ST_VALENTINE, ClaimsCommon, at

LATER = ST_VALENTINE + timedelta(days=10)


@tagged("post_install", "-at_install")
class TestClaims(ClaimsCommon):
    """One draft note without VAT; nothing is claimed twice for the same days."""

    def test_a_collector_claims_R1_in_one_draft_without_vat(self):
        case = self._owe()
        claim = self._claim(case, user=self.collector)
        note = claim.move_id
        self.assertEqual((note.state, note.move_type), ("draft", "out_invoice"))
        self.assertEqual(note.dunning_claim_id, claim)
        self.assertEqual(note.amount_total, 379.78)
        self.assertFalse(note.amount_tax or note.invoice_line_ids.tax_ids)
        self.assertEqual(note.journal_id, self.company.dunning_claim_journal_id)
        self.assertNotEqual(note.journal_id, case.line_ids.move_id.journal_id)
        interest, indemnity = note.invoice_line_ids
        self.assertEqual((interest.price_unit, indemnity.price_unit), (339.78, 40))
        self.assertEqual(interest.account_id, self.company.dunning_interest_account_id)
        self.assertEqual(
            indemnity.account_id, self.company.dunning_indemnity_account_id
        )
        self.assertIn(
            "12/01/2024 to 12/31/2024: 31 days on $\xa012,000.00 at 14.25 %",
            interest.name,
        )
        self.assertIn("45 days on $\xa012,000.00 at 13.15 %", interest.name)
        self.assertIn(case.line_ids.move_id.name, indemnity.name)
        self.assertEqual(claim.user_id, self.collector)

    def test_the_note_is_in_the_language_of_the_debtor(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        note = self._claim(self._owe()).move_id
        self.assertIn("14,25", note.invoice_line_ids[0].name)
        self.assertIn("01/12/2024", note.invoice_line_ids[0].name)

    def test_nothing_is_claimed_twice_for_the_same_days(self):
        case = self._owe()
        first = self._claim(case)
        self.assertEqual(self._shown(case, ST_VALENTINE), (0, 0))
        with at(ST_VALENTINE), self.assertRaisesRegex(UserError, "nothing to claim"):
            self._open_window(case).action_confirm()
        second = self._claim(case, LATER)
        self.assertEqual(second.line_ids.mapped("kind"), ["interest"])
        self.assertEqual(second.line_ids.days, 10)
        self.assertEqual(second.line_ids.date_from, ST_VALENTINE + timedelta(days=1))
        # Rounded once on the whole: 383.01 is what all the days give together.
        self.assertEqual(first.line_ids[0].amount + second.amount, 383.01)

    def test_the_day_of_a_claim_is_claimed_and_the_day_after_is_not(self):
        case = self._owe()
        self._claim(case)
        self.assertEqual(self._shown(case, ST_VALENTINE)[0], 0)
        self.assertEqual(self._shown(case, ST_VALENTINE + timedelta(days=1))[0], 4.32)

    def test_a_part_payment_between_two_claims(self):
        case = self._owe()
        self._claim(case)
        invoice = case.line_ids.move_id
        self._pay(invoice, 7000, ST_VALENTINE + timedelta(days=4))
        second = self._claim(case, LATER)
        # 4 days on 12 000, then 6 days on 5 000, at 13.15 %.
        self.assertEqual(second.amount, 28.10)
        self.assertEqual(
            [(row[2], row[3]) for row in second.line_ids.segments],
            [(4, "12000.0"), (6, "5000.0")],
        )

    def test_a_payment_entered_late_is_made_up_for_in_the_next_claim(self):
        case = self._owe()
        self._claim(case)
        self._pay(case.line_ids.move_id, 6000, ST_VALENTINE - timedelta(days=10))
        # 21.62 too much was claimed; ten days on 6 000 bring the same again.
        self.assertEqual(self._shown(case, LATER - timedelta(days=1))[0], 0)
        self.assertEqual(self._shown(case, LATER + timedelta(days=1))[0], 2.16)

    def test_interest_first_does_not_settle_what_was_claimed(self):
        self.company.dunning_interest_first = "interest"
        case = self._owe()
        self._claim(case)
        self._pay(case.line_ids.move_id, 7000, ST_VALENTINE)
        # The note is a debt of its own: all of the payment settled the invoice.
        self.assertEqual(self._shown(case, LATER)[0], 18.01)

    def test_a_deleted_cancelled_or_reversed_note_releases_its_days(self):
        case = self._owe()
        owed = self._shown(case, ST_VALENTINE)
        for end in ("unlink", "button_cancel", "reverse"):
            with self.subTest(end):
                claim = self._claim(case)
                self.assertEqual(self._shown(case, ST_VALENTINE), (0, 0))
                if end == "reverse":
                    claim.move_id.action_post()
                    claim.move_id._reverse_moves(cancel=True)
                else:
                    getattr(claim.move_id, end)()
                self.assertEqual(claim.state, "released")
                self.assertEqual(self._shown(case, ST_VALENTINE), owed)

    def test_a_cancelled_note_taken_up_again_is_pointed_out(self):
        case = self._owe()
        first = self._claim(case)
        first.move_id.button_cancel()
        second = self._claim(case)
        self.assertFalse(case.claim_warning)
        first.move_id.button_draft()
        (first | second).invalidate_recordset()
        case.invalidate_recordset()
        self.assertIn("claimed for the same days", case.claim_warning)
        self.assertEqual(self._shown(case, ST_VALENTINE), (0, 0))

    def test_a_note_changed_by_hand_is_pointed_out(self):
        claim = self._claim(self._owe())
        claim.move_id.invoice_line_ids[0].price_unit = 300
        self.assertIn("340.00", claim.warning)

    def test_the_note_bears_nothing_and_starts_no_ladder_by_itself(self):
        case = self._owe()
        claim = self._claim(case)
        claim.move_id.action_post()
        with at(LATER):
            self._run(LATER)
        self._pay(case.line_ids[0].move_id, day=LATER)
        day = ST_VALENTINE + timedelta(days=90)
        with at(day):
            self._run(day)
            line = case.line_ids
            self.assertEqual(line.move_id, claim.move_id)
            self.assertEqual((line.hold, line.move_id.dunning_hold), ("claim", "claim"))
            self.assertFalse(line.amount_interest or line.amount_indemnity)
            self.assertFalse(
                case.action_ids.filtered(lambda action: action.date == day)
            )
            found = self.env["account.move"].search([("dunning_hold", "=", "claim")])
            self.assertEqual(found, claim.move_id)

    def test_a_note_that_is_late_alone_opens_no_case(self):
        case = self._owe()
        self._pay(case.line_ids.move_id, day=ST_VALENTINE)
        with at(LATER):
            self._run(LATER)
        self._claim(case, LATER).move_id.action_post()
        day = LATER + timedelta(days=90)
        with at(day):
            self._run(day)
            self.env["dunning.case"]._open_for(self.customer)
        self.assertFalse(self._case())

    def test_an_invoice_that_was_paid_late_can_be_claimed_afterwards(self):
        case = self._owe()
        self._pay(case.line_ids.move_id, day=ST_VALENTINE)
        with at(LATER):
            self._run(LATER)
        self.assertEqual(case.state, "closed")
        claim = self._claim(case, LATER)
        self.assertEqual(claim.amount, 379.78)
        self.assertEqual(claim.line_ids[0].date_to, ST_VALENTINE)

    def test_an_invoice_paid_on_its_due_date_owes_nothing(self):
        self._invoice(DUE - timedelta(days=40), 100)
        case = self._owe(day=DUE - timedelta(days=1))
        self._pay(case.line_ids.move_id[1], day=DUE)
        claim = self._claim(case)
        self.assertEqual(claim.line_ids.move_id, case.line_ids.move_id[0])

    def test_the_indemnity_of_an_invoice_is_claimed_once_whatever_follows(self):
        case = self._owe()
        self._claim(case)
        self.company.dunning_indemnity = 50
        self.assertEqual(self._shown(case, LATER)[1], 0)

    def test_another_currency_is_claimed_in_its_own_note(self):
        other = self.setup_other_currency("GBP")
        case = self._owe(currency_id=other.id)
        claims = self._claim(case)
        self.assertEqual(claims.currency_id, other | self.company.currency_id)
        amounts = {claim.currency_id: claim.move_id.amount_total for claim in claims}
        self.assertEqual(amounts, {other: 339.78, self.company.currency_id: 40})

    def test_an_invoice_left_out_stays_owed(self):
        self._invoice(DUE, 1000)
        case = self._owe()
        with at(ST_VALENTINE):
            window = self._open_window(case)
            window.line_ids[0].is_claimed = False
            window.action_confirm()
        self.assertEqual(case.claim_ids.line_ids.move_id, case.line_ids[1].move_id)
        self.assertEqual(self._shown(case, ST_VALENTINE)[1], 40)

    def test_days_that_have_not_come_cannot_be_claimed(self):
        case = self._owe()
        with at(ST_VALENTINE):
            window = self._open_window(case, until=ST_VALENTINE + timedelta(days=1))
            with self.assertRaisesRegex(UserError, "not come yet"):
                window.action_confirm()
            window = self._open_window(case, until=ST_VALENTINE - timedelta(days=1))
            window.action_confirm()
        self.assertEqual(case.claim_ids.line_ids[0].days, 75)

    def test_what_a_window_pretends_is_not_believed(self):
        case = self._owe()
        with at(ST_VALENTINE):
            window = self._open_window(case, self.collector)
            window.line_ids.write({"interest": 9999, "indemnity": 400})
            window.action_confirm()
        self.assertEqual(case.claim_ids.amount, 379.78)

    def test_a_half_year_without_a_rate_is_named_and_the_rest_can_be_claimed(self):
        case = self._owe(1000, date(2026, 12, 1), date(2026, 12, 20))
        with at(date(2027, 1, 5)):
            window = self._open_window(case)
            self.assertIn("2027", window.warning)
            # The days with a known rate, and no other.
            self.assertEqual(window.line_ids.interest, 10.19)
            self.assertEqual(window.line_ids.date_to, date(2026, 12, 31))
            window.until = date(2026, 12, 31)
            self.assertFalse(window.warning)
            self.assertEqual(window.line_ids.days, 30)

    def test_without_accounts_the_claim_says_where_to_choose_them(self):
        case = self._owe()
        self.company.dunning_interest_account_id = False
        self.company.account_fiscal_country_id = self.env.ref("base.us")
        with at(ST_VALENTINE), self.assertRaisesRegex(UserError, "Choose the accounts"):
            self._open_window(case).action_confirm()

    def test_a_reader_sees_claims_and_cannot_claim(self):
        case = self._owe()
        claim = self._claim(case)
        self.assertTrue(Form(claim.with_user(self.reader)))
        self.assertTrue(Form(case.with_user(self.reader)))
        with self.assertRaises(AccessError):
            case.with_user(self.reader).action_claim()


@tagged("post_install", "-at_install")
class TestFrenchAccounts(ClaimsCommon):
    @classmethod
    @ClaimsCommon.setup_country("fr")
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_interest_account_id = False
        cls.company.dunning_indemnity_account_id = False

    def test_the_first_claim_takes_the_accounts_and_makes_the_journal(self):
        self._claim(self._owe(), user=self.collector)
        self.assertTrue(self.company.dunning_interest_account_id.code.startswith("763"))
        self.assertTrue(
            self.company.dunning_indemnity_account_id.code.startswith("758")
        )
        journal = self.company.dunning_claim_journal_id
        self.assertEqual((journal.type, journal.code), ("sale", "PEN"))
        self._claim(self._case(), LATER)
        self.assertEqual(self.company.dunning_claim_journal_id, journal)
