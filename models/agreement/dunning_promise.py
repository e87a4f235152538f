from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...tools import commitments as core

#: Nobody promises further ahead: a slip of the pen.
MOST_DAYS_AHEAD = 366
#: States that payments do not change any more.
FINAL = ("replaced", "cancelled")
#: What was said stays as it was said; the rest may be added later.
EDITABLE = frozenset(
    (
        "means",
        "contact_id",
        "user_id",
        "note",
        "document_ids",
        "fallback",
        "fallback_days",
        "fallback_level_id",
        "fallback_disclosed",
    )
)


class DunningPromise(models.Model):
    """A promise to pay: an amount by a date, on some invoices or on the whole case.

    What it covers waits, the rest goes on. Judged by what was really paid, each night:
    kept, partly kept, broken, or to be checked by a person before anybody is accused.
    Its state is the engine's to write (as superuser, for whoever works); people make,
    replace, extend, withdraw or cancel a promise, and decide one that is to be checked.
    """

    _name = "dunning.promise"
    _description = "Promise to Pay"
    _inherit = ["dunning.commitment"]
    _order = "date desc, id desc"

    date = fields.Date(
        "Promised for", required=True, help="The day by which the customer will pay."
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="What the customer will pay, in the currency of the invoices.",
    )
    means = fields.Selection(
        [
            ("transfer", "Bank transfer"),
            ("card", "Card"),
            ("direct_debit", "Direct debit"),
            ("cheque", "Cheque"),
            ("bill", "Bill of exchange"),
            ("cash", "Cash"),
        ],
        help="How the customer will pay.",
    )
    promised_on = fields.Date(
        "Made on", readonly=True, help="The day on which it was made."
    )
    date_until = fields.Date(
        "Waited for until",
        readonly=True,
        help="The promised date plus the bank tolerance of the company: the last day "
        "on which the money may come in.",
    )
    is_whole_case = fields.Boolean(
        "On the whole case",
        readonly=True,
        help="No invoice was named: the oldest due are covered first, and a payment of "
        "any invoice counts.",
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("to_check", "To check"),
            ("kept", "Kept"),
            ("partial", "Partly kept"),
            ("broken", "Broken"),
            ("replaced", "Replaced"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="open",
        readonly=True,
        index=True,
        help="To check: money is there that may be meant for it; somebody has to look "
        "before it is called broken.",
    )
    attempt = fields.Integer(
        readonly=True,
        default=1,
        help="How often these invoices were promised, this time included; a promise "
        "that was kept counts no more.",
    )
    confirm = fields.Boolean(
        "Confirm in writing",
        compute="_compute_confirm",
        store=True,
        readonly=False,
        precompute=True,
        help="A message confirms the promise at once, in the customer's language.",
    )
    extension_of_id = fields.Many2one(
        "dunning.promise",
        "Extension of",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The promise whose date this one puts off.",
    )
    replaced_by_id = fields.Many2one(
        "dunning.promise", readonly=True, index="btree_not_null", ondelete="set null"
    )
    partial_mark = fields.Integer(readonly=True)  # the last matching before it
    cover_ids = fields.One2many(
        "dunning.cover",
        "source_id",
        domain=[("res_model", "=", "dunning.promise")],
        readonly=True,
        context={"active_test": False},
    )

    _check_amount = models.Constraint(
        "CHECK (amount > 0)", "The amount promised must be more than nothing."
    )

    @api.depends("case_id", "line_ids")
    def _compute_amount(self):
        for promise in self:
            if promise.promised_on:
                continue  # it stays as it was made
            lines = promise.line_ids or promise.case_id._get_promisable(
                promise.currency_id, is_late=True
            )
            promise.amount = promise.currency_id.round(
                sum(promise.case_id._get_free_amounts(lines).values())
            )

    @api.depends("case_id")
    def _compute_confirm(self):
        for promise in self:
            if promise.promised_on:
                continue
            company = promise.case_id.company_id or self.env.company
            promise.confirm = company.dunning_confirm_promises

    @api.depends("amount", "date", "currency_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for promise in self:
            promise.display_name = promise._describe()

    @api.constrains("date")
    def _check_date(self):
        for promise in self:
            last = promise.company_id._dunning_today() + timedelta(days=MOST_DAYS_AHEAD)
            if promise.date > last:
                raise ValidationError(
                    self.env._(
                        "The promised date is more than a year away: for such a time "
                        "agree on a payment plan, or correct the date."
                    )
                )

    @api.constrains("fallback", "fallback_level_id")
    def _check_fallback(self):
        for promise in self:
            if promise.fallback == "given_rung" and not promise.fallback_level_id:
                raise ValidationError(
                    self.env._("Choose the level that speaks if it is not kept.")
                )

    # Made

    @api.model_create_multi
    def create(self, vals_list):
        known = {"state", "attempt", "promised_on", "date_until", "is_whole_case"}
        if not self.env.su:  # what follows from a promise is no choice
            vals_list = [
                {name: value for name, value in vals.items() if name not in known}
                for vals in vals_list
            ]
        promises = super().create(vals_list)
        promises._check_case_is_open()
        promises._check_may_extend()
        for promise in promises:
            promise._take_effect()
        return promises

    def write(self, vals):
        if not self.env.su and not EDITABLE.issuperset(vals):
            raise UserError(
                self.env._(
                    "A promise stays as it was made: make a new one, which replaces "
                    "it, or extend it."
                )
            )
        return super().write(vals)

    @api.model
    def _get_running_states(self):
        return (core.OPEN, core.TO_CHECK)

    def _end(self, state, values=None):
        """End promises by a decision: what they kept back is free at once."""
        self.sudo().write((values or {}) | {"state": state})  # see the class
        self._close_task()
        self._uncover()

    @api.model
    def _read_kept_rates(self, partners, company):
        """Map ids of debtors to (the part of their promises that was kept, the number
        of promises judged)."""
        judged = Domain("state", "in", ("kept", "partial", "broken"))
        judged |= Domain("is_withdrawn", "=", True)
        rows = self._read_group(
            judged
            & Domain("company_id", "=", company.id)
            & Domain("partner_id", "in", partners.ids),
            ["partner_id"],
            ["kept_share:avg", "__count"],
        )
        return {partner.id: (share, count) for partner, share, count in rows}
