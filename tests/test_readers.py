from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import DAY, DunningCommon

READER = "account_dunning.group_dunning_reader"
#: Roles of the host, and of modules that need not be installed: what a role reads of
#: the books must be the same after a user has become a reader, but for what a reader
#: reads. Groups are left out where their module is not there.
ROLES = {
    "employee": "base.group_user",
    "auditor": "base.group_user,account.group_account_readonly",
    "accountant": "account.group_account_invoice",
    "partner manager": "base.group_user,base.group_partner_manager",
    "expense approver": "hr_expense.group_hr_expense_team_approver",
    "cashier": "point_of_sale.group_pos_user",
    "purchaser": "purchase.group_purchase_user",
    "salesperson": "sales_team.group_sale_salesman",
}
#: Made here, as such modules make them: (model, domain of its rule, None without one).
LIKE = {
    "like expense approver": {
        "account.move": "[('ref', '=', 'EXP')]",
        "account.move.line": "[('move_id.ref', '=', 'EXP')]",
        "account.journal": None,
    },
    "like cashier": {"account.journal": None, "account.move": "[(0, '=', 1)]"},
    "like purchaser": {
        "account.move": "[('move_type', '=', 'in_invoice')]",
        "account.move.line": "[('move_id.move_type', '=', 'in_invoice')]",
        "account.journal": None,
    },
    "like salesperson": {
        "account.move": "[('invoice_user_id', '=', user.id)]",
        "account.move.line": "[('move_id.invoice_user_id', '=', user.id)]",
        "account.journal": None,
    },
    "like a role that reads all": dict.fromkeys(
        ("account.move", "account.move.line", "account.journal")
    ),
}
BOOKS = (
    *("account.move", "account.move.line", "account.journal", "account.account"),
    *("account.payment", "account.bank.statement", "account.bank.statement.line"),
    *("account.partial.reconcile", "res.partner.bank"),
)


