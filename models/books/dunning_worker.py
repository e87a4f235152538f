import random
import time
from datetime import timedelta

from psycopg2.errors import LockNotAvailable, UniqueViolation
from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models

#: Another transaction was quicker: with a fresh snapshot the work can be done again.
CONFLICTS = (TransactionRollbackError, UniqueViolation, LockNotAvailable)
#: Conflicts in a row after which a worker gives up, and asks to be called again.
MAX_CONFLICTS = 20
CALL_AGAIN_AFTER = timedelta(minutes=5)
#: Seconds that a worker waits at most before it tries again.
LONGEST_WAIT = 1.0


class DunningWorker(models.AbstractModel):
    """How any number of workers share work: claim, do, commit, until all is done."""

    _name = "dunning.worker"
    _description = "Dunning Worker"

    @api.model
    def _cron_try(self, function, cron):
        """Call a function until no other transaction stands in its way.

        :param cron: XML id of the scheduled action that goes on with it later
        :raises psycopg2.Error: when it met MAX_CONFLICTS conflicts in a row
        """
        for conflicts in range(1, MAX_CONFLICTS):
            try:
                return function()
            except CONFLICTS:
                self.env.cr.rollback()
                time.sleep(random.uniform(0, min(0.02 * 2**conflicts, LONGEST_WAIT)))
        try:
            return function()
        except CONFLICTS:
            # The host calls an action that failed when its day comes: not tonight.
            self.env.cr.rollback()
            self.env.ref(cron)._trigger(fields.Datetime.now() + CALL_AGAIN_AFTER)
            self.env["ir.cron"]._commit_progress()
            raise

    @api.model
    def _cron_work_off(self, claim, work, cron):
        """Do what there is, one share and one transaction at a time.

        After a conflict with another transaction the share is claimed again.

        :param claim: returns the records of one share, locked, or an empty recordset
        :param work: does one share and returns how many are left
        :param cron: XML id of the scheduled action that does this work
        """
        commit_progress = self.env["ir.cron"]._commit_progress

        def do_share():
            share = claim()
            left = work(share) if share else 0
            seconds_left = commit_progress(len(share), remaining=left)
            return share and seconds_left

        while self._cron_try(do_share, cron):
            pass
