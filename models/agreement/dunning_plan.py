from decimal import Decimal
from functools import cache

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools import covers, plans
from ...tools import instalments as core
from ..contact.event import Event
from .judge import Source

#: In which state of a plan a text about it may still leave.
TOLD_IN = {
    "plan.proposed": "proposed",
    "plan.accepted": "accepted",
    "plan.reminder": "accepted",
    "plan.missed": "accepted",
    "plan.broken": "broken",
    "plan.completed": "completed",
}
#: What is agreed upon when nobody said otherwise.
USUAL_COUNT = 3
USUAL_START_DAYS = 15


class DunningPlan(models.Model):
    """A payment plan: the debtor pays what is late in instalments.

    The invoices and their due dates stay as they are. While the plan is respected what
    it covers is not dunned; what is paid fills its instalments in order, read live
    from the balances.
    """

    _name = "dunning.plan"
    _description = "Dunning Payment Plan"
    _inherit = ["dunning.commitment"]
    _order = "id desc"

    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("proposed", "Proposed"),
            ("accepted", "Running"),
            ("completed", "Completed"),
            ("broken", "Broken"),
            ("cancelled", "Cancelled"),
            ("replaced", "Replaced"),
        ],
        required=True,
        readonly=True,
        default="draft",
        index=True,
        copy=False,
        help="Proposed: the agreement was sent and waits for the signature. Running: "
        "signed, its invoices are not dunned while it is respected. Broken: the whole "
        "balance is due again.",
    )
    instalment_ids = fields.One2many(
        "dunning.plan.line", "plan_id", "Instalments", entry="draft"
    )
    amount_paid = fields.Monetary(
        "Paid",
        compute="_compute_progress",
        help="What came in on the invoices of the plan since it was proposed.",
    )
    amount_left = fields.Monetary("Left to pay", compute="_compute_progress")
    next_date = fields.Date("Next instalment", compute="_compute_progress")
    days_late = fields.Integer("Days late", compute="_compute_progress")
    interest_move_id = fields.Many2one(
        "account.move",
        "Invoice of the interest",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The invoice of the interest agreed upon. Once it is posted its payments "
        "count for the plan.",
    )

    amount = fields.Monetary(
        "Sum acknowledged",
        required=True,
        help="What the customer owes and pays in instalments: at most what is open of "
        "the invoices chosen.",
        entry="draft",
    )
    capacity = fields.Monetary(
        "Can pay a month",
        help="What the customer says he can pay a month. It proposes the number of "
        "instalments; you may change it.",
        entry="draft",
    )
    count = fields.Integer(
        "Number of instalments",
        default=USUAL_COUNT,
        help="The number of instalments, the down payment not counted.",
        entry="draft",
    )
    every = fields.Selection(
        [
            ("week", "Every week"),
            ("fortnight", "Every two weeks"),
            ("month", "Every month"),
            ("quarter", "Every three months"),
        ],
        "Rhythm",
        required=True,
        default="month",
        help="From the last day of a month on, the instalments keep to the ends of "
        "the months.",
        entry="draft",
    )
    date_first = fields.Date(
        "First payment",
        required=True,
        help="The day of the down payment if there is one, else of the first "
        "instalment.",
        entry="draft",
    )
    down_payment = fields.Monetary(
        help="What is paid first, before the instalments.", entry="draft"
    )
    interest_method = fields.Selection(
        [
            ("none", "No interest"),
            ("balance", "On what is left, added to each instalment"),
            ("equal", "Instalments that are all the same, interest included"),
        ],
        "Interest",
        required=True,
        default="none",
        help="Interest agreed upon for the time of the plan. The penalties for the "
        "delay so far are another matter.",
        entry="draft",
    )
    interest_rate = fields.Float(
        "Rate (% per year)",
        digits=(6, 3),
        help="Agreed rate, in percent per year.",
        entry="draft",
    )
    interest_from = fields.Date(
        "Interest from",
        help="The day from which interest runs, itself not counted.",
        entry="draft",
    )
    penalties = fields.Selection(
        [
            ("waived", "Waived if the plan is respected"),
            ("due", "Stay due"),
        ],
        "Penalties so far",
        required=True,
        default="waived",
        help="What the agreement says about penalties and the fixed indemnity for "
        "the delay so far. They are not part of the sum.",
        entry="draft",
    )
    reason_text = fields.Char(
        "Reason of the plan",
        help="Why the customer asks for it, in the words of the agreement, for "
        "example “a temporary shortage of cash”.",
        entry="draft",
    )
    amount_interest = fields.Monetary("Interest in all", compute="_compute_totals")
    amount_total = fields.Monetary(
        "To pay in all", compute="_compute_totals", help="The sum and its interest."
    )
    date_last = fields.Date("Last payment", compute="_compute_totals")
    sum_problem = fields.Char(compute="_compute_sum_problem")

    @api.depends("partner_id", "version", "amount")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for plan in self:
            name = self.env._(
                "Payment plan of %(debtor)s",
                debtor=plan.partner_id.display_name or "",
            )
            if plan.version > 1:
                name = self.env._(
                    "%(plan)s, version %(number)s", plan=name, number=plan.version
                )
            plan.display_name = name

    @api.depends(
        "instalment_ids.amount",
        "instalment_ids.date",
        "state",
        "line_ids.move_line_id.amount_residual_currency",
        "interest_move_id.amount_residual",
    )
    def _compute_progress(self):
        """Read live: nothing of it is stored that a payment would make stale."""
        facts = self._get_known()
        for plan in self:
            rows, known = plan._get_rows(), facts[plan]
            filled = plan._fill(known.covered)
            plan.amount_paid = sum(plan._fill(known.money).values())
            # What was credited, moved elsewhere or written off is not to pay any more.
            settled = plan.amount_paid + float(known.credited + known.other)
            plan.amount_left = max(sum(row.amount for row in rows) - settled, 0.0)
            unpaid = [
                row
                for row in rows
                if plan.currency_id.compare_amounts(filled[row], row.amount) < 0
            ]
            plan.next_date = unpaid[0].date if unpaid else False
            today = (plan.company_id or self.env.company)._dunning_today()
            is_running = plan.state == "accepted" and plan.next_date
            late = (today - plan.next_date).days if is_running else 0
            plan.days_late = max(late, 0)

    # What may be entered

    @api.model_create_multi
    def create(self, vals_list):
        created = super().create(vals_list)
        for plan in created.filtered(lambda plan: not plan.amount):
            plan._check_rivals()  # which leave nothing
        created._check_terms_are_possible()
        created._check_sum_is_open()
        for plan in created.filtered(lambda plan: not plan.instalment_ids):
            plan._reschedule()
        created._follow_rows()
        return created

    @api.model
    def _prepare(self, vals):
        vals = super()._prepare(vals)
        case = self.env["dunning.case"]
        case = case.browse((self._get_given_defaults() | vals).get("case_id") or [])
        return self._propose_terms(case, vals) | vals

    @api.model
    def default_get(self, fields_list):
        """Show what is usual for the case in a new form, before anything is kept."""
        values = super().default_get(fields_list)
        if case_id := values.get("case_id"):
            case = self.env["dunning.case"].browse(case_id)
            usual = self._propose_terms(case, values)
            values |= {name: usual[name] for name in usual if name in fields_list}
        return values

    def write(self, vals):
        # The terms first: they are looked at as they were given, before instalments
        # that were edited by hand change them.
        rows = {name: vals[name] for name in vals if name == "instalment_ids"}
        result = super().write({name: vals[name] for name in vals if name not in rows})
        drafts = self.filtered(lambda plan: plan.state == "draft")
        changed = {name for name in vals if self._is_term(name)}
        if changed:
            drafts._check_terms_are_possible()
        if not changed.isdisjoint({"amount", "line_ids"}):
            drafts._check_sum_is_open()
        if rows:
            super().write(rows)
            drafts._follow_rows()
        elif changed - {"line_ids"}:
            for plan in drafts:
                plan._reschedule()
        return result

    def _get_stage(self):
        """Terms are agreed upon: who proposed them cannot change them alone."""
        return "proposed" if self.state == "proposed" else super()._get_stage()

    def _refuse(self, names):
        if self and any(self._is_term(name) for name in names):
            raise AccessError(
                self.env._(
                    "%(plan)s was proposed with these terms: make a new version to "
                    "change them, the old one is kept.",
                    plan=self[0].display_name,
                )
            )
        raise AccessError(
            self.env._(
                "How far a payment plan is follows from what happens: propose, accept "
                "or cancel it instead."
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_proposed(self):
        if self.filtered(lambda plan: plan.state != "draft"):
            raise UserError(
                self.env._("A plan that was proposed is kept: cancel it instead.")
            )

    @api.model
    def _draft_for(self, case, lines=None, amount=None, source=None):
        """Return a draft plan, for a person to look at before it is proposed.

        :param lines: the case lines; what is late when None
        :param amount: the sum; what is open of them when None
        :param source: the agreement or contact that led to it, named in its note
        """
        values = {"case_id": case.id}
        if lines:
            values["line_ids"] = [fields.Command.set(lines.ids)]
        if amount:
            values["amount"] = amount
        if source:
            values["note"] = source.display_name
        return self.create(values)

    # What the law lets nobody agree upon

    @api.constrains("case_id", "penalties", "interest_method", "instalment_ids")
    def _check_lawful(self):
        """Refuse terms that are void whoever signs them.

        A public body cannot be let off its late-payment interest (Code de la commande
        publique L2192-14). Interest granted to a consumer makes the plan a consumer
        credit (Code de la consommation L311-1, L312-1), with all its forms.

        :raises ValidationError: in words
        """
        for plan in self:
            kind = plan.partner_id.dunning_debtor_kind
            words = {"debtor": plan.partner_id.display_name}
            if kind == "public" and plan.penalties != "due":
                raise ValidationError(
                    self.env._(
                        "%(debtor)s is a public body: a waiver of its late-payment "
                        "interest is void (Code de la commande publique L2192-14). "
                        "Choose “Stay due” for the penalties so far.",
                        **words,
                    )
                )
            if kind == "consumer" and (
                plan.interest_method != "none" or plan.amount_interest
            ):
                raise ValidationError(
                    self.env._(
                        "%(debtor)s is a consumer: with interest the payment plan "
                        "would be a consumer credit (Code de la consommation L312-1). "
                        "Choose “No interest”.",
                        **words,
                    )
                )

    # What it says of itself

    def _get_left(self):
        self.ensure_one()
        return self.amount_left

    def _get_asked_for(self, event):
        """While it stands each instalment is asked for apart, on its date."""
        return self.amount_left if event == "plan.broken" else 0.0

    def _format_rows(self):
        """Return the instalments as a text or the agreement shows them."""
        self.ensure_one()
        day_of = self.env["dunning.action"]._format_day
        return [
            {
                "number": number,
                "date": day_of(row.date),
                "amount": self._format(row.amount),
                "interest": self._format(row.interest) if row.interest else "",
                "paid": self._format(row.amount_paid) if row.amount_paid else "",
            }
            for number, row in enumerate(self._get_rows(), start=1)
        ]

    @api.model
    def _get_running_states(self):
        return ("proposed", "accepted")

    def _describe(self):
        self.ensure_one()
        return self.env._(
            "a payment plan of %(amount)s in %(count)s instalments",
            amount=self._format(self.amount_total),
            count=len(self.instalment_ids),
        )

    def _describe_for_debtor(self):
        self.ensure_one()
        if self.state not in ("accepted", "broken"):
            return ""
        day = self.env["dunning.action"]._format_day(self.signed_on)
        details = {
            "date": day,
            "amount": self._format(self.amount_total),
            "paid": self._format(self.amount_paid),
        }
        if self.state == "broken":
            return self.env._(
                "A payment plan of %(amount)s was agreed upon on %(date)s; %(paid)s of "
                "it has been paid, and it has come to its end.",
                **details,
            )
        return self.env._(
            "A payment plan of %(amount)s was agreed upon on %(date)s; %(paid)s of it "
            "has been paid.",
            **details,
        )

    def _keep_items_back(self, until):
        """Keep back what the plan covers of its invoices, until a day."""
        covers_of = self._get_covers()
        if covers_of:
            covers_of.sudo().write(  # the engine's own
                {"active": True, "date_until": until}
            )
            self._follow_covers()
        else:
            self._cover(covers.PLANNED, self.amount, until=until)

    def _on_made(self):
        self._check_lawful()  # also of who turned out to be no business since
        return super()._on_made()

    # What a plan agrees upon: how much, when, with which interest.

    @api.depends(
        "instalment_ids.amount", "instalment_ids.interest", "instalment_ids.date"
    )
    def _compute_totals(self):
        for plan in self:
            rows = plan.instalment_ids
            plan.amount_interest = sum(rows.mapped("interest"))
            plan.amount_total = sum(rows.mapped("amount"))
            plan.date_last = max(filter(None, rows.mapped("date")), default=False)

    @api.depends("instalment_ids.amount", "instalment_ids.interest", "amount")
    @api.depends_context("lang")
    def _compute_sum_problem(self):
        for plan in self:
            plan.sum_problem = plan._find_sum_problem()

    def _find_sum_problem(self):
        """Return in words by how much the instalments miss the sum, False if not."""
        currency = self.currency_id
        principal = self.amount_total - self.amount_interest
        if not currency or not currency.compare_amounts(principal, self.amount):
            return False
        details = {
            "sum": self._format(principal),
            "amount": self._format(self.amount),
            "difference": self._format(abs(self.amount - principal)),
        }
        if principal < self.amount:
            return self.env._(
                "The instalments add up to %(sum)s without interest, but the plan is "
                "about %(amount)s: %(difference)s is missing.",
                **details,
            )
        return self.env._(
            "The instalments add up to %(sum)s without interest, but the plan is about "
            "%(amount)s: %(difference)s is too much.",
            **details,
        )

    @api.model
    def _propose_terms(self, case, vals):
        """Return what was not said: what is late, in three months from a fortnight."""
        company = case.company_id or self.env.company
        today = company._dunning_today()
        terms = {
            "date_first": fields.Date.add(today, days=USUAL_START_DAYS),
            "interest_from": today,
        }
        lines = self._read_lines_of(vals)
        if not vals.get("line_ids"):
            lines = self._find_lines(case)
            terms["line_ids"] = [fields.Command.set(lines.ids)]
        if not vals.get("amount"):
            terms["amount"] = self._get_open_amount(lines)
        if case.partner_id.dunning_debtor_kind == "public":
            terms["penalties"] = "due"  # see _check_lawful
        if vals.get("capacity") and not vals.get("count"):
            unit = lines.currency_id[:1].rounding or 0.01
            wanted = self.new({"every": "month"} | terms | vals)
            terms["count"] = wanted._count_for_capacity(unit) or USUAL_COUNT
        return terms

    @api.model
    def _read_lines_of(self, vals):
        """Return the case lines that the values of a new plan name."""
        ids = []
        for command in vals.get("line_ids") or []:
            if isinstance(command, int):
                ids.append(command)
            elif command[0] == fields.Command.SET:
                ids = list(command[2])
            elif command[0] == fields.Command.LINK:
                ids.append(command[1])
        return self.env["dunning.case.line"].browse(ids)

    @api.model
    def _find_lines(self, case):
        """Return the late items of a case in its main currency, else the open ones."""
        lines = case.line_ids.filtered(lambda line: not line.hold)
        lines = lines.filtered("days_overdue") or lines
        own = lines.filtered(lambda line: line.currency_id == case.currency_id)
        return own or lines.filtered(
            lambda line: line.currency_id == lines[:1].currency_id
        )

    @api.model
    def _get_open_amount(self, lines):
        """Return what is open of items and not kept back otherwise."""
        kept = {
            item.line_id: sum(parts.values())
            for of_case in lines.case_id._find_kept_back().values()
            for item, parts in of_case.items()
        }
        return sum(
            max(line.amount_residual - float(kept.get(line.move_line_id.id, 0)), 0)
            for line in lines.sudo()  # as for the amounts a case shows
        )

    # The instalments that follow from the terms of a plan; they may be edited.

    @api.onchange("line_ids")
    def _onchange_line_ids(self):
        if self.state == "draft":
            lines = self.line_ids._origin
            self.amount = self._get_open_amount(lines)

    @api.onchange("capacity", "amount", "every", "down_payment")
    def _onchange_capacity(self):
        if self.capacity:
            unit = self.currency_id.rounding
            self.count = self._count_for_capacity(unit) or self.count

    def _count_for_capacity(self, unit):
        try:
            return core.count_for(
                self._decimal(self.amount),
                self._decimal(self.capacity),
                self.every,
                self._decimal(self.down_payment),
                self._decimal(unit),
            )
        except ValueError:
            return 0

    @api.onchange("amount", "count", "every", "date_first", "down_payment", "capacity")
    def _onchange_schedule(self):
        return self._onchange_rows()

    @api.onchange("interest_method", "interest_rate", "interest_from")
    def _onchange_rows(self):
        if self.state != "draft":
            return None
        problem = self._find_terms_problem()
        try:
            rows = self._work_out()
        except ValueError:
            problem = problem or self._describe_impossible()
        else:
            self.instalment_ids = self._to_commands(rows)
        # Until it is corrected the instalments stay as they were: say so.
        return {"warning": {"title": "", "message": problem}} if problem else None

    def _reschedule(self):
        """Work out the instalments of a draft anew from its terms."""
        self.ensure_one()
        try:
            rows = self._work_out()
        except ValueError as error:
            raise UserError(self._describe_impossible()) from error
        self.write({"instalment_ids": self._to_commands(rows)})

    @api.model
    def _to_commands(self, rows):
        return [fields.Command.clear()] + [
            fields.Command.create(
                {
                    "date": row.date,
                    "amount": float(row.amount),
                    "interest": float(row.interest),
                }
            )
            for row in rows
        ]

    def _work_out(self):
        """Return the instalments that follow from the terms.

        :raises ValueError: when the sum cannot be divided like that
        """
        self.ensure_one()
        if not (self.date_first and self.every):
            raise ValueError("A plan needs its first day and its rhythm.")
        unit = self._decimal(self.currency_id.rounding or 0.01)
        amount, down = self._decimal(self.amount), self._decimal(self.down_payment)
        rate = Decimal(str(self.interest_rate or 0))
        if self.interest_method == "equal":
            return core.equal_instalments(
                amount, self.count, self.date_first, self.every, rate, down, unit
            )
        rows = core.schedule(
            amount, self.count, self.date_first, self.every, down, unit
        )
        if self.interest_method == "balance":
            start = self.interest_from or self.date_first
            return core.add_interest(rows, rate, start, unit)
        return [core.Instalment(day, share) for day, share in rows]

    @api.model
    def _decimal(self, amount):
        """Return an amount as the plain functions take it."""
        return Decimal(str(round(amount or 0.0, 6)))

    def action_reschedule(self):
        """Work out the instalments anew: what was edited by hand is replaced."""
        self.check_access("write")
        for plan in self:
            plan._reschedule()
        return True

    # Judged, see dunning.commitment: reminder, notice, end, instalment by instalment.

    @api.model
    def _get_judged_states(self):
        """Those that count, and those paid, should a payment be taken back."""
        return ("proposed", "accepted", "completed")

    def _draw_verdicts(self, facts, day, announced):
        verdicts, dues = {}, self._prepare_dues(day, facts)
        for plan in self:
            known, company = facts[plan], plan.company_id
            expected = sum((due.amount for due in dues[plan]), Decimal(0))
            verdict = plans.judge(
                dues[plan],
                known.covered,
                announced.get(plan, Decimal(0)),
                day,
                company.dunning_plan_reminder_days,
                plan._get_notice_days(),
                known.get_ending(expected),
            )
            # What nobody has signed is not missed.
            is_proposed = plan.state == "proposed"
            if is_proposed and verdict.step != plans.COMPLETED and not verdict.ended_as:
                verdict = plans.Verdict()
            verdicts[plan] = verdict
        return verdicts

    def _prepare_dues(self, day, facts):
        """Map plans to their instalments as the plain functions know them."""
        notices = self._read_notices()

        @cache
        def last_day(company, date):
            days = company.dunning_plan_grace_days
            return company._dunning_add_working_days(date, days) if days else date

        dues = {}
        for plan in self:
            dues[plan] = []
            filled = plan._fill(facts[plan].covered)
            for row in plan._get_rows():
                expected = plan._get_expected(row)
                is_open = filled[row] < expected and row.date < day
                last = last_day(plan.company_id, row.date) if is_open else row.date
                notice = notices.get(row.id)
                dues[plan].append(
                    plans.Due(
                        key=row.id,
                        date=row.date,
                        amount=self._decimal(expected),
                        last_day=last or row.date,
                        noticed=bool(notice),
                        noticed_on=(notice and notice._get_received_on()) or None,
                    )
                )
        return dues

    def _read_notices(self):
        """Map ids of instalments to the notice about them."""
        notices = self.env["dunning.action"].search_fetch(
            Domain("event", "=", "plan.missed")
            & Domain("event_row_id", "in", self.instalment_ids.ids)
            & Domain("state", "!=", "cancelled"),
            [
                "event_row_id",
                "channel",
                "delivered_on",
                "presentation_date",
                "receipt_date",
            ],
        )
        return {notice.event_row_id: notice for notice in notices}

    def _follow_verdicts(self, verdicts, day):
        events, changed = [], self.env["dunning.case"]
        for plan in self:
            events += plan._follow_verdict(verdicts[plan], day)
            if plan.state == "broken":
                changed |= plan.case_id
        self.env["dunning.action"]._announce(events, day)
        return changed

    def _follow_verdict(self, verdict, day):
        """Do what follows from a verdict; return what the debtor is told."""
        self.ensure_one()
        if self.state == "proposed":
            self._lapse(verdict, day)
            return []
        if self.state == "completed" and verdict.step == plans.COMPLETED:
            return []
        return self._go_on(verdict, day) if self._still_waits(verdict, day) else []

    def _go_on(self, verdict, day):
        """Carry out the step of a plan that runs; return what the debtor is told."""
        row = self.instalment_ids.browse(verdict.due.key if verdict.due else [])
        if verdict.step == plans.COMPLETED:
            self._end("completed", self.env._("Every instalment was paid."), day)
            return [self._prepare_told("completed", kind="thanks")]
        if verdict.step == plans.BROKEN:
            return self._break(row, day)
        told = {plans.REMINDER: "reminder", plans.MISSED: "missed"}.get(verdict.step)
        return [self._prepare_told(told, row)] if told else []

    def _prepare_told(self, what, row=None, kind="commitment"):
        template, row_id = self._get_plan_template(what), row.id if row else 0
        return Event(f"plan.{what}", self, template, self.line_ids, kind, row_id)

    def _get_outdated_reason(self, contact):
        if self.state != TOLD_IN.get(contact.event):
            return self.env._("The payment plan has changed meanwhile.")
        row = contact.plan_line_id
        if row:
            row.invalidate_recordset(["amount_paid", "state"])
            missing = self._get_expected(row) - row.amount_paid
            if row.currency_id.compare_amounts(missing, 0) <= 0:
                return self.env._("The instalment was paid meanwhile.")
        return ""

    def _lapse(self, verdict, day):
        """End a proposal that nobody signed in time, or whose debt was settled."""
        if verdict.step == plans.COMPLETED:
            self._end("cancelled", self.env._("Paid before it was signed."), day)
        elif verdict.ended_as:
            self._end("cancelled", self._describe_ending(verdict.ended_as), day)
        elif self.answer_by and self.answer_by < day:
            reason = self.env._(
                "Lapsed: no signature by %(date)s.",
                date=format_date(self.env, self.answer_by),
            )
            self._end("cancelled", reason, day)

    @api.model
    def _get_judged_domain(self, company, day):
        ended = Domain("state", "=", "broken")
        if day > company._dunning_today():
            # On a day that has come, a proposal without answer has lapsed all the same.
            ended |= Domain("state", "=", "cancelled") & Domain("signed_on", "=", False)
        return ended & Domain("ended_on", "=", day)

    def _wait_again(self):
        for plan in self.filtered(lambda one: one._may_count_again()):
            is_signed = plan.state == "broken"
            plan._go_back_to("accepted" if is_signed else "proposed")
            plan._log(self.env._("runs again: the run that had ended it was undone."))

    def _go_back_to(self, state):
        """Let a plan that had ended count again."""
        self.sudo().write(  # a fact
            {
                "state": state,
                "ended_on": False,
                "end_reason": False,
                "ended_as": False,
            }
        )
        until = self.date_last if state == "accepted" else self.answer_by
        self._keep_items_back(until)

    def _take_up_again(self):
        """What had settled it was taken back: the plan runs again by itself."""
        self._go_back_to("accepted")
        self._log(self.env._("runs again: what had settled it was taken back."))

    def _get_check_text(self, verdict):
        return (
            self.env._("Check a payment for the payment plan"),
            verdict.due
            and self.env._(
                "%(amount)s of the payment plan is missing, due on %(date)s. Money of "
                "this customer that is not reconciled would cover it: reconcile it, or "
                "clear it up. Nothing is sent meanwhile.",
                amount=self._format(float(verdict.missing)),
                date=format_date(self.env, verdict.due.date),
            ),
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

    # What came in on a plan fills its instalments: read live, never stored.
    #
    # Interest counts once it was invoiced: what is in no book cannot be paid.

    def _read_sources(self):
        sources = super()._read_sources()
        invoiced = self.interest_move_id.sudo().filtered(  # see _get_expected
            lambda move: move.state == "posted"
        )
        for plan in self.filtered(lambda plan: plan.interest_move_id in invoiced):
            for item in plan.interest_move_id.sudo().line_ids:
                if item.account_type == "asset_receivable":
                    start = self._decimal(item.amount_currency)
                    left = self._decimal(item.amount_residual_currency)
                    sources[plan].append(Source(item.id, 0, start, left))
        return sources

    def _get_rows(self):
        """Return the instalments in the order in which payments fill them."""
        self.ensure_one()
        never = fields.Date.to_date("9999-12-31")
        return self.instalment_ids.sorted(lambda row: row.date or never)

    def _get_expected(self, row):
        """Return what can be paid of an instalment."""
        # Whether an invoice is posted is no secret to who sees the plan.
        if self.interest_move_id.sudo().state == "posted":
            return row.amount
        return self.currency_id.round(row.amount - row.interest)

    def _fill(self, received):
        """Map the instalments to what is paid of each."""
        rows = self._get_rows()
        amounts = [self._decimal(self._get_expected(row)) for row in rows]
        filled = core.fill(amounts, received)
        return {row: float(part) for row, part in zip(rows, filled, strict=True)}

    def action_draft_interest(self):
        """Draft the invoice of the interest agreed upon, due on the last day."""
        self.ensure_one()
        self.check_access("write")
        if self.state not in ("accepted", "completed") or not self.amount_interest:
            raise UserError(
                self.env._("There is no interest to invoice on this payment plan.")
            )
        if not self.interest_move_id:
            # A draft only, whoever asks for it: posting it is the accountant's.
            moves = self.env["account.move"].sudo().with_company(self.company_id)
            move = moves.create(self._prepare_interest_move())
            self.sudo().interest_move_id = move  # a fact
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.interest_move_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _prepare_interest_move(self):
        plan = self.with_context(lang=self._get_lang())
        return {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date_due": self.date_last,
            "invoice_payment_term_id": False,
            "invoice_line_ids": [
                fields.Command.create(
                    {
                        "name": plan.env._(
                            "Interest agreed upon in the payment agreement "
                            "%(reference)s",
                            reference=self._get_reference(),
                        ),
                        "quantity": 1,
                        "price_unit": self.amount_interest,
                        "tax_ids": [fields.Command.clear()],
                    }
                )
            ],
        }
