import importlib.util

from odoo.tests import tagged
from odoo.tools.misc import file_path

from .test_plan import PlanCommon


@tagged("post_install", "-at_install")
class TestMigrationOfPlans(PlanCommon):
    def test_a_plan_that_was_proposed_keeps_the_notice_of_its_agreement(self):
        path = "account_dunning/migrations/19.0.1.7.0/post-agree.py"
        spec = importlib.util.spec_from_file_location("migration", file_path(path))
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        draft, plan = self._plan(), self._running()
        plan.sudo().write({"sent_conditions": False, "notice_days": 0})
        self.env.flush_all()
        script.migrate(self.cr, "19.0.1.6.0")
        self.env.invalidate_all()
        self.company.dunning_plan_notice_days = 3
        self.assertEqual((plan.notice_days, plan._get_notice_days()), (8, 8))
        self.assertFalse(draft.sent_conditions)
