from odoo import SUPERUSER_ID, Command
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from ..common import DunningCommon

COLLECTOR = "base.group_user,account_dunning.group_dunning_collector"
MANAGER = "base.group_user,account_dunning.group_dunning_manager"


class InChargeCommon(DunningCommon):
    @classmethod
    def _colleague(cls, login, groups=COLLECTOR):
        company = {"company_id": cls.company.id, "company_ids": [cls.company.id]}
        return new_test_user(cls.env, login, groups, email=f"{login}@x.test", **company)

    @classmethod
    def _leave(cls, user, way):
        """Let a colleague leave: archived, moved to another company, or without the
        right."""
        if way == "archived":
            user.active = False
        elif way == "moved":
            other = cls.env["res.company"].create({"name": "Elsewhere"})
            user.write(
                {"company_ids": [Command.set(other.ids)], "company_id": other.id}
            )
        else:
            user.group_ids = cls.env.ref("base.group_user")


WAYS = ("archived", "moved", "without the right")


@tagged("post_install", "-at_install")
class TestInCharge(InChargeCommon):
    """Who is in charge works here and has the right; else the next in line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_user_id = cls.collector
        cls.company.dunning_manager_id = cls.manager

    def test_whoever_left_signs_owns_and_gets_nothing(self):
        for number, way in enumerate(WAYS):
            with self.subTest(way):
                user = self._colleague(f"colleague{number}")
                customer = self._create_customer(f"Customer {way}")
                customer.dunning_user_id = user
                self._invoice(5, partner=customer)
                self._run()
                case = self._case(customer)
                self.assertEqual((case.user_id, case._get_in_charge()), (user, user))
                self._leave(user, way)
                self.assertEqual(case._get_in_charge(), self.collector)
                action = case.action_ids
                self.assertEqual(action._get_sender(), self.collector)
                self.assertEqual(action._get_activity_user(), self.collector)
                self.assertEqual(case._plan_task("Call", "").user_id, self.collector)
                task = case._plan_task("Write", "", user)
                self.assertEqual(task.user_id, self.collector)

    def test_a_new_case_is_given_to_the_next_in_line(self):
        gone = self._colleague("gone")
        self.customer.dunning_user_id = gone
        gone.active = False
        self._invoice(5)
        self._run()
        self.assertEqual(self._case().user_id, self.collector)
        self.assertIn(self.collector.partner_id, self._case().message_partner_ids)

    def test_the_line_is_case_customer_collector_manager(self):
        one, other = self._colleague("one"), self._colleague("other")
        self._invoice(5)
        self._run()
        case = self._case()
        case.user_id, self.customer.dunning_user_id = one, other
        for user in (one, other, self.collector, self.manager):
            self.assertEqual(case._get_in_charge(), user)
            user.active = False
        self.assertFalse(case._get_in_charge())

    def test_who_decides_is_a_manager_and_any_other_one_when_he_left(self):
        self._invoice(5)
        self._run()
        case = self._case()
        self.assertEqual(case.manager_id, self.manager)
        self.manager.active = False
        case.invalidate_recordset(["manager_id"])
        self.assertEqual(case.manager_id, self.collector)  # the next in line
        case.user_id = self.company.dunning_user_id = False
        case.invalidate_recordset(["manager_id"])
        self.assertTrue(case.manager_id._may_dun(self.company, "manager"))

    def test_a_collector_named_as_manager_decides_only_as_the_next_in_line(self):
        self.manager.group_ids = self.env.ref("account_dunning.group_dunning_collector")
        self.assertFalse(self.manager._may_dun(self.company, "manager"))
        self.assertTrue(self.manager._may_dun(self.company))

    def _try(self, record, name, user):
        with self.cr.savepoint():
            record[name] = user

    def test_somebody_without_the_right_cannot_be_put_in_charge(self):
        self._invoice(5)
        self._run()
        stranger = self._colleague("stranger", "base.group_user")
        self.collector.group_ids += self.env.ref("base.group_partner_manager")
        as_collector = self.env(user=self.collector)
        records = (
            (self._case().with_env(as_collector), "user_id"),
            (self.customer.with_env(as_collector), "dunning_user_id"),
            (self.company, "dunning_user_id"),
            (self.company, "dunning_manager_id"),
        )
        for record, name in records:
            with self.subTest(name), self.assertRaisesRegex(ValidationError, "rights"):
                self._try(record, name, stranger)
        with self.assertRaisesRegex(ValidationError, "credit manager"):
            self._try(self.company, "dunning_manager_id", self.collector)

    def test_somebody_of_another_company_cannot_be_put_in_charge(self):
        self._invoice(5)
        self._run()
        user = self._colleague("elsewhere")
        self._leave(user, "moved")
        with self.assertRaisesRegex(ValidationError, "does not work in"):
            self._case().user_id = user

    def test_an_import_is_refused_too(self):
        stranger = self._colleague("stranger", "base.group_user")
        result = self.env["res.partner"].load(
            ["name", "dunning_user_id/.id"], [["Imported", str(stranger.id)]]
        )
        self.assertFalse(result["ids"])
        self.assertIn("rights", str(result["messages"]))

    def test_who_left_hears_of_the_case_no_more_once_it_is_given_on(self):
        user = self._colleague("leaving")
        self.customer.dunning_user_id = user
        self._invoice(5)
        self._run()
        case = self._case()
        self.assertIn(user.partner_id, case.message_partner_ids)
        user.active = False
        case.user_id = self.collector
        self.assertNotIn(user.partner_id, case.message_partner_ids)


@tagged("post_install", "-at_install")
class TestNobodyInCharge(InChargeCommon):
    """A company that has named nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_user_id = cls.company.dunning_manager_id = False
        cls._invoice(5)
        cls._run()
        cls.case = cls._case()

    def _write(self, **values):
        gateway, text = self.case.with_user(SUPERUSER_ID), "Paid on the 12th."
        return gateway.message_post(
            body=text,
            author_id=self.customer.id,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            **values,
        )

    def test_nobody_signs_in_the_name_of_a_stranger(self):
        self.assertFalse(self.case.user_id)
        self._invoice(5, partner=self.partner_a)
        self.env["dunning.case"].with_user(SUPERUSER_ID).with_company(
            self.company
        ).run()
        action = self._case(self.partner_a).action_ids
        self.assertEqual(action.sender_name, "Accounts department")

    def test_somebody_is_told_what_the_debtor_writes(self):
        told = self._write().notified_partner_ids
        managers = self.company._dunning_find_able("manager")
        self.assertTrue(told & managers.partner_id)

    def test_the_one_in_charge_is_told_when_who_followed_has_left(self):
        user = self._colleague("follower")
        self.case.user_id = user
        user.active = False
        self.company.dunning_user_id = self.collector
        self.assertIn(self.collector.partner_id, self._write().notified_partner_ids)

    def test_a_note_of_a_colleague_is_told_to_nobody_else(self):
        text = "To be called"
        note = self.case.message_post(
            body=text,
            author_id=self.collector.partner_id.id,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
        )
        self.assertFalse(note.notified_partner_ids)

    def test_the_start_up_lists_the_cases_of_nobody(self):
        checks = self.company._dunning_get_checks()
        [text] = [detail for _s, what, detail in checks if what == "Cases of nobody:"]
        self.assertIn("1 open cases", text)
        setup = self.env["dunning.setup"].with_user(self.manager).create({})
        action = setup.action_open_nobodys_cases()
        found = self.env["dunning.case"].search(action["domain"])
        self.assertEqual(found, self.case)
        self.case.with_user(self.manager).user_id = self.collector
        self.assertFalse(self.env["dunning.case"].search(action["domain"]))
        self.assertFalse(self.company._dunning_check_people())

    def test_a_case_without_owner_has_the_companys_collector(self):
        self.company.dunning_user_id = self.collector
        self.assertFalse(self.company._dunning_check_people())
        self.case.user_id = self._colleague("leaving")
        self.case.user_id.active = False
        self.assertTrue(self.company._dunning_check_people())
