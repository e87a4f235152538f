from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime


class ResConfigSettings(models.TransientModel):
    """The settings of dunning, each with what it means and how things stand now."""

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
    dunning_review_months = fields.Integer(
        related="company_id.dunning_review_months", readonly=False
    )
    dunning_left_out_codes = fields.Char(
        related="company_id.dunning_left_out_codes", readonly=False
    )
    dunning_is_night_on = fields.Boolean(related="company_id.dunning_is_night_on")
    dunning_is_confirmed = fields.Boolean(compute="_compute_dunning_state")
    dunning_night_text = fields.Char(compute="_compute_dunning_state")
    dunning_last_run_text = fields.Char(compute="_compute_dunning_state")
    dunning_bank_text = fields.Char(compute="_compute_dunning_state")
    dunning_is_bank_fresh = fields.Boolean(compute="_compute_dunning_state")
    dunning_ladder_text = fields.Html(compute="_compute_dunning_ladder_text")

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_dunning_state(self):
        for settings in self:
            company = settings.company_id
            settings.dunning_is_confirmed = bool(company.dunning_confirmed_on)
            settings.dunning_night_text = settings._get_night_text()
            settings.dunning_last_run_text = settings._get_last_run_text()
            _state, _what, text = company._dunning_check_bank()
            settings.dunning_bank_text = text[:1].upper() + text[1:]
            settings.dunning_is_bank_fresh = company._dunning_is_bank_fresh(
                company._dunning_today()
            )

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

    dunning_contract_rate = fields.Float(
        related="company_id.dunning_contract_rate", readonly=False
    )
    dunning_interest_first = fields.Selection(
        related="company_id.dunning_interest_first", readonly=False
    )
    dunning_indemnity = fields.Monetary(
        related="company_id.dunning_indemnity",
        readonly=False,
        currency_field="currency_id",
    )

    dunning_plan_max_amount = fields.Monetary(
        related="company_id.dunning_plan_max_amount",
        readonly=False,
        currency_field="currency_id",
    )
    dunning_plan_max_months = fields.Integer(
        related="company_id.dunning_plan_max_months", readonly=False
    )
    dunning_plan_reminder_days = fields.Integer(
        related="company_id.dunning_plan_reminder_days", readonly=False
    )
    dunning_plan_grace_days = fields.Integer(
        related="company_id.dunning_plan_grace_days", readonly=False
    )
    dunning_plan_notice_days = fields.Integer(
        related="company_id.dunning_plan_notice_days", readonly=False
    )
    dunning_plan_answer_days = fields.Integer(
        related="company_id.dunning_plan_answer_days", readonly=False
    )
    dunning_offer_max_percent = fields.Float(
        related="company_id.dunning_offer_max_percent", readonly=False
    )
    dunning_offer_account_id = fields.Many2one(
        related="company_id.dunning_offer_account_id", readonly=False
    )
    dunning_promise_tolerance_days = fields.Integer(
        related="company_id.dunning_promise_tolerance_days", readonly=False
    )
    dunning_confirm_promises = fields.Boolean(
        related="company_id.dunning_confirm_promises", readonly=False
    )
    dunning_disclose_after = fields.Integer(
        related="company_id.dunning_disclose_after", readonly=False
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
