from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.provision import provision


class DunningDoubtfulLine(models.TransientModel):
    """One item that is perhaps lost, and how much of it."""

    _name = "dunning.doubtful.line"
    _description = "Doubtful Debt"
    _order = "partner_id, date_due, id"

    doubtful_id = fields.Many2one("dunning.doubtful", index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="doubtful_id.currency_id")
    is_chosen = fields.Boolean("Take", default=True)
    move_line_id = fields.Many2one("account.move.line", "Item", ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Customer")
    name = fields.Char("Invoice")
    date_due = fields.Date("Due date")
    days_overdue = fields.Integer("Days late")
    reason = fields.Selection(
        [
            ("age", "Late for long"),
            ("insolvency", "Insolvency proceedings"),
            ("choice", "Chosen by hand"),
        ],
        "Why",
    )
    amount = fields.Monetary("To move", help="The open amount, VAT included.")
    amount_base = fields.Monetary(
        "Without VAT", help="The part that is no VAT, as on the invoice."
    )
    percent = fields.Float("Percentage", help="Your estimate of the loss.")
    amount_provision = fields.Monetary(
        "To put aside", compute="_compute_amount_provision"
    )

    @api.constrains("percent")
    def _check_percent(self):
        for line in self:
            if not 0 <= line.percent <= 100:
                raise ValidationError(
                    self.env._("A percentage lies between 0 and 100.")
                )

    @api.depends("amount_base", "percent")
    def _compute_amount_provision(self):
        for line in self:
            unit = Decimal(str(line.currency_id.rounding or 0.01))
            amount = provision(
                Decimal(str(line.amount_base)), Decimal(str(line.percent)), unit
            )
            line.amount_provision = float(amount)
