from collections import Counter
from datetime import timedelta

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date
from odoo.tools.misc import split_every

from ...tools.channels import BY_HOST
from .dunning_run import DEBTORS_PER_BATCH, MESSAGES_PER_BATCH, NIGHT

#: A day that is played or looked at ahead cannot be further away; nor does a user look
#: further back.
MOST_DAYS_AHEAD = 366


class DunningCase(models.Model):
    """Run: collect, settle, decide and act, once a day or when somebody asks.

    Two phases: debtors are *prepared* in large batches (collected, decided, their steps
    proposed), then what leaves by itself is *sent* in small ones, after a fresh look.
    """

    _inherit = "dunning.case"

    @api.model
    def run(self, date=None):
        """Do the whole flow for the allowed companies; never commits.

        :param date: the day to act for (today when None); it stamps what is made.
            Another day than today is the superuser's to give (replay, tests).
        :return: one ``dunning.run`` per company
        :raises UserError: when a company was already run on a later date; for a user
            also on another day than today, or before the first run was confirmed
        """
        self.check_access("create")
        runs = self.env["dunning.run"]
        date = self._read_run_day(date)
        self.env.companies._dunning_check_first_run()
        for company in self.env.companies:
            day = date or company._dunning_today()
            cases = self.with_company(company)
            run = runs.with_company(company)._start(company, day)
            cases._sweep(run)
            debtors = cases._find_debtors(company, day)
            for ids in split_every(DEBTORS_PER_BATCH, debtors):
                sending = cases._prepare_safely(
                    run, self.env["res.partner"].browse(ids)
                )
                for some in split_every(MESSAGES_PER_BATCH, sending.ids):
                    cases.browse(some)._send_safely(run)
            runs |= run
        return runs

    @api.model
    def preview(self, date=None):
        """Return what :meth:`run` would do on a date; leaves nothing behind.

        :param date: the day to look at (today when None), at most a year away
        :raises UserError: when the day cannot be meant
        :return: one dict per debtor: ``partner_id``, ``partner_name``, ``company_id``,
            ``reason`` (code) and ``steps`` (``kind``, ``level_id``, ``level_name``,
            ``channels``, ``automatic``, ``invoices``, ``amount`` in company currency)
        """
        self.check_access("read")
        date = self._read_preview_day(date)
        result = []
        for company in self.env.companies:
            day = date or company._dunning_today()
            # A reader may look ahead; what this makes is taken back.
            cases = self.sudo().with_company(company)
            for ids in split_every(
                DEBTORS_PER_BATCH, cases._find_debtors(company, day)
            ):
                result += cases._preview_debtors(company, day, ids)
        return result

    @api.model
    def _preview_debtors(self, company, day, debtor_ids):
        """Do for some debtors what the night would, describe it, take it back."""
        described = []

        def look_ahead():
            debtors = self.env["res.partner"].browse(debtor_ids)
            cases, books = self._collect(company, day, debtors)
            drafts = cases._search_drafts()
            plans = cases._decide(day, ignored=drafts, books=books)
            described.extend(case._describe_plan(plan) for case, plan in plans.items())

        self.env["dunning.action"]._do_and_forget(look_ahead)
        return described

    @api.model
    def _read_run_day(self, date):
        """Return the day to run: a user's is today (design, rule 18).

        :raises UserError: for another day of a user, for one that is too far ahead
        """
        date = self._read_near_day(date)
        if not date or self.env.su:
            return date
        for company in self.env.companies:
            today = company._dunning_today()
            if date != today:
                raise UserError(
                    self.env._(
                        "Dunning cannot be run for %(date)s: in %(company)s it is "
                        "%(today)s, and a run acts on the day itself. Leave the date "
                        "out; preview() shows what another day would bring.",
                        date=format_date(self.env, date),
                        company=company.name,
                        today=format_date(self.env, today),
                    )
                )
        return date

    @api.model
    def _read_near_day(self, date):
        """Return a day; one too far ahead would end all runs before it."""
        date = self.env["res.company"]._dunning_read_day(date)
        last = self.env.company._dunning_today() + timedelta(days=MOST_DAYS_AHEAD)
        if date and date > last:
            raise UserError(
                self.env._(
                    "%(date)s is more than a year ahead: no day before it could be "
                    "run any more.",
                    date=format_date(self.env, date),
                )
            )
        return date

    @api.model
    def _read_preview_day(self, date):
        """Return the day to look at: a user looks a year ahead or back at most."""
        date = self.env["res.company"]._dunning_read_day(date)
        today = self.env.company._dunning_today()
        if date and not self.env.su and abs((date - today).days) > MOST_DAYS_AHEAD:
            raise UserError(
                self.env._(
                    "%(date)s is more than a year away: nobody can say what would be "
                    "sent then. Choose a day nearer to today.",
                    date=format_date(self.env, date),
                )
            )
        return date

    def _describe_plan(self, plan):
        self.ensure_one()
        steps = []
        for step in plan.decision.steps:
            level = self.env["dunning.level"].browse(step.rung.key or [])
            rows = [plan.items[key] for key in step.deliver]
            asked = sum(row.claimed for row in rows) - plan.get_deducted(step)
            steps.append(
                {
                    "kind": step.kind,
                    "level_id": level.id,
                    "level_name": level.name,
                    "channels": level._get_channels() if level else [],
                    "automatic": step.rung.automatic,
                    "invoices": [row.name for row in rows],
                    "amount": float(asked),
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
        """Start today's night where it was switched on, then work on it.

        A process killed in the middle leaves whole batches behind; the next call goes
        on with the debtors that were not looked at today.
        """
        batches = self.env["dunning.run.batch"]
        served = [("active", "=", True), ("dunning_is_night_on", "=", True)]
        self.env["dunning.worker"]._cron_each(
            self.env["res.company"].search(served), batches._cron_start_night, NIGHT
        )
        batches._cron_work()

    @api.model
    def _find_debtors(self, company, date, is_unseen=False):
        """Return the ids of the commercial partners a run has to look at.

        :param is_unseen: leave out those whose case was looked at on that date
        """
        courtesies = self.env["dunning.level"].search([("delay_days", "<", 0)])
        ahead = max((-level.delay_days for level in courtesies), default=0)
        items = self.env["account.move.line"].sudo()  # see _read_dunning_items
        query = items._search(
            items._get_dunning_item_domain(company, date)
            & (
                Domain("date_maturity", "<=", date + timedelta(days=ahead))
                | Domain("date_maturity", "=", False)
            )
        )
        column = SQL("DISTINCT %s", items._join_dunning_debtor(query))
        debtors = {row[0] for row in self.env.execute_query(query.select(column))}
        for case in self._search_open(company):
            debtors.add(case.partner_id.id)
            if is_unseen and case.last_run_on == date:
                debtors.discard(case.partner_id.id)
        return sorted(debtors)

    @api.model
    def _prepare_safely(self, run, debtors):
        """Collect, decide and propose; return the cases whose step leaves by itself."""
        return self._do_safely(run, debtors, self._prepare)

    def _send_safely(self, run):
        """Freeze and queue what leaves by itself."""
        self._do_safely(run, self, lambda run, cases: cases._send(run))

    @api.model
    def _do_safely(self, run, records, work):
        """Do the work; a debtor that fails is found, marked and left out.

        :param records: partners or cases
        :param work: called with the run and records, returns cases or None
        """
        done = self.env["dunning.worker"]._do_each(
            records,
            lambda some: work(run, some) or self.browse(),
            lambda record, error: self._record_failure(run, record, error),
            # Of two nights that prepare the same step, the second looks again.
            (OperationalError, UniqueViolation),
        )
        return self.browse().union(*done)

    def _record_failure(self, run, record, error):
        """Show a failure where the user looks: on the case, with a task."""
        case = record
        if record._name == "res.partner":
            case = self._search_open(run.company_id, record)
            case = case or self._create_facts(
                [{"partner_id": record.id, "company_id": run.company_id.id}]
            )
        text = self.env["dunning.worker"]._describe(error)
        case._write_facts(
            {"failure": text, "wait_reason": "failed", "last_run_on": run.date}
        )
        case._tell_left_out(error)
        failed = Counter([("failed", "failed", 0, "")])
        run._add(failed, failed)

    @api.model
    def _prepare(self, run, debtors):
        """Collect, decide and propose; return the cases whose step leaves by itself."""
        cases, books = self._collect(run.company_id, run.date, debtors)
        books = cases._follow_books(run.date, books)
        drafts = cases._search_drafts()
        plans = cases._decide(
            run.date, is_bank_fresh=run.is_bank_fresh, ignored=drafts, books=books
        )
        self._store_nexts_of(plans)
        self._ask_to_match(plans, run.date)
        self.env["dunning.action"]._drop_needless(plans)
        actions = drafts._replace_with(plans, run.date)
        automatic = actions.filtered(lambda action: action._leaves_by_itself())
        proposed = actions - automatic
        self.env["dunning.alert"]._raise_approvals(proposed)
        self._write_outcome(plans, run.date, proposed.case_id)
        unserved = {
            case.id: ("none", plan.decision.reason, 0, "")
            for case, plan in plans.items()
            if plan.decision.reason and not plan.contact
        }
        reasons = Counter(unserved.values())
        run._add(reasons, reasons)
        run._add(*proposed._count_results(unserved))
        return automatic.case_id

    @api.model
    def _read_again(self, company, debtors):
        """Bring the cases of debtors in line with the books of today; nothing is
        proposed, nothing leaves."""
        today = company._dunning_today()
        cases, books = self._collect(company, today, debtors)
        plans = cases._decide(today, is_bank_fresh=True, books=books)
        self._store_nexts_of(plans)
        cases._show_waiting(plans)

    @api.model
    def _store_nexts_of(self, plans):
        """Store on the items what comes next, as their plans say."""
        self.env["dunning.case.line"]._store_nexts(
            {
                line: plan.nexts.get(line.id, (None, None))
                for plan in plans.values()
                for line in plan.lines
            }
        )

    def _send(self, run):
        """Queue the proposals that leave by themselves, after a fresh look.

        A debtor whose situation changed since is decided afresh.
        """
        drafts = self._search_drafts()
        automatic = drafts.filtered(lambda action: action._leaves_by_itself())
        ready = automatic._refresh(run.date)
        ready._queue(run.date)
        # Who was counted when it was prepared is no second debtor.
        failed = ready.filtered(lambda action: action.state == "failed")
        ready |= failed.fallback_ids
        run._add(*ready._count_results(ready.case_id.filtered("wait_reason").ids))
        changed = (automatic - ready).case_id
        if changed:
            self._prepare(run, changed.partner_id)

    def _write_outcome(self, plans, date, waiting):
        """Note on each case why it was not contacted, empty when it was."""
        self.union(*plans)._show_waiting(plans)
        outcomes = {}
        waiting_ids = set(waiting.ids)
        for case, plan in plans.items():
            proposed = "to_approve" if case.id in waiting_ids else False
            reason = plan.decision.reason or proposed
            outcomes.setdefault(reason, []).append(case.id)
        # None of it is tracked: no need to compare thousands of cases with before.
        quiet = self.with_context(tracking_disable=True)
        for reason, ids in outcomes.items():
            quiet.browse(ids)._write_facts(
                {"last_run_on": date, "wait_reason": reason, "failure": False}
            )

    # Sweep: before a run decides, what would be "on its way" for ever is looked for,
    # and whoever must mend something is asked to.

    @api.model
    def _sweep(self, run):
        """Fail messages whose queue lost them; skip calls and visits nobody made."""
        stranded = self.env["dunning.action"]._find_stranded(run.company_id)

        def mend(run, cases):
            cases._mend(run.date, stranded)

        sweeps = [(stranded.case_id, mend), *self._get_sweeps(run)]
        for cases, work in sweeps:
            for ids in split_every(MESSAGES_PER_BATCH, cases.ids):
                self._do_safely(run, self.browse(ids), work)

    def _mend(self, date, stranded):
        """Do for these cases what the sweep has found."""
        of_cases = stranded.filtered(lambda action: action.case_id in self)
        of_cases._get_overdue_by_person(date)._skip(date)
        of_cases.filtered(lambda action: action.channel in BY_HOST)._fail_stranded()
