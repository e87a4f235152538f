from odoo import api, fields, models
from odoo.tools import format_date, format_datetime


class ResConfigSettings(models.TransientModel):
    """Whether the night runs, and what the last one did."""

    _inherit = "res.config.settings"

    dunning_is_night_on = fields.Boolean(related="company_id.dunning_is_night_on")
    dunning_is_confirmed = fields.Boolean(compute="_compute_dunning_night")
    dunning_night_text = fields.Char(compute="_compute_dunning_night")
    dunning_last_run_text = fields.Char(compute="_compute_dunning_night")

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_dunning_night(self):
        for settings in self:
            company = settings.company_id
            settings.dunning_is_confirmed = bool(company.dunning_confirmed_on)
            settings.dunning_night_text = settings._get_night_text()
            settings.dunning_last_run_text = settings._get_last_run_text()

    def _get_night_text(self):
        company = self.company_id
        if next_run := company._dunning_get_next_run():
            return self.env._(
                "On. The next night begins on %(moment)s.",
                moment=format_datetime(
                    self.env,
                    next_run,
                    tz=company._dunning_timezone().zone,
                    dt_format="short",
                ),
            )
        if company.dunning_confirmed_on:
            return self.env._(
                "Off: nothing leaves by itself. The preview of the first run was "
                "confirmed on %(date)s.",
                date=format_date(self.env, company.dunning_confirmed_on),
            )
        return self.env._(
            "Off: nothing leaves by itself before the preview of the first run was "
            "confirmed."
        )

    def _get_last_run_text(self):
        # One sentence about the last run, for an administrator who does not dun.
        run = self.company_id.sudo()._dunning_find_last_run()
        if not run:
            return self.env._("No run yet.")
        return self.env._(
            "Last run on %(date)s: %(summary)s.",
            date=format_date(self.env, run.date),
            summary=run.summary,
        )

    def action_open_dunning_cron(self):
        """Open the nightly run, shipped switched off, where it can be switched on."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Nightly dunning run"),
            "res_model": "ir.cron",
            "res_id": self.env.ref("account_dunning.ir_cron_dunning_run").id,
            "view_mode": "form",
        }
