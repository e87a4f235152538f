from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import DAY
from .test_limitation import LimitationCommon, watch


@tagged("post_install", "-at_install")
class TestPublicDemands(LimitationCommon):
    """Law 68-1250, article 2: each written demand to a public body interrupts the
    limitation; four new years begin on 1 January after it."""

    def _events(self):
        return self.env["dunning.limitation.event"].search([("kind", "=", "demand")])

    def _demand(self, kind="public"):
        """Let an e-mail about a debt of 2020 have been delivered today."""
        line = self._owe(date(2020, 5, 4), kind)
        self._run_and_send()
        self.assertEqual(line.case_id.action_ids.mapped("state"), ["done"])
        return line

    def test_a_delivered_email_is_proposed_and_a_manager_lets_it_count(self):
        line, event = self._demand(), self._events()
        self.assertEqual((event.state, event.date), ("proposed", DAY))
        self.assertEqual(event.move_ids, line.move_id)
        self.assertEqual(event.demand_id, line.case_id.action_ids)
        self.assertEqual(line.limitation_date, date(2024, 12, 31))
        with self.assertRaisesRegex(AccessError, "credit manager"):
            event.with_user(self.collector).action_confirm()
        event.with_user(self.manager).action_confirm()
        self.assertEqual(line.limitation_date, date(2028, 12, 31))

    def test_many_are_confirmed_at_once(self):
        self._demand()
        other = self._create_customer(
            "Commune de Vauvert", dunning_debtor_kind="public"
        )
        self._invoice(30, partner=other)
        self._run_and_send()
        events = self._events().with_user(self.manager)
        self.assertEqual(len(events), 2)
        events.action_confirm()
        self.assertEqual(set(events.mapped("state")), {"confirmed"})

    def test_of_a_business_or_a_consumer_nothing_is_proposed(self):
        self._demand("business")
        watch(self)
        self.assertFalse(self._events())

    def test_a_message_that_is_only_queued_is_proposed_by_nobody(self):
        self._owe(date(2020, 5, 4), "public")
        self._run()
        watch(self)
        self.assertFalse(self._events())
        self._send_mails()
        self.assertEqual(len(self._events()), 1)

    def test_what_came_back_interrupts_nothing_even_when_it_was_confirmed(self):
        line, event = self._demand(), self._events()
        event.with_user(self.manager).action_confirm()
        line.case_id.action_ids._bounce("Mailbox unknown")
        line.invalidate_recordset()
        self.assertEqual(line.limitation_date, date(2024, 12, 31))

    def test_what_came_back_before_it_was_confirmed_is_refused(self):
        line, event = self._demand(), self._events()
        line.case_id.action_ids._bounce("Mailbox unknown")
        self.assertEqual(event.state, "refused")
        event.sudo().state = "proposed"
        with self.assertRaisesRegex(UserError, "was not delivered"):
            event.with_user(self.manager).action_confirm()

    def test_the_night_proposes_once_what_left_before_the_kind_was_known(self):
        line = self._demand("business")
        self.customer.dunning_debtor_kind = "public"
        watch(self)
        event = self._events()
        self.assertEqual(event.demand_id, line.case_id.action_ids)
        event.with_user(self.manager).action_confirm()
        watch(self)
        self.assertEqual(self._events(), event)

    def test_who_is_no_public_body_after_all_gains_no_time_by_it(self):
        line = self._demand()
        self._events().with_user(self.manager).action_confirm()
        self.customer.dunning_debtor_kind = "business"
        line.invalidate_recordset()
        self.assertEqual(line.limitation_date, date(2025, 5, 4))

    def test_by_hand_it_needs_a_public_debtor_and_a_document(self):
        line = self._owe(date(2020, 5, 4), "business")
        with self.assertRaisesRegex(ValidationError, "no public body"):
            self._propose(line, "demand")
        self.customer.dunning_debtor_kind = "public"
        event = self._propose(line, "demand", proof_ids=[]).with_user(self.manager)
        with self.assertRaisesRegex(UserError, "Add the document"):
            event.action_confirm()
        event = self._propose(line, "demand", date(2022, 12, 31))
        event.with_user(self.manager).action_confirm()
        self.assertEqual(line.limitation_date, date(2026, 12, 31))

    def test_the_case_says_what_interrupts_it_of_a_public_body(self):
        line = self._owe(date(2019, 9, 3), "public")
        line.case_id.invalidate_recordset()
        self.assertNotIn("no reminder", line.case_id.legal_warning or "")
