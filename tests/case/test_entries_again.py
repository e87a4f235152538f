from odoo import Command
from odoo.tests import tagged

from ..common import DAY
from ..common_opening import OpeningCommon


@tagged("post_install", "-at_install")
class TestItemsEnteredAgain(OpeningCommon):
    """An item of an entry keeps its rung, its name and its case."""

    def _stand(self, item, level=None):
        """Let an item stand on a rung; return the line of its case."""
        self._open_case(item.partner_id)
        line = self._line_of(item)
        line.sudo().write({"level_id": (level or self.second).id, "delivered_on": DAY})
        return line

    def _level(self, item):
        self._open_case(item.partner_id)
        return self._line_of(item).level_id

    def test_an_item_that_is_entered_again_keeps_its_rung(self):
        first, second = self._open_books(
            (self.one, 100, "F1", 60), (self.one, 50, "F2", 60)
        )
        self._stand(first)
        self._stand(second, self.first)
        self.assertEqual(self._level(self._enter_again(first)), self.second)
        self.assertEqual(self._level(second), self.first)

    def test_the_rung_of_one_customer_is_never_given_to_another(self):
        mine, other = self._open_books(
            (self.one, 100, "F1", 60), (self.two, 50, "F1", 60)
        )
        self._stand(mine)
        self._open_case(self.two)
        entry = mine.move_id
        entry.button_draft()
        new = self._prepare_item(mine.account_id, self.two, 150, "F1", 60)
        entry.line_ids = [
            Command.delete(mine.id),
            Command.delete(other.id),
            Command.create(new),
        ]
        entry.action_post()
        again = entry.line_ids.filtered(lambda item: item.partner_id == self.two)
        again.no_followup = False
        self.assertFalse(self._level(again))

    def test_of_two_due_on_one_day_each_finds_its_own_number(self):
        items = self._open_books((self.one, 100, "F1", 60), (self.one, 50, "F2", 60))
        self._stand(items[0], self.first)
        self._stand(items[1], self.second)
        first = self._enter_again(items[0])
        second = self._enter_again(items[1])
        self.assertEqual(self._level(second), self.second)
        self.assertEqual(self._level(first), self.first)

    def test_two_of_the_same_number_and_day_keep_a_line_each(self):
        items = self._open_books((self.one, 100, "F1", 60), (self.one, 50, "F1", 60))
        for item in items:
            self._stand(item)
        again = self._enter_again(items[0]) | self._enter_again(items[1])
        self._open_case(self.one)
        lines = self._line_of(again[0]) | self._line_of(again[1])
        self.assertEqual(len(lines), 2)
        self.assertEqual(lines.level_id, self.second)
        self.assertEqual(lines, self._case(self.one).line_ids)

    def test_a_number_that_was_corrected_keeps_the_rung_of_the_only_item(self):
        [item] = self._open_books((self.one, 100, "F1", 60))
        self._stand(item)
        again = self._enter_again(item, name="FAC 2023-1")
        self.assertEqual(self._level(again), self.second)
        self.assertEqual(self._line_of(again).number, "FAC 2023-1")

    def test_an_item_of_another_number_starts_afresh(self):
        items = self._open_books((self.one, 100, "F1", 60), (self.one, 50, "F2", 60))
        for item in items:
            self._stand(item)
        again = self._enter_again(items[0], name="F3", date_maturity=DAY)
        self.assertFalse(self._level(again))

    def test_a_case_that_was_emptied_is_opened_again_for_its_debtor_alone(self):
        items = self._open_books((self.one, 100, "F1", 60), (self.two, 50, "F2", 60))
        for item in items:
            self._stand(item)
        cases = self._case(self.one), self._case(self.two)
        entry = items.move_id
        entry.button_draft()
        for partner in (self.one, self.two):
            self._open_case(partner)
        self.assertEqual({case.state for case in cases}, {"closed"})
        entry.action_post()
        items.no_followup = False
        self._open_case(self.one)
        self.assertEqual([case.state for case in cases], ["open", "closed"])
        self.assertEqual(cases[0].line_ids.level_id, self.second)

    def test_an_item_is_found_and_named_by_its_number(self):
        [item] = self._open_books((self.one, 100, "FAC 2023-118", 60))
        case = self._open_case(self.one)
        line = case.line_ids.with_user(self.reader)
        self.assertEqual(line.name, "FAC 2023-118")
        self.assertIn("FAC 2023-118", line.display_name)
        cases = self.env["dunning.case"].with_user(self.reader)
        self.assertEqual(cases.search([("line_ids.name", "ilike", "2023-118")]), case)
        item.name = "FAC 2023-119"
        self.assertEqual(line.name, "FAC 2023-119")

    def test_an_item_that_is_gone_is_named_as_it_was(self):
        [item] = self._open_books((self.one, 100, "FAC 2023-118", 60))
        self._open_case(self.one)
        line = self._line_of(item)
        self._enter_again(item, partner_id=self.two.id)
        self.assertEqual(line.name, "FAC 2023-118")

    def test_the_button_of_an_entry_opens_the_cases_of_all_its_customers(self):
        items = self._open_books((self.one, 100, "F1", 60), (self.two, 50, "F2", 60))
        cases = self._open_case(self.one | self.two)
        entry = items.move_id.with_user(self.manager)
        action = entry.action_open_dunning_case()
        self.assertEqual(self.env["dunning.case"].search(action["domain"]), cases)
        self._stand(items[0])
        entry.invalidate_recordset()
        self.assertFalse(entry.dunning_level_id)

    def test_the_button_of_an_entry_of_one_customer_opens_his_case(self):
        [item] = self._open_books((self.one, 100, "F1", 60))
        case = self._open_case(self.one)
        action = item.move_id.with_user(self.manager).action_open_dunning_case()
        self.assertEqual(action["res_id"], case.id)

    def test_a_shared_entry_is_not_found_by_what_is_true_of_one_customer(self):
        items = self._open_books((self.one, 100, "F1", 60), (self.two, 50, "F2", 60))
        [alone] = self._open_books((self.one, 100, "F3", 60))
        self._stand(items[0])
        self._stand(alone)
        self._open_case(self.two)
        moves = self.env["account.move"].with_user(self.reader)
        both = [("id", "in", (items | alone).move_id.ids)]
        for level, expected in (
            (self.second.id, alone.move_id),
            (False, items.move_id),
        ):
            found = moves.search([("dunning_level_id", "=", level), *both])
            self.assertEqual(found, expected)
            self.assertEqual(found.dunning_level_id.id, level)
        (items | alone).no_followup = True
        self.env.invalidate_all()
        found = moves.search([("dunning_hold", "=", "excluded"), *both])
        self.assertEqual(found, alone.move_id)
        self.assertEqual(found.dunning_hold, "excluded")
        found = moves.search([("dunning_hold", "=", False), *both])
        self.assertEqual(found, items.move_id)
        self.assertFalse(found.dunning_hold)

    def test_the_button_of_a_case_opens_its_own_items_of_the_entry(self):
        items = self._open_books((self.one, 100, "F1", 60), (self.two, 50, "F2", 60))
        case = self._open_case(self.one).with_user(self.reader)
        action = case.action_open_invoices()
        found = self.env[action["res_model"]].with_user(self.reader)
        self.assertEqual(found.search(action["domain"]), items[0])

    def test_why_this_step_names_the_numbers(self):
        self._open_books((self.one, 100, "FAC 2023-118", 2), (self.two, 50, "F2", 2))
        self._invoice(6, partner=self.one)
        self._run()
        self.assertIn("FAC 2023-118", str(self._case(self.one).why))
