from odoo import api, models
from odoo.tools.misc import split_every

from ...tools.channels import BY_HOST
from .dunning_run import MESSAGES_PER_BATCH


class DunningCaseSweep(models.Model):
    """Sweep: before a run decides, what would be "on its way" for ever is looked for,
    and whoever must mend something is asked to."""

    _inherit = "dunning.case"

    @api.model
    def _sweep(self, run):
        """Fail messages whose queue lost them; skip calls and visits nobody made."""
        stranded = self.env["dunning.action"]._find_stranded(run.company_id)
        late = stranded._get_overdue_by_person(run.date)
        lost = stranded.filtered(lambda action: action.channel in BY_HOST)
        for ids in split_every(MESSAGES_PER_BATCH, (late | lost).case_id.ids):
            self._do_safely(
                run,
                self.browse(ids),
                lambda run, cases: cases._mend(run.date, late, lost),
            )

    def _mend(self, date, late, lost):
        """Do for these cases what the sweep has found."""
        late.filtered(lambda action: action.case_id in self)._skip(date)
        lost.filtered(lambda action: action.case_id in self)._fail_stranded()
