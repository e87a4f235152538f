from odoo import api, models
from odoo.fields import Domain


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
