from odoo import models


class ResPartnerCategory(models.Model):
    """A tag that a rule of assignment names, as long as it is in use."""

    _inherit = "res.partner.category"

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result


class ResCountry(models.Model):
    """A country that a rule of assignment names."""

    _inherit = "res.country"

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
