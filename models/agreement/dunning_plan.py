from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import covers

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
