from odoo import api, fields, models

#: What is agreed upon when nobody said otherwise.
USUAL_COUNT = 3
USUAL_START_DAYS = 15


class DunningPlanTerms(models.Model):
    """What a plan agrees upon: how much, when, with which interest."""

    _inherit = "dunning.plan"

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
