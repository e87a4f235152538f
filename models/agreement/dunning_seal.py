from odoo import api, fields, models


class DunningSeal(models.Model):
    """The fingerprints of an agreement: as it was sent, and as it came back signed."""

    _inherit = "dunning.seal"

    plan_id = fields.Many2one(
        "dunning.plan", index="btree_not_null", readonly=True, ondelete="cascade"
    )
    kind = fields.Selection(
        selection_add=[("agreement", "Agreement"), ("signed", "Signed agreement")],
        ondelete={"agreement": "cascade", "signed": "cascade"},
    )
    _one_seal = models.UniqueIndex(
        "(COALESCE(action_id, 0), COALESCE(deposit_id, 0), COALESCE(plan_id, 0), "
        "attachment_id)",
        "This document has its fingerprint already.",
    )

    @api.model
    def _get_owners(self):
        return super()._get_owners() | {"dunning.plan": "plan_id"}