class BooksOfAllKinds(DunningCommon):
    """Customers' documents, a vendor's bill, wages, a bank line, an opening balance."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        accounts = cls.company_data
        cls.invoice = cls._invoice(5)
        cls._run(DAY)
        cls.bill = cls._create_invoice_one_line(
            move_type="in_invoice", partner_id=cls.customer, price_unit=70, post=True
        )
        expense = accounts["default_account_expense"]
        payable = accounts["default_account_payable"]
        receivable = accounts["default_account_receivable"]
        revenue = accounts["default_account_revenue"]
        cls.wages = cls._post_entry((expense, 900), (payable, -900))
        cls.wages.ref = "EXP"
        cls.opening = cls._post_entry((receivable, 50), (revenue, -50))
        cls.payment = cls._pay(cls.invoice, 10)
        bank = accounts["default_journal_bank"]
        cls.statement_line = cls.env["account.bank.statement.line"].create(
            {"journal_id": bank.id, "amount": 12, "date": DAY, "payment_ref": "x"}
        )
        cls.env["res.partner.bank"].create(
            {"acc_number": "FR1420041010050500013M02606", "partner_id": cls.customer.id}
        )

    def _user(self, login, groups):
        """Return a user of the groups that there are, None if there is none."""
        known = [
            group
            for group in groups.split(",")
            if self.env.ref(group, raise_if_not_found=False)
        ]
        if set(known) <= {"base.group_user"} and groups != "base.group_user":
            return None
        return new_test_user(self.env, login=login, groups=",".join(known))

    def _make_role(self, name, rights):
        """Return a user of a group with rights, and rules, on some models."""
        group = self.env["res.groups"].create({"name": name})
        for model, domain in rights.items():
            model_id = self.env["ir.model"]._get_id(model)
            self.env["ir.model.access"].create(
                {
                    "name": name,
                    "model_id": model_id,
                    "group_id": group.id,
                    "perm_read": True,
                }
            )
            if domain:
                self.env["ir.rule"].create(
                    {
                        "name": name,
                        "model_id": model_id,
                        "domain_force": domain,
                        "groups": [Command.link(group.id)],
                    }
                )
        user = new_test_user(self.env, login=name.replace(" ", "_"))
        user.group_ids += group
        return user

    def _read(self, user):
        """Return the ids that a user reads of each model of the books."""
        self.env.invalidate_all()
        read = {}
        for name in BOOKS:
            model = self.env[name].with_user(user)
            read[name] = set(model.search([]).ids) if model.has_access("read") else None
        return read

    def _become_reader(self, user):
        user.group_ids += self.env.ref(READER)


@tagged("post_install", "-at_install")
class TestReaders(BooksOfAllKinds):
    def test_a_reader_reads_what_customers_get_and_owe_and_nothing_else(self):
        user = self._user("reader", READER)
        read = self._read(user)
        self.assertIn(self.invoice.id, read["account.move"])
        for move in (self.bill, self.wages, self.payment.move_id):
            self.assertNotIn(move.id, read["account.move"])
        lines = self.env["account.move.line"].browse(read["account.move.line"])
        self.assertLessEqual(self.invoice.line_ids, lines)
        others = lines.filtered(lambda line: not line.move_id.is_sale_document(True))
        self.assertLessEqual(
            self.opening.line_ids.filtered(lambda line: line.balance > 0), others
        )
        self.assertEqual({*others.mapped("account_type")}, {"asset_receivable"})
        journals = self.env["account.journal"].browse(read["account.journal"])
        self.assertEqual({*journals.mapped("type")}, {"sale", "general"})
        for model in (
            *("account.payment", "account.bank.statement"),
            *("account.bank.statement.line", "account.partial.reconcile"),
        ):
            self.assertIsNone(read[model], model)
        self.assertFalse(user.has_group("account.group_account_readonly"))

    def test_a_reader_opens_what_a_case_is_about_even_an_opening_balance(self):
        user = self._user("reader", READER)
        self._run(DAY)
        case = self._case()
        self.assertIn(self.opening, case.line_ids.move_id)
        self.env.invalidate_all()
        for records in (case, case.line_ids, case.action_ids, case.action_ids.line_ids):
            records = records.with_user(user)
            for name in records.fields_get():
                records.read([name])
        opening = self.opening.with_user(user)
        self.assertEqual(opening.name, self.opening.name)
        with self.assertRaises(AccessError):
            self.wages.with_user(user).read(["name"])

    def test_a_collector_without_rights_on_the_books_duns_an_opening_balance(self):
        user = self._user("collector", "account_dunning.group_dunning_collector")
        late = self.opening.line_ids.filtered(lambda line: line.balance > 0)
        late.date_maturity = "2024-02-01"
        self.env.invalidate_all()
        self.env["dunning.case"].with_user(user).run(DAY)
        self._case().with_user(user).action_dun()
        self.assertIn(late, self._case().line_ids.move_line_id)

    def _check_nothing_else(self, before, after, reader):
        for model, ids in before.items():
            with self.subTest(model=model):
                expected = ids
                if reader[model] is not None:
                    expected = (ids or set()) | reader[model]
                self.assertEqual(after[model], expected)

    def test_becoming_a_reader_takes_nothing_away_and_opens_nothing_else(self):
        reader = self._read(self._user("reader", READER))
        for role, groups in ROLES.items():
            user = self._user(role.replace(" ", "_"), groups)
            if not user:
                continue
            before = self._read(user)
            self._become_reader(user)
            with self.subTest(role=role):
                self._check_nothing_else(before, self._read(user), reader)

    def test_the_same_with_roles_as_other_modules_make_them(self):
        reader = self._read(self._user("reader", READER))
        for role, rights in LIKE.items():
            user = self._make_role(role, rights)
            before = self._read(user)
            self._become_reader(user)
            with self.subTest(role=role):
                self._check_nothing_else(before, self._read(user), reader)

    def test_a_reader_writes_nothing_in_the_books(self):
        user = self._user("reader", READER)
        for records in (self.invoice, self.invoice.line_ids):
            for operation in ("write", "create", "unlink"):
                self.assertFalse(records.with_user(user).has_access(operation))


@tagged("post_install", "-at_install")
class TestOwnFields(BooksOfAllKinds):
    """Fields of ours on records of the host: anybody who opens these may read them."""

    def _get_own_fields(self, model, user):
        visible = self.env[model].with_user(user).fields_get()
        return [
            name
            for name, field in self.env[model]._fields.items()
            if name in visible and (field._module or "").startswith("account_dunning")
        ]

    def test_anybody_who_opens_an_invoice_reads_our_fields_without_an_error(self):
        for login, groups in (
            ("portal", "base.group_portal"),
            ("auditor", ROLES["auditor"]),
            ("reader", READER),
            ("accountant", ROLES["accountant"]),
        ):
            user = new_test_user(self.env, login=f"{login}_here", groups=groups)
            user.partner_id.parent_id = self.customer
            names = self._get_own_fields("account.move", user)
            self.assertIn("dunning_days_overdue", names)
            for name in names:
                with self.subTest(user=login, field=name):
                    self.env.invalidate_all()
                    self.invoice.with_user(user).read([name])
        self.assertEqual(self.invoice.with_user(user).dunning_days_overdue, 5)

    def test_an_employee_who_opens_a_contact_reads_our_fields_without_an_error(self):
        user = self._user("employee", "base.group_user")
        for model, record in (
            ("res.partner", self.customer),
            ("res.company", self.company),
        ):
            for name in self._get_own_fields(model, user):
                with self.subTest(field=name):
                    self.env.invalidate_all()
                    record.with_user(user).read([name])

    def test_an_employee_without_rights_sees_no_case_of_an_invoice_he_reads(self):
        user = self._user("auditor", ROLES["auditor"])
        seen = self.invoice.with_user(user)
        self.assertFalse(seen.dunning_case_id or seen.dunning_level_id)
        self.assertFalse(seen.dunning_hold or seen.dunning_hold_id)


@tagged("post_install", "-at_install")
class TestChoices(DunningCommon):
    """Whoever may edit a customer does not thereby decide how he is dunned."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(
            cls.env,
            login="seller",
            groups="base.group_user,base.group_partner_manager",
        )
        cls.collector = new_test_user(
            cls.env,
            login="choosing",
            groups="base.group_partner_manager,account_dunning.group_dunning_collector",
        )
        cls.choices = {
            "dunning_ladder_id": cls.ladder.id,
            "dunning_user_id": cls.collector.id,
            "dunning_contact_id": cls.company.partner_id.id,
            "dunning_debtor_kind": "public",
            "dunning_contract_rate": 42.0,
            "dunning_limitation_sector": "transport",
            "dunning_limitation_years": 3,
            "dunning_kind_is_checked": True,
            "dunning_sms_consent": "agreed",
            "dunning_lre_consent_on": "2024-03-01",
        }

    def _known(self):
        self.env.invalidate_all()
        return self.customer.read(list(self.choices), load=None)[0]

    def test_every_writable_field_of_ours_on_customers_says_who_writes_it(self):
        partners = self.env["res.partner"]
        writable = {
            name
            for name, field in partners._fields.items()
            if (field._module or "").startswith("account_dunning")
            and not field.readonly
            and field.type != "one2many"
            and name.startswith("dunning")
        }
        self.assertEqual(writable, set(partners._get_dunning_writers()))
        self.assertEqual(writable, set(self.choices))

    def test_who_may_edit_contacts_writes_none_of_them(self):
        before = self._known()
        customer = self.customer.with_user(self.seller)
        for name, value in self.choices.items():
            with self.subTest(field=name), self.assertRaises(AccessError):
                customer.write({name: value})
        self.assertEqual(self._known(), before)
        customer.write({"phone": "0102030405"})

    def test_writing_what_stands_there_already_is_no_change(self):
        known = self._known()
        values = {name: known[name] for name in self.choices}
        self.customer.with_user(self.seller).write(values | {"city": "Paris"})
        self.assertEqual(self.customer.city, "Paris")

    def test_who_may_edit_contacts_makes_none_with_them(self):
        partners = self.env["res.partner"].with_user(self.seller)
        for name, value in self.choices.items():
            with self.subTest(field=name):
                with self.assertRaises(AccessError):
                    partners.create({"name": "New", "is_company": True, name: value})
                defaults = {f"default_{name}": value}
                partner = partners.with_context(**defaults).create(
                    {"name": "New", "is_company": True}
                )
                self.assertNotIn(name, partner.default_get([name]))
                known = partner.sudo().read([name], load=None)[0][name]
                self.assertNotEqual(known, value)

    def test_a_default_of_his_own_does_not_choose_for_him(self):
        self.env["ir.default"].with_user(self.seller).set(
            "res.partner", "dunning_debtor_kind", "public", user_id=True
        )
        partner = self.env["res.partner"].with_user(self.seller).create({"name": "New"})
        self.assertEqual(partner.dunning_debtor_kind, "consumer")

    def test_who_may_edit_contacts_imports_none_of_them(self):
        result = (
            self.env["res.partner"]
            .with_user(self.seller)
            .load(
                ["name", "dunning_debtor_kind", "dunning_contract_rate"],
                [["Imported", "Public body", "42"]],
            )
        )
        self.assertFalse(result["ids"])
        self.assertIn("ask a collector", result["messages"][0]["message"])

    def test_the_kind_still_follows_the_number_of_whoever_edits(self):
        partner = self.env["res.partner"].with_user(self.seller).create({"name": "New"})
        self.assertEqual(partner.dunning_debtor_kind, "consumer")
        partner.is_company = True
        self.assertEqual(partner.dunning_debtor_kind, "business")

    def test_a_contact_is_copied_without_them(self):
        self.customer.write({"dunning_debtor_kind": "public"})
        copy = self.customer.with_user(self.seller).copy()
        self.assertEqual(copy.dunning_debtor_kind, "business")

    def test_screens_show_them_as_read_only(self):
        for user, is_closed in ((self.seller, True), (self.collector, False)):
            fields = (
                self.env["res.partner"]
                .with_user(user)
                .fields_get(list(self.choices), ["readonly"])
            )
            for name in self.choices:
                self.assertEqual(fields[name]["readonly"], is_closed, name)

    def test_a_collector_writes_all_of_them(self):
        business = ("dunning_limitation_years", "dunning_contract_rate")
        customer = self.customer.with_user(self.collector)
        for name, value in self.choices.items():
            if name not in business:
                customer.write({name: value})
        customer.write({"dunning_debtor_kind": "business"})
        customer.write({name: self.choices[name] for name in business})

    def test_two_customers_are_merged_by_who_may_merge(self):
        other = self._create_customer("Other", email=self.customer.email)
        other.dunning_sms_consent = "agreed"
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.seller)
        customer = self.customer.with_user(self.seller)
        wizard._merge((other | self.customer).ids, customer)
        self.assertEqual(self.customer.dunning_sms_consent, "agreed")

    def test_every_stored_field_of_ours_on_invoices_says_who_writes_it(self):
        moves = self.env["account.move"]
        stored = {
            name
            for name, field in moves._fields.items()
            if (field._module or "").startswith("account_dunning")
            and field.store
            and field.type != "one2many"
        }
        self.assertEqual(stored, set(moves._get_dunning_writers()))

    def test_nobody_says_by_hand_that_an_invoice_claims_interest(self):
        invoice = self._invoice(5)
        user = new_test_user(
            self.env, login="invoicing", groups="account.group_account_manager"
        )
        claim = self.env["dunning.claim"].search([], limit=1)
        self.assertIn(
            "dunning_claim_id", self.env["account.move"]._get_dunning_writers()
        )
        moves = self.env["account.move"].with_user(user)
        found = moves.with_context(default_dunning_claim_id=claim.id or 1)
        self.assertNotIn("dunning_claim_id", found.default_get(["dunning_claim_id"]))
        with self.assertRaises(AccessError):
            invoice.with_user(user).write({"dunning_claim_id": claim.id or 1})


