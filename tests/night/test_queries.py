from datetime import timedelta
from functools import partial

from lxml import etree

from odoo import Command
from odoo.tests import freeze_time, tagged

from ..common import DAY
from ..common_worker import WorkerCommon

#: The day on which another hundred debtors have become late.
LATER = DAY + timedelta(days=10)


@tagged("post_install", "-at_install")
class TestQueries(WorkerCommon):
    """What is asked of the database for 10 debtors and for 100.

    The numbers are pinned: a query for each debtor would show at once.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first.automation = "manual"
        cls.few = cls._owe(10, DAY - timedelta(days=5))
        cls.many = cls._owe(100, LATER - timedelta(days=5))

    @classmethod
    def _owe(cls, debtors, due):
        """Post an invoice of two instalments for each of so many new debtors."""
        partners = cls.env["res.partner"].create(
            [
                {
                    "name": f"Debtor {number}",
                    "email": f"debtor{number}@example.com",
                    "is_company": True,
                    "lang": "en_US",
                }
                for number in range(debtors)
            ]
        )
        invoices = cls.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": due,
                    "invoice_date_due": due,
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create({"name": "Work", "price_unit": 100.0})
                    ],
                }
                for partner in partners
            ]
        )
        invoices.action_post()
        return invoices

    @classmethod
    def _run(cls, day=DAY):
        """Run as a user, on his own day: what his rights cost counts as well."""
        with freeze_time(f"{day} 10:00:00"):
            return cls.env["dunning.case"].run(day)

    def _count(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def _get_waiting(self):
        return self.env["dunning.action"].search(
            [("company_id", "=", self.company.id), ("state", "=", "proposed")]
        )

    def _measure(self, function, prepare=lambda: None):
        """Return the queries of a function after the runs of the few and the many."""
        counts = []
        for day in (DAY, LATER):
            with freeze_time(f"{day} 10:00:00"):
                self._run(day)
                prepare()
                counts.append(self._count(lambda day=day: function(day)))
        return counts

    def _check(self, counts, most):
        """Compare what 10 and 100 debtors cost with what was measured, and more or
        less with each other."""
        few, many = counts
        self.assertLessEqual(max(counts), most)
        self.assertLess(many - few, 25)

    def test_a_first_run_asks_as_much_for_100_debtors_as_for_10(self):
        counts = [self._count(lambda day=day: self._run(day)) for day in (DAY, LATER)]
        self.assertEqual(len(self._get_waiting()), 110)
        # Caches are cold: one of them asks once for the readers' rules on the books.
        self._check(counts, 100)

    def test_approving_e_mails_asks_as_much_for_100_debtors_as_for_10(self):
        counts = self._measure(lambda day: self._get_waiting().action_approve())
        queued = self.env["dunning.action"].search([("state", "=", "queued")])
        self.assertEqual(len(queued), 110)
        self._check(counts, 116)  # one of them reads past agreements

    def test_contacts_that_fail_ask_as_much_for_100_as_for_10(self):
        (self.few | self.many).partner_id.email = False
        counts = self._measure(lambda day: self._get_waiting().action_approve())
        failed = self.env["dunning.action"].search([("state", "=", "failed")])
        self.assertEqual(len(failed), 110)
        self.assertEqual(
            failed.case_id.activity_ids.mapped("res_id"), failed.case_id.ids
        )
        self._check(counts, 107)

    def test_a_run_without_news_asks_as_much_for_100_debtors_as_for_10(self):
        def deliver():
            waiting = self._get_waiting()
            waiting.action_approve()
            waiting.sudo()._mark_done()  # as the mail queue does

        counts = self._measure(self._run, deliver)
        self._check(counts, 51)

    def test_closing_the_cases_of_who_paid_asks_as_much_for_100_as_for_10(self):
        def pay():
            self._pay(self._get_waiting().line_ids.move_id)

        counts = self._measure(self._run, pay)
        self.assertEqual(set(self._get_cases().mapped("state")), {"closed"})
        self._check(counts, 41)

    def test_the_check_before_sending_asks_as_much_for_100_mails_as_for_10(self):
        def queue():
            self._get_waiting().action_approve()

        def check(day):
            actions = self.env["dunning.action"].search([("state", "=", "queued")])
            self.assertEqual(actions._drop_outdated(), actions)

        self._check(self._measure(check, queue), 26)  # the rules of holds, covers

    def test_recording_deliveries_asks_as_much_for_100_contacts_as_for_10(self):
        def queue():
            self._get_waiting().action_approve()

        def deliver(day):
            actions = self.env["dunning.action"].search([("state", "=", "queued")])
            actions.sudo()._mark_done()  # as the mail queue does

        self._check(self._measure(deliver, queue), 25)

    def _measure_old_items(self, **choice):
        """Return the queries of a decision on what was late first, and on all."""
        decisions, counts = self.env["dunning.old.items"], []
        for day in (DAY, LATER):
            with freeze_time(f"{day} 10:00:00"):
                decision = decisions.browse(decisions.action_open()["res_id"])
                decision.band_ids.write(choice)
                decision.reason = "Agreed"
                counts.append(self._count(decision.action_apply))
        return counts

    def test_leaving_out_old_items_asks_as_much_for_100_debtors_as_for_10(self):
        counts = self._measure_old_items(choice="leave")
        self.assertTrue(all((self.few | self.many).mapped("no_followup")))
        self._check(counts, 60)

    def test_starting_old_items_asks_as_much_for_100_debtors_as_for_10(self):
        self.second.delay_days = 5
        counts = self._measure_old_items(choice="level", level_id=self.second.id)
        self.assertEqual(self._get_cases().line_ids.start_level_id, self.second)
        self._check(counts, 75)

    def test_the_list_of_cases_asks_as_much_for_100_as_for_10(self):
        fields = {"partner_id": {"fields": {"display_name": {}}}} | {
            name: {}
            for name in ("amount_overdue", "days_overdue", "state", "next_action_date")
        }
        cases = self.env["dunning.case"].with_user(self.collector)
        counts = self._measure(lambda day: cases.web_search_read([], fields, limit=80))
        self._check(counts, 20)

    def test_the_interest_of_items_asks_as_much_for_100_cases_as_for_10(self):
        counts = self._measure(lambda day: self._get_cases().line_ids._get_interest())
        self._check(counts, 23)  # rights and rules, when it is asked first

    def _specify(self, model, node):
        """Return what the web client asks for to show the fields below a node."""
        wanted = {}
        for child in node:
            if child.tag == "field":
                field = self.env[model]._fields[child.get("name")]
                wanted[field.name] = {}
                if field.type == "many2one":
                    wanted[field.name] = {"fields": {"display_name": {}}}
                elif (inner := child.find("list")) is not None:
                    lines = self._specify(field.comodel_name, inner)
                    wanted[field.name] = {"fields": lines, "limit": 80}
            elif isinstance(child.tag, str):
                wanted |= self._specify(model, child)
        return wanted

    def test_opening_a_case_asks_no_more_than_was_measured(self):
        self._run(DAY)
        cases = self._get_cases().with_user(self.collector)
        arch = cases.get_view(
            self.env.ref("account_dunning.dunning_case_view_form").id, "form"
        )["arch"]
        wanted = self._specify("dunning.case", etree.fromstring(arch))
        for case in cases[:2]:  # rights, views and rules, once for a user
            self._count(partial(case.web_read, wanted))
        self.assertLessEqual(self._count(lambda: cases[2].web_read(wanted)), 41)

    def _prepare_change(self, day):
        """Return the cases that became late on a day, and a ladder for them."""
        invoices = self.few if day == DAY else self.many
        cases = self._get_cases().filtered(
            lambda case: case.partner_id in invoices.partner_id
        )
        return cases, self._create_ladder(name=f"From {day}")

    def test_another_ladder_asks_as_much_for_100_cases_as_for_10(self):
        counts, previews = [], []
        for day in (DAY, LATER):
            self._run(day)
            cases, ladder = self._prepare_change(day)
            preview = partial(cases._preview_ladder, ladder)
            change = partial(cases._change_ladder, ladder, "All of them")
            with freeze_time(f"{day} 10:00:00"):
                previews.append(self._count(preview))
                counts.append(self._count(change))
            self.assertEqual(cases.ladder_id, ladder)
            self.assertEqual(set(cases.mapped("wait_reason")), {"to_approve"})
        self._check(previews, 33)
        self._check(counts, 65)

    def test_paying_a_dunned_invoice_costs_no_more_than_a_few_queries(self):
        dunned, other = self._invoice(5), self._invoice(5, partner=self.partner_a)
        self._run(DAY - timedelta(days=1))
        other_case = self._case(self.partner_a)
        other_case.unlink()
        counts = []
        for invoice in (other, dunned):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._pay(invoice)
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 3)

    def test_amounts_of_any_number_of_cases_are_read_in_one_query(self):
        self._run(DAY)
        first, *others = self._get_cases().ids
        cases = self.env["dunning.case"]
        cases.browse(first).mapped("amount_overdue")  # the company, its calendar
        with self.assertQueryCount(1):
            cases.browse(others).mapped("amount_overdue")
