from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common_claims import at
from .common_notice import LateNoticeCommon

#: 10 000 due on 30 April 2026, and a credit note of 4 000 the next day (W1).
DUE, CREDITED = date(2026, 4, 30), date(2026, 5, 1)
NOTICE_DAY, REMINDER_DAY = date(2026, 11, 30), date(2026, 12, 12)


@tagged("post_install", "-at_install")
class TestInterestFollowsMoney(LateNoticeCommon):
    """Nobody owes interest on what the text itself deducts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(DUE, 10000, invoice_date=date(2026, 3, 31))

    def _credit(self, amount=4000, day=CREDITED, **values):
        return self._invoice(
            day, amount, move_type="out_refund", invoice_date=day, **values
        )

    def _open(self, day=NOTICE_DAY):
        with at(day):
            case = self.env["dunning.case"]._open_for(self.customer)
            case.with_user(self.manager)._accept_money("He knows of it")
        return case

    def test_W1_in_the_formal_notice(self):
        self._credit()
        letter = self._approve(NOTICE_DAY)
        self.assertEqual(letter.line_ids.interest, 435.03)
        self.assertEqual(list(letter._get_demanded().values()), [6475.03])
        self.assertIn("$ 435.03 of late-payment interest", self._say(letter.body))

    def test_W1_in_the_second_reminder(self):
        self._credit()
        case = self._open(REMINDER_DAY)
        case.line_ids.sudo().write(
            {"level_id": self.first.id, "delivered_on": date(2026, 11, 1)}
        )
        with at(REMINDER_DAY):
            self._run(REMINDER_DAY)
            action = case.action_ids
            self.assertEqual(action.level_id, self.second)
            self.assertEqual(action.line_ids.interest, 459.49)
            self.assertIn("$ 459.49 of interest", self._say(action.body))

    def test_W1_in_the_case_and_in_the_claim(self):
        self._credit()
        case = self._open()
        with at(NOTICE_DAY):
            self.assertEqual(case.with_user(self.reader).amount_interest, 435.03)
            window = self._open_window(case, self.collector)
            self.assertEqual(window.line_ids.interest, 435.03)
        claim = self._claim(case, NOTICE_DAY, self.collector)
        line = claim.line_ids.filtered(lambda one: one.kind == "interest")
        self.assertEqual(line.amount, 435.03)
        self.assertEqual(
            [(row[2], float(row[3])) for row in line.segments],
            [(1, 10000), (60, 6000), (153, 6000)],
        )
        self.assertIn("6,000.00", claim.move_id.invoice_line_ids[0].name)

    def test_a_claim_and_a_notice_wait_until_a_manager_goes_on(self):
        self._credit()
        with at(NOTICE_DAY):
            case = self.env["dunning.case"]._open_for(self.customer)
            with self.assertRaisesRegex(UserError, "not matched"):
                self._open_window(case, self.collector).action_confirm()

    def test_matched_later_the_figure_stays_the_same(self):
        refund = self._credit()
        case = self._open()
        before = self._shown(case, NOTICE_DAY)
        (self.invoice | refund).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).reconcile()
        self.assertEqual(self._shown(case, NOTICE_DAY), before)

    def test_money_of_the_next_day_reduces_nothing_of_the_day(self):
        self._credit(day=NOTICE_DAY + timedelta(days=1))
        case = self._open(NOTICE_DAY + timedelta(days=1))
        line = case.line_ids
        with at(NOTICE_DAY + timedelta(days=1)):
            interest = line._get_interest(NOTICE_DAY)[line][0]
            self.assertEqual(float(interest.amount), 722.84)
            # The day of the money still counts on the whole.
            interest = line._get_interest()[line][0]
            self.assertEqual(float(interest.amount), 726.23)

    def test_it_goes_on_the_oldest_item_first(self):
        newer = self._invoice(date(2026, 5, 31), 5000, invoice_date=DUE)
        self._credit(12000)
        case = self._open()
        found = case.line_ids._get_interest(NOTICE_DAY)
        left = {
            line.move_id: interest.principal_left
            for line, (interest, _why) in found.items()
        }
        self.assertEqual(left, {self.invoice: 0, newer: 3000})

    def test_money_that_names_an_item_is_for_that_item(self):
        newer = self._invoice(date(2026, 5, 31), 5000, invoice_date=DUE)
        self._credit(4000, ref=newer.name)
        case = self._open()
        found = case.line_ids._get_interest(NOTICE_DAY)
        left = {
            line.move_id: interest.principal_left
            for line, (interest, _why) in found.items()
        }
        self.assertEqual(left, {self.invoice: 10000, newer: 1000})

    def test_a_message_counts_it_on_what_it_asks_for(self):
        newer = self._invoice(date(2026, 5, 31), 5000, invoice_date=DUE)
        self._credit(4000)
        case = self._open()
        asked = case.line_ids.filtered(lambda line: line.move_id == newer)
        found = case.line_ids._get_interest(NOTICE_DAY, asked=asked)
        left = {
            line.move_id: interest.principal_left
            for line, (interest, _why) in found.items()
        }
        self.assertEqual(left, {self.invoice: 10000, newer: 1000})

    def test_what_was_claimed_before_the_money_was_known_is_made_up_for(self):
        case = self._open()
        claim = self._claim(case, NOTICE_DAY)
        self.assertEqual(claim.line_ids[0].amount, 722.84)
        self._credit()
        self._open()
        self.assertEqual(self._shown(case, NOTICE_DAY)[0], 0)
        with at(NOTICE_DAY):
            interest = case.line_ids.filtered(lambda line: line.move_id == self.invoice)
            self.assertEqual(interest.amount_interest, 0)
            self.assertTrue(Form(case.with_user(self.collector)))
        # 287.81 too much: 141 days on 6 000 at 12.40 % bring it again, 142 do more.
        days = timedelta(days=141), timedelta(days=142)
        self.env["dunning.rate"].create(
            {
                "date_from": date(2027, 1, 1),
                "kind": "ecb_refi",
                "rate": 2.40,
                "source": "Test",
            }
        )
        shown = [self._shown(case, NOTICE_DAY + after)[0] for after in days]
        self.assertEqual(shown, [0, 1.64])

    def test_many_debtors_with_money_ask_no_more_than_one(self):
        counts = []
        for number in (1, 9):
            partners = [
                self._create_customer(f"SARL {number} {index}")
                for index in range(number)
            ]
            cases = self.env["dunning.case"]
            for partner in partners:
                self._invoice(DUE, 1000, partner=partner)
                self._credit(100, partner=partner)
                cases |= cases._open_for(partner)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            cases.line_ids._get_interest(NOTICE_DAY)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
