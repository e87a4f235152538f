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
    dispute_line_ids = fields.Many2many(
        "dunning.case.line", compute="_compute_dispute_move_ids"
    )
    dispute_line_id = fields.Many2one(
        "dunning.case.line",
        "Contested item",
        compute="_compute_dispute_move_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'in', dispute_line_ids)]",
        help="Where it is of no invoice: of an opening balance for instance.",
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
            lines = window.case_id.line_ids
            documents = lines.filtered(lambda line: line._is_document())
            window.dispute_move_ids = documents.move_id
            window.dispute_line_ids = lines - documents

    @api.depends("dispute_move_ids")
    def _compute_dispute_move_id(self):
        for window in self:
            if window.dispute_move_id or window.dispute_line_id:
                continue
            first = window.case_id.line_ids.sorted("date_due")[:1]
            window.dispute_move_id = first._is_document() and first.move_id
            window.dispute_line_id = not window.dispute_move_id and first

    @api.depends("dispute_move_id", "dispute_line_id")
    def _compute_dispute_amount(self):
        for window in self:
            # As for the amounts a case shows.
            of_item = window.dispute_line_id.sudo().amount_residual
            window.dispute_amount = of_item or window.dispute_move_id.amount_residual

    @api.depends("dispute_move_id", "dispute_line_id")
    def _compute_currency_id(self):
        result = super()._compute_currency_id()
        for window in self:
            contested = window.dispute_line_id or window.dispute_move_id
            window.currency_id = contested.currency_id or window.currency_id
        return result

    @api.onchange("dispute_line_id")
    def _onchange_dispute_line_id(self):
        if self.dispute_line_id:
            self.dispute_move_id = False

    @api.onchange("dispute_move_id")
    def _onchange_dispute_move_id(self):
        if self.dispute_move_id:
            self.dispute_line_id = False

    def _follow_dispute(self):
        self.env["dunning.dispute"].create(
            {
                "case_id": self.case_id.id,
                "move_id": self.dispute_move_id.id,
                "move_line_id": self.dispute_line_id.move_line_id.id,
                "amount": self.dispute_amount,
                "reason_id": self.reason_id.id,
                "note": self.dispute_found or self.note,
            }
        )
