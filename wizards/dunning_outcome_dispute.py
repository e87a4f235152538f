from odoo import api, fields, models

from ..models.dispute.dunning_reason import FOLLOW_UPS


class DunningOutcome(models.TransientModel):
    """What came of a call or a visit: a dispute."""

    _inherit = "dunning.outcome"

    follow_up = fields.Selection(
        selection_add=FOLLOW_UPS, ondelete={"dispute": "cascade"}
    )
    dispute_move_id = fields.Many2one(
        "account.move",
        "Contested invoice",
        compute="_compute_dispute_move_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'in', dispute_move_ids)]",
    )
    dispute_move_ids = fields.Many2many(
        "account.move", compute="_compute_dispute_move_ids"
    )
    dispute_amount = fields.Monetary(
        "Contested amount",
        compute="_compute_dispute_amount",
        store=True,
        readonly=False,
        precompute=True,
        help="VAT included. Only this amount waits; the rest is claimed as before.",
    )

    @api.depends("case_id")
    def _compute_dispute_move_ids(self):
        for window in self:
            window.dispute_move_ids = window.case_id.line_ids.move_id

    @api.depends("dispute_move_ids")
    def _compute_dispute_move_id(self):
        for window in self:
            lines = window.case_id.line_ids.sorted("date_due")
            window.dispute_move_id = window.dispute_move_id or lines.move_id[:1]

    @api.depends("dispute_move_id")
    def _compute_dispute_amount(self):
        for window in self:
            window.dispute_amount = window.dispute_move_id.amount_residual

    @api.depends("dispute_move_id")
    def _compute_currency_id(self):
        result = super()._compute_currency_id()
        for window in self.filtered("dispute_move_id"):
            window.currency_id = window.dispute_move_id.currency_id
        return result

    def _follow_dispute(self):
        self.env["dunning.dispute"].create(
            {
                "case_id": self.case_id.id,
                "move_id": self.dispute_move_id.id,
                "amount": self.dispute_amount,
                "reason_id": self.reason_id.id,
                "note": self.dispute_found or self.note,
            }
        )
