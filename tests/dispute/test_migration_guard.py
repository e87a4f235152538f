import importlib.util

from odoo.tests import tagged
from odoo.tools.misc import file_path

from ..agreement.common_promise import PromiseCommon


@tagged("post_install", "-at_install")
class TestMigrationOfTheGuard(PromiseCommon):
    """The upgrade reports what the new rules would refuse, and changes nothing."""

    def _migrate(self):
        path = "account_dunning/migrations/19.0.1.5.0/post-guard.py"
        spec = importlib.util.spec_from_file_location("migration", file_path(path))
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env.flush_all()
        self.env.invalidate_all()
        script.migrate(self.cr, "19.0.1.4.0")
        self.env.invalidate_all()

    def _tasks(self):
        tasks = self.company.partner_id.activity_ids
        return tasks.filtered(lambda task: task.user_id == self.manager)

    def test_clean_books_are_not_reported(self):
        self._promise()
        self._migrate()
        self.assertFalse(self._tasks())

    def test_an_invoice_that_was_contested_twice_is_reported(self):
        reason = self.env.ref("account_dunning.dunning_reason_dec")
        values = {"move_id": self.invoice.id, "reason_id": reason.id, "amount": 150}
        disputes = self.env["dunning.dispute"].with_user(self.collector)
        first, second = disputes.create([values, values])
        self.env.flush_all()
        self.cr.execute(  # as it could be made before
            "UPDATE dunning_dispute SET amount = 300 WHERE id IN %s",
            (tuple((first | second).ids),),
        )
        self._migrate()
        note = self._tasks().note
        self.assertIn(f"/odoo/dunning.dispute/{first.id}", note)
        self.assertIn(f"/odoo/dunning.dispute/{second.id}", note)
        self.assertEqual((first | second).mapped("amount"), [300, 300])

    def test_a_record_that_names_another_company_is_reported(self):
        other = self.setup_other_company()["company"]
        promise = self._promise()
        stranger = self.env["res.partner"].sudo()
        stranger = stranger.create({"name": "Stranger", "company_id": other.id})
        self.env.flush_all()
        self.cr.execute(  # as it could be made before
            "UPDATE dunning_promise SET contact_id = %s WHERE id = %s",
            (stranger.id, promise.id),
        )
        self._migrate()
        self.assertIn(f"/odoo/dunning.promise/{promise.id}", self._tasks().note)
