from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from ..common import DAY, DunningCommon

#: Two years before the day on which the clock stands, to the day.
TWO_YEARS_AGO = date(2022, 3, 4)


def watch(case):
    """Let the scheduled action of a night do its work."""
    with case.enter_registry_test_mode():
        cron = case.env.ref("account_dunning.ir_cron_dunning_limits")
        cron.method_direct_trigger()
    case.env.invalidate_all()


class LimitationCommon(DunningCommon):
    @classmethod
    def _owe(cls, born, kind="business", due=None, **values):
        """Return the case line of an invoice of a date."""
        cls.customer.dunning_debtor_kind = kind
        cls._invoice(due or born, invoice_date=born, **values)
        return cls.env["dunning.case"]._open_for(cls.customer).line_ids[-1:]

    @classmethod
    def _propose(cls, line, kind="acknowledgement", day=DAY, **values):
        return cls.env["dunning.limitation.event"].create(
            {
                "kind": kind,
                "date": day,
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "move_ids": line.move_id.ids,
                "proof_ids": [
                    Command.create({"name": "Letter.pdf", "raw": b"I owe you"})
                ],
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestLimitationDates(LimitationCommon):
    def test_five_years_from_a_business_two_from_a_consumer(self):
        line = self._owe(date(2023, 5, 4))
        for kind, expected in [
            ("business", date(2028, 5, 4)),
            ("consumer", date(2025, 5, 4)),
            ("public", date(2027, 12, 31)),
        ]:
            self.customer.dunning_debtor_kind = kind
            self.assertEqual(line.limitation_date, expected)

    def test_it_counts_from_the_earliest_of_delivery_invoice_and_due_date(self):
        line = self._owe(date(2023, 5, 4), due=date(2023, 7, 4))
        self.assertEqual(line.limitation_date, date(2028, 5, 4))
        line.move_id.delivery_date = date(2023, 4, 20)
        self.assertEqual(line.limitation_date, date(2028, 4, 20))

    def test_the_trade_and_the_contract_of_company_and_customer_count(self):
        line = self._owe(date(2023, 5, 4))
        self.company.dunning_limitation_sector = "transport"
        line.invalidate_recordset()
        self.assertEqual(line.limitation_date, date(2024, 5, 4))
        self.customer.dunning_limitation_sector = "none"
        line.invalidate_recordset()
        self.assertEqual(line.limitation_date, date(2028, 5, 4))
        self.company.dunning_limitation_years = 3
        line.invalidate_recordset()
        self.assertEqual(line.limitation_date, date(2026, 5, 4))
        self.customer.dunning_limitation_years = 10
        line.invalidate_recordset()
        self.assertEqual(line.limitation_date, date(2033, 5, 4))

    def test_a_contract_says_one_to_ten_years_and_nothing_to_a_consumer(self):
        for years in (-1, 11):
            with self.assertRaisesRegex(ValidationError, "1 to 10 years"):
                self.company.dunning_limitation_years = years
        self.customer.dunning_limitation_years = 1
        with self.assertRaisesRegex(ValidationError, "L218-1"):
            self.customer.dunning_debtor_kind = "consumer"

    def test_a_case_shows_the_earliest_day_and_is_found_by_it(self):
        self._owe(date(2023, 5, 4))
        case = self._owe(date(2019, 9, 3)).case_id
        self.assertEqual(case.limitation_date, date(2024, 9, 3))
        cases = self.env["dunning.case"].with_user(self.reader)
        for day, expected in [(3, case), (2, cases.browse())]:
            limit = f"2024-09-0{day}"
            found = cases.search([("limitation_date", "<=", limit)])
            self.assertEqual(found, expected)
        self.assertIn("2024", case.legal_warning)

    def test_the_filter_of_the_cases_finds_what_is_near(self):
        case = self._owe(date(2019, 9, 3)).case_id  # until 3 September 2024
        view = self.env.ref("account_dunning.dunning_case_view_search_limits")
        self.assertIn("today +6m", view.arch)
        domain = [("limitation_date", "<=", "today +6m")]
        cases = self.env["dunning.case"].with_user(self.reader)
        for day, expected in [("2024-03-02", cases.browse()), ("2024-03-03", case)]:
            with freeze_time(f"{day} 10:00:00"):
                self.assertEqual(cases.search(domain), expected)

    def test_neither_a_reminder_nor_a_formal_notice_interrupts_it(self):
        line = self._owe(DAY - timedelta(days=35))
        before = line.limitation_date
        self._deliver_until(self.notice, line.date_due)
        self.assertEqual(line.level_id, self.notice)
        line.invalidate_recordset()
        self.assertEqual(line.limitation_date, before)
        self.assertFalse(self.env["dunning.limitation.event"].search([]))


@tagged("post_install", "-at_install")
class TestLimitationEvents(LimitationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line = cls._owe(date(2020, 5, 4))

    def test_a_collector_enters_it_and_only_a_manager_lets_it_count(self):
        event = self._propose(self.line.with_user(self.collector))
        as_collector = event.with_user(self.collector)
        with self.assertRaisesRegex(AccessError, "credit manager"):
            as_collector.action_confirm()
        self.assertEqual(self.line.limitation_date, date(2025, 5, 4))
        event.with_user(self.manager).action_confirm()
        self.assertEqual(self.line.limitation_date, date(2029, 3, 4))
        self.assertEqual(event.decided_by_id, self.manager)
        self.assertIn("It counts", self.line.case_id.message_ids[0].body)

    def test_what_does_not_count_moves_nothing(self):
        event = self._propose(self.line)
        event.with_user(self.manager).action_refuse()
        self.assertEqual(self.line.limitation_date, date(2025, 5, 4))

    def test_a_state_is_not_written_by_hand_and_a_decided_event_stays(self):
        event = self._propose(self.line).with_user(self.manager)
        with self.assertRaisesRegex(UserError, "with the buttons"):
            event.state = "confirmed"
        event.action_confirm()
        with self.assertRaisesRegex(UserError, "stays as it was"):
            event.date = DAY - timedelta(days=1)

    def test_without_its_document_an_acknowledgement_does_not_count(self):
        event = self._propose(self.line, proof_ids=[]).with_user(self.manager)
        with self.assertRaisesRegex(UserError, "document"):
            event.action_confirm()

    def test_a_mediation_counts_once_it_is_over(self):
        event = self._propose(self.line, "mediation", DAY - timedelta(days=40))
        with self.assertRaisesRegex(UserError, "was over"):
            event.with_user(self.manager).action_confirm()
        event.date_until = DAY - timedelta(days=10)
        event.with_user(self.manager).action_confirm()
        self.assertEqual(self.line.limitation_date, date(2025, 6, 3))

    def test_it_cannot_lie_ahead_nor_end_before_it_began(self):
        with self.assertRaisesRegex(ValidationError, "not come yet"):
            self._propose(self.line, day=DAY + timedelta(days=1))
        with self.assertRaisesRegex(ValidationError, "before it began"):
            self._propose(self.line, "court", date_until=DAY - timedelta(days=1))

    def test_a_payment_on_account_is_proposed_once_and_counts_when_confirmed(self):
        self._pay(self.line.move_id, 40)
        events = self.env["dunning.limitation.event"]
        for _night in range(2):
            watch(self)
        event = events.search([("company_id", "=", self.company.id)])
        self.assertEqual(len(event), 1)
        self.assertEqual((event.kind, event.state), ("payment", "proposed"))
        self.assertEqual(self.line.limitation_date, date(2025, 5, 4))
        event.with_user(self.manager).action_confirm()
        self.assertEqual(self.line.limitation_date, date(2029, 3, 4))

    def test_a_credit_note_acknowledges_nothing(self):
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=self.line.move_id.ids
        )
        reversal = wizard.create({"journal_id": self.line.move_id.journal_id.id})
        refund = self.env["account.move"].browse(reversal.refund_moves()["res_id"])
        refund.invoice_line_ids.price_unit = 10
        refund.action_post()
        (refund.line_ids | self.line.move_id.line_ids).filtered(
            lambda line: line.account_type == "asset_receivable"
        ).reconcile()
        watch(self)
        self.assertFalse(self.env["dunning.limitation.event"].search([]))

    def test_other_parts_propose_and_a_person_decides(self):
        cases = self.env["dunning.case"].with_user(self.collector)
        event = cases._propose_limitation_event("promise", DAY, self.line, note="Call")
        self.assertEqual((event.state, event.is_found), ("proposed", True))
        self.assertEqual(event.user_id, self.collector)
        self.assertEqual(event.move_ids, self.line.move_id)
        self.assertFalse(cases._propose_limitation_event("plan", DAY, self.line[:0]))


@tagged("post_install", "-at_install")
class TestLimitationWarnings(LimitationCommon):
    def _watch(self, day):
        with freeze_time(f"{day} 10:00:00"):
            watch(self)
        return len(self.line.case_id.activity_ids)

    def test_somebody_is_asked_six_and_three_months_before_and_each_time_once(self):
        self.line = self._owe(date(2020, 5, 4))  # until 4 May 2025
        self.company.dunning_user_id = self.collector
        for day, expected in [
            (date(2024, 11, 3), 0),
            (date(2024, 11, 4), 1),
            (date(2024, 11, 5), 1),
            (date(2025, 2, 3), 1),
            (date(2025, 2, 4), 1),  # the same task is still open: asked again
            (date(2025, 5, 4), 1),
        ]:
            with self.subTest(day=day):
                self.assertEqual(self._watch(day), expected)
        self.assertEqual(self.line.limitation_warned_months, 3)

    def test_who_has_done_the_first_task_gets_the_second_and_no_third(self):
        self.line = self._owe(date(2020, 5, 4))
        for day, expected in [
            (date(2024, 12, 1), 1),
            (date(2025, 2, 3), 0),
            (date(2025, 2, 4), 1),
            (date(2025, 4, 1), 0),
        ]:
            with self.subTest(day=day):
                self.assertEqual(self._watch(day), expected)
            self.line.case_id.activity_ids.action_done()

    def test_what_can_no_longer_be_claimed_asks_nobody(self):
        self.line = self._owe(date(2018, 5, 4))
        self.assertFalse(self._watch(DAY))

    def test_a_hundred_cases_are_watched_with_no_more_questions_than_ten(self):
        counts = []
        for debtors in (10, 100):
            for number in range(debtors):
                partner = self._create_customer(f"Old debtor {number}")
                self._invoice(date(2019, 6, 1), partner=partner)
            partners = self.env["res.partner"].search([("name", "like", "Old debtor")])
            self.env["dunning.case"]._open_for(partners)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            lines = sum(self.company._dunning_find_expiring(), self._case().line_ids)
            self.assertGreaterEqual(len(lines), debtors)
            counts.append(self.cr.sql_log_count - before)
        self.assertLess(counts[1] - counts[0], 12)


@tagged("post_install", "-at_install")
class TestTimeBarred(LimitationCommon):
    def test_a_consumer_is_not_reminded_once_two_years_are_over(self):
        line = self._owe(TWO_YEARS_AGO, "consumer")
        self.assertEqual(line.limitation_date, DAY)
        self.assertFalse(line.hold)
        self._run()
        self.assertTrue(self._case().action_ids)
        later = DAY + timedelta(days=1)
        with freeze_time(f"{later} 10:00:00"):
            line.invalidate_recordset()
            self.assertEqual(line.hold, "time_barred")
            self._run(later)
            self.assertEqual(self._case().wait_reason, "held")
            self.assertFalse(self._send_mails())

    def test_a_business_is_reminded_as_long_as_it_owes(self):
        line = self._owe(date(2016, 1, 4))
        self.assertFalse(line.hold)
        self.assertLess(line.limitation_date, DAY)
        self.assertIn("no longer", line.case_id.legal_warning)

    def test_a_manager_decides_otherwise_with_a_reason_that_is_kept(self):
        line = self._owe(TWO_YEARS_AGO - timedelta(days=1), "consumer")
        case = line.case_id
        self.assertEqual(line.hold, "time_barred")
        self.assertTrue(case.has_time_barred)
        with self.assertRaisesRegex(AccessError, "credit manager"):
            case.with_user(self.collector).action_override_limitation()
        window = case.with_user(self.manager).action_override_limitation()
        overrides = self.env["dunning.limitation.override"].with_user(self.manager)
        override = overrides.with_context(**window["context"]).create(
            {"reason": "He asked for it"}
        )
        self.assertEqual(override.user_id, self.manager)
        self.assertFalse(line.hold)
        self.assertIn("He asked for it", case.message_ids[0].body)
        self._run()
        self.assertTrue(case.action_ids)
        with self.assertRaises(AccessError):
            override.reason = "Another"

    def test_a_confirmed_acknowledgement_gives_the_consumer_two_more_years(self):
        line = self._owe(TWO_YEARS_AGO - timedelta(days=1), "consumer")
        event = self._propose(line, day=DAY - timedelta(days=100))
        self.assertEqual(line.hold, "time_barred")
        event.with_user(self.manager).action_confirm()
        self.assertFalse(line.hold)

    def test_the_invoice_is_found_by_its_reason(self):
        line = self._owe(TWO_YEARS_AGO - timedelta(days=1), "consumer")
        moves = self.env["account.move"].with_user(self.collector)
        found = moves.search([("dunning_hold", "in", ["time_barred"])])
        self.assertEqual(found, line.move_id)
        self.assertEqual(found.dunning_hold, "time_barred")
