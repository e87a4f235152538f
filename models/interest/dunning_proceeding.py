from datetime import timedelta

from odoo import models


class DunningProceeding(models.Model):
    """The interest that is declared with a claim."""

    _inherit = "dunning.proceeding"

    def _read_interest(self, items):
        lines = self.env["dunning.case.line"].with_context(active_test=False)
        lines = lines.search(
            [
                ("move_line_id", "in", items.ids),
                ("case_id.partner_id", "=", self.partner_id.id),
            ]
        )
        computed = lines._get_interest(self.judgment_date - timedelta(days=1))
        own = {
            line.move_line_id.id: one.amount for line, (one, _why) in computed.items()
        }
        return super()._read_interest(items) | own
