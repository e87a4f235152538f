from odoo import fields, models


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
