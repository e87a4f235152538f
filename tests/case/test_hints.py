from datetime import timedelta

from odoo.tests import tagged

from ..common import DAY, DunningCommon, day
from ..common_settlement import SettlementCommon


@tagged("post_install", "-at_install")
class TestHints(SettlementCommon, DunningCommon):
    """What a person should look at: on the case, never a hold by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(6, 1000.0)
        cls.case = cls.env["dunning.case"]._open_for(cls.customer)

    def _hints(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        hints = self.case.with_user(user or self.reader).hints or ""
        return hints.replace("\xa0", " ")

    def _assert_dunned(self):
        """Whatever is hinted at, the night goes on."""
        self._run()
        self.assertEqual(self.case.action_ids.line_ids.move_id, self.invoice)

    def test_nothing_is_said_where_nothing_is_to_check(self):
        self.assertFalse(self._hints())

    def test_what_we_owe_him_as_a_supplier(self):
        bill = self._create_invoice_one_line(
            move_type="in_invoice",
            partner_id=self.customer,
            price_unit=300,
            tax_ids=[],
            invoice_date=DAY,
            post=True,
        )
        hints = self._hints()
        self.assertIn("We owe $ 300.00 to Boulangerie Martin", hints)
        self.assertIn(f"/odoo/res.partner/{self.customer.id}", hints)
        self._assert_dunned()
        self._pay(bill)
        self.assertNotIn("We owe", self._hints())

    def test_what_we_owe_to_others_is_not_his(self):
        self._create_invoice_one_line(
            move_type="in_invoice",
            partner_id=self._create_customer("Garage Petit"),
            price_unit=300,
            invoice_date=DAY,
            post=True,
        )
        self.assertFalse(self._hints())

    def test_an_advance_on_its_own_account(self):
        advance = self._account("419100", "liability_current")
        bank = self.company_data["default_journal_bank"].default_account_id
        self._post_entry((advance, -200), (bank, 200))
        self.assertIn("has paid $ 200.00 in advance (account 4191)", self._hints())
        self._assert_dunned()
        self._post_entry((advance, 200), (bank, -200))
        self.assertNotIn("in advance", self._hints())

    def _credit(self, amount, is_posted=False, **values):
        return self._create_invoice_one_line(
            move_type="out_refund",
            partner_id=self.customer,
            price_unit=amount,
            tax_ids=[],
            post=is_posted,
            **{"invoice_date": DAY, **values},
        )

    def test_a_draft_credit_note_of_the_whole_amount_and_of_a_cent_less(self):
        draft = self._credit(999.99)
        self.assertFalse(self._hints())
        draft.invoice_line_ids.price_unit = 1000
        hints = self._hints()
        self.assertIn(
            f"draft credit note of $ 1,000.00 covers {self.invoice.name}", hints
        )
        self.assertIn(f"/odoo/account.move/{draft.id}", hints)
        self._assert_dunned()

    def test_a_draft_credit_note_made_from_the_invoice(self):
        self._pay(self.invoice, 400)
        self._credit(1000, reversed_entry_id=self.invoice.id)
        self.assertIn("draft credit note", self._hints())

    def test_the_parent_paid_for_the_subsidiary(self):
        group = self._create_customer("Groupe Martin")
        self.customer.parent_id = group
        self.assertEqual(self.customer.commercial_partner_id, self.customer)
        receivable = self.company_data["default_account_receivable"]
        bank = self.company_data["default_journal_bank"].default_account_id
        entry = self._post_entry((receivable, -999.99), (bank, 999.99))
        entry.line_ids.partner_id = group
        self.assertFalse(self._hints())
        entry = self._post_entry((receivable, -1000), (bank, 1000))
        entry.line_ids.partner_id = group
        hints = self._hints()
        self.assertIn("Groupe Martin has paid $ 1,000.00", hints)
        self.assertIn(f"fits {self.invoice.name}", hints)
        self._assert_dunned()

    def test_a_sister_s_bank_line_that_pays_all_of_it(self):
        group, sister = self._create_customer("Groupe"), self._create_customer("Soeur")
        (self.customer | sister).parent_id = group
        self._invoice(6, 500.0)
        self.env["dunning.case"]._open_for(self.customer)
        line = self._bank_line(1500)
        line.partner_id = sister
        self.assertIn("Soeur has paid $ 1,500.00", self._hints())

    def test_a_company_of_our_own(self):
        other = self.env["res.company"].create({"name": "Sister"})
        other.partner_id.email = "sister@example.com"
        self._invoice(6, 100.0, other.partner_id)
        self.case = self.env["dunning.case"]._open_for(other.partner_id)
        self.assertIn("Sister is a company of your own", self._hints())

    def test_an_invoice_that_was_never_sent_where_others_are(self):
        other = self._invoice(6, 100.0)
        self.assertFalse(self._hints())
        other.is_move_sent = True
        self.env["dunning.case"]._open_for(self.customer)
        hints = self._hints()
        self.assertIn(f"{self.invoice.name}: neither sent nor printed", hints)
        self.assertNotIn(other.name, hints)
        self._assert_named(self.invoice, other)
        self.invoice.is_move_sent = True
        self.assertNotIn("neither sent", self._hints())

    def _assert_named(self, *invoices):
        self._run()
        named = self.case.action_ids.line_ids.move_id
        self.assertEqual(named, self.env["account.move"].union(*invoices))

    def test_an_invoice_entered_after_it_had_fallen_due(self):
        due = DAY - timedelta(days=10)
        late = self._invoice(due, invoice_date=due)
        self.env["dunning.case"]._open_for(self.customer)
        self.assertNotIn("was entered", self._hints())
        late = self._invoice(due, invoice_date=due + timedelta(days=1))
        self.env["dunning.case"]._open_for(self.customer)
        self.assertIn(f"{late.name} was entered on 02/24/2024", self._hints())

    def test_a_credit_note_counts_from_its_day(self):
        credit = self._credit(100, is_posted=True, invoice_date=day(1))
        self.assertIn(f"{credit.name} of $ 100.00 counts from its day", self._hints())
        found = self.case._find_hints(day(1))
        self.assertFalse(found)

    def test_the_credit_note_of_an_invoice_that_is_excluded(self):
        excluded = self._invoice(6, 300.0)
        credit = self._credit(50, is_posted=True, reversed_entry_id=excluded.id)
        owed = excluded.line_ids.filtered(lambda i: i.matched_credit_ids)
        owed.remove_move_reconcile()
        self.assertNotIn("excluded", self._hints())
        excluded.no_followup = True
        hints = self._hints()
        self.assertIn(f"{credit.name} of $ 50.00 belongs to {excluded.name}", hints)

    def test_a_credit_that_is_excluded_itself(self):
        receivable = self.company_data["default_account_receivable"]
        expense = self.company_data["default_account_expense"]
        entry = self._post_entry((receivable, -70), (expense, 70))
        credit = entry.line_ids.filtered(lambda i: i.account_id == receivable)
        self.assertTrue(credit.no_followup)
        hints = self._hints()
        self.assertIn(f"{entry.name} of $ 70.00 is excluded from follow-up", hints)
        credit.no_followup = False
        self.assertNotIn("excluded", self._hints())

    def test_of_a_closed_case_nothing_is_looked_for(self):
        self._credit(1000)
        self._pay(self.invoice)
        self._run()
        self.assertEqual(self.case.state, "closed")
        self.assertFalse(self._hints())

    def test_names_of_customers_are_text(self):
        self.customer.name = "<b>Martin</b>"
        advance = self._account("419100", "liability_current")
        bank = self.company_data["default_journal_bank"].default_account_id
        self._post_entry((advance, -200), (bank, 200))
        self.assertIn("&lt;b&gt;Martin", self._hints())

    def test_the_night_does_not_look(self):
        model = self.registry["dunning.case"]

        def look(cases, day=None):
            raise AssertionError("the night looks for hints")

        self.patch(model, "_find_hints", look)
        self._run()
        self.assertTrue(self.case.action_ids)

    def test_many_cases_cost_no_more_queries_than_one(self):
        advance = self._account("419100", "liability_current")
        bank = self.company_data["default_journal_bank"].default_account_id
        cases = self.case
        for number in range(4):
            customer = self._create_customer(f"Client {number}")
            self._invoice(6, 100.0, customer)
            cases |= self.env["dunning.case"]._open_for(customer)
        entry = self._post_entry((advance, -200), (bank, 200))
        self.assertTrue(entry)
        counts = []
        for some in (self.case, cases):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some._find_hints()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 4 * 2)  # of each its family
