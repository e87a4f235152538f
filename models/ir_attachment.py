from odoo import api, models
from odoo.exceptions import UserError


class IrAttachment(models.Model):
    """The PDF of a posted letter is a proof."""

    _inherit = "ir.attachment"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted_letter(self):
        ids = self.filtered(lambda file: file.res_model == "dunning.action")
        actions = (
            self.env["dunning.action"].sudo().browse(ids.mapped("res_id")).exists()
        )
        if not self.env.su and "done" in actions.mapped("state"):
            raise UserError(
                self.env._("The document of a posted letter is a proof: it is kept.")
            )
