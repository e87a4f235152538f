import logging
import random
import time
from datetime import timedelta

from psycopg2 import OperationalError
from psycopg2.errors import LockNotAvailable, UniqueViolation
from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

_logger = logging.getLogger(__name__)
#: Another transaction was quicker: with a fresh snapshot the work can be done again.
CONFLICTS = (TransactionRollbackError, UniqueViolation, LockNotAvailable)
#: Conflicts in a row after which a worker gives up, and asks to be called again.
MAX_CONFLICTS = 20
CALL_AGAIN_AFTER = timedelta(minutes=5)
#: Seconds that a worker waits at most before it tries again.
LONGEST_WAIT = 1.0
#: How many times its share a worker looks at, because others may hold some of it.
LOOKED_AT = 20


class DunningWorker(models.AbstractModel):
    """How any number of workers share work: claim, do, commit, until all is done; and
    how one record that fails stops no other."""

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

    @api.model
    def _cron_serve(self, model, find, work, tell, cron, size):
        """Do work for all records that wait for it, some in one transaction; one that
        fails is told of, and served again by no later share of this call.

        :param str model: of the records
        :param find: returns the domain of what waits now
        :param work: called with some of the records
        :param tell: called with one that failed and the error
        :param cron: XML id of the scheduled action that does this work
        :param int size: records in one transaction
        """
        records, passed = self.env[model], set()

        def waiting():
            return Domain(find()) & Domain("id", "not in", list(passed))

        def claim():
            todo = records.search(waiting(), limit=LOOKED_AT * size, order="id")
            return todo.try_lock_for_update(limit=size)

        def do_share(share):
            self._do_each(share, work, tell)
            # What waits all the same is left to the next call: others come first.
            still = records.search(waiting() & Domain("id", "in", share.ids))
            passed.update(still.ids)
            return records.search_count(waiting())

        self._cron_work_off(claim, do_share, cron)

    @api.model
    def _cron_each(self, companies, work, cron):
        """Do work for each company, in transactions of its own; where one fails, its
        manager is told and the others are served.

        :param work: called with a company; may commit
        :raises psycopg2.Error: at the end, when a company met too many conflicts
        """
        conflict = None
        for company in companies:
            try:
                self._cron_try(lambda one=company: work(one), cron)
            except CONFLICTS as error:
                conflict = error  # it is called again for it
            except Exception as error:  # noqa: BLE001 the other companies are served
                self.env.cr.rollback()
                self._tell_safely(company, error, self._tell_manager)
                self.env["ir.cron"]._commit_progress()
        if conflict:
            raise conflict

    @api.model
    def _do_each(self, records, work, tell, conflicts=(OperationalError,)):
        """Do work for records in as few calls as possible; one that fails stops no
        other: what fails is taken back and halved until it stands alone.

        :param records: records, or a list
        :param work: called with some of them, never commits
        :param tell: called with one that failed and the error, to show it where its
            user looks
        :param conflicts: errors that are no fault of a record: the caller tries again
        :return: what the calls returned, in order
        """
        if not records:
            return []
        try:
            with self.env.cr.savepoint():
                return [work(records)]
        except conflicts:
            raise
        except Exception as error:  # noqa: BLE001 whatever it is, the others are served
            if len(records) == 1:
                self._tell_safely(records, error, tell)
                return []
        middle = len(records) // 2
        return [
            result
            for half in (records[:middle], records[middle:])
            for result in self._do_each(half, work, tell, conflicts)
        ]

    @api.model
    def _tell_safely(self, record, error, tell):
        """Show why a record failed; one that cannot even be told of is in the log."""
        if not isinstance(error, UserError):
            _logger.error("Left out by a worker: %s", record, exc_info=error)
        try:
            with self.env.cr.savepoint():
                tell(record, error)
        except OperationalError:
            raise  # a conflict with another transaction: the caller tries again
        except Exception:
            _logger.exception("Its failure could not be shown: %s", record)

    @api.model
    def _describe(self, error):
        """Return an error in the words of a user."""
        if isinstance(error, UserError):
            return str(error)
        return self.env._("Unexpected error: %(error)s", error=error)

    @api.model
    def _tell_manager(self, company, error):
        """Ask the credit manager of a company to look at what was not done in it."""
        company = company._in_its_language()
        company._dunning_ask_manager(
            company.env._("Dunning was not done in %(name)s", name=company.name),
            company.env["dunning.worker"]._describe(error),
        )
