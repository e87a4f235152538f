from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from ...tools.items import count_names, debt_key, first_text, looks_like_number


class TestItems(TestCase):
    def test_instalments_of_an_invoice_are_one_debt(self):
        keys = {debt_key(7, 1, item, f"Part {item}", True) for item in (1, 2)}
        self.assertEqual(len(keys), 1)

    def test_items_of_another_entry_are_debts_of_their_own(self):
        keys = {
            debt_key(7, 1, 1, "F1", False),
            debt_key(7, 1, 2, "F2", False),
            debt_key(7, 1, 3, "Balance", False),
            debt_key(7, 1, 4, "Balance", False),
            debt_key(7, 1, 5, "", False),
            debt_key(7, 1, 6, None, False),
        }
        self.assertEqual(len(keys), 6)

    def test_one_number_is_one_debt_of_one_debtor_in_one_entry(self):
        key = debt_key(7, 1, 1, "F1", False)
        self.assertEqual(key, debt_key(7, 1, 2, " F1 ", False))
        self.assertNotEqual(key, debt_key(7, 2, 2, "F1", False))
        self.assertNotEqual(key, debt_key(8, 1, 2, "F1", False))

    def test_a_document_is_never_the_debt_of_an_item(self):
        self.assertNotEqual(debt_key(7, 1, 7, "", True), debt_key(7, 1, 7, "", False))

    def test_a_number_has_a_digit(self):
        for label, expected in (("FAC 7", True), ("Balance", False), (None, False)):
            self.assertEqual(looks_like_number(label), expected)

    def test_the_first_text_that_says_something(self):
        self.assertEqual(first_text(None, " \t", " \u00a0F1\n", "F2"), "F1")
        self.assertEqual(first_text(None, ""), "")

    @given(st.lists(st.sampled_from(["", "A", "B", "C"])))
    def test_names_are_counted_each_once_in_their_order(self, names):
        counted = count_names(names)
        self.assertEqual(
            [n for n, _ in counted], list(dict.fromkeys(filter(None, names)))
        )
        for name, count in counted:
            self.assertEqual(count, names.count(name))
