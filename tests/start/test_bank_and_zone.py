from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from ..common import DAY, DunningCommon


@tagged("post_install", "-at_install")
class TestBankFreshness(DunningCommon):
    """Fresh is a bank with a new statement line, or a customer who has paid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_bank_freshness_days = 3
        cls.bank = cls.company_data["default_journal_bank"]

    def _is_fresh(self, day=DAY):
        return self.company.with_user(self.collector)._dunning_is_bank_fresh(day)

    def _line(self, day, amount=10, journal=None):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": (journal or self.bank).id,
                "date": day,
                "amount": amount,
                "payment_ref": "x",
            }
        )

    def _payment(self, is_posted=True, **values):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": 10,
                "date": DAY,
                "journal_id": self.bank.id,
                **values,
            }
        )
        if is_posted:
            payment.action_post()
        return payment

    def test_a_line_in_or_out_of_the_third_working_day_is_fresh_the_one_before_not(
        self,
    ):
        # A Monday: three working days before it is a Wednesday.
        for amount in (10, -10):
            with self.subTest(amount):
                self._line(date(2024, 2, 27), amount)
                self.assertFalse(self._is_fresh())
                line = self._line(date(2024, 2, 28), amount)
                self.assertTrue(self._is_fresh())
                line.move_id.button_draft()
                self.assertFalse(self._is_fresh())

    def test_a_customer_s_payment_is_a_sign(self):
        self._payment()
        self.assertTrue(self._is_fresh())

    def test_what_we_pay_ourselves_is_none(self):
        self._payment(payment_type="outbound", partner_type="supplier")
        self._payment(payment_type="outbound")
        self.assertFalse(self._is_fresh())

    def test_a_draft_is_none(self):
        self._payment(is_posted=False)
        self.assertFalse(self._is_fresh())

    def test_a_transfer_between_our_own_accounts_is_none(self):
        self._payment(partner_id=self.company.partner_id.id)
        self.assertFalse(self._is_fresh())

    def test_an_entry_in_the_journal_of_the_bank_is_none(self):
        expense = self.company_data["default_account_expense"]
        entry = self.env["account.move"].create(
            {
                "journal_id": self.bank.id,
                "date": DAY,
                "line_ids": [
                    Command.create({"account_id": expense.id, "balance": 10}),
                    Command.create(
                        {
                            "account_id": self.bank.default_account_id.id,
                            "balance": -10,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        self.assertFalse(self._is_fresh())

    def test_a_bank_that_is_not_in_use_any_more_tells_nothing(self):
        old = self.bank.copy()
        self._line(DAY, journal=old)
        self.assertTrue(self._is_fresh())
        old.active = False
        self.assertFalse(self._is_fresh())

    def test_the_check_names_the_last_sign(self):
        self._line(DAY - timedelta(days=32))
        self._payment(date=DAY - timedelta(days=20))
        checks = self.company.with_user(self.manager)._dunning_get_checks()
        self.assertIn("32 days ago", checks[2][2])


@tagged("post_install", "-at_install")
class TestTimeZone(DunningCommon):
    """A database made from the command line works in UTC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.fr")
        cls.calendar = cls.company.resource_calendar_id

    def _find_check(self):
        checks = self.company.with_user(self.manager)._dunning_get_checks()
        return next((one for one in checks if one[1] == "Time zone:"), None)

    def _setup(self, user=None, **values):
        setups = self.env["dunning.setup"].with_user(user or self.manager)
        return setups.create({"company_id": self.company.id, **values})

    def test_utc_in_france_is_told_with_the_hour_of_summer(self):
        self.calendar.tz = "UTC"
        state, _what, text = self._find_check()
        self.assertEqual(state, "warning")
        self.assertIn("set in UTC", text)
        self.assertIn("until 22:00 in Paris", text)
        self.assertIn("Europe/Paris", text)

    def test_the_zone_of_the_country_or_one_with_its_hours_is_right(self):
        for zone in ("Europe/Paris", "Europe/Brussels"):
            self.calendar.tz = zone
            self.assertIsNone(self._find_check())
        self.calendar.tz = "Europe/London"
        self.assertIn("until 21:00 in Paris", self._find_check()[2])

    def test_meanwhile_messages_leave_by_the_clocks_of_the_country(self):
        self.calendar.tz = "UTC"
        with freeze_time("2024-07-15 17:59:00"):  # 19:59 in Paris
            moment = self.company._dunning_sending_time(date(2024, 7, 15))
            self.assertEqual(str(moment), "2024-07-15 17:59:00")
        with freeze_time("2024-07-15 18:00:00"):
            moment = self.company._dunning_sending_time(date(2024, 7, 15))
            self.assertEqual(str(moment), "2024-07-16 06:30:00")
        with freeze_time("2024-07-15 22:00:00"):
            self.assertEqual(self.company._dunning_today(), date(2024, 7, 16))

    def test_of_a_country_with_several_zones_nobody_guesses(self):
        self.company.country_id = self.env.ref("base.us")
        self.calendar.tz = "UTC"
        self.assertEqual(self.company._dunning_timezone().zone, "UTC")
        self.assertIn("Choose the time zone", self._find_check()[2])
        setup = self._setup()
        self.assertTrue(setup.has_other_time_zone)
        self.assertFalse(setup.time_zone)
        with self.assertRaisesRegex(UserError, "Choose the time zone"):
            setup.action_set_time_zone()
        setup.time_zone = "America/Chicago"
        setup.action_set_time_zone()
        self.assertEqual(self.calendar.tz, "America/Chicago")
        self.assertIsNone(self._find_check())

    def test_the_button_sets_the_one_of_the_country(self):
        self.calendar.tz = "UTC"
        setup = self._setup()
        self.assertEqual(setup.time_zone, "Europe/Paris")
        setup.action_set_time_zone()
        self.assertEqual(self.calendar.tz, "Europe/Paris")
        self.assertFalse(self._setup().has_other_time_zone)

    def test_a_collector_may_not(self):
        with self.assertRaises(AccessError):
            self._setup(self.collector)
        with self.assertRaises(AccessError):
            self.company.with_user(self.collector)._dunning_set_time_zone("UTC")

    def test_hours_shared_with_a_company_of_another_country_are_left_alone(self):
        other = self.env["res.company"].create(
            {"name": "Berlin", "country_id": self.env.ref("base.de").id}
        )
        self.calendar.company_id = False
        other.resource_calendar_id = self.calendar
        self.calendar.tz = "UTC"
        with self.assertRaisesRegex(UserError, "another country"):
            self._setup().action_set_time_zone()

    def test_without_a_country_nothing_is_said(self):
        self.company.country_id = False
        self.calendar.tz = "UTC"
        self.assertIsNone(self._find_check())
