from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import DAY, DunningCommon


@tagged("post_install", "-at_install")
class TestRights(DunningCommon):
    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(5)
        self._run_and_send()
        self.case = self._case()

    def _invoicing_user(self, login, groups):
        return new_test_user(self.env, login=login, groups=groups)

    def test_invoicing_implies_collector_and_accounting_admin_implies_manager(self):
        biller = self._invoicing_user("biller", "account.group_account_invoice")
        chief = self._invoicing_user("chief", "account.group_account_manager")
        self.assertTrue(biller.has_group("account_dunning.group_dunning_collector"))
        self.assertFalse(biller.has_group("account_dunning.group_dunning_manager"))
        self.assertTrue(chief.has_group("account_dunning.group_dunning_manager"))

    def test_a_reader_sees_and_changes_nothing(self):
        case = self.case.with_user(self.reader)
        self.assertEqual(case.amount_overdue, 100.0)
        self.assertTrue(case.why)
        self.assertTrue(case.action_ids.text_body)
        for change in (
            lambda: case.write({"state": "waiting"}),
            lambda: case.action_ids.action_cancel(),
            lambda: case.line_ids.write({"level_id": False}),
            lambda: case.action_dun(),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                change()

    def test_a_user_without_rights_on_dunning_opens_customers_and_invoices(self):
        stranger = self._invoicing_user("stranger", "base.group_user")
        self.assertEqual(
            self.customer.with_user(stranger).read(["name"])[0]["name"],
            "Boulangerie Martin",
        )
        form = self.env["res.partner"].with_user(stranger).get_view(view_type="form")
        self.assertNotIn("dunning_case_count", form["arch"])
        with self.assertRaises(AccessError):
            self.case.with_user(stranger).read(["state"])
        auditor = self._invoicing_user("auditor", "account.group_account_readonly")
        move = self.invoice.with_user(auditor)
        self.assertFalse(move.dunning_case_id)
        self.assertFalse(move.dunning_level_id)

    def test_a_user_without_rights_on_dunning_still_sends_other_mail(self):
        stranger = self._invoicing_user("stranger", "base.group_user")
        activity = self.customer.activity_schedule(
            "mail.mail_activity_data_todo", user_id=stranger.id
        )
        activity.with_user(stranger).action_done()
        self.assertFalse(activity.active)

    def test_proofs_cannot_be_deleted(self):
        with self.assertRaises(AccessError):
            self.case.action_ids.with_user(self.manager).unlink()

    def test_a_portal_user_sees_no_case(self):
        debtor = self._invoicing_user("debtor", "base.group_portal")
        debtor.partner_id.parent_id = self.customer
        with self.assertRaises(AccessError):
            self.case.with_user(debtor).read(["state"])


@tagged("post_install", "-at_install")
class TestCompanies(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_data = cls.setup_other_company()
        cls.other = cls.other_data["company"]
        cls.other.dunning_bank_freshness_days = 0

    def _other_invoice(self, days):
        due = DAY - timedelta(days=days)
        return self._create_invoice_one_line(
            partner_id=self.customer,
            price_unit=70,
            tax_ids=[],
            company_id=self.other.id,
            journal_id=self.other_data["default_journal_sale"].id,
            invoice_date=due - timedelta(days=30),
            invoice_date_due=due,
            invoice_payment_term_id=False,
            post=True,
        )

    def test_each_company_has_its_own_case_and_neither_sees_the_others(self):
        self._invoice(5)
        self._other_invoice(5)
        cases = self.env["dunning.case"].with_context(
            allowed_company_ids=(self.company | self.other).ids
        )
        runs = cases.sudo().run(DAY).sudo(False)
        self.assertEqual(runs.company_id, self.company | self.other)
        found = cases.search([("partner_id", "=", self.customer.id)])
        self.assertEqual(len(found), 2)
        self.assertEqual(sorted(found.mapped("amount_overdue")), [70.0, 100.0])
        foreign = found.filtered(lambda case: case.company_id == self.other)
        for record in (foreign, foreign.action_ids, foreign.line_ids, runs[1]):
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                record.with_user(self.collector).read(["company_id"])
        visible = self.env["dunning.case"].with_user(self.collector).search([])
        self.assertNotIn(foreign, visible)

    def test_a_branch_sees_the_ladders_of_its_parents_and_has_its_own_cases(self):
        self.ladder.company_id = self.company
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        domain = self.env["dunning.ladder"]._get_available_domain(branch)
        self.assertIn(self.ladder, self.env["dunning.ladder"].search(domain))
        domain = self.env["dunning.ladder"]._get_available_domain(self.other)
        self.assertNotIn(self.ladder, self.env["dunning.ladder"].sudo().search(domain))

    def test_credits_of_the_whole_tree_count(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        tree = {*self.company._dunning_tree()}
        self.assertEqual({*branch._dunning_tree()}, tree)
        self.assertIn(branch.id, tree)
        self.assertNotIn(self.other.id, tree)
