from odoo import api, fields, models


class DunningProceedingLine(models.Model):
    """One item of a declared claim, as it stood on the day of the judgment, in company
    currency; a credit that was not matched then is negative."""

    _name = "dunning.proceeding.line"
    _description = "Declared Claim"
    _order = "date_due, id"

    proceeding_id = fields.Many2one(
        "dunning.proceeding", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="proceeding_id.company_id")
    currency_id = fields.Many2one(related="proceeding_id.currency_id")
    move_line_id = fields.Many2one(
        "account.move.line", "Item", index=True, readonly=True, ondelete="set null"
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", index=True, readonly=True, ondelete="set null"
    )
    name = fields.Char("Number", required=True)
    invoice_date = fields.Date("Invoice date")
    date_due = fields.Date("Due date", required=True)
    amount_principal = fields.Monetary("Principal", help="VAT included.")
    amount_interest = fields.Monetary(
        "Interest", help="Until the day before the judgment."
    )
    amount_indemnity = fields.Monetary("Indemnity")
    amount_total = fields.Monetary("Total", compute="_compute_amount_total")
    is_due = fields.Boolean(
        "Due",
        compute="_compute_is_due",
        help="Due before the judgment; the others are declared as falling due later.",
    )

    @api.depends("amount_principal", "amount_interest", "amount_indemnity")
    def _compute_amount_total(self):
        for line in self:
            line.amount_total = (
                line.amount_principal + line.amount_interest + line.amount_indemnity
            )

    @api.depends("date_due", "proceeding_id.judgment_date")
    def _compute_is_due(self):
        for line in self:
            judgment = line.proceeding_id.judgment_date
            line.is_due = bool(line.date_due and judgment and line.date_due < judgment)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.proceeding_id._refuse_declared()
        return lines

    def write(self, vals):
        self.proceeding_id._refuse_declared()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_declared(self):
        self.proceeding_id._refuse_declared()
