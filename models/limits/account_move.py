from functools import partial

from odoo import api, models

from ...tools.holds import BY_LAW


class AccountMove(models.Model):
    """Invoices that the law keeps back."""

    _inherit = "account.move"

    @api.model
    def _get_dunning_hold_domains(self):
        own = {
            code: self._get_found_domain(partial(self._find_held_by_law, code))
            for code in BY_LAW
        }
        return super()._get_dunning_hold_domains() | own

    @api.model
    def _find_held_by_law(self, code):
        lines = self.env["dunning.case.line"].search(
            [("case_id.state", "!=", "closed")]
        )
        held = lines._find_other_holds()
        held_ids = [key for key, reason in held.items() if reason == code]
        return lines.move_line_id.browse(held_ids).sudo().move_id.ids  # ids only
