import logging
from collections import Counter

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date
from odoo.tools.misc import split_every

from ..books.dunning_worker import CONFLICTS

#: Debtors whose cases are collected and decided in one transaction.
DEBTORS_PER_BATCH = 2000
#: Cases whose messages are frozen and queued in one short transaction.
MESSAGES_PER_BATCH = 50
#: Debtors up to whom "Run now" does not leave the work to the scheduler.
AT_ONCE = 200
#: Contacts named in an error; the others are counted.
NAMED = 10
#: The scheduled action that works beside the night; its copies are more workers.
WORKER = "account_dunning.ir_cron_dunning_work"
RESULTS = [
    ("queued", "On its way"),
    ("proposed", "To approve"),
    ("decision", "To decide"),
    ("none", "Not contacted"),
    ("failed", "Failed"),
]
_logger = logging.getLogger(__name__)
#: The scheduled action that starts a night.
NIGHT = "account_dunning.ir_cron_dunning_run"


class DunningRun(models.Model):
    """One execution of the engine for one company, and what came of it."""

    _name = "dunning.run"
    _description = "Dunning Run"
    _inherit = ["dunning.guarded"]
    _order = "date desc, id desc"

    date = fields.Date(required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "Started by", readonly=True, default=lambda self: self.env.user
    )
    is_nightly = fields.Boolean("Nightly", readonly=True)
    active = fields.Boolean(
        default=True, readonly=True, help="Unticked: undone, its day may be run again."
    )
    undone_on = fields.Datetime("Undone on", readonly=True)
    undone_by_id = fields.Many2one("res.users", "Undone by", readonly=True)
    is_bank_fresh = fields.Boolean(readonly=True, default=True)
    line_ids = fields.One2many("dunning.run.line", "run_id", readonly=True)
    batch_ids = fields.One2many("dunning.run.batch", "run_id", readonly=True)
    planned_on = fields.Datetime(
        readonly=True, help="When its debtors were last shared out to the workers."
    )
    progress = fields.Float(compute="_compute_progress", help="In percent.")
    is_running = fields.Boolean(compute="_compute_progress")
    case_count = fields.Integer(
        "Debtors looked at",
        compute="_compute_counts",
        help="Debtors whose invoices were looked at.",
    )
    contact_count = fields.Integer(
        "Contacts",
        compute="_compute_counts",
        help="E-mails, letters, calls and SMS that were prepared or sent.",
    )
    failure_count = fields.Integer(
        "Failures",
        compute="_compute_counts",
        help="Debtors at whom an error stopped: the others were served.",
    )
    summary = fields.Char(compute="_compute_counts")
    _one_night_a_day = models.UniqueIndex(
        "(company_id, date) WHERE is_nightly AND active",
        "The night of this day was already started in this company.",
    )

    @api.depends("line_ids.count", "line_ids.result")
    @api.depends_context("lang")
    def _compute_counts(self):
        for run in self:
            total = {"queued": 0, "proposed": 0, "decision": 0, "none": 0, "failed": 0}
            for line in run.line_ids:
                total[line.result] += line.count
            run.contact_count = total["queued"] + total["proposed"]
            run.failure_count = total["failed"]
            run.case_count = sum(run.line_ids.mapped("debtor_count"))
            run.summary = self.env._(
                "%(queued)s on their way, %(proposed)s to approve, %(decisions)s to "
                "decide, %(none)s not contacted, %(failed)s failed",
                queued=total["queued"],
                proposed=total["proposed"],
                decisions=total["decision"],
                none=total["none"],
                failed=total["failed"],
            )

    @api.depends("batch_ids.is_done", "date")
    def _compute_progress(self):
        for run in self:
            batches = run.batch_ids
            done = batches.filtered("is_done")
            run.progress = 100.0 * len(done) / len(batches) if batches else 100.0
            run.is_running = done != batches and run._is_of_today()

    @api.depends("date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for run in self:
            run.display_name = self.env._(
                "Run of %(date)s", date=format_date(self.env, run.date)
            )

    @api.model
    def _start(self, company, date, is_nightly=False):
        """Return the record of an execution that begins.

        The nightly run of a day is one record, however often it is interrupted.

        :raises UserError: when the company was already run on a later date
        """
        last = self.search([("company_id", "=", company.id)], limit=1)
        if last and date < last.date:
            raise UserError(
                self.env._(
                    "%(company)s was already run for %(last)s: the past cannot be "
                    "dunned again (%(date)s was asked for).",
                    company=company.name,
                    last=format_date(self.env, last.date),
                    date=format_date(self.env, date),
                )
            )
        if is_nightly:
            tonight = self.search(
                [
                    ("company_id", "=", company.id),
                    ("date", "=", date),
                    ("is_nightly", "=", True),
                ]
            )
            if tonight:
                return tonight
        # Whoever may run it: nobody edits the record of a run.
        run = self.sudo().create(
            {
                "company_id": company.id,
                "date": date,
                "is_nightly": is_nightly,
                "is_bank_fresh": company._dunning_is_bank_fresh(date),
            }
        )
        self.env["dunning.exclusion"]._ask_for_review_safely(company, date)
        return self.browse(run.id)

    # The work, in shares

    def _is_of_today(self):
        self.ensure_one()
        return self.date == self.company_id._dunning_today()

    def _count_batches_left(self):
        """Return how many batches of the runs are still to do."""
        return self.env["dunning.run.batch"].search_count(
            [("run_id", "in", self.ids), ("is_done", "=", False)]
        )

    def _plan(self):
        """Share out the debtors; of a night, those that were not looked at yet.

        Nothing while an earlier plan of the run is still worked on.
        """
        self.ensure_one()
        if self._count_batches_left():
            return
        # Written, so that of two workers that plan at once one has a conflict.
        self.sudo().planned_on = fields.Datetime.now()  # the engine's own
        self._drop_old_batches()
        self.env["dunning.case"].with_company(self.company_id)._sweep(self)
        cases = self.env["dunning.case"].with_company(self.company_id)
        debtors = cases._find_debtors(self.company_id, self.date, self.is_nightly)
        self._add_batches("prepare", debtors)

    def _drop_old_batches(self):
        """Forget the shares of days that are over: today looks at every debtor."""
        batches = self.env["dunning.run.batch"].search(
            [
                ("run_id.company_id", "=", self.company_id.id),
                ("run_id.date", "<", self.date),
            ]
        )
        batches.sudo().unlink()  # the engine's own: nobody edits them

    def _add_batches(self, kind, ids):
        """Add batches for partners to prepare or cases to send to."""
        self.ensure_one()
        if not ids:
            return
        size = MESSAGES_PER_BATCH if kind == "send" else DEBTORS_PER_BATCH
        # The plan is the engine's own: nobody edits it.
        batches = self.env["dunning.run.batch"].sudo()
        batches = batches.create(
            [
                {"run_id": self.id, "kind": kind, "keys": list(some)}
                for some in split_every(size, ids)
            ]
        )
        batches._enqueue()
        if worker := self.env.ref(WORKER, raise_if_not_found=False):
            worker._trigger()

    def _add(self, contacts, debtors):
        """Add to the counts of the run.

        :param contacts: Counter of (result, reason, level id, channel)
        :param debtors: how many debtors are in it, each counted once in a run
        """
        self.ensure_one()
        # Counted by the engine, whoever started it.
        self.env["dunning.run.count"].sudo().create(
            [
                {
                    "run_id": self.id,
                    "result": result,
                    "reason": reason or False,
                    "level_id": level_id or False,
                    "channel": channel or False,
                    "count": contacts[result, reason, level_id, channel],
                    "debtor_count": debtors[result, reason, level_id, channel],
                }
                for result, reason, level_id, channel in contacts
            ]
        )
        self.invalidate_recordset(["line_ids"])
        self.env["dunning.run.line"].invalidate_model()

    @api.model
    def action_run_now(self):
        """Run the allowed companies now and show what came of it.

        A few debtors are served at once; more are left to the scheduler, and the run
        shows how far it is.
        """
        self.env["dunning.case"].check_access("create")
        unseen = self.env.companies._dunning_find_unseen()
        if unseen:
            return self.env["dunning.first.run"].with_company(unseen[0]).action_open()
        runs = self.browse()
        for company in self.env.companies:
            run = self.with_company(company)._start(company, company._dunning_today())
            run._plan()
            runs |= run
        if sum(len(batch.keys) for batch in runs.batch_ids) <= AT_ONCE:
            runs._work_through()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_dunning.dunning_run_action"
        )
        if len(runs) == 1:
            return action | {
                "res_id": runs.id,
                "view_mode": "form",
                "views": [(False, "form")],
            }
        return action

    def _work_through(self):
        """Do all batches of the runs in the transaction of the caller."""
        batches = self.env["dunning.run.batch"]
        while todo := batches.search(
            [("run_id", "in", self.ids), ("is_done", "=", False)]
        ):
            for batch in todo:
                batch._work()

    # Undone: a run made by mistake, as long as nothing of it has reached anybody.

    def action_undo(self):
        """Take back a run that was made by mistake.

        What it prepared is cancelled, what it judged is read again from the books of
        today, and its day may be run again. The record stays, as undone.

        :raises AccessError: for who is no credit manager of the company
        :raises UserError: with what has left, or the run to undo first
        """
        self.ensure_one()
        self.check_access("read")
        self.company_id._dunning_check_manager()
        # Checked above; what follows is the engine's own, as was the run itself.
        run = self.sudo().with_company(self.company_id)
        run.lock_for_update()
        run._check_can_undo()
        run.batch_ids.unlink()
        run.write(
            {
                "active": False,
                "undone_on": fields.Datetime.now(),
                "undone_by_id": self.env.uid,
            }
        )
        run._find_contacts()._drop(
            self.env._(
                "The run of %(date)s was undone by %(user)s.",
                date=format_date(self.env, self.date),
                user=self.env.user.name,
            )
        )
        run.env["dunning.case"]._take_back_run(run.company_id, run.date)
        run._read_cases_again()
        return True

    def _find_contacts(self):
        """Return what the run prepared, or stamped with a day that was not today.

        Of the last run of a company: what has its day and came after it is its own,
        but for what a person sent by hand.
        """
        self.ensure_one()
        prepared = Domain("date", "=", self.date) & Domain(
            "create_date", ">=", self.create_date
        )
        stamped = Domain("is_stamped", "=", True) & Domain("queued_on", "=", self.date)
        return self.env["dunning.action"].search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("kind", "!=", "manual")
            & (prepared | stamped)
        )

    def _check_can_undo(self):
        """Only the last run is undone, and only while nobody has heard of it.

        :raises UserError: with what stands in the way
        """
        if not self.active:
            raise UserError(
                self.env._("%(run)s is undone already.", run=self._name_it())
            )
        last = self.search([("company_id", "=", self.company_id.id)], limit=1)
        if last != self:
            raise UserError(
                self.env._(
                    "%(last)s came after it: undo that one first.", last=last._name_it()
                )
            )
        left = self._find_contacts().filtered(lambda contact: contact._has_left())
        if left:
            names = left[:NAMED].mapped(lambda contact: contact._describe_way())
            if len(left) > NAMED:
                more = self.env._("%(count)s others", count=len(left) - NAMED)
                names.append(more)
            raise UserError(
                self.env._(
                    "%(run)s cannot be undone, this has left already: %(contacts)s. "
                    "What still waits can be dropped one by one, on its case.",
                    run=self._name_it(),
                    contacts="; ".join(names),
                )
            )

    def _name_it(self):
        return f"{self.display_name} ({self.company_id.name})"

    def _read_cases_again(self):
        """Let the cases of an undone run show what is due today."""
        cases = self.env["dunning.case"]
        looked_at = cases.search(
            [("company_id", "=", self.company_id.id), ("last_run_on", "=", self.date)]
        )
        looked_at._write_facts(
            {"last_run_on": False, "wait_reason": False, "failure": False}
        )
        debtors = looked_at.filtered(lambda case: case.state != "closed").partner_id
        for ids in split_every(DEBTORS_PER_BATCH, debtors.ids):
            cases._read_again(self.company_id, debtors.browse(ids))


