import random
import time

from psycopg2.errors import LockNotAvailable, UniqueViolation
from psycopg2.extensions import TransactionRollbackError

from odoo import api, models

#: Another transaction was quicker: with a fresh snapshot the work can be done again.
CONFLICTS = (TransactionRollbackError, UniqueViolation, LockNotAvailable)
#: Conflicts in a row after which a worker gives up; the next one goes on.
MAX_CONFLICTS = 20
#: Seconds that a worker waits at most before it tries again.
LONGEST_WAIT = 1.0


class DunningWorker(models.AbstractModel):
    """How any number of workers share work: claim, do, commit, until all is done."""

    _name = "dunning.worker"
    _description = "Dunning Worker"

    @api.model
    def _cron_try(self, function):
        """Call a function until no other transaction stands in its way.

        :raises psycopg2.Error: when it met MAX_CONFLICTS conflicts in a row
        """
        for conflicts in range(1, MAX_CONFLICTS):
            try:
                return function()
            except CONFLICTS:
                self.env.cr.rollback()
                time.sleep(random.uniform(0, min(0.02 * 2**conflicts, LONGEST_WAIT)))
        return function()

    @api.model
    def _cron_work_off(self, claim, work):
        """Do what there is, one share and one transaction at a time.

        After a conflict with another transaction the share is claimed again.

        :param claim: returns the records of one share, locked, or an empty recordset
        :param work: does one share and returns how many are left
        """
        commit_progress = self.env["ir.cron"]._commit_progress

        def do_share():
            share = claim()
            left = work(share) if share else 0
            seconds_left = commit_progress(len(share), remaining=left)
            return share and seconds_left

        while self._cron_try(do_share):
            pass
