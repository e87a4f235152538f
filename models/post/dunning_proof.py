from odoo import api, models
from odoo.exceptions import UserError


class DunningProof(models.AbstractModel):
    """Documents that prove something: they are sealed, and never taken away.

    Each model declares its own ``proof_ids``.
    """

    _name = "dunning.proof"
    _description = "Proofs of a Delivery"

    def write(self, vals):
        if "proof_ids" not in vals:
            return super().write(vals)
        before = {record: record.proof_ids for record in self}
        result = super().write(vals)
        for record, proofs in before.items():
            added = record.proof_ids - proofs
            self.env["dunning.seal"]._take([(record, one, "proof") for one in added])
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_proven(self):
        if self.filtered("proof_ids"):
            raise UserError(
                self.env._("There are proofs attached to it: it cannot be deleted.")
            )
