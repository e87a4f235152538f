from odoo import api, models


class DunningCaseLine(models.Model):
    _inherit = "dunning.case.line"

    @api.model
    def _selection_hold(self):
        return [
            *super()._selection_hold(),
            ("retention", self.env._("Retention money")),
        ]

    @api.depends("move_id.retention_until")  # beside what the module looks at
    def _compute_hold(self):
        return super()._compute_hold()
