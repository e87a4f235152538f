from odoo import api, models
from odoo.exceptions import UserError

#: What is still completed once the letters were handed in.
OPEN_END = {"action_ids", "proof_ids", "post_office"}


class DunningDepositGuard(models.Model):
    """What nobody may do to a deposit: handed in, it is a proof."""

    _inherit = "dunning.deposit"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_state_is_earned(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_state_is_earned(vals)
        done = self.filtered(lambda deposit: deposit.state == "done")
        if done and set(vals) - OPEN_END and not self.env.su:
            raise UserError(
                self.env._(
                    "“%(deposit)s” was handed in and cannot be changed: only the "
                    "numbers and proofs can be completed.",
                    deposit=done[0].display_name,
                )
            )
        return super().write(vals)

    def _check_state_is_earned(self, vals):
        if vals.get("state", "draft") != "draft" and not self.env.su:
            raise UserError(
                self.env._("A deposit is handed in with its button, not by writing it.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_deposited(self):
        if self.filtered(lambda deposit: deposit.state == "done"):
            raise UserError(
                self.env._("A deposit that was handed in is a proof: it is kept.")
            )
