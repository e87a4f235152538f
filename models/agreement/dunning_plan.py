from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import covers
from ...tools import instalments as core

#: What is entered of the debtor's answer, once the plan was proposed.
ANSWER = {"signed_on", "signed_by", "signed_as", "signature", "answer_by"}
#: What may be changed as long as the plan is not over.
OPEN = {"note", "user_id", "contact_id", "document_ids", "currency_id"} | {
    "fallback",
    "fallback_days",
    "fallback_level_id",
    "fallback_disclosed",
}
ENDED = ("completed", "broken", "cancelled", "replaced")
#: What is agreed upon: frozen once the plan was proposed.
TERMS = {
    *("line_ids", "amount", "count", "every", "date_first", "down_payment"),
    *("capacity", "interest_method", "interest_rate", "interest_from"),
    *("instalment_ids", "penalties", "case_id", "reason_text"),
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
    instalment_ids = fields.One2many("dunning.plan.line", "plan_id", "Instalments")
    amount_paid = fields.Monetary(
        "Paid",
        compute="_compute_progress",
        help="What came in on the invoices of the plan since it was proposed.",
    )
    amount_left = fields.Monetary("Left to pay", compute="_compute_progress")
    next_date = fields.Date("Next instalment", compute="_compute_progress")
    days_late = fields.Integer("Days late", compute="_compute_progress")
    ended_on = fields.Date("Ended on", readonly=True, copy=False)
    end_reason = fields.Char("How it ended", readonly=True, copy=False)

    amount = fields.Monetary(
        "Sum acknowledged",
        required=True,
        help="What the customer owes and pays in instalments: at most what is open of "
        "the invoices chosen.",
    )
    capacity = fields.Monetary(
        "Can pay a month",
        help="What the customer says he can pay a month. It proposes the number of "
        "instalments; you may change it.",
    )
    count = fields.Integer(
        "Number of instalments",
        default=USUAL_COUNT,
        help="The number of instalments, the down payment not counted.",
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
    )
    date_first = fields.Date(
        "First payment",
        required=True,
        help="The day of the down payment if there is one, else of the first "
        "instalment.",
    )
    down_payment = fields.Monetary(help="What is paid first, before the instalments.")
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
    )
    interest_rate = fields.Float(
        "Rate (% per year)", digits=(6, 3), help="Agreed rate, in percent per year."
    )
    interest_from = fields.Date(
        "Interest from",
        help="The day from which interest runs, itself not counted.",
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
    )
    reason_text = fields.Char(
        "Reason of the plan",
        help="Why the customer asks for it, in the words of the agreement, for "
        "example “a temporary shortage of cash”.",
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
        received = self._get_received()
        for plan in self:
            rows = plan._get_rows()
            filled = plan._fill(received[plan])
            total = sum(row.amount for row in rows)
            plan.amount_paid = sum(filled.values())
            plan.amount_left = max(total - plan.amount_paid, 0.0)
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
        plans = super().create([self._prepare_plan(vals) for vals in vals_list])
        plans._check_case_is_open()
        for plan in plans.filtered(lambda plan: not plan.instalment_ids):
            plan._reschedule()
        return plans

    @api.model
    def _prepare_plan(self, vals):
        """A plan begins as a draft; what was not said follows from the case."""
        facts = {"state", "approved_by_id", "proposed_on", "agreement_id", "ended_on"}
        if not self.env.su and not facts.isdisjoint(vals):
            self._refuse_facts()
        case = self.env["dunning.case"].browse(vals.get("case_id"))
        return self._propose_terms(case, vals) | vals

    def write(self, vals):
        if not self.env.su:
            self._check_change(vals)
        changed = TERMS & vals.keys()
        if changed:
            vals = {"approved_by_id": False, "approved_on": False} | vals
        result = super().write(vals)
        if changed - {"instalment_ids", "line_ids"} and "instalment_ids" not in vals:
            for plan in self.filtered(lambda plan: plan.state == "draft"):
                plan._reschedule()
        return result

    def _check_change(self, vals):
        """Terms are agreed upon: who proposed them cannot change them alone."""
        for plan in self:
            allowed = set() if plan.state in ENDED else set(OPEN)
            if plan.state == "draft":
                allowed |= TERMS | ANSWER
            elif plan.state == "proposed":
                allowed |= ANSWER
            if plan.state in ENDED:
                allowed |= {"note", "document_ids"}
            if not allowed.issuperset(vals):
                if not TERMS.isdisjoint(vals):
                    raise UserError(
                        self.env._(
                            "%(plan)s was proposed with these terms: make a new "
                            "version to change them, the old one is kept.",
                            plan=plan.display_name,
                        )
                    )
                plan._refuse_facts()

    @api.model
    def _refuse_facts(self):
        raise UserError(
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

    # What it says of itself

    def _get_left(self):
        self.ensure_one()
        return self.amount_left

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
        self._propose_interruption("plan", self.signed_on)
        return super()._on_made()

    def _end(self, state, reason, day=None):
        """End plans: the ladder decides about their invoices again."""
        for plan in self:
            date = day or plan.company_id._dunning_today()
            plan.sudo().write(  # how far a plan is follows from what happens
                {"state": state, "ended_on": date, "end_reason": reason}
            )
            plan.case_id._message_log(
                body=self.env._(
                    "%(plan)s: %(reason)s", plan=plan.display_name, reason=reason
                )
            )
        self._uncover()

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
            if command[0] == fields.Command.SET:
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
        self._onchange_rows()

    @api.onchange("interest_method", "interest_rate", "interest_from")
    def _onchange_rows(self):
        if self.state != "draft":
            return
        try:
            rows = self._work_out()
        except ValueError:
            return
        self.instalment_ids = self._to_commands(rows)

    def _reschedule(self):
        """Work out the instalments of a draft anew from its terms."""
        self.ensure_one()
        try:
            rows = self._work_out()
        except ValueError as error:
            raise UserError(self._describe_impossible()) from error
        self.write({"instalment_ids": self._to_commands(rows)})

    def _describe_impossible(self):
        return self.env._(
            "%(amount)s with a down payment of %(down)s cannot be paid in %(count)s "
            "instalments: change the down payment or the number of instalments.",
            amount=self._format(self.amount),
            down=self._format(self.down_payment),
            count=self.count,
        )

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
