from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import patch

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from ...models.interest.dunning_rate import RATES_CRON
from ...tools.interest import next_half_year
from ..common import DAY, DunningCommon

#: The published cases are lived on their own days.
JUNE_30 = date(2026, 6, 30)


def at(day):
    return freeze_time(f"{day} 10:00:00")


@tagged("post_install", "-at_install")
class TestRates(DunningCommon):
    def test_the_shipped_half_years_are_complete_and_say_where_they_come_from(self):
        rates = self.env["dunning.rate"].search([])
        self.assertEqual(len(rates), 24 * 3)
        self.assertTrue(all(rates.mapped("source")))
        self.assertTrue(all(rates.mapped("checked_on")))
        last = rates.filtered(lambda rate: rate.date_from == date(2026, 7, 1))
        self.assertEqual(
            {rate.kind: rate.rate for rate in last},
            {"ecb_refi": 2.4, "legal_other": 2.75, "legal_individual": 6.84},
        )

    def test_a_corrected_line_survives_an_upgrade_and_a_deleted_one_comes_back(self):
        rates = self.env["dunning.rate"].with_user(self.manager)
        mended, removed = rates.search([("kind", "=", "ecb_refi")], limit=2)
        mended.rate, day = 9.99, removed.date_from
        removed.unlink()
        # As the installation does, on a later day than this test's.
        self.env["dunning.rate"].with_user(SUPERUSER_ID)._load_shipped_rates()
        self.assertEqual(mended.rate, 9.99)
        self.assertTrue(
            rates.search([("kind", "=", "ecb_refi"), ("date_from", "=", day)])
        )

    def test_a_manager_adds_the_next_half_year_and_a_collector_cannot(self):
        values = {
            "date_from": date(2027, 1, 1),
            "kind": "ecb_refi",
            "rate": 2.65,
            "source": "European Central Bank",
        }
        with self.assertRaises(AccessError):
            self.env["dunning.rate"].with_user(self.collector).create(values)
        rate = self.env["dunning.rate"].with_user(self.manager).create(values)
        self.assertIn("2027", rate.half_year)

    def test_a_rate_that_is_added_corrected_or_removed_counts_at_once(self):
        rates = self.env["dunning.rate"]
        start = date(2031, 1, 1)

        def known():
            return dict(rates._read_percents("ecb_refi")).get(start)

        self.assertIsNone(known())
        rate = self._create_rate(start, 2)
        self.assertEqual(known(), 2)
        rate.rate = 2.5
        self.assertEqual(known(), Decimal("2.5"))
        rate.unlink()
        self.assertIsNone(known())

    def test_two_lines_for_one_half_year_are_refused(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation) as refused,
        ):
            self._create_rate(date(2026, 7, 1))
        words = self.env["dunning.rate"]._sql_error_to_message(refused.exception)
        self.assertIn("has its rate already", words)

    def test_a_rate_that_is_no_percentage_is_refused_in_words(self):
        for rate in (-0.01, 100):
            with (
                self.subTest(rate=rate),
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation) as refused,
            ):
                self._create_rate(date(2031, 1, 1), rate)
            words = self.env["dunning.rate"]._sql_error_to_message(refused.exception)
            self.assertIn("between 0 and 100", words)

    def test_a_half_year_begins_on_the_first_of_january_or_july(self):
        with self.assertRaisesRegex(ValidationError, "1 January or on 1 July"):
            self._create_rate(date(2027, 1, 2))

    def _create_rate(self, day, rate=2):
        return self.env["dunning.rate"].create(
            {"date_from": day, "kind": "ecb_refi", "rate": rate, "source": "Test"}
        )

    def test_a_stipulated_rate_below_the_floor_is_refused_with_the_floor(self):
        # In the first half of 2024 three times the legal rate is 15.21 %.
        with self.assertRaisesRegex(ValidationError, "15.21"):
            self.company.dunning_contract_rate = 15.2
        self.company.dunning_contract_rate = 15.21
        with self.assertRaisesRegex(ValidationError, "15.21"):
            self.customer.dunning_contract_rate = 5
        with self.assertRaises(ValidationError):
            self.customer.dunning_contract_rate = -1

    def test_missing_rates_are_asked_for_fifteen_days_ahead_and_not_sixteen(self):
        self.company.dunning_manager_id = self.manager
        self.env["dunning.rate"].search([("date_from", "=", date(2024, 7, 1))]).unlink()
        for day, expected in [(date(2024, 6, 15), 0), (date(2024, 6, 16), 1)]:
            with at(day):
                self.company._dunning_ask_for_rates()
                self.company._dunning_ask_for_rates()
            tasks = self.company.partner_id.activity_ids.filtered(
                lambda task: "2024" in task.summary
            )
            self.assertEqual(len(tasks), expected)
        self.assertEqual(tasks.user_id, self.manager)

    def test_rates_are_asked_for_on_the_first_day_of_a_half_year_without_a_manager(
        self,
    ):
        self.company.dunning_manager_id = False
        self.company.dunning_user_id = self.collector
        self._invoice(40)
        with at(date(2026, 12, 20)):
            self._run(date(2026, 12, 20))
        for day, name in [
            (date(2026, 12, 16), ""),
            (date(2026, 12, 17), "2027, half-year 1"),
            (date(2027, 1, 1), "2027, half-year 1"),
        ]:
            with at(day), self.enter_registry_test_mode():
                self.env.ref(RATES_CRON).method_direct_trigger()
            tasks = self.company.partner_id.activity_ids.filtered(
                lambda task: "rates" in task.summary
            )
            self.assertEqual(len(tasks), bool(name))
            self.assertIn(name, tasks.summary or "")
        self.assertEqual(tasks.user_id, self.collector)

    def test_rates_are_asked_of_somebody_who_duns_even_if_nobody_is_named(self):
        self.company.dunning_manager_id = self.company.dunning_user_id = False
        keeper = self.company._dunning_find_rate_keeper()
        self.assertTrue(keeper._may_dun(self.company))
        # Nobody duns here at all: an administrator finds somebody.
        company = self.env["res.company"].sudo().create({"name": "Nobody's"})
        self.env.ref("base.user_admin").company_ids += company
        nobody = self.env["res.users"]
        with patch.object(
            self.env.registry["res.company"],
            "_dunning_find_able",
            lambda *args, **kwargs: nobody,
        ):
            self.env.registry.clear_cache()
            keeper = company._dunning_find_rate_keeper()
            self.assertTrue(keeper.has_group("base.group_system"))
        self.env.registry.clear_cache()

    def test_a_shipped_source_reads_in_the_language_of_the_reader(self):
        rates = self.env["dunning.rate"].with_user(self.manager)
        rate = rates.search(
            [("kind", "=", "legal_other"), ("date_from", "=", date(2026, 1, 1))]
        )
        self.assertEqual(rate.decree_on, date(2025, 12, 15))
        self.assertEqual(rate.gazette_on, date(2025, 12, 26))
        self.assertIn(rate.source, rates._get_shipped_sources())
        rate.source_text = "Compared on paper"
        self.assertEqual(rate.source, "Compared on paper")
        made = rates.create(
            {
                "date_from": date(2027, 1, 1),
                "kind": "ecb_refi",
                "rate": 2.65,
                "source_text": "ECB",
            }
        )
        self.assertEqual(made.source, "ECB")

    def test_the_half_year_after_a_day(self):
        self.assertEqual(next_half_year(date(2024, 6, 30)), date(2024, 7, 1))
        self.assertEqual(next_half_year(date(2024, 7, 1)), date(2025, 1, 1))

    def test_a_rate_was_compared_with_its_source_today_at_the_latest(self):
        rate = self.env["dunning.rate"].search([], limit=1).with_user(self.manager)
        rate.checked_on = DAY
        with self.assertRaisesRegex(ValidationError, "not come yet"):
            rate.checked_on = DAY + timedelta(days=1)


