from datetime import timedelta

from odoo import Command
from odoo.tests import freeze_time, tagged

from ..common import DAY
from ..common_opening import OpeningCommon
from ..common_worker import WorkerCommon
from .test_old_items import OldItemsCommon

#: The first days of a company whose open debts came as one opening entry.
LATER = DAY + timedelta(days=1)
MANY = 150


@tagged("post_install", "-at_install")
class TestOldItemsOfEntries(OldItemsCommon, OpeningCommon):
    """Items of an opening entry stand in a band, start and are left out each alone."""

    def _items(self):
        return self._open_books(
            (self.one, 300, "F1", 500),
            (self.one, 1000, "F2", 10),
            (self.two, 5, "F3", 12),
        )

    def test_each_item_stands_in_its_own_band(self):
        self._items()
        bands = self._open().band_ids
        self.assertEqual(bands.mapped("invoice_count"), [2, 0, 0, 1])
        self.assertEqual(bands.mapped("debtor_count"), [2, 0, 0, 1])
        self.assertEqual(bands.mapped("amount"), [1005, 0, 0, 300])

    def test_only_the_items_of_the_band_are_left_out(self):
        items = self._items()
        decision = self._decide(d366="leave", reason="Too old")
        self.assertEqual(items.mapped("no_followup"), [True, False, False])
        self.assertEqual(decision.left_out_item_ids, items[0])
        self.assertFalse(decision.left_out_ids)
        self.assertEqual(decision.left_out_count, 1)
        exclusion = self.env["dunning.exclusion"].search(
            [("move_line_id", "in", items.ids)]
        )
        self.assertEqual(
            (exclusion.move_line_id, exclusion.reason), (items[0], "Too old")
        )
        note = items.move_id.message_ids[:1].body
        self.assertIn("F1", note)
        self.assertNotIn("F2", note)
        window = decision.action_open_left_out()
        self.assertEqual(
            self.env[window["res_model"]].search(window["domain"]), exclusion
        )

    def test_what_was_left_out_is_taken_up_again_alone(self):
        items = self._items()
        first = self._decide(d366="leave", d1="leave")
        self.assertEqual(items.mapped("no_followup"), [True] * 3)
        self._decide(d366="first", d1="leave")
        self.assertEqual(items.mapped("no_followup"), [False, True, True])
        self.assertEqual(first.left_out_item_ids, items[1:])

    def test_each_item_starts_where_its_own_age_says(self):
        items = self._items()
        self._decide(d366=self.second)
        starts = [self._line_of(item).start_level_id for item in items]
        self.assertEqual(starts, [self.second, *[self.env["dunning.level"]] * 2])
        self.assertIn("F1", self._case(self.one).message_ids[0].body)

    def test_one_customer_who_was_reminded_does_not_begin_for_the_others(self):
        items = self._items()
        self._open_case(self.two)
        self._line_of(items[2]).sudo().level_id = self.first
        decision = self._open()
        self.assertEqual(decision.begun_count, 1)
        self.assertEqual(sum(decision.band_ids.mapped("invoice_count")), 2)

    def test_what_somebody_excluded_by_hand_of_an_entry_is_counted_by_item(self):
        items = self._items()
        items[0].no_followup = True
        self.assertEqual(self._open().excluded_count, 1)


@tagged("post_install", "-at_install")
class TestOpeningBooks(OldItemsCommon, OpeningCommon, WorkerCommon):
    """150 customers on one opening entry, from the first preview to the notice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].create(
            [
                {
                    "name": f"Customer {number:03}",
                    "email": f"customer{number:03}@example.com",
                    "is_company": True,
                    "street": "12 rue des Lilas",
                    "zip": "69003",
                    "city": "Lyon",
                    "country_id": cls.env.ref("base.fr").id,
                    "lang": "en_US",
                }
                for number in range(MANY)
            ]
        )

    @classmethod
    def _enter_debts(cls):
        """Post the opening entry, excluded as every miscellaneous entry is."""
        return cls._open_books(
            *(
                (partner, 1000 + number, f"OLD-{number:03}", 60)
                for number, partner in enumerate(cls.partners)
            ),
            followed=False,
            ref="Opening 2024",
        )

    def _contacts(self, level):
        return self.env["dunning.action"].search(
            [("level_id", "=", level.id), ("partner_id", "in", self.partners.ids)]
        )

    def _check_texts(self, contacts):
        """Each customer reads of his own debt, and of nobody else's."""
        self.assertEqual(len(contacts), MANY)
        self.assertEqual(contacts.contact_id, self.partners)
        for contact in contacts:
            number = contact.partner_id.name.split()[-1]
            text = f"{contact.subject} {contact.body}"
            self.assertIn(f"OLD-{number}", text)
            self.assertIn(f"1,{number}.00", text)
            self.assertEqual(text.count("OLD-"), 2)  # subject, table
            self.assertNotIn("Opening 2024", text)

    def test_go_live_from_the_first_preview_to_the_formal_notice(self):
        items = self._enter_debts()
        # Taken into follow-up from the list of what is excluded.
        exclusions = self.env["dunning.exclusion"].with_user(self.manager)
        exclusions.action_open_review()
        exclusions.search([("move_line_id", "in", items.ids)]).action_resume()
        self.assertFalse(any(items.mapped("no_followup")))
        # Old items: what they may hear first.
        bands = self._open().band_ids
        self.assertEqual(bands.mapped("invoice_count"), [0, MANY, 0, 0])
        self.assertEqual(bands.mapped("debtor_count"), [0, MANY, 0, 0])
        self._decide(d31=self.second, reason="Reminded by the old program")
        # The preview tells what the night will do.
        told = self.env["dunning.case"].with_company(self.company).preview(DAY)
        told = {one["partner_id"]: one["steps"] for one in told}
        for number, partner in enumerate(self.partners):
            [step] = told[partner.id]
            self.assertEqual(step["level_name"], self.second.name)
            self.assertEqual(step["invoices"], [f"OLD-{number:03}"])
            self.assertEqual(step["amount"], 1000 + number)
        self._open_for_business(self.company)
        recipients = self._run_and_send()
        self.assertEqual(len(set(recipients)), MANY)
        self._check_texts(self._contacts(self.second))
        # The notice, approved by a credit manager.
        day = DAY + timedelta(days=11)
        with freeze_time(f"{day} 10:00:00"):
            self._run(day)
            notices = self._contacts(self.notice)
            notices.with_user(self.manager).action_approve()
        self.assertEqual(set(notices.mapped("state")), {"queued"})
        self._check_texts(notices)

    def _count(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_an_entry_of_150_customers_asks_no_more_than_150_invoices(self):
        self._open_for_business(self.company)
        others = self.env["res.partner"].create(
            [
                {
                    "name": f"Other {number}",
                    "email": f"other{number}@example.com",
                    "is_company": True,
                    "lang": "en_US",
                }
                for number in range(MANY)
            ]
        )
        invoices = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": DAY - timedelta(days=60),
                    "invoice_date_due": DAY - timedelta(days=60),
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create({"name": "Work", "price_unit": 100.0})
                    ],
                }
                for partner in others
            ]
        )
        invoices.action_post()
        of_invoices = self._count(lambda: self._run(DAY))
        self._enter_debts().no_followup = False
        with freeze_time(f"{LATER} 10:00:00"):
            of_entry = self._count(lambda: self._run(LATER))
        self.assertEqual(len(self._contacts(self.first)), MANY)
        self.assertLessEqual(of_entry, of_invoices)
        self.assertLessEqual(of_entry, 165)
