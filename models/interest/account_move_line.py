from odoo import api, models
from odoo.tools import SQL


class AccountMoveLine(models.Model):
    """A note that claims interest bears none, and no reminder leaves because of it."""

    _inherit = "account.move.line"

    @api.model
    def _get_dunning_ledger_holds(self, item, move):
        self.env["account.move"].flush_model(["dunning_claim_id"])
        claim = SQL("%s.dunning_claim_id IS NOT NULL", move)
        return super()._get_dunning_ledger_holds(item, move) | {"claim": claim}