@tagged("post_install", "-at_install")
class TestSenderOfTheCompany(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company()["company"]
        cls.company.phone, cls.other.phone = "01", "02"
        cls.other.email = "other@example.com"
        cls.manager = new_test_user(
            cls.env,
            login="managing",
            groups="account_dunning.group_dunning_manager",
            company_ids=[Command.set((cls.company | cls.other).ids)],
        )
        cls.stranger = new_test_user(
            cls.env,
            login="stranger",
            groups="account_dunning.group_dunning_manager",
            company_id=cls.other.id,
            company_ids=[Command.set(cls.other.ids)],
        )

    def _open(self, company, companies=None, **values):
        setups = self.env["dunning.setup"].with_user(self.manager)
        allowed = (companies or self.company | self.other).ids
        setups = setups.with_context(allowed_company_ids=allowed)
        return setups.create({"company_id": company.id, **values})

    def test_the_set_up_shows_how_its_own_company_is_reached(self):
        setup = self._open(self.other)
        self.assertEqual((setup.email, setup.phone), ("other@example.com", "02"))

    def test_who_signs_works_in_the_company_of_the_set_up(self):
        setup = self._open(self.company, user_id=self.stranger.id)
        with self.assertRaisesRegex(UserError, "does not work in"):
            setup.action_save_sender()
        setup.manager_id = self.stranger
        with self.assertRaisesRegex(UserError, "does not work in"):
            setup.action_save_people()
        setup.user_id = self.manager
        setup.action_save_sender()
        self.assertEqual(self.company.dunning_user_id, self.manager)

    def test_a_manager_sets_nothing_of_a_company_he_is_not_at_work_in(self):
        self.manager.company_ids -= self.other
        with self.assertRaises(AccessError):
            self._open(self.other, self.company, user_id=self.manager.id)
        setup = self._open(self.company, self.company, user_id=self.manager.id)
        before = self.other.dunning_user_id
        with self.assertRaises(AccessError):
            setup.write({"company_id": self.other.id})
            self.env.flush_all()
            self.env.invalidate_all()
            setup.action_save_sender()
        self.assertEqual(self.other.dunning_user_id, before)

    def test_a_manager_without_rights_on_the_company_leaves_its_address_alone(self):
        setup = self._open(self.company, user_id=self.manager.id, email="new@x.example")
        setup.action_save_sender()
        self.assertEqual(self.company.email, "accounts@example.com")


@tagged("post_install", "-at_install")
class TestPortalInvoice(DunningCommon, HttpCase):
    def test_a_customer_opens_his_invoice_on_the_portal(self):
        invoice = self._invoice(5)
        self._run(DAY)
        new_test_user(
            self.env,
            login="portal_debtor",
            groups="base.group_portal",
        ).partner_id.parent_id = self.customer
        self.authenticate("portal_debtor", "portal_debtor")
        for page in ("/my/invoices", f"/my/invoices/{invoice.id}"):
            with self.subTest(page=page):
                answer = self.url_open(page)
                self.assertEqual(answer.status_code, 200)
                self.assertIn(invoice.name, answer.text)
