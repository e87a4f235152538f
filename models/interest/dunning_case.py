from collections import defaultdict

from odoo import api, fields, models


class DunningCaseInterest(models.Model):
    """Late-payment interest and indemnities of a whole case, in company currency."""

    _inherit = "dunning.case"

    currency_id = fields.Many2one("res.currency")  # the company's, by dunning.case
    amount_interest = fields.Monetary(
        "Interest to date",
        compute="_compute_interest",
        help="Late-payment interest of the open items until today. Shown, never booked "
        "before it is claimed.",
    )
    amount_indemnity = fields.Monetary(
        "Indemnities",
        compute="_compute_interest",
        help="The flat indemnity, once for each open invoice that is late.",
    )
    interest_warning = fields.Char(compute="_compute_interest")

    @api.depends("line_ids.amount_interest", "line_ids.amount_indemnity")
    def _compute_interest(self):
        totals = defaultdict(float)
        for line in self.line_ids:
            # One rate of the day for what is shown; what is claimed is in the
            # currency of its invoice.
            totals[line.case_id] += line.currency_id._convert(
                line.amount_interest, line.company_currency_id, line.company_id
            )
        for case in self:
            lines = case.line_ids
            case.amount_interest = case.currency_id.round(totals[case])
            case.amount_indemnity = sum(lines.mapped("amount_indemnity"))
            case.interest_warning = next(
                filter(None, lines.mapped("interest_warning")), False
            )
