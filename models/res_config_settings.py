from markupsafe import Markup

from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """The settings of dunning, each with what it means and how things stand now.

    Each feature adds its own in its folder.
    """

    _inherit = "res.config.settings"

    dunning_ladder_id = fields.Many2one(
        related="company_id.dunning_ladder_id", readonly=False
    )
    dunning_user_id = fields.Many2one(
        related="company_id.dunning_user_id", readonly=False
    )
    dunning_manager_id = fields.Many2one(
        related="company_id.dunning_manager_id", readonly=False
    )
    dunning_bank_freshness_days = fields.Integer(
        related="company_id.dunning_bank_freshness_days", readonly=False
    )
    dunning_draft_payment_days = fields.Integer(
        related="company_id.dunning_draft_payment_days", readonly=False
    )
    dunning_online_payment_days = fields.Integer(
        related="company_id.dunning_online_payment_days", readonly=False
    )
    dunning_left_out_codes = fields.Char(
        related="company_id.dunning_left_out_codes", readonly=False
    )
    dunning_ladder_text = fields.Html(compute="_compute_dunning_ladder_text")

    @api.depends("company_id")
    def _compute_dunning_ladder_text(self):
        """Count the open cases of each ladder."""
        for settings in self:
            # Counts only, for an administrator who does not dun.
            groups = (
                self.env["dunning.case"]
                .sudo()
                ._read_group(
                    [
                        ("company_id", "=", settings.company_id.id),
                        ("state", "!=", "closed"),
                    ],
                    ["ladder_id"],
                    ["__count"],
                )
            )
            rows = [
                Markup("<li>%s (%s)</li>")
                % (ladder.name or self.env._("without ladder"), count)
                for ladder, count in groups
            ]
            settings.dunning_ladder_text = (
                Markup("<ul class='mb-0 ps-3'>%s</ul>") % Markup("").join(rows)
                if rows
                else self.env._("No open case yet.")
            )
