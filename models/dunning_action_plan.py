from datetime import timedelta

from odoo import api, fields, models


class DunningActionPlan(models.AbstractModel):
    """What the texts about payment plans and offers can say, and whether they may
    still leave: read from the event that the contact tells."""

    _name = "dunning.action.plan"
    _description = "Dunning Action: Payment Plans and Offers"

    plan_id = fields.Many2one("dunning.plan", compute="_compute_about")
    plan_line_id = fields.Many2one("dunning.plan.line", compute="_compute_about")
    offer_id = fields.Many2one("dunning.offer", compute="_compute_about")
    plan_table = fields.Html(compute="_compute_plan_table", sanitize=False)
    plan_date_text = fields.Char(compute="_compute_plan_texts")
    plan_amount_text = fields.Char(compute="_compute_plan_texts")
    plan_total_text = fields.Char(compute="_compute_plan_texts")
    plan_left_text = fields.Char(compute="_compute_plan_texts")
    plan_answer_text = fields.Char(compute="_compute_plan_texts")
    plan_notice_text = fields.Char(compute="_compute_plan_texts")
    plan_reference = fields.Char(compute="_compute_plan_texts")
    offer_total_text = fields.Char(compute="_compute_offer_texts")
    offer_discount_text = fields.Char(compute="_compute_offer_texts")
    offer_amount_text = fields.Char(compute="_compute_offer_texts")
    offer_until_text = fields.Char(compute="_compute_offer_texts")

    @api.depends("event")
    def _compute_about(self):
        for action in self:
            about, key = (action.event or "").partition(",")[::2]
            kind, what = about.partition(".")[::2]
            ids = [int(key)] if key.isdecimal() else []
            is_instalment = what in ("reminder", "missed")
            row = action.plan_line_id.browse(
                ids if kind == "plan" and is_instalment else []
            ).exists()
            plan = action.plan_id.browse(
                ids if kind == "plan" and not is_instalment else []
            ).exists()
            action.plan_line_id = row
            action.plan_id = plan or row.plan_id
            action.offer_id = action.offer_id.browse(
                ids if kind == "offer" else []
            ).exists()

    @api.depends("event")
    @api.depends_context("lang")
    def _compute_plan_table(self):
        qweb = self.env["ir.qweb"]
        for action in self:
            plan = action.plan_id
            action.plan_table = plan and qweb._render(
                "account_dunning.plan_table", {"rows": plan._format_rows()}
            )

    @api.depends("event", "queued_on")
    @api.depends_context("lang")
    def _compute_plan_texts(self):
        for action in self:
            plan, row = action.plan_id, action.plan_line_id
            missing = row and plan._get_expected(row) - row.amount_paid
            day = action.queued_on or action.date
            notice = timedelta(days=plan.company_id.dunning_plan_notice_days)
            action.plan_date_text = action._format_day(row.date)
            action.plan_amount_text = row and plan._format(missing)
            action.plan_total_text = plan and plan._format(plan.amount_total)
            action.plan_left_text = plan and plan._format(plan.amount_left)
            action.plan_answer_text = action._format_day(plan.answer_by)
            action.plan_notice_text = action._format_day(day and day + notice)
            action.plan_reference = plan and plan._get_reference()

    @api.depends("event")
    @api.depends_context("lang")
    def _compute_offer_texts(self):
        for action in self:
            offer = action.offer_id
            action.offer_total_text = offer and offer._format(offer.amount_open)
            action.offer_discount_text = offer and offer._format(offer.amount)
            action.offer_amount_text = offer and offer._format(offer.amount_to_pay)
            action.offer_until_text = action._format_day(offer.valid_until)

    def _attach_invoices(self):
        """The agreement goes with the message that proposes it."""
        super()._attach_invoices()
        for action in self:
            if (action.event or "").startswith("plan.proposed,"):
                action.attachment_ids |= action.plan_id.agreement_id

    def _get_event_outdated_reason(self):
        reason = super()._get_event_outdated_reason()
        about = (self.event or "").partition(",")[0]
        states = {
            "plan.proposed": ("proposed",),
            "plan.reminder": ("accepted",),
            "plan.missed": ("accepted",),
            "plan.broken": ("broken",),
            "plan.completed": ("completed",),
        }
        if not reason and about in states:
            reason = self._get_plan_outdated_reason(states[about])
        if not reason and about.startswith("offer."):
            reason = self._get_offer_outdated_reason(about.partition(".")[2])
        return reason

    def _get_plan_outdated_reason(self, states):
        if self.plan_id.state not in states:
            return self.env._("The payment plan has changed meanwhile.")
        row = self.plan_line_id
        if row:
            self.env["dunning.plan.line"].invalidate_model(["amount_paid", "state"])
            missing = self.plan_id._get_expected(row) - row.amount_paid
            if row.currency_id.compare_amounts(missing, 0) <= 0:
                return self.env._("The instalment was paid meanwhile.")
        return ""

    def _get_offer_outdated_reason(self, what):
        states = {"sent": "sent", "kept": "kept", "lapsed": "lapsed"}
        if self.offer_id.state != states.get(what):
            return self.env._("The offer has ended meanwhile.")
        return ""
