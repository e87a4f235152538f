from datetime import timedelta

from odoo import SUPERUSER_ID
from odoo.tests import tagged

from ..common import DAY, DunningCommon


@tagged("post_install", "-at_install")
class TestOneRunForManyWorlds(DunningCommon):
    """Companies, a branch, currencies and languages, all in one run."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.currency = cls.setup_other_currency("HRK", rates=[("2023-01-01", 2.0)])
        cls.other_data = cls.setup_other_company()
        cls.other = cls.other_data["company"]
        cls.branch = cls.env["res.company"].create(
            {"name": "Agence de Lyon", "parent_id": cls.company.id}
        )
        cls.cr.precommit.run()  # gives the branch its parent's accounts
        cls.env.user.company_ids |= cls.branch
        for company in (cls.other, cls.branch):
            company.write(
                {
                    "dunning_bank_freshness_days": 0,
                    "dunning_ladder_id": cls.ladder.id,
                    "email": f"accounts{company.id}@example.com",
                }
            )
        cls.worlds = cls.company | cls.other | cls.branch
        cls.cases = cls.env["dunning.case"].with_context(
            allowed_company_ids=cls.worlds.ids
        )
        cls.debtor = cls._create_customer("Sàrl Dupont", lang="fr_FR")

    @classmethod
    def _invoice_of(cls, company, journal, amount, partner=None):
        return cls._create_invoice_one_line(
            partner_id=partner or cls.customer,
            price_unit=amount,
            tax_ids=[],
            company_id=company.id,
            journal_id=journal.id,
            invoice_date=DAY - timedelta(days=35),
            invoice_date_due=DAY - timedelta(days=5),
            invoice_payment_term_id=False,
            post=True,
        )

    def _find(self, company, partner=None):
        return self.cases.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "=", (partner or self.customer).id),
                ("state", "!=", "closed"),
            ]
        )

    def test_each_company_writes_for_itself_and_in_the_debtors_language(self):
        self._invoice(5, 100.0)
        self._invoice(5, 80.0, partner=self.debtor)
        self._invoice_of(self.other, self.other_data["default_journal_sale"], 70.0)
        # As the night does, in the name of nobody.
        runs = self.cases.with_user(SUPERUSER_ID).run(DAY)
        self.assertEqual(runs.company_id, self.worlds)
        self._send_mails()
        own, foreign = self._find(self.company), self._find(self.other)
        self.assertEqual((own.amount_overdue, foreign.amount_overdue), (100.0, 70.0))
        mails = {
            case: case.action_ids.mail_mail_id
            for case in (own, foreign, self._find(self.company, self.debtor))
        }
        self.assertIn("accounts@example.com", mails[own].email_from)
        self.assertIn(self.other.email, mails[foreign].email_from)
        self.assertNotIn("accounts@example.com", mails[foreign].email_from)
        french = self._find(self.company, self.debtor).action_ids
        self.assertEqual(french.lang, "fr_FR")
        day = DAY - timedelta(days=5)
        self.assertIn(day.strftime("%d/%m/%Y"), french.body)
        english = own.action_ids
        self.assertIn(day.strftime("%m/%d/%Y"), english.body)

    def test_a_branch_has_its_own_case_and_its_parents_credit_counts(self):
        journal = self.company_data["default_journal_sale"]  # branches share it
        self._invoice_of(self.branch, journal, 60.0)
        self._invoice(5, 100.0)
        self.cases.sudo().run(DAY)
        self._send_mails()
        branch, parent = self._find(self.branch), self._find(self.company)
        self.assertEqual((branch.amount_overdue, parent.amount_overdue), (60.0, 100.0))
        self.assertEqual(branch.line_ids.level_id, self.first)
        # 200 of open credit at the parent cover what the branch is owed, too.
        account = self.company_data["default_account_receivable"]
        revenue = self.company_data["default_account_revenue"]
        self._post_entry((account, -200.0), (revenue, 200.0))
        self.cases.sudo().run(DAY + timedelta(days=12))
        self.assertEqual(branch.wait_reason, "to_reconcile")
        self.assertEqual(parent.wait_reason, "to_reconcile")

    def test_two_currencies_in_one_case_have_one_total_each(self):
        self._invoice(5, 100.0)
        self._invoice(6, 300.0, currency_id=self.currency.id)
        self._run_and_send()
        case = self._case()
        self.assertEqual(case.amount_overdue, 250.0)  # 100 and 300 at 2.0
        action = case.action_ids
        self.assertEqual(len(action), 1)
        totals = action.line_ids._get_totals(action.line_ids)
        self.assertEqual(
            totals, {self.company.currency_id: 100.0, self.currency: 300.0}
        )

    def test_what_one_company_is_paid_does_not_touch_the_case_of_another(self):
        own = self._invoice(5, 100.0)
        self._invoice_of(self.other, self.other_data["default_journal_sale"], 70.0)
        self.cases.sudo().run(DAY)
        self._pay(own)
        case = self._find(self.company)
        self.cases.sudo().run(DAY + timedelta(days=1))
        self.assertEqual(case.close_reason, "paid")
        self.assertEqual(self._find(self.other).amount_overdue, 70.0)

    def test_a_failure_in_one_company_leaves_the_others_served(self):
        self.company.dunning_ladder_id = False
        self.ladder.active = False
        rest = self._create_ladder(name="Rest", company_id=self.other.id)
        self.other.dunning_ladder_id = rest
        self.env["dunning.ladder"].search([("id", "!=", rest.id)]).active = False
        self._invoice(5, 100.0)
        self._invoice_of(self.other, self.other_data["default_journal_sale"], 70.0)
        self.cases.sudo().run(DAY)
        self.assertEqual(self._find(self.company).wait_reason, "no_ladder")
        self.assertTrue(self._find(self.other).action_ids)
