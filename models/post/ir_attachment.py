from odoo import api, models
from odoo.exceptions import UserError

#: What a file says, and whose it is.
CONTENT = {"raw", "datas", "db_datas", "store_fname", "type", "res_model", "res_id"}


class IrAttachment(models.Model):
    """The PDF of a posted letter is a proof."""

    _inherit = "ir.attachment"

    def write(self, vals):
        if not CONTENT.isdisjoint(vals):
            self._check_posted_letter()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted_letter(self):
        self._check_posted_letter()

    def _check_posted_letter(self):
        if self.env.su:
            return
        self._check_deposit_proof()
        self._check_limits_proof()
        self._check_enclosures()
        ids = self.filtered(lambda file: file.res_model == "dunning.action")
        actions = (
            self.env["dunning.action"].sudo().browse(ids.mapped("res_id")).exists()
        )
        if "done" in actions.mapped("state"):
            raise UserError(
                self.env._("The document of a posted letter is a proof: it is kept.")
            )

    def _check_limits_proof(self):
        """What proves an interruption of limitation or a declared claim is kept."""
        for model in ("dunning.limitation.event", "dunning.proceeding"):
            files = self.filtered(lambda file, model=model: file.res_model == model)
            records = self.env[model].sudo().browse(files.mapped("res_id")).exists()
            if set(records.mapped("state")) - {"proposed", "open"}:
                raise UserError(
                    self.env._("What proves a decision or a declaration is kept.")
                )

    def _check_enclosures(self):
        """What a posted letter enclosed stays beside it."""
        files = self.filtered(lambda file: file.res_model == "dunning.case")
        if not files:
            return
        seals = self.env["dunning.seal"].sudo()  # whoever removes the file
        sealed = seals.search(
            [("attachment_id", "in", files.ids), ("action_id.state", "=", "done")],
            limit=1,
        )
        if sealed:
            raise UserError(
                self.env._(
                    "“%(document)s” went with a letter that was posted: it is kept.",
                    document=sealed.name,
                )
            )

    def _check_deposit_proof(self):
        """What the post office stamped is kept as well."""
        files = self.filtered(lambda file: file.res_model == "dunning.deposit")
        deposits = self.env["dunning.deposit"].sudo().browse(files.mapped("res_id"))
        if "done" in deposits.exists().mapped("state"):
            raise UserError(
                self.env._("The stamped list of a deposit is a proof: it is kept.")
            )
