"""What this concern adds to models of the host."""

from functools import partial

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import covers


class ResCompany(models.Model):
    """What a company decides about promises and other agreements."""

    _inherit = "res.company"

    dunning_promise_tolerance_days = fields.Integer(
        "Bank tolerance (working days)",
        default=3,
        help="A promise is kept when the money is in the books so many working days "
        "after the promised date at the latest: banks need time.",
    )
    dunning_confirm_promises = fields.Boolean(
        "Confirm promises in writing",
        default=True,
        help="A message confirms each promise at once, in the customer's language. It "
        "can be switched off for a single promise.",
    )
    dunning_disclose_after = fields.Integer(
        "Plan B is told after (broken agreements)",
        default=2,
        help="From so many broken agreements of a customer on, each new one tells "
        "what happens if it is not kept. 0: only when somebody chooses so.",
    )

    currency_id = fields.Many2one("res.currency")  # the company's own
    dunning_plan_max_amount = fields.Monetary(
        "Plan without approval, up to",
        default=10000.0,
        help="A payment plan about more than this needs the approval of a credit "
        "manager. 0: every plan needs it.",
    )
    dunning_plan_max_months = fields.Integer(
        "Plan without approval, up to (months)",
        default=6,
        help="A payment plan that lasts longer needs the approval of a credit manager. "
        "0: every plan needs it.",
    )
    dunning_plan_reminder_days = fields.Integer(
        "Reminder before an instalment (days)",
        default=5,
        help="So many days before each instalment the customer is reminded of it. "
        "0: no reminder.",
    )
    dunning_plan_grace_days = fields.Integer(
        "Grace after an instalment (working days)",
        default=3,
        help="A transfer takes time: an instalment is called missed when so many "
        "working days have passed since its date.",
    )
    dunning_plan_notice_days = fields.Integer(
        "Notice before a plan ends (days)",
        default=8,
        help="When an instalment was missed the customer gets a notice. So many days "
        "after it arrived the plan ends, if the instalment is still missing: the "
        "whole balance falls due.",
    )
    dunning_plan_answer_days = fields.Integer(
        "Answer to a proposal (days)",
        default=10,
        help="A proposed plan or offer keeps its invoices back for so many days. "
        "After that without an answer it lapses, and the reminders go on.",
    )
    dunning_offer_max_percent = fields.Float(
        "Discount without approval, up to (%)",
        default=2.0,
        help="A collector may offer a discount of up to so many percent. More needs "
        "the approval of a credit manager.",
    )
    dunning_offer_account_id = fields.Many2one(
        "account.account",
        "Account of discounts",
        help="Where the draft credit note of a kept offer is entered, in France often "
        "665 or 709. Empty: the account of each invoice line.",
    )

    @api.constrains("dunning_promise_tolerance_days", "dunning_disclose_after")
    def _check_dunning_agreement_days(self):
        for company in self:
            if company.dunning_promise_tolerance_days not in range(31):
                raise ValidationError(
                    self.env._("The bank tolerance is between 0 and 30 working days.")
                )
            if company.dunning_disclose_after < 0:
                raise ValidationError(
                    self.env._("The number of broken agreements cannot be negative.")
                )

    def _dunning_last_tolerated_day(self, day):
        """Return the last day on which the bank may bring in what was due on a day."""
        self.ensure_one()
        tolerance = self.dunning_promise_tolerance_days
        return self._dunning_add_working_days(day, tolerance) if tolerance else day

    # What a company decides about payment plans and offers.

    @api.constrains(
        "dunning_plan_max_amount",
        "dunning_plan_max_months",
        "dunning_plan_reminder_days",
        "dunning_plan_grace_days",
        "dunning_plan_notice_days",
        "dunning_plan_answer_days",
        "dunning_offer_max_percent",
    )
    def _check_dunning_plans(self):
        for company in self:
            days = (
                company.dunning_plan_reminder_days,
                company.dunning_plan_grace_days,
                company.dunning_plan_notice_days,
                company.dunning_plan_answer_days,
                company.dunning_plan_max_months,
            )
            if min(days) < 0 or company.dunning_plan_max_amount < 0:
                raise ValidationError(
                    self.env._("Days, months and amounts cannot be less than zero.")
                )
            if not 0 <= company.dunning_offer_max_percent <= 100:
                raise ValidationError(
                    self.env._("A discount lies between 0 and 100 percent.")
                )


class ResConfigSettings(models.TransientModel):
    """What collectors may agree upon, and how agreements are followed."""

    _inherit = "res.config.settings"

    dunning_promise_tolerance_days = fields.Integer(
        related="company_id.dunning_promise_tolerance_days", readonly=False
    )
    dunning_confirm_promises = fields.Boolean(
        related="company_id.dunning_confirm_promises", readonly=False
    )
    dunning_disclose_after = fields.Integer(
        related="company_id.dunning_disclose_after", readonly=False
    )
    dunning_plan_max_amount = fields.Monetary(
        related="company_id.dunning_plan_max_amount",
        readonly=False,
        currency_field="currency_id",
    )
    dunning_plan_max_months = fields.Integer(
        related="company_id.dunning_plan_max_months", readonly=False
    )
    dunning_plan_reminder_days = fields.Integer(
        related="company_id.dunning_plan_reminder_days", readonly=False
    )
    dunning_plan_grace_days = fields.Integer(
        related="company_id.dunning_plan_grace_days", readonly=False
    )
    dunning_plan_notice_days = fields.Integer(
        related="company_id.dunning_plan_notice_days", readonly=False
    )
    dunning_plan_answer_days = fields.Integer(
        related="company_id.dunning_plan_answer_days", readonly=False
    )
    dunning_offer_max_percent = fields.Float(
        related="company_id.dunning_offer_max_percent", readonly=False
    )
    dunning_offer_account_id = fields.Many2one(
        related="company_id.dunning_offer_account_id", readonly=False
    )


class AccountMove(models.Model):
    """Invoices that an agreement or a dispute keeps back as a whole."""

    _inherit = "account.move"

    @api.model
    def _get_dunning_hold_domains(self):
        own = {
            code: self._get_found_domain(partial(self._find_kept_back_ids, code))
            for code in covers.KINDS
        }
        return super()._get_dunning_hold_domains() | own

    @api.model
    def _find_kept_back_ids(self, code):
        # Few items have a commitment: only these are looked at.
        lines = self.env["dunning.cover"].search([("kind", "=", code)]).line_id
        return lines.filtered(lambda line: line.hold == code).move_id.ids


class ResPartner(models.Model):
    """How a customer has kept his promises."""

    _inherit = "res.partner"

    dunning_promise_kept_rate = fields.Float(
        "Promises kept",
        compute="_compute_dunning_promise_kept_rate",
        groups="account_dunning.group_dunning_reader",
        help="Of what this customer promised and was judged, the part that came in on "
        "time.",
    )
    dunning_promise_count = fields.Integer(
        "Promises judged",
        compute="_compute_dunning_promise_kept_rate",
        groups="account_dunning.group_dunning_reader",
    )

    @api.depends_context("company")
    def _compute_dunning_promise_kept_rate(self):
        rates = self.env["dunning.promise"]._read_kept_rates(
            self.commercial_partner_id, self.env.company
        )
        for partner in self:
            rate, count = rates.get(partner.commercial_partner_id.id, (0.0, 0))
            partner.dunning_promise_kept_rate = rate
            partner.dunning_promise_count = count
