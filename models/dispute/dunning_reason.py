from odoo import fields, models

#: What a contact can lead to besides what every contact can.
FOLLOW_UPS = [("dispute", "A dispute")]


class DunningReason(models.Model):
    """Reasons that suggest a dispute."""

    _inherit = "dunning.reason"

    suggested_action = fields.Selection(
        selection_add=FOLLOW_UPS, ondelete={"dispute": "set default"}, entry="over"
    )
