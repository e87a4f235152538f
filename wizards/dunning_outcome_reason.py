from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningOutcomeReason(models.TransientModel):
    """Why the debtor does not pay: asked whenever somebody was reached."""

    _inherit = "dunning.outcome"

    reason_id = fields.Many2one(
        "dunning.reason",
        "Why it is not paid",
        help="Suggests what to do next, and is counted in the statistics.",
    )
    reason_said_by = fields.Selection(
        selection="_selection_said_by",
        string="Said by",
        default="debtor",
        help="Keep apart what the debtor said from what we assume.",
    )
    advice = fields.Char(related="reason_id.advice")

    @api.model
    def _selection_said_by(self):
        return self.env["dunning.action"]._selection_said_by()

    def _check_reason(self):
        """Whoever was reached has a reason.

        :raises UserError: when none was given
        """
        if self.outcome == "reached" and not (self.reason_id and self.reason_said_by):
            raise UserError(
                self.env._(
                    "Why does %(debtor)s not pay? Choose a reason, and whether it was "
                    "said or is our assumption.",
                    debtor=self.partner_id.display_name,
                )
            )
