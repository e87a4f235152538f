import logging
from collections import Counter

from psycopg2 import OperationalError

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import split_every

_logger = logging.getLogger(__name__)

#: Cases claimed, decided and committed together.
BATCH_SIZE = 50


class DunningCaseRun(models.AbstractModel):
    """Run: collect, settle, decide and act, once a day or when somebody asks."""

    _name = "dunning.case.run"
    _description = "Dunning Case: Run"

    @api.model
    def run(self, date=None):
        """Do the whole flow for the allowed companies; never commits.

        :param date: the day to act for (today when None); it stamps what is made
        :return: one ``dunning.run`` per company
        :raises UserError: when a company was already run on a later date
        """
        self.check_access("create")
        runs = self.env["dunning.run"]
        for company in self.env.companies:
            day = date or company._dunning_today()
            cases = self.with_company(company)
            run = runs.with_company(company)._start(company, day)
            open_cases = cases._collect(company, day)
            for ids in split_every(BATCH_SIZE, open_cases.ids):
                cases.browse(ids)._run_safely(run)
            runs |= run
        return runs

    @api.model
    def preview(self, date=None):
        """Return what :meth:`run` would do on a date; leaves nothing behind.

        :return: one dict per debtor: ``partner_id``, ``partner_name``, ``company_id``,
            ``reason`` (code) and ``steps`` (``kind``, ``level_id``, ``level_name``,
            ``channels``, ``automatic``, ``invoices``, ``amount`` in company currency)
        """
        self.check_access("read")
        result = []

        def preview_companies():
            for company in self.env.companies:
                day = date or company._dunning_today()
                # A reader may look ahead; what this makes is taken back below.
                cases = self.sudo().with_company(company)._collect(company, day)
                drafts = cases._search_drafts()
                plans = cases._decide(day, ignored=drafts)
                result.extend(case._describe_plan(plan) for case, plan in plans.items())

        # The same code as the night, then everything is taken back.
        self.env["dunning.action"]._do_and_forget(preview_companies)
        return result

    def _describe_plan(self, plan):
        self.ensure_one()
        steps = []
        for step in plan.decision.steps:
            level = self.env["dunning.level"].browse(step.rung.key or [])
            rows = [plan.items[key] for key in step.deliver]
            steps.append(
                {
                    "kind": step.kind,
                    "level_id": level.id,
                    "level_name": level.name,
                    "channels": level._get_channels() if level else [],
                    "automatic": step.rung.automatic,
                    "invoices": [
                        self.env["account.move"].browse(row.move_id).name
                        for row in rows
                    ],
                    "amount": float(sum(row.residual for row in rows)),
                }
            )
        return {
            "partner_id": self.partner_id.id,
            "partner_name": self.partner_id.display_name,
            "company_id": self.company_id.id,
            "reason": plan.decision.reason,
            "steps": steps,
        }

    @api.model
    def _cron_run(self):
        """Run every company for today, in batches that are committed one by one.

        A process killed in the middle leaves whole batches behind; the next call goes
        on with the cases that were not looked at today.
        """
        commit_progress = self.env["ir.cron"]._commit_progress
        for company in self.env["res.company"].search([("active", "=", True)]):
            # The scheduler speaks no language: tasks and reasons are the company's.
            lang = self.env.lang or company.partner_id.lang
            cases = self.with_company(company).with_context(lang=lang)
            day = company._dunning_today()
            try:
                run = self.env["dunning.run"]._start(company, day, is_nightly=True)
            except UserError as error:
                # Somebody played a later day here; the other companies are served.
                _logger.info("No night for %s: %s", company.name, error)
                continue
            opened = cases._collect(company, day)
            todo = opened.filtered(lambda case, day=day: case.last_run_on != day).ids
            commit_progress(remaining=len(todo))
            for ids in split_every(BATCH_SIZE, todo):
                # Nobody else works on them, and the prefetch is this batch only.
                batch = cases.browse(ids).try_lock_for_update()
                batch._run_safely(run)
                if not commit_progress(len(ids)):
                    return  # out of time: the scheduler calls again for the rest

    def _run_safely(self, run):
        """Run the cases; one that fails is found, marked and left out.

        A batch that fails is halved until the failing debtor stands alone.
        """
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                counts = self._run_batch(run.date)
            run._add(counts)
        except OperationalError:
            raise  # a conflict with another transaction: the host tries again
        except Exception as error:  # noqa: BLE001 whatever it is, the others are served
            if len(self) == 1:
                self._record_failure(error)
                run._add({("failed", "failed", 0, ""): (1, 1)})
                return
            middle = len(self) // 2
            self[:middle]._run_safely(run)
            self[middle:]._run_safely(run)

    def _record_failure(self, error):
        """Show a failure where the user looks: on the case, with a task."""
        self.ensure_one()
        if isinstance(error, UserError):
            text = str(error)
        else:
            _logger.exception("Dunning case %s failed", self.id)
            text = self.env._("Unexpected error: %(error)s", error=error)
        self.write({"failure": text, "wait_reason": "failed"})
        self._plan_task(self.env._("Dunning stopped for this customer"), text)

    def _plan_task(self, summary, note):
        """Plan one task for the collector, unless the same one is already open."""
        self.ensure_one()
        if summary in self.activity_ids.mapped("summary"):
            return
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.company_id._dunning_today(),
            summary=summary,
            note=note,
            user_id=(self.user_id or self.company_id.dunning_user_id).id
            or self.env.uid,
        )

    def _run_batch(self, date):
        """Decide and act for the cases; return the counts of the run."""
        drafts = self._search_drafts()
        plans = self._decide(date, ignored=drafts)
        self._write_nexts(plans)
        actions = drafts._replace_with(plans, date)
        automatic = actions.filtered(
            lambda action: action.state == "proposed" and action._leaves_by_itself()
        )
        automatic._queue(date)
        waiting = actions.filtered(lambda action: action.state == "proposed").case_id
        self._write_outcome(plans, date, waiting)
        return self._count_outcome(plans, actions)

    def _write_nexts(self, plans):
        for case, plan in plans.items():
            for line in case.line_ids:
                rung, day = plan.nexts.get(line.id, (None, None))
                level_id = rung.key if rung and rung.key else False
                if (line.next_level_id.id, line.next_date) != (level_id, day or False):
                    line.next_level_id, line.next_date = level_id, day or False

    def _write_outcome(self, plans, date, waiting):
        outcomes = {}
        for case, plan in plans.items():
            proposed = "to_approve" if case in waiting else False
            reason = plan.decision.reason or proposed
            outcomes[reason] = outcomes.get(reason, self.browse()) | case
        for reason, cases in outcomes.items():
            cases.write({"last_run_on": date, "wait_reason": reason, "failure": False})

    @api.model
    def _count_outcome(self, plans, actions):
        contacts, debtors = Counter(), Counter()
        for plan in plans.values():
            if not plan.contact and plan.decision.reason:
                contacts["none", plan.decision.reason, 0, ""] += 1
                debtors["none", plan.decision.reason, 0, ""] += 1
        seen = set()
        for action in actions:
            result = "queued" if action.state == "done" else action.state
            if action.channel == "decision":
                result = "decision"
            if result not in ("queued", "proposed", "decision", "failed"):
                continue
            key = (result, "", action.level_id.id or 0, action.channel)
            contacts[key] += 1
            if action.case_id not in seen:
                seen.add(action.case_id)
                debtors[key] += 1
        return {key: (count, debtors[key]) for key, count in contacts.items()}

    def action_dun(self):
        """**Relancer**: show what would leave for these debtors, then send it."""
        if not self:
            raise UserError(
                self.env._("Nothing is late for this customer: there is no one to dun.")
            )
        return self.env["dunning.relance"]._open_for_cases(self)
