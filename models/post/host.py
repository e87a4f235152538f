"""What this concern adds to models of the host."""

from odoo import api, models
from odoo.exceptions import UserError

#: What a file says, and whose it is.
CONTENT = {"raw", "datas", "db_datas", "store_fname", "type", "res_model", "res_id"}
LETTER_PAPER = "account_dunning.dunning_letter_paperformat"


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


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    @api.model
    def _build_wkhtmltopdf_args(self, paperformat_id, *args, **kwargs):
        """Print our letters without the host's wait for scripts: they have none.

        The wait (``report.print_delay``, a second by default) is one setting for all
        documents of a database; others may need it.
        """
        words = super()._build_wkhtmltopdf_args(paperformat_id, *args, **kwargs)
        letter = self.env.ref(LETTER_PAPER, raise_if_not_found=False)
        if letter and paperformat_id == letter and "--javascript-delay" in words:
            words[words.index("--javascript-delay") + 1] = "0"
        return words
