from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..common import DAY, DunningCommon


class JoinCommon(DunningCommon):
    """Two customers who turn out to be one, each with an open case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twin = cls._create_customer(
            "Boulangerie Martin (Lyon)", email=cls.customer.email, is_company=False
        )

    def _make_both_cases(self):
        """Both debtors got the first level; the twin owes two invoices."""
        self.own = self._invoice(20)
        self._run_and_send(DAY - timedelta(days=3))
        self.his = self._invoice(5, 300.0, partner=self.twin)
        self.his += self._invoice(-10, 50.0, partner=self.twin)
        self._run_and_send()
        self.old, self.new = self._case(), self._case(self.twin)
        self.assertEqual((self.old | self.new).mapped("state"), ["open", "open"])

    def _merge(self, partners, destination, user=None):
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard = wizard.with_user(user or self.env.user).create(
            {
                "partner_ids": [Command.set(partners.ids)],
                "dst_partner_id": destination.id,
                "state": "selection",
            }
        )
        wizard.action_merge()
        self.env.invalidate_all()

    def _create_partner_manager(self):
        """A user who merges customers and has no right on dunning or accounting."""
        return new_test_user(
            self.env,
            login="contacts",
            groups="base.group_user,base.group_partner_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )


@tagged("post_install", "-at_install")
class TestMergeCustomers(JoinCommon):
    def test_the_oldest_case_stays_and_keeps_both_histories(self):
        self._make_both_cases()
        word = "He will pay on Friday."
        self.new.message_post(body=word)
        self.new.activity_schedule("mail.mail_activity_data_todo", summary="Ask him")
        follower = self.collector.partner_id
        self.new.message_subscribe(follower.ids)
        lines = (self.old | self.new).line_ids
        actions = (self.old | self.new).action_ids
        self._merge(self.customer | self.twin, self.customer)
        self.assertFalse(self.twin.exists())
        case = self._case()
        self.assertEqual(case, self.old)
        self.assertEqual(case.line_ids, lines)
        self.assertEqual(case.action_ids, actions)
        self.assertEqual(actions.partner_id, self.customer)
        self.assertEqual(case.amount_due, 450.0)
        self.assertIn("Ask him", case.activity_ids.mapped("summary"))
        self.assertIn(follower, case.message_partner_ids)
        bodies = " ".join(case.message_ids.mapped("body"))
        for words in ("pay on Friday", "joined with this one", "Reminder"):
            with self.subTest(words=words):
                self.assertIn(words, bodies + " ".join(actions.mapped("subject")))
        self.assertEqual(
            (self.new.state, self.new.close_reason, self.new.joined_case_id),
            ("closed", "joined", case),
        )

    def test_a_message_that_somebody_scheduled_leaves_from_the_joined_case(self):
        self._make_both_cases()
        scheduled = self.env["mail.scheduled.message"]
        scheduled.with_user(self.manager).create(
            {
                "model": "dunning.case",
                "res_id": self.new.id,
                "author_id": self.manager.partner_id.id,
                "body": "As agreed",
                "scheduled_date": DAY + timedelta(days=1),
            }
        )
        self._merge(self.customer | self.twin, self.customer)
        message = scheduled.search([("model", "=", "dunning.case")])
        self.assertEqual(message.res_id, self.old.id)
        self.assertEqual(message.create_uid, self.manager)

    def test_each_item_keeps_its_rung_and_its_dates(self):
        self._make_both_cases()
        self._merge(self.customer | self.twin, self.customer)
        lines = self._case().line_ids
        standing = {line.move_id: (line.level_id, line.delivered_on) for line in lines}
        nothing = self.env["dunning.level"]
        self.assertEqual(
            standing,
            {
                self.own: (self.first, DAY - timedelta(days=3)),
                self.his[0]: (self.first, DAY),
                self.his[1]: (nothing, False),
            },
        )

    def test_into_the_younger_customer_the_older_case_goes_with_its_items(self):
        self._make_both_cases()
        self._merge(self.customer | self.twin, self.twin)
        self.assertFalse(self.customer.exists())
        self.assertEqual(self._case(self.twin), self.old)
        self.assertEqual(self.old.line_ids.move_id, self.own | self.his)

    def test_the_next_run_writes_once_about_everything(self):
        self._make_both_cases()
        self._merge(self.customer | self.twin, self.customer)
        day = DAY + timedelta(days=7)
        self._run(day)
        sent = self._case().action_ids.filtered(lambda action: action.date == day)
        self.assertEqual(len(sent), 1)
        self.assertEqual(sent.line_ids.move_id, self.own | self.his[0])

    def test_contacts_of_the_same_day_do_not_stand_in_the_way(self):
        self.own = self._invoice(5)
        self._invoice(5, partner=self.twin)
        self._run_and_send()
        self._merge(self.customer | self.twin, self.customer)
        done = self._case().action_ids
        self.assertEqual(done.mapped("state"), ["done", "done"])
        self.assertEqual(done.mapped("date"), [DAY, DAY])

    def test_what_was_prepared_for_the_other_customer_is_decided_afresh(self):
        self.first.automation = "manual"
        self._invoice(5)
        self._invoice(5, partner=self.twin)
        self._run()
        prepared = self._case(self.twin).action_ids
        self._merge(self.customer | self.twin, self.customer)
        self.assertEqual(prepared.state, "cancelled")
        self._run()
        waiting = self._case().action_ids.filtered(lambda a: a.state == "proposed")
        self.assertEqual(len(waiting), 1)
        self.assertEqual(len(waiting.line_ids), 2)

    def test_items_of_another_ladder_go_on_at_its_matching_level(self):
        other = self._create_ladder(name="Softer")
        self.twin.dunning_ladder_id = other
        self._make_both_cases()
        self._merge(self.customer | self.twin, self.customer)
        lines = self._case().line_ids.filtered("level_id")
        self.assertEqual(lines.level_id, self.first)
        self.assertEqual(self._case().ladder_id, self.ladder)
        self.assertIn("Softer", " ".join(self._case().message_ids.mapped("body")))

    def test_a_case_on_hold_keeps_the_joined_one_on_hold_with_a_task(self):
        self._make_both_cases()
        self.new.sudo().state = "waiting"
        self._merge(self.customer | self.twin, self.customer)
        self.assertEqual(self._case().state, "waiting")
        self.assertIn(
            "Two cases were joined", self._case().activity_ids.mapped("summary")
        )

    def test_closed_cases_stay_as_history_of_the_merged_customer(self):
        paid = self._invoice(5, partner=self.twin)
        self._run_and_send()
        past = self._case(self.twin)
        self._pay(paid)
        self._run()
        self._invoice(5)
        self._run(DAY + timedelta(days=1))
        self._merge(self.customer | self.twin, self.customer)
        self.assertEqual((past.state, past.close_reason), ("closed", "paid"))
        self.assertEqual(past.partner_id, self.customer)
        self.assertEqual(len(past.action_ids), 1)
        self.assertEqual(self.customer.dunning_case_count, 2)

    def test_a_customer_without_a_case_is_merged_as_ever(self):
        self._invoice(5, partner=self.twin)
        self._run_and_send()
        case = self._case(self.twin)
        self._merge(self.customer | self.twin, self.customer)
        self.assertEqual(self._case(), case)

    def test_into_a_contact_the_case_goes_to_its_company(self):
        contact = self.env["res.partner"].create(
            {
                "name": "Ann Martin",
                "parent_id": self.customer.id,
                "email": self.customer.email,
            }
        )
        self._make_both_cases()
        self._merge(contact | self.twin, contact)
        self.assertEqual(self._case(), self.old)
        self._run(DAY + timedelta(days=1))
        self.assertEqual(self._case().line_ids.move_id, self.own | self.his)

    def test_a_user_without_rights_on_dunning_merges_customers(self):
        self._make_both_cases()
        user = self._create_partner_manager()
        with self.assertRaises(AccessError):
            self.old.with_user(user).read(["state"])
        self._merge(self.customer | self.twin, self.customer, user)
        self.assertEqual(self._case(), self.old)

    def test_choices_about_dunning_survive_as_the_host_merges_them(self):
        ladder = self._create_ladder(name="Chosen")
        self.twin.dunning_ladder_id = ladder
        self.twin.dunning_user_id = self.collector
        self.customer.dunning_user_id = self.manager
        self._merge(self.customer | self.twin, self.customer)
        self.assertEqual(self.customer.dunning_ladder_id, ladder)
        self.assertEqual(self.customer.dunning_user_id, self.manager)

    def test_three_customers_become_one(self):
        third = self._create_customer("Martin SARL", email=self.customer.email)
        self._make_both_cases()
        invoice = self._invoice(8, partner=third)
        self._run_and_send()
        self._merge(self.customer | self.twin | third, third)
        self.assertEqual(self._case(third), self.old)
        self.assertEqual(self.old.line_ids.move_id, self.own | self.his | invoice)


@tagged("post_install", "-at_install")
class TestNewParent(JoinCommon):
    def test_giving_a_customer_a_parent_joins_their_cases(self):
        self._make_both_cases()
        actions = (self.old | self.new).action_ids
        self.twin.with_user(self._create_partner_manager()).parent_id = self.customer
        case = self._case()
        self.assertEqual(case, self.old)
        self.assertEqual(case.line_ids.move_id, self.own | self.his)
        self.assertEqual(case.action_ids, actions)
        self.assertEqual(self.new.joined_case_id, case)
        self._run(DAY + timedelta(days=1))
        self.assertEqual(case.line_ids.move_id, self.own | self.his)
        self.assertFalse(self._case(self.twin))

    def test_a_parent_without_a_case_takes_it_over(self):
        self._invoice(5, partner=self.twin)
        self._run_and_send()
        case = self._case(self.twin)
        self.twin.parent_id = self.customer
        self.assertEqual(self._case(), case)
        self.assertEqual(case.line_ids.level_id, self.first)

    def test_a_company_with_a_parent_company_stays_a_debtor_of_its_own(self):
        self.twin.is_company = True
        self._make_both_cases()
        self.twin.parent_id = self.customer
        self.assertEqual(self._case(self.twin), self.new)
        self.assertEqual(self.new.state, "open")

    def test_a_company_that_becomes_a_mere_contact_joins_its_parent(self):
        self.twin.write({"is_company": True, "parent_id": self.customer.id})
        self._make_both_cases()
        self.twin.is_company = False
        self.assertEqual(self._case(), self.old)
        self._run(DAY + timedelta(days=1))
        self.assertEqual(self.old.line_ids.move_id, self.own | self.his)

    def test_after_the_parent_is_taken_away_items_stay_where_the_ledger_has_them(self):
        self._make_both_cases()
        self.twin.parent_id = self.customer
        self.twin.parent_id = False
        later = self._invoice(4, partner=self.twin)
        self._run(DAY + timedelta(days=1))
        self.assertEqual(self._case().line_ids.move_id, self.own | self.his)
        self.assertEqual(self._case(self.twin).line_ids.move_id, later)

    def test_items_of_a_contact_that_is_its_own_debtor_again_leave_the_case(self):
        self.twin.write({"is_company": True, "parent_id": self.customer.id})
        self._make_both_cases()
        self.twin.is_company = False
        self.twin.is_company = True
        self._run(DAY + timedelta(days=1))
        self.assertEqual(self._case().line_ids.move_id, self.own)
        lines = self._case(self.twin).line_ids
        self.assertEqual(lines.move_id, self.his)
        # He was told himself, before the joining.
        told = lines.filtered(lambda line: line.move_id == self.his[0])
        self.assertEqual((told.level_id, told.delivered_on), (self.first, DAY))

    def test_moving_a_contact_to_another_company_leaves_the_debt_where_it_is(self):
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.customer.id}
        )
        invoice = self._invoice(5, partner=contact)
        self._run_and_send()
        contact.parent_id = self._create_customer("Autre SARL")
        self._run(DAY + timedelta(days=1))
        self.assertEqual(self._case().line_ids.move_id, invoice)

    def test_an_entry_on_a_contact_belongs_to_the_case_of_its_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.customer.id}
        )
        own = self._invoice(5)
        entry = self._post_entry(
            (self.company_data["default_account_receivable"], 70.0),
            (self.company_data["default_account_revenue"], -70.0),
        )
        debt = entry.line_ids.filtered(lambda line: line.balance > 0)
        debt.write({"partner_id": contact.id, "date_maturity": DAY - timedelta(days=9)})
        debt.no_followup = False
        self._run()
        self.assertFalse(self._case(contact))
        self.assertEqual(self._case().line_ids.move_id, own | entry)


@tagged("post_install", "-at_install")
class TestJoinInSeveralCompanies(JoinCommon):
    def test_each_company_keeps_one_case_and_the_user_sees_only_his_own(self):
        other_data = self.setup_other_company()
        other = other_data["company"]
        other.write(
            {"dunning_bank_freshness_days": 0, "dunning_ladder_id": self.ladder.id}
        )
        for partner in (self.customer, self.twin):
            self._invoice(5, partner=partner)
            self._create_invoice_one_line(
                partner_id=partner,
                price_unit=70,
                tax_ids=[],
                company_id=other.id,
                journal_id=other_data["default_journal_sale"].id,
                invoice_date=DAY - timedelta(days=40),
                invoice_date_due=DAY - timedelta(days=5),
                invoice_payment_term_id=False,
                post=True,
            )
        cases = self.env["dunning.case"].with_context(
            allowed_company_ids=(self.company | other).ids
        )
        cases.sudo().run(DAY)
        user = self._create_partner_manager()
        self._merge(self.customer | self.twin, self.customer, user)
        found = cases.search(
            [("partner_id", "=", self.customer.id), ("state", "!=", "closed")]
        )
        self.assertEqual(found.company_id, self.company | other)
        self.assertEqual(len(found), 2)
        self.assertEqual(sorted(found.mapped("amount_overdue")), [140.0, 200.0])
        self.assertEqual(found.mapped("line_ids.company_id"), self.company | other)
