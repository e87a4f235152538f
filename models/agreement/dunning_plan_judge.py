from functools import cache

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools import plans as core
from ..contact.event import Event


class DunningPlanJudge(models.Model):
    """Judge: in each run plans are looked at by what really came in."""

    _inherit = "dunning.plan"

    check_on = fields.Date(
        "To check since",
        readonly=True,
        copy=False,
        help="An instalment is missing, but money of the customer waits to be "
        "reconciled: whoever is in charge checks whether it is the payment.",
    )

    @api.model
    def _find_to_judge(self, cases):
        """Return the plans of cases that a run looks at: those that count, and those
        that were paid, should a payment be taken back."""
        return self.search(
            Domain("case_id", "in", cases.ids)
            & Domain("state", "in", ("proposed", "accepted", "completed"))
        )

    @api.model
    def _find_paid(self, company):
        """Return the running plans of a company on which nothing is open any more:
        their case closes, and no batch of a run meets it."""
        open_item = Domain("move_line_id.reconciled", "=", False)
        return self.search(
            Domain("company_id", "=", company.id)
            & Domain("state", "in", ("proposed", "accepted"))
            & ~Domain("line_ids", "any", open_item)
        )

    def _settle_plans(self, day):
        """Judge plans on a day: reminder, notice, end; each told a single time.

        :return: the cases whose items have changed
        """
        plans = self.with_context(lang=self.env.lang or self._get_log_lang())
        received = plans._get_received()
        dues = plans._prepare_dues(day, received)
        events, changed = [], self.env["dunning.case"]
        announced = plans._read_announced(day, dues)
        for plan in plans:
            if plan.state == "proposed":
                plan._lapse(day, received[plan])
                continue
            verdict = core.judge(
                dues[plan],
                received[plan],
                announced.get(plan, 0),
                day,
                plan.company_id.dunning_plan_reminder_days,
                plan.company_id.dunning_plan_notice_days,
            )
            events += plan._follow_verdict(verdict, day)
            if plan.state == "broken":
                changed |= plan.case_id
        self.env["dunning.action"]._announce(events, day)
        return changed.with_env(self.env)

    def _get_log_lang(self):
        """The scheduler has no language: the history is in the company's."""
        return self.company_id[:1].partner_id.lang

    def _prepare_dues(self, day, received):
        """Map plans to their instalments as the plain functions know them."""
        notices = self._read_notices()

        @cache
        def last_day(company, date):
            days = company.dunning_plan_grace_days
            return company._dunning_add_working_days(date, days) if days else date

        dues = {}
        for plan in self:
            dues[plan] = []
            filled = plan._fill(received[plan])
            for row in plan._get_rows():
                expected = plan._get_expected(row)
                is_open = filled[row] < expected and row.date < day
                last = last_day(plan.company_id, row.date) if is_open else row.date
                notice = notices.get(row.id)
                dues[plan].append(
                    core.Due(
                        key=row.id,
                        date=row.date,
                        amount=self._decimal(expected),
                        last_day=last or row.date,
                        noticed=bool(notice),
                        noticed_on=(notice and notice.delivered_on) or None,
                    )
                )
        return dues

    def _read_notices(self):
        """Map ids of instalments to the notice about them."""
        keys = [f"plan.missed.{row.id},{row.plan_id.id}" for row in self.instalment_ids]
        notices = self.env["dunning.action"].search_fetch(
            Domain("event", "in", keys) & Domain("state", "!=", "cancelled"),
            ["event", "delivered_on"],
        )
        return {
            int(notice.event.partition(",")[0].split(".")[2]): notice
            for notice in notices
        }

    def _read_announced(self, day, dues):
        """Map late plans to the money of their debtors that is not matched yet."""
        late = self.filtered(
            lambda plan: (
                plan.state != "proposed"
                and any(due.last_day < day for due in dues[plan])
            )
        )
        found = {}
        for company, plans in late.grouped("company_id").items():
            totals = self.env["account.move.line"]._read_dunning_credits(
                company, plans.partner_id
            )
            for plan in plans:
                amount = float(totals.get(plan.partner_id.id, 0))
                own = company.currency_id._convert(
                    amount, plan.currency_id, company, day
                )
                found[plan] = self._decimal(own)
        return found

    def _follow_verdict(self, verdict, day):
        """Do what follows from a verdict; return what the debtor is told."""
        self.ensure_one()
        if self.state == "completed" and verdict.step != core.COMPLETED:
            self._take_up_again()
        if self.check_on and verdict.step != core.TO_CHECK:
            self.sudo().check_on = False  # a fact
        row = self.instalment_ids.browse(verdict.due.key if verdict.due else [])
        if verdict.step == core.COMPLETED:
            return self._complete(day)
        if verdict.step == core.REMINDER:
            return [self._prepare_told("reminder", row)]
        if verdict.step == core.MISSED:
            return [self._prepare_told("missed", row)]
        if verdict.step == core.TO_CHECK:
            self._ask_to_check(verdict, day)
        elif verdict.step == core.BROKEN:
            return self._break(row, day)
        return []

    def _prepare_told(self, what, row=None, kind="commitment"):
        template = self._get_plan_template(what)
        about = f"{what}.{row.id}" if row else what
        key = f"plan.{about},{self.id}"
        return Event(key, self.case_id, template, self.line_ids, kind)

    def _lapse(self, day, received):
        """End a proposal that nobody signed in time, or that was paid at once."""
        total = sum(self._get_expected(row) for row in self.instalment_ids)
        if received >= self._decimal(total):
            self._end("cancelled", self.env._("Paid before it was signed."), day)
        elif self.answer_by and self.answer_by < day:
            reason = self.env._(
                "Lapsed: no signature by %(date)s.",
                date=format_date(self.env, self.answer_by),
            )
            self._end("cancelled", reason, day)

    def _complete(self, day):
        if self.state == "completed":
            return []
        self._end("completed", self.env._("Every instalment was paid."), day)
        return [self._prepare_told("completed", kind="thanks")]

    def _take_up_again(self):
        """A payment was taken back: the plan runs again by itself."""
        self.sudo().write(  # a fact
            {"state": "accepted", "ended_on": False, "end_reason": False}
        )
        self._keep_items_back(self.date_last)
        self.case_id._message_log(
            body=self.env._(
                "%(plan)s runs again: a payment was taken back.",
                plan=self.display_name,
            )
        )

    def _ask_to_check(self, verdict, day):
        """Ask for a look at the unmatched money, never write to the debtor."""
        if not self.check_on:
            self.sudo().check_on = day  # a fact
        self.case_id._plan_task(
            self.env._("Check a payment for the payment plan"),
            self.env._(
                "%(amount)s of the payment plan is missing, due on %(date)s. Money of "
                "this customer that is not reconciled would cover it: reconcile it, or "
                "clear it up. Nothing is sent meanwhile.",
                amount=self._format(float(verdict.missing)),
                date=format_date(self.env, verdict.due.date),
            ),
            self.user_id,
        )

    def _break(self, row, day):
        """End the plan: the whole balance is due, plan B happens."""
        reason = self.env._(
            "The instalment of %(date)s was not paid after the notice.",
            date=format_date(self.env, row.date),
        )
        self._end("broken", reason, day)
        # A rule that an administrator may change lets plan B happen.
        self.env["dunning.alert"]._raise_broken(self, day)
        if self.fallback in self._tells_of_failure():
            return [self._prepare_told("broken")]
        return []
