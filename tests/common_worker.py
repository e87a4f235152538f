from contextlib import contextmanager

from odoo import SUPERUSER_ID

from .common import DunningCommon


class WorkerCommon(DunningCommon):
    @contextmanager
    def _in_worker(self):
        """Give the environment of a process that may commit, as the scheduler's."""
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            yield self.env(cr=cr, user=SUPERUSER_ID)
        self.env.invalidate_all()

    def _start_night(self):
        with self._in_worker() as env:
            company = env["res.company"].browse(self.company.id)
            env["dunning.run.batch"]._cron_start_night(company)
        return self._get_night()

    def _work(self):
        with self._in_worker() as env:
            env["dunning.run.batch"]._cron_work()

    def _get_night(self):
        return self.env["dunning.run"].search(
            [("company_id", "=", self.company.id), ("is_nightly", "=", True)]
        )

    def _get_cases(self):
        return self.env["dunning.case"].search([("company_id", "=", self.company.id)])
