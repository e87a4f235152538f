from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common_opening import OpeningCommon


@tagged("post_install", "-at_install")
class TestExclusionOfItems(OpeningCommon):
    """Who excludes one customer's item of an entry excludes no other."""

    def _exclude(self, lines, user=None):
        windows = self.env["dunning.hold.wizard"].with_user(user or self.manager)
        window = windows.create(
            {
                "case_ids": [Command.set(lines.case_id.ids)],
                "scope": "items",
                "line_ids": [Command.set(lines.ids)],
                "duration": "lasting",
                "reason": "Sister company",
            }
        )
        window.action_confirm()

    def _open_exclusions(self):
        return self.env["dunning.exclusion"].search([("ended_on", "=", False)])

    def test_only_the_chosen_item_is_excluded(self):
        items = self._open_books(
            (self.one, 300, "F1", 30), (self.one, 30, "F2", 30), (self.two, 5, "F3", 40)
        )
        self._open_case(self.one | self.two)
        self._exclude(self._line_of(items[0]))
        self.assertEqual(items.mapped("no_followup"), [True, False, False])
        self._run()
        named = self.env["dunning.action.line"].search(
            [("move_line_id", "in", items.ids)]
        )
        self.assertEqual(sorted(named.mapped("name")), ["F2", "F3"])

    def test_a_collector_may_not_exclude_an_item(self):
        items = self._open_books((self.one, 300, "F1", 30))
        self._open_case(self.one)
        with self.assertRaises(AccessError):
            self._exclude(self._line_of(items[0]), self.collector)

    def test_an_invoice_is_excluded_as_a_whole_as_before(self):
        invoice = self._invoice(30, partner=self.one)
        items = self._open_books((self.one, 300, "F1", 30))
        self._open_case(self.one)
        self._exclude(self._case(self.one).line_ids)
        self.assertTrue(invoice.no_followup)
        self.assertTrue(items.no_followup)

    def test_the_list_of_exclusions_names_item_and_debtor(self):
        items = self._open_books((self.one, 300, "F1", 30), (self.two, 5, "F3", 40))
        self._open_case(self.one | self.two)
        self._exclude(self._line_of(items[0]))
        exclusion = self._open_exclusions().filtered(
            lambda one: one.move_line_id in items
        )
        self.assertEqual((exclusion.name, exclusion.partner_id), ("F1", self.one))
        self.assertIn("Garage Alpha", exclusion.display_name)
        self.assertIn("F1", items.move_id.message_ids[0].body)
        self.assertEqual(
            self.env["dunning.exclusion"].search([("name", "ilike", "F1")]), exclusion
        )

    def test_taking_up_one_item_again_leaves_the_others_out(self):
        items = self._open_books(
            (self.one, 300, "F1", 30), (self.two, 5, "F3", 40), followed=False
        )
        exclusions = self.env["dunning.exclusion"].with_user(self.manager)
        exclusions.action_open_review()
        found = exclusions.search([("move_line_id", "in", items.ids)])
        self.assertEqual(len(found), 2)
        found.filtered(lambda one: one.move_line_id == items[0]).action_resume()
        self.assertEqual(items.mapped("no_followup"), [False, True])
