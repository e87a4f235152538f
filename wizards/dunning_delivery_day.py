from odoo import fields, models


class DunningDeliveryDay(models.TransientModel):
    """The day on which a contact was really delivered, where the one that was noted
    has not come yet."""

    _name = "dunning.delivery.day"
    _description = "Put the Day of a Delivery Right"
    _inherit = ["dunning.guarded"]

    action_id = fields.Many2one(
        "dunning.action", "Contact", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="action_id.company_id", related_sudo=False)
    noted_on = fields.Date(
        "Noted so far", related="action_id.delivered_on", related_sudo=False
    )
    delivered_on = fields.Date(
        "Really delivered on",
        required=True,
        default=lambda self: self.env.company._dunning_today(),
        help="Not after today, and not before it was prepared.",
    )
    reason = fields.Text(
        required=True, help="Why the day was wrong; kept in the history of the case."
    )

    def action_confirm(self):
        """Put the day right; the items follow, the history says who and why.

        :raises AccessError: for who is no credit manager of the company
        :raises UserError: when there is nothing to put right, or for another wrong day
        """
        self.ensure_one()
        self.action_id.check_access("write")
        self.company_id._dunning_check_manager()
        self.action_id._set_delivery_right(self.delivered_on, self.reason)
        return {"type": "ir.actions.act_window_close"}
