from odoo import models


class DunningLadder(models.Model):
    """A ladder on which cases stand."""

    _inherit = "dunning.ladder"

    def _is_used(self):
        # Of any company: a ladder that moves takes its cases' texts with it.
        cases = self.env["dunning.case"].sudo().with_context(active_test=False)
        used = cases.search_count([("ladder_id", "in", self.ids)], limit=1)
        return bool(used) or super()._is_used()
