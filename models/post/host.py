"""What this concern adds to models of the host."""

from odoo import api, models

LETTER_PAPER = "account_dunning.dunning_letter_paperformat"


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
