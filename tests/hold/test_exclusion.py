from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged

from ..common import DAY, DunningCommon


@tagged("post_install", "-at_install")
class TestExclusion(DunningCommon):
    """No lasting exclusion is forgotten (scenario 54)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_manager_id = cls.manager
        cls.invoice = cls._invoice(5)
        cls.exclusions = cls.env["dunning.exclusion"]

    def _exclude(self, reason="Sister company", user=None):
        """Exclude the invoice through the window."""
        user = user or self.manager
        window = self.invoice.with_user(user).action_dunning_hold()
        wizard = self.env["dunning.hold.wizard"].with_user(user)
        wizard = wizard.browse(window["res_id"])
        wizard.write({"duration": "lasting", "reason": reason})
        wizard.action_confirm()
        return self._listed()

    def _listed(self, user=None):
        """Return what the menu shows."""
        window = self.exclusions.with_user(user or self.reader).action_open_review()
        action = self.env.ref("account_dunning.dunning_exclusion_action")
        self.assertEqual(window["id"], action.id)
        found = self.exclusions.search(self.exclusions._get_open_domain())
        return found.filtered(lambda exclusion: exclusion.company_id == self.company)

    def _tasks(self):
        return self.exclusions.sudo()._find_tasks(self.company)

    def _later(self, **ahead):
        """Let the clock stand at another day."""
        self.env.invalidate_all()
        return freeze_time(f"{DAY + relativedelta(**ahead)} 10:00:00")

    def test_an_excluded_invoice_is_listed_with_who_why_and_since_when(self):
        exclusion = self._exclude()
        self.assertEqual(exclusion.move_id, self.invoice)
        self.assertEqual(exclusion.partner_id, self.customer)
        self.assertEqual(exclusion.amount_residual, 100.0)
        self.assertEqual(exclusion.user_id, self.manager)
        self.assertEqual(exclusion.excluded_on, DAY)
        self.assertEqual(exclusion.reason, "Sister company")
        self.assertIn("Sister company", self.invoice.message_ids[0].body)
        self._run()
        self.assertFalse(self._case().action_ids)

    def test_what_waited_to_leave_stays_here(self):
        self._run()
        action = self._case().action_ids
        self._exclude()
        self.assertEqual(action.state, "cancelled")

    def test_an_exclusion_set_without_us_is_listed_with_what_is_known(self):
        user = new_test_user(
            self.env, login="bookkeeper", groups="account.group_account_invoice"
        )
        self.invoice.with_user(user).no_followup = True
        self.assertEqual(self._listed().user_id, user)
        self.assertFalse(self._listed().reason)

    def test_a_miscellaneous_entry_excluded_by_default_is_listed(self):
        account = self.company_data["default_account_receivable"]
        revenue = self.company_data["default_account_revenue"]
        entry = self._post_entry((account, 70.0), (revenue, -70.0))
        listed = self._listed()
        self.assertEqual(listed.move_id, entry)
        self.assertFalse(listed.user_id)
        self.assertEqual(self._listed(), listed)

    def test_the_list_forgets_what_was_paid(self):
        self._exclude()
        self._pay(self.invoice)
        self.assertFalse(self._listed())

    def test_resuming_duns_again_and_is_logged(self):
        exclusion = self._exclude()
        exclusion.with_user(self.manager).action_resume()
        self.assertFalse(self.invoice.no_followup)
        self.assertEqual(
            (exclusion.ended_on, exclusion.ended_by_id.id), (DAY, self.manager.id)
        )
        self.assertFalse(self._listed())
        self.assertIn("No longer excluded", self.invoice.message_ids[0].body)
        self._run()
        self.assertTrue(self._case().action_ids)

    def test_resuming_on_the_invoice_itself_ends_it_too(self):
        exclusion = self._exclude()
        self.invoice.no_followup = False
        self.assertEqual(exclusion.ended_on, DAY)
        self.assertFalse(self._listed())

    def test_it_is_to_be_reviewed_after_three_months_and_not_a_day_before(self):
        exclusion = self._exclude()
        for ahead, expected in (
            ({"months": 3, "days": -1}, False),
            ({"months": 3}, True),
        ):
            with self._later(**ahead):
                self.assertEqual(exclusion.is_review_due, expected)
                due = self.exclusions.search([("is_review_due", "=", True)])
                self.assertEqual(exclusion in due, expected)

    def test_a_review_is_stamped_and_counts_for_another_three_months(self):
        exclusion = self._exclude()
        with self._later(months=4):
            exclusion.with_user(self.manager).action_reviewed()
            self.assertEqual(exclusion.reviewed_by_id, self.manager)
            self.assertFalse(exclusion.is_review_due)
        with self._later(months=7):
            self.assertTrue(exclusion.is_review_due)

    def test_the_credit_manager_gets_one_task_however_many_nights(self):
        self._exclude()
        self._invoice(5, partner=self._create_customer("Other"))
        self._run()
        self.assertFalse(self._tasks())
        for ahead in (92, 93, 94):
            with self._later(days=ahead):
                self._run(DAY + relativedelta(days=ahead))
        self.assertEqual(len(self._tasks()), 1)
        self.assertEqual(self._tasks().user_id, self.manager)

    def test_the_task_closes_when_everything_was_looked_at(self):
        exclusion = self._exclude()
        with self._later(months=3):
            self._run(DAY + relativedelta(months=3))
            self.assertTrue(self._tasks())
            exclusion.with_user(self.manager).action_reviewed()
            self.assertFalse(self._tasks())

    def test_without_a_period_nobody_is_asked(self):
        self.company.dunning_review_months = 0
        exclusion = self._exclude()
        with self._later(months=30):
            self._run(DAY + relativedelta(months=30, days=-600))
            self.assertFalse(exclusion.is_review_due)
        self.assertFalse(self._tasks())

    def test_a_review_that_fails_does_not_stop_the_night(self):
        self.env.ref("account_dunning.mail_activity_type_exclusions").unlink()
        self._exclude()
        with self._later(months=3):
            late = self._invoice(5)
            with self.assertLogs("odoo.addons.account_dunning", "WARNING"):
                self._run(DAY + relativedelta(months=3))
        self.assertIn(late, self._case().action_ids.line_ids.move_id)

    def test_without_invoices_nothing_is_excluded(self):
        self._run()
        window = self._case().with_user(self.manager).action_hold()
        wizard = self.env["dunning.hold.wizard"].with_user(self.manager)
        wizard = wizard.browse(window["res_id"])
        wizard.write({"duration": "lasting", "reason": "Sister company"})
        with self.assertRaisesRegex(UserError, "Choose the invoices"):
            wizard.action_confirm()

    def test_a_collector_excludes_nothing_and_reviews_nothing(self):
        with self.assertRaisesRegex(AccessError, "credit manager"):
            self._exclude(user=self.collector)
        exclusion = self._exclude()
        for method in (exclusion.action_reviewed, exclusion.action_resume):
            with self.assertRaises(AccessError):
                getattr(exclusion.with_user(self.collector), method.__name__)()
