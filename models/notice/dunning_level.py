from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import notice as core


class DunningLevel(models.Model):
    """What a formal notice needs beyond the other levels: a period, a basis."""

    _inherit = "dunning.level"

    legal_basis = fields.Char(
        "Legal or contractual basis",
        translate=True,
        help="What the formal notice is based on, for example “article 8 of our "
        "general terms of sale”. Empty: as in the settings of the company.",
        entry="over",
    )
    period_warning = fields.Char(compute="_compute_period_warning")

    @api.depends("is_formal_notice", "deadline_days")
    @api.depends_context("lang")
    def _compute_period_warning(self):
        for level in self:
            days = level.deadline_days
            is_long = level.is_formal_notice and days > core.USUAL_PERIOD
            level.period_warning = is_long and self.env._(
                "Formal notices usually grant %(least)s to %(most)s days; this one "
                "grants %(days)s.",
                least=core.SHORTEST_PERIOD,
                most=core.USUAL_PERIOD,
                days=days,
            )

    @api.constrains("is_formal_notice", "deadline_days")
    def _check_period(self):
        """Eight days at least: the law has no figure, practice gives 8 to 15 days."""
        for level in self:
            if level.is_formal_notice and level.deadline_days < core.SHORTEST_PERIOD:
                raise ValidationError(
                    self.env._(
                        "The formal notice “%(level)s” grants %(days)s days to pay: "
                        "grant at least %(least)s (usual: %(least)s to %(most)s), in "
                        "“Deadline (days)”.",
                        level=level.name,
                        days=level.deadline_days,
                        least=core.SHORTEST_PERIOD,
                        most=core.USUAL_PERIOD,
                    )
                )
