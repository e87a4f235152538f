from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class DunningProof(models.AbstractModel):
    """Documents that prove a delivery: they come after it, and are never taken away.

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
            if proofs - record.proof_ids and not self.env.su:
                raise UserError(
                    self.env._(
                        "A proof is kept: “%(document)s” cannot be removed. Add the "
                        "right document beside it.",
                        document=(proofs - record.proof_ids)[0].name,
                    )
                )
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_proven(self):
        if self.filtered("proof_ids"):
            raise UserError(
                self.env._("There are proofs attached to it: it cannot be deleted.")
            )


class DunningProofOwn(models.AbstractModel):
    """Proofs that were uploaded in the window of a new record belong to it: whoever may
    see the record may open them."""

    _name = "dunning.proof.own"
    _description = "Proofs of Their Own Record"
    _inherit = ["dunning.proof"]

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._adopt_proofs()
        return records

    def write(self, vals):
        result = super().write(vals)
        if "proof_ids" in vals:
            self._adopt_proofs()
        return result

    def _adopt_proofs(self):
        """Tie what the user has just uploaded, and nothing else, to its record."""
        files = self.env["ir.attachment"].sudo()  # they belong to nothing yet
        for record in self:
            loose = files.search(
                Domain("id", "in", record.sudo().proof_ids.ids)
                & Domain("create_uid", "=", self.env.uid)
                & Domain("res_id", "in", (False, 0))
                & Domain("res_model", "in", (False, self._name))
            )
            loose.write({"res_model": self._name, "res_id": record.id})
