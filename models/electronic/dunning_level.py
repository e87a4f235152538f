from odoo import api, fields, models


class DunningLevel(models.Model):
    """A level whose registered letters leave by the provider of the company."""

    _inherit = "dunning.level"

    is_registered_electronic = fields.Boolean(
        "Electronic registered letter",
        help="Where the company has a provider of electronic registered letters, they "
        "leave by it; elsewhere on paper. A consumer must have agreed beforehand.",
        entry="over",
    )
    has_lre_provider = fields.Boolean(compute="_compute_has_lre_provider")

    def _get_datum(self, channel, company):
        """An electronic letter goes to an e-mail address."""
        is_electronic = self.is_registered_electronic and company.dunning_lre_provider
        if channel == "registered" and is_electronic:
            return "email"
        return super()._get_datum(channel, company)

    @api.depends_context("company")
    def _compute_has_lre_provider(self):
        has_provider = bool(self.env.company.dunning_lre_provider)
        for level in self:
            level.has_lre_provider = has_provider
