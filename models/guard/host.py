"""What this concern adds to models of the host."""

from odoo import api, models


class IrDefault(models.Model):
    """A default that a user set for himself is no way to enter a fact."""

    _inherit = "ir.default"

    @api.model
    def _get_model_defaults(self, model_name, condition=False):
        defaults = super()._get_model_defaults(model_name, condition)
        model = self.env.get(model_name)
        if model is None or not hasattr(model, "_get_last_stage"):
            return defaults
        return {
            name: value
            for name, value in defaults.items()
            if name not in model._fields or model._get_last_stage(model._fields[name])
        }
