from odoo import fields, models

#: What a contact can lead to besides what every contact can.
FOLLOW_UPS = [
    ("promise", "A promise to pay"),
    ("plan", "A payment plan"),
    ("offer", "A discount for quick payment"),
]


class DunningReason(models.Model):
    """Reasons that suggest an agreement."""

    _inherit = "dunning.reason"

    suggested_action = fields.Selection(
        selection_add=FOLLOW_UPS,
        ondelete={choice: "set default" for choice, _label in FOLLOW_UPS},
        entry="over",
    )
