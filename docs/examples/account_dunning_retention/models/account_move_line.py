from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _find_dunning_holds(self, date):
        retained = self.search(
            [("id", "in", self.ids), ("move_id.retention_until", ">=", date)]
        )
        return super()._find_dunning_holds(date) | dict.fromkeys(
            retained.ids, "retention"
        )
