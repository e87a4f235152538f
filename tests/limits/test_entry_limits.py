from datetime import date, timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..common import DAY
from ..common_opening import OpeningCommon


@tagged("post_install", "-at_install")
class TestLimitsOfItems(OpeningCommon):
    """What the law says of one item of an entry it does not say of the others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_indemnity = 40

    def _event(self, items, partner=None, **values):
        events = self.env["dunning.limitation.event"].with_user(self.collector)
        return events.create(
            {
                "kind": "payment",
                "date": DAY,
                "partner_id": (partner or self.one).id,
                "company_id": self.company.id,
                "move_line_ids": items.ids,
                **values,
            }
        )

    def _days(self, items):
        lines = self.env["dunning.case.line"].search(
            [("move_line_id", "in", items.ids)]
        )
        lines.invalidate_recordset(["limitation_date"])
        days = {line.move_line_id: line.limitation_date for line in lines}
        return [days[item] for item in items]

    def test_an_event_counts_for_the_item_that_it_names(self):
        items = self._open_books(
            (self.one, 100, "F1", 60),
            (self.one, 50, "F2", 60),
            (self.two, 70, "F3", 60),
        )
        self._open_case(self.one | self.two)
        before = self._days(items)
        event = self._event(items[0])
        event.with_user(self.manager).action_confirm()
        self.assertEqual(self._days(items), [date(2029, 3, 4), *before[1:]])
        self.assertEqual(event.move_ids, items.move_id)
        told = self._case(self.one).message_ids[0].body
        self.assertIn("F1", told)
        self.assertNotIn("F2", told)

    def test_an_entry_that_is_named_alone_means_the_items_of_the_debtor(self):
        items = self._open_books(
            (self.one, 100, "F1", 60),
            (self.one, 50, "F2", 60),
            (self.two, 70, "F3", 60),
        )
        self._open_case(self.one)  # else the entry is no concern of a collector
        event = self._event(items.browse(), move_ids=items.move_id.ids)
        self.assertEqual(event.move_line_ids, items[:2])

    def test_an_item_of_another_customer_is_refused(self):
        items = self._open_books((self.one, 100, "F1", 60), (self.two, 70, "F3", 60))
        with self.assertRaisesRegex(ValidationError, "items of Garage Alpha"):
            self._event(items)

    def test_a_payment_on_one_item_is_proposed_for_that_item_alone(self):
        items = self._open_books(
            (self.one, 100, "F1", 60),
            (self.one, 50, "F2", 60),
            (self.two, 70, "F3", 60),
        )
        self._open_case(self.one | self.two)
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.one.id,
                "amount": 30,
                "date": DAY,
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        )
        payment.action_post()
        paid = payment.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        (paid | items[0]).reconcile()
        events = self.env["dunning.limitation.event"].sudo()  # as the scheduler
        events._propose_payments(self.company)
        found = events.search([("payment_line_id", "=", paid.id)])
        self.assertEqual((found.move_line_ids, found.partner_id), (items[0], self.one))
        events._propose_payments(self.company)
        self.assertEqual(len(events.search([("payment_line_id", "=", paid.id)])), 1)

    def test_a_manager_reminds_of_one_time_barred_item_only(self):
        self.one.dunning_debtor_kind = "consumer"
        old = (DAY - date(2021, 3, 4)).days
        items = self._open_books((self.one, 100, "F1", old), (self.one, 50, "F2", old))
        case = self._open_case(self.one)
        self.assertEqual(case.line_ids.mapped("hold"), ["time_barred"] * 2)
        overrides = self.env["dunning.limitation.override"].with_user(self.manager)
        context = case.with_user(self.manager).action_override_limitation()["context"]
        self.assertEqual(context["default_move_line_ids"], items.ids)
        overrides.create(
            {
                "partner_id": self.one.id,
                "company_id": self.company.id,
                "move_line_ids": items[0].ids,
                "reason": "She asked for the statement",
            }
        )
        holds = {line.name: line.hold for line in case.line_ids}
        self.assertEqual(holds, {"F1": False, "F2": "time_barred"})
        [first, second] = self.env["account.move.line"]._read_dunning_items(
            self.company, DAY, self.one
        )
        self.assertEqual((first.hold, second.hold), ("", "time_barred"))

    def test_the_warning_names_the_number_that_people_know(self):
        self._open_books((self.one, 100, "F1", 60))
        line = self._open_case(self.one).line_ids
        self.assertIn("F1: ", line._describe_limitation())

    def test_the_declaration_lists_each_item_with_its_number_and_indemnity(self):
        judgment = DAY - timedelta(days=5)
        self._open_books(
            (self.one, 100, "F1", 60),
            (self.one, 50, "F2", 60),
            (self.two, 70, "F3", 60),
            date=judgment - timedelta(days=1),
        )
        self._open_case(self.one)
        proceeding = self.env["dunning.proceeding"].create(
            {"partner_id": self.one.id, "judgment_date": judgment}
        )
        proceeding.action_prepare()
        self.assertEqual(
            [
                (line.name, line.amount_principal, line.amount_indemnity)
                for line in proceeding.line_ids.sorted("name")
            ],
            [("F1", 100, 40), ("F2", 50, 40)],
        )
        self.assertFalse(any(proceeding.line_ids.mapped("invoice_date")))

    def test_doubtful_debts_are_items_of_one_customer_with_all_of_their_amount(self):
        self._open_books((self.one, 100, "F1", 200), (self.two, 60, "F2", 200))
        windows = self.env["dunning.doubtful"].with_user(self.manager)
        window = windows.browse(windows.action_open()["res_id"])
        self.assertEqual(
            sorted(
                (row.name, row.partner_id, row.amount_base) for row in window.line_ids
            ),
            [("F1", self.one, 100), ("F2", self.two, 60)],
        )
