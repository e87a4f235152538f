import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .dunning_run import WORKER

_logger = logging.getLogger(__name__)

#: The scheduled action that starts a night.
NIGHT = "account_dunning.ir_cron_dunning_run"


class DunningRunBatch(models.Model):
    """A share of a run: one worker claims it, does it in one transaction, marks it.

    Any number of workers may call :meth:`_cron_work` at once, on any number of
    machines: a batch is claimed with a row lock that the others skip. A worker that
    dies leaves its batch as it was.
    """

    _name = "dunning.run.batch"
    _description = "Dunning Run Batch"
    _order = "id"

    run_id = fields.Many2one(
        "dunning.run", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [("prepare", "Decide and propose"), ("send", "Freeze and queue")],
        required=True,
    )
    keys = fields.Json(
        required=True, help="Ids of the debtors to prepare, of the cases to send to."
    )
    is_done = fields.Boolean()

    _todo = models.Index("(run_id, id) WHERE is_done IS NOT TRUE")

    @api.model
    def _cron_start_night(self, company):
        """Plan tonight's run of a company, once, however many workers try."""
        runs = self.env["dunning.run"].with_company(company)

        def start():
            run = runs._start(company, company._dunning_today(), is_nightly=True)
            run._plan()
            left = run._count_batches_left()
            self.env["ir.cron"]._commit_progress(remaining=left)

        try:
            self.env["dunning.worker"]._cron_try(start, NIGHT)
        except UserError as error:
            # Somebody played a later day here; the other companies are served.
            _logger.info("No night for %s: %s", company.name, error)

    @api.model
    def _claim(self):
        """Lock one batch of today's runs that no other worker has; empty if none."""
        domain = Domain.FALSE
        for company in self.env["res.company"].search([("active", "=", True)]):
            today = company._dunning_today()
            domain |= Domain("run_id.company_id", "=", company.id) & Domain(
                "run_id.date", "=", today
            )
        todo = self.search(domain & Domain("is_done", "=", False), limit=100)
        return todo.try_lock_for_update(limit=1)

    @api.model
    def _cron_work(self):
        """Do the batches of today's runs, beside any number of other workers."""
        if not self._has_job_queue():  # where each batch has its job
            self.env["dunning.worker"]._cron_work_off(
                self._claim, self._do_share, WORKER
            )

    @api.model
    def _do_share(self, batch):
        batch._work()
        return batch.run_id._count_batches_left()

    def _work(self):
        """Do the batch in the transaction of the caller."""
        self.ensure_one()
        run = self.run_id
        company = run.company_id
        # The scheduler speaks no language: tasks and reasons are the company's.
        lang = self.env.lang or company.partner_id.lang
        cases = self.env["dunning.case"].with_company(company).with_context(lang=lang)
        if self.kind == "prepare":
            debtors = self.env["res.partner"].browse(self.keys).exists()
            run._add_batches("send", cases._prepare_safely(run, debtors).ids)
        else:
            cases.browse(self.keys).exists()._send_safely(run)
        self.sudo().is_done = True  # whoever started the run

    # OCA's queue_job, where it is installed: each batch is a job of its own

    @api.model
    def _has_job_queue(self):
        return "queue.job" in self.env.registry

    def _enqueue(self):
        """Make each batch a job on a channel of its own, once."""
        if not self._has_job_queue():
            return
        for batch in self:
            batch.with_delay(
                channel="root.dunning",
                description=batch._describe(),
                identity_key=f"dunning.run.batch-{batch.id}",
            )._do_job()

    def _describe(self):
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return self.env._(
            "%(run)s, %(company)s: %(kind)s, %(count)s debtors",
            run=self.run_id.display_name,
            company=self.run_id.company_id.name,
            kind=kinds[self.kind],
            count=len(self.keys),
        )

    def _do_job(self):
        """Do the batch, unless it was done or its day is over."""
        batch = self.exists().filtered(lambda one: not one.is_done)
        if batch.run_id and batch.run_id._is_of_today():
            batch.lock_for_update()
            batch._work()
