from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.instalments import MOST_INSTALMENTS

#: Percent per year; nobody agrees upon more: a slip of the pen.
MOST_PERCENT = 100


class DunningCommitment(models.AbstractModel):
    """Whether there is anything to agree upon, and the form in which it is done."""

    _inherit = "dunning.commitment"

    leaving_text = fields.Char(
        "What leaves to the customer",
        compute="_compute_leaving_text",
        help="Said before it leaves.",
    )

    @api.depends("case_id", "line_ids", "state")
    @api.depends_context("lang")
    def _compute_leaving_text(self):
        for one in self:
            what, case = one._get_leaving(), one.case_id._origin
            lines = one.line_ids._origin
            one.leaving_text = (
                case._describe_leaving(what, lines) if what and case else False
            )

    def _get_leaving(self):
        """Return in words what leaves when it is made or sent; empty for nothing."""
        return ""

    @api.model
    def _get_title(self):
        """Return what its form is called: each kind says it."""
        return self._description

    def _get_window(self):
        """Return the form of one that is kept already."""
        self.ensure_one()
        return self._get_form() | {"res_id": self.id}

    @api.model
    def _get_new_window(self, case):
        """Return an empty form about a case: who leaves it without saving leaves
        nothing behind.

        :raises UserError: when nothing is left to agree upon
        """
        self._check_something_is_left(case)
        return self._get_form() | {"context": {"default_case_id": case.id}}

    @api.model
    def _get_form(self):
        return {
            "type": "ir.actions.act_window",
            "name": self._get_title(),
            "res_model": self._name,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    @api.model
    def _check_something_is_left(self, case):
        """Refuse an agreement about a case of which nothing is left, with the reason.

        :raises UserError: naming what keeps its invoices back
        """
        lines = self.env["dunning.plan"]._find_lines(case)
        if self.env["dunning.plan"]._get_open_amount(lines) > 0:
            return
        labels = dict(case.line_ids._fields["hold"]._description_selection(self.env))
        holds = [labels.get(line.hold, "") for line in case.line_ids if line.hold]
        why = ", ".join(dict.fromkeys(filter(None, holds)))
        raise UserError(
            self.env._(
                "Nothing of %(debtor)s is left to agree upon: %(why)s. End that first, "
                "or wait for it.",
                debtor=case.partner_id.display_name,
                why=why or self.env._("nothing is open"),
            )
        )


class DunningPlan(models.Model):
    """Which terms a plan may have: what cannot be meant is refused when it is entered,
    and what the screen shows is what the agreement prints."""

    _inherit = "dunning.plan"

    def _get_leaving(self):
        is_draft = self.state == "draft"
        return is_draft and self.env._("the payment agreement to sign")

    def _check_terms_are_possible(self):
        """:raises UserError: who, what is wrong with the terms, how to mend it"""
        for plan in self:
            if problem := plan._find_terms_problem():
                raise UserError(problem)

    def _find_terms_problem(self):
        """Return in words which of the terms cannot be meant; empty when all can."""
        self.ensure_one()
        if self.amount <= 0:
            return self.env._(
                "Nothing of %(debtor)s is left to pay in instalments: %(amount)s. "
                "Choose invoices of which something is open, and a sum above zero.",
                debtor=self.partner_id.display_name,
                amount=self._format(self.amount),
            )
        is_possible = 1 <= self.count <= MOST_INSTALMENTS
        if not (is_possible and 0 <= self.down_payment < self.amount):
            return self._describe_impossible()
        if self.capacity and not self._count_for_capacity(self.currency_id.rounding):
            return self.env._(
                "%(debtor)s cannot pay off %(amount)s with %(capacity)s each time in "
                "%(most)s instalments. Enter what can really be paid, or leave it "
                "empty and choose the number of instalments.",
                debtor=self.partner_id.display_name,
                amount=self._format(self.amount),
                capacity=self._format(self.capacity),
                most=MOST_INSTALMENTS,
            )
        if self.interest_method != "none" and self.interest_rate > MOST_PERCENT:
            return self.env._(
                "%(debtor)s: %(rate)s %% interest a year cannot be meant. Enter at "
                "most %(most)s.",
                debtor=self.partner_id.display_name,
                rate=self.interest_rate,
                most=MOST_PERCENT,
            )
        # A credit with interest to a consumer is regulated: Code de la consommation
        # L311-1, L312-1 and L312-4.
        is_consumer = self.partner_id.dunning_debtor_kind == "consumer"
        if is_consumer and self.interest_method != "none":
            return self.env._(
                "%(debtor)s is a consumer: a plan with interest would be a consumer "
                "credit. Choose “No interest”.",
                debtor=self.partner_id.display_name,
            )
        return ""

    def _check_days_are_to_come(self):
        """Refuse to propose payments for days that are over; the first may be today's.

        :raises UserError: with the days that are possible
        """
        self.ensure_one()
        today = self.company_id._dunning_today()
        first = min(filter(None, self.instalment_ids.mapped("date")), default=today)
        if first < today and not self.env.su:
            raise UserError(
                self.env._(
                    "%(debtor)s cannot pay the first instalment by %(date)s: that day "
                    "is over. Enter %(today)s or a later day.",
                    debtor=self.partner_id.display_name,
                    date=format_date(self.env, first),
                    today=format_date(self.env, today),
                )
            )

    def _describe_impossible(self):
        return self.env._(
            "%(debtor)s: %(amount)s with a down payment of %(down)s cannot be paid in "
            "%(count)s instalments. Choose a down payment below the sum, and 1 to "
            "%(most)s instalments of a cent at least.",
            debtor=self.partner_id.display_name,
            amount=self._format(self.amount),
            down=self._format(self.down_payment),
            count=self.count,
            most=MOST_INSTALMENTS,
        )

    def _check_sum_is_open(self):
        """Refuse a plan about more than is owed.

        :raises UserError: with what is open
        """
        for plan in self:
            lines = plan.line_ids.sudo()  # as for the amounts a case shows
            open_amount = sum(lines.mapped("amount_residual"))
            if plan.currency_id.compare_amounts(plan.amount, open_amount) > 0:
                raise UserError(
                    self.env._(
                        "The plan of %(debtor)s is about %(amount)s, but only %(open)s "
                        "is open of its invoices: lower the sum, or choose more "
                        "invoices.",
                        debtor=plan.partner_id.display_name,
                        amount=plan._format(plan.amount),
                        open=plan._format(open_amount),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        created = super().create(vals_list)
        created.filtered("answer_by")._check_answer_by()
        return created

    def write(self, vals):
        result = super().write(vals)
        if vals.get("answer_by"):
            self._check_answer_by()
        return result

    def _check_answer_by(self):
        """Refuse a day that is over, or later than the user may grant: until then the
        proposal keeps its invoices back.

        :raises UserError: with the days that are possible
        """
        for plan in self:
            company = plan.company_id.with_env(self.env)
            today = company._dunning_today()
            if plan.answer_by < today and not self.env.su:
                raise UserError(
                    self.env._(
                        "%(debtor)s cannot answer by %(date)s: that day is over. Enter "
                        "%(today)s or a later day.",
                        debtor=plan.partner_id.display_name,
                        date=format_date(self.env, plan.answer_by),
                        today=format_date(self.env, today),
                    )
                )
            company._dunning_check_days_ahead(plan.partner_id, plan.answer_by)

    def _follow_rows(self):
        """Let the terms of drafts say what their instalments say: these may be edited
        by hand, and the agreement prints them."""
        for plan in self.filtered(lambda plan: plan.state == "draft"):
            terms = plan._read_terms_of_rows()
            changed = {name: new for name, new in terms.items() if plan[name] != new}
            if changed:
                # With the instalments as they are: nothing is worked out anew.
                plan.write(changed | {"instalment_ids": []})

    def _read_terms_of_rows(self):
        """Return the terms that follow from the instalments, as values."""
        rows = self._get_rows()
        if not rows:
            return {}
        terms = {"date_first": rows[0].date, "count": len(rows)}
        if self.down_payment and len(rows) > 1:
            first = self.currency_id.round(rows[0].amount - rows[0].interest)
            terms |= {"count": len(rows) - 1}
            if self.currency_id.compare_amounts(first, self.down_payment):
                terms["down_payment"] = first
        elif self.down_payment:
            terms["down_payment"] = 0.0
        return terms
