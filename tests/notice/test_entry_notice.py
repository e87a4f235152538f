from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import DAY
from ..common_opening import OpeningCommon


@tagged("post_install", "-at_install")
class TestNoticeOfItems(OpeningCommon):
    """A formal notice names each item by a number and a day of its own."""

    def _propose(self, partner):
        """Return the formal notice about the open items of a customer."""
        lines = self._open_case(partner).line_ids.sudo()  # as the engine delivers
        lines.write(
            {"level_id": self.second.id, "delivered_on": DAY - timedelta(days=20)}
        )
        self._run()
        actions = self._case(partner).action_ids
        return actions.filtered(lambda one: one.level_id == self.notice)

    def _refuse(self, letter, words="label of the journal item"):
        with self.assertRaisesRegex(UserError, words), self.cr.savepoint():
            letter.with_user(self.manager).action_approve()
        letter.invalidate_recordset()
        self.assertEqual(letter.state, "proposed")
        self.assertFalse(letter.is_notice_complete)

    def test_a_number_and_a_due_date_of_its_own_are_enough(self):
        self._open_books((self.one, 100, "FAC 2023-118", 60), (self.two, 9, "F2", 60))
        letter = self._propose(self.one)
        self.assertTrue(letter.is_notice_complete)
        letter.with_user(self.manager).action_approve()
        self.assertEqual(letter.state, "queued")
        self.assertIn("FAC 2023-118", letter.body)
        self.assertNotIn("F2", letter.body)

    def test_without_a_number_of_its_own_it_is_refused_with_the_remedy(self):
        self._open_books(
            (self.one, 100, False, 60), (self.two, 9, "F2", 60), ref="Opening"
        )
        letter = self._propose(self.one)
        self._refuse(letter)
        self.assertIn("Opening", str(letter.notice_check))

    def test_a_label_that_other_customers_have_too_is_no_number_of_its_own(self):
        items = self._open_books(
            (self.one, 100, "Opening 2023", 60), (self.two, 9, "Opening 2023", 60)
        )
        letter = self._propose(self.one)
        self._refuse(letter)
        items[0].name = "FAC 2023-118"
        letter = self._propose(self.one)
        letter.with_user(self.manager).action_approve()
        self.assertEqual(letter.state, "queued")

    def test_the_reference_of_an_entry_of_one_customer_is_his_number(self):
        self._open_books((self.one, 100, False, 60), ref="FAC 2023-118")
        letter = self._propose(self.one)
        letter.with_user(self.manager).action_approve()
        self.assertEqual(letter.state, "queued")

    def test_without_a_due_date_of_its_own_it_is_refused(self):
        day = DAY - timedelta(days=60)
        items = self._open_books((self.one, 100, "FAC 7", 60), date=day)
        items.date_maturity = False
        self._refuse(self._propose(self.one))

    def test_a_person_who_sends_by_hand_is_refused_as_well(self):
        self._open_books((self.one, 100, False, 60), (self.two, 9, "F2", 60))
        letter = self._propose(self.one)
        with self.assertRaises(UserError), self.cr.savepoint():
            letter.with_user(self.manager)._queue()

    def test_a_notice_about_invoices_asks_no_more_than_before(self):
        self._invoice(60, partner=self.one)
        letter = self._propose(self.one)
        self.assertNotIn("number and a due date of its own", str(letter.notice_check))
        letter.with_user(self.manager).action_approve()
        self.assertEqual(letter.state, "queued")

    def test_an_entry_is_not_asked_for_as_an_enclosure(self):
        self.notice.attach_invoices = True
        self._open_books((self.one, 100, "FAC 2023-118", 60))
        letter = self._propose(self.one)
        letter.with_user(self.manager).action_approve()
        self.assertEqual(letter.state, "queued")
        self.assertFalse(letter._get_enclosure_names())