@tagged("post_install", "-at_install")
class TestInterestOfItems(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.account_fiscal_country_id = cls.env.ref("base.fr")
        cls.company.dunning_indemnity = 40

    def _item(self, amount, due, day, kind="business", **values):
        self.customer.dunning_debtor_kind = kind
        self._invoice(due, amount, invoice_date=due - timedelta(days=30), **values)
        with at(day):
            self._run(day)
        return self._case().line_ids

    def _interest(self, line, day):
        interest, warning = line._get_interest(day)[line]
        self.assertFalse(warning)
        return float(interest.amount)

    def test_R1_default_rate_over_two_half_years(self):
        line = self._item(12000, date(2024, 11, 30), date(2024, 12, 10))
        self.assertEqual(self._interest(line, date(2025, 2, 14)), 339.78)

    def test_X11_a_stipulated_rate_is_the_customers_then_the_companys(self):
        due = date(2026, 5, 16)
        with at(JUNE_30):
            self.company.dunning_contract_rate = 10
            self.customer.dunning_contract_rate = 15
        line = self._item(1850, due, JUNE_30)
        self.assertEqual(self._interest(line, JUNE_30), 34.21)
        self.customer.dunning_contract_rate = 0
        self.assertEqual(self._interest(line, JUNE_30), 22.81)

    def test_X12_a_stipulated_rate_is_lifted_to_the_floor_of_each_half_year(self):
        # Allowed in 2020 (2.61 %), below the floor of 2026 (7.86 %).
        with at(date(2020, 1, 10)):
            self.customer.dunning_contract_rate = 5
        line = self._item(1850, date(2026, 5, 16), JUNE_30)
        self.assertEqual(self._interest(line, JUNE_30), 17.93)

    def test_X13_a_public_buyer_owes_eight_points_more_than_the_central_bank(self):
        line = self._item(1850, date(2026, 5, 16), JUNE_30, "public")
        self.assertEqual(self._interest(line, JUNE_30), 23.15)
        with at(JUNE_30):
            line.invalidate_recordset()
            self.assertEqual(line.case_id.amount_indemnity, 40)

    def test_the_rate_of_a_public_buyer_is_frozen_where_the_delay_began(self):
        # Due 30 June: the delay begins on 1 July, at 10.40 %; due 29 June, at 10.15 %.
        rates = self.env["dunning.rate"]
        known = dict(rates._read_percents("ecb_refi"))
        for due, percent in [(JUNE_30, "10.40"), (date(2026, 6, 29), "10.15")]:
            table = rates._get_public_table(due, known)
            days = list(table.split(due + timedelta(days=1), date(2027, 6, 30)))
            self.assertEqual([str(day[2]) for day in days], [percent])

    def test_many_items_of_a_public_buyer_ask_no_more_than_one(self):
        self.customer.dunning_debtor_kind = "public"
        counts = []
        for number in (1, 9):
            for _unused in range(number):
                self._invoice(40)
            self._run()
            case = self._case()
            self.env.flush_all()
            self.env.invalidate_all()
            lines = case.line_ids
            before = self.cr.sql_log_count
            self.assertTrue(all(lines.mapped("amount_interest")))
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(len(lines), 10)
        self.assertLessEqual(counts[1], counts[0])

    def test_a_consumer_owes_nothing_before_a_formal_notice_and_no_indemnity(self):
        line = self._item(1500, date(2026, 5, 1), JUNE_30, "consumer")
        self.assertEqual(self._interest(line, JUNE_30), 0)
        self.assertEqual(line.amount_indemnity, 0)

    def test_R5_a_consumer_owes_the_legal_rate_from_the_first_presentation(self):
        line = self._item(1500, date(2026, 4, 1), date(2026, 5, 10), "consumer")
        values = {
            "case_id": line.case_id.id,
            "level_id": self.notice.id,
            "channel": "letter",
            "date": date(2026, 5, 18),
            "state": "done",
            "delivered_on": date(2026, 5, 18),
            "presentation_date": date(2026, 5, 20),
        }
        with at(date(2026, 5, 25)):
            action = self.env["dunning.action"].sudo().create(values)
        self.env["dunning.action.line"].sudo().create(
            {
                "action_id": action.id,
                "case_line_id": line.id,
                "level_id": self.notice.id,
                "currency_id": line.currency_id.id,
            }
        )
        self.assertEqual(self._interest(line, date(2026, 5, 20)), 0)
        self.assertEqual(self._interest(line, date(2026, 8, 28)), 11.08)

    def test_the_indemnity_is_owed_once_for_an_invoice_with_instalments(self):
        terms = self.env.ref("account.account_payment_term_advance_60days")
        self.customer.dunning_debtor_kind = "business"
        invoice = self._invoice(60, 1000)
        invoice.button_draft()
        invoice.invoice_payment_term_id = terms
        invoice.invoice_date = date(2023, 12, 1)
        invoice.action_post()
        self._run()
        lines = self._case().line_ids
        self.assertGreater(len(lines), 1)
        self.assertEqual(sum(lines.mapped("amount_indemnity")), 40)

    def test_days_with_a_known_rate_count_and_the_others_are_a_warning(self):
        line = self._item(1000, date(2026, 12, 1), date(2026, 12, 20))
        with at(date(2026, 12, 31)):
            line.invalidate_recordset()
            # Thirty days at 12.40 %.
            self.assertEqual(line.amount_interest, 10.19)
            self.assertFalse(line.interest_warning)
        with at(date(2027, 1, 1)):
            line.invalidate_recordset()
            case = line.case_id.with_user(self.reader)
            self.assertEqual(case.amount_interest, 10.19)
            self.assertEqual(case.amount_indemnity, 40)
            for word in ("counted until 12/31/2026", "2027, half-year 1", "Central"):
                self.assertIn(word, case.interest_warning)
            self.assertIn("a credit manager enters it", case.interest_warning)
            self.assertTrue(Form(case))

    def test_what_fell_due_after_the_last_known_day_earns_nothing_yet(self):
        line = self._item(1000, date(2026, 12, 31), date(2027, 1, 2))
        with at(date(2027, 1, 2)):
            interest, warning = line._get_interest()[line]
        self.assertEqual(interest.days, 0)
        self.assertIn("No interest is counted", warning)

    def test_a_contract_above_three_times_the_last_legal_rate_misses_nothing(self):
        day = date(2027, 1, 10)
        with at(JUNE_30):
            self.customer.dunning_contract_rate = 15
        line = self._item(1000, date(2026, 12, 1), date(2026, 12, 20))
        interest, warning = line._get_interest(day)[line]
        self.assertFalse(warning)
        # Forty days at 15 %.
        self.assertEqual(float(interest.amount), 16.44)
        # Three times 2.75 %: the next legal rate may lift it.
        with at(JUNE_30 + timedelta(days=1)):
            self.customer.dunning_contract_rate = 8.25
        interest, warning = line._get_interest(day)[line]
        self.assertEqual(interest.days, 30)
        self.assertIn("Legal rate, creditor is a company", warning)
        with at(JUNE_30 + timedelta(days=1)):
            self.customer.dunning_contract_rate = 8.26
        self.assertFalse(line._get_interest(day)[line][1])

    def test_a_part_payment_earns_until_its_day(self):
        invoice = self._invoice(date(2025, 12, 31), 10000)
        with at(date(2026, 1, 10)):
            self._run(date(2026, 1, 10))
        line = self._case().line_ids
        self._pay(invoice, 3000, date(2026, 3, 31))
        # Published as 7 511.63 and 7 520.71 with the principal (R4).
        self.assertEqual(self._interest(line, JUNE_30), 511.63)
        self.company.dunning_interest_first = "interest"
        self.assertEqual(self._interest(line, JUNE_30), 221.12)
