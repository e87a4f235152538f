from functools import partial

from odoo import api, models

from ...tools import covers


class AccountMove(models.Model):
    """Invoices that an agreement or a dispute keeps back as a whole."""

    _inherit = "account.move"

    @api.model
    def _get_dunning_hold_domains(self):
        own = {
            code: self._get_found_domain(partial(self._find_kept_back_ids, code))
            for code in covers.KINDS
        }
        return super()._get_dunning_hold_domains() | own

    @api.model
    def _find_kept_back_ids(self, code):
        # Few items have a commitment: only these are looked at.
        lines = self.env["dunning.cover"].search([("kind", "=", code)]).line_id
        return lines.filtered(lambda line: line.hold == code).move_id.ids