class DunningRunCount(models.Model):
    """What one batch of a run counted.

    Each batch adds rows of its own: workers side by side never wait for each other.
    """

    _name = "dunning.run.count"
    _description = "Dunning Run Count"
    _inherit = ["dunning.guarded"]

    run_id = fields.Many2one(
        "dunning.run", required=True, index=True, ondelete="cascade"
    )
    result = fields.Selection(RESULTS, required=True)
    reason = fields.Char(help="Code of the reason, empty for a contact.")
    level_id = fields.Many2one("dunning.level")
    channel = fields.Char()
    count = fields.Integer()
    debtor_count = fields.Integer()


class DunningRunLine(models.Model):
    """How often a run came to one result, or had one reason for not acting."""

    _name = "dunning.run.line"
    _description = "Dunning Run Result"
    _inherit = ["dunning.guarded"]
    _order = "run_id, result, count desc, id"
    _auto = False
    _depends = {
        "dunning.run.count": [
            "run_id",
            "result",
            "reason",
            "level_id",
            "channel",
            "count",
            "debtor_count",
        ]
    }

    run_id = fields.Many2one("dunning.run", readonly=True)
    company_id = fields.Many2one(related="run_id.company_id")
    result = fields.Selection(RESULTS, readonly=True)
    reason = fields.Selection(selection="_selection_reason", readonly=True)
    level_id = fields.Many2one("dunning.level", readonly=True)
    channel = fields.Selection(selection="_selection_channel", readonly=True)
    count = fields.Integer(readonly=True)
    debtor_count = fields.Integer("Debtors", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """SELECT min(id) AS id, run_id, result, reason, level_id, channel,
                      sum(count)::int4 AS count, sum(debtor_count)::int4 AS debtor_count
                 FROM dunning_run_count
             GROUP BY run_id, result, reason, level_id, channel"""
        )

    @api.model
    def _selection_reason(self):
        return self.env["dunning.case"]._selection_wait_reason()

    @api.model
    def _selection_channel(self):
        return self.env["dunning.action"]._selection_channel()

    def action_open_cases(self):
        """Open the cases that share this reason today."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_dunning.dunning_case_action"
        )
        return action | {
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("wait_reason", "=", self.reason),
                ("last_run_on", "=", self.run_id.date),
            ],
            "context": {},
        }


class DunningRunBatch(models.Model):
    """A share of a run: one worker claims it, does it in one transaction, marks it.

    Any number of workers may call :meth:`_cron_work` at once, on any number of
    machines: a batch is claimed with a row lock that the others skip. A worker that
    dies leaves its batch as it was.
    """

    _name = "dunning.run.batch"
    _description = "Dunning Run Batch"
    _inherit = ["dunning.guarded"]
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
        """Plan tonight's run of a company, once, however many workers try.

        A night that cannot start asks the credit manager; the other companies are
        served.
        """
        # The scheduler speaks no language: what it says is the company's.
        lang = self.env.lang or company.partner_id.lang
        company = company.with_context(lang=lang)
        runs = self.env["dunning.run"].with_company(company).with_context(lang=lang)

        def start():
            run = runs._start(company, company._dunning_today(), is_nightly=True)
            run._plan()
            company._dunning_close_night_task()
            left = run._count_batches_left()
            self.env["ir.cron"]._commit_progress(remaining=left)

        try:
            self.env["dunning.worker"]._cron_try(start, NIGHT)
        except CONFLICTS:
            raise  # the same action is called again soon
        except Exception as error:
            self.env.cr.rollback()
            if isinstance(error, UserError):
                _logger.info("No night for %s: %s", company.name, error)
            else:
                _logger.error("No night for %s", company.name, exc_info=error)
                error = self.env._("Unexpected error: %(error)s", error=error)
            company._dunning_tell_no_night(str(error))
            self.env["ir.cron"]._commit_progress()

    @api.model
    def _claim(self):
        """Lock one batch of today's runs that no other worker has; empty if none."""
        worker = self.env["dunning.worker"]
        domains = worker._do_each(
            self.env["res.company"].search([("active", "=", True)]),
            self._get_todays_domain,
            worker._tell_manager,
        )
        domain = Domain.OR(domains) & Domain("is_done", "=", False)
        return self.search(domain, limit=100).try_lock_for_update(limit=1)

    @api.model
    def _get_todays_domain(self, companies):
        return Domain.OR(
            Domain("run_id.company_id", "=", company.id)
            & Domain("run_id.date", "=", company._dunning_today())
            for company in companies
        )

    @api.model
    def _cron_work(self):
        """Do the batches of today's runs, beside any number of other workers."""
        if not self._has_job_queue():  # where each batch has its job
            self.env["dunning.worker"]._cron_work_off(
                self._claim, self._do_share, WORKER
            )

    @api.model
    def _do_share(self, batch):
        self.env["dunning.worker"]._do_each(
            batch,
            lambda batches: batches._work(),
            lambda one, error: one._give_up(error),
            (OperationalError, UniqueViolation),  # as for its debtors
        )
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

    def _give_up(self, error):
        """Mark a batch that cannot be done at all, so that the others are, and show it
        in its run; its debtors are looked at again tomorrow."""
        self.sudo().is_done = True  # the engine's own
        failed = Counter({("failed", "failed", 0, ""): len(self.keys or ())})
        self.run_id._add(failed, failed)
        self.env["dunning.worker"]._tell_manager(self.run_id.company_id, error)

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
