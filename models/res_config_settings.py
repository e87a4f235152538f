from odoo import fields, models


class ResConfigSettings(models.TransientModel):
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

    def action_open_dunning_cron(self):
        """Open the nightly run, shipped switched off, where it can be switched on."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Nightly dunning run"),
            "res_model": "ir.cron",
            "res_id": self.env.ref("account_dunning.ir_cron_dunning_run").id,
            "view_mode": "form",
        }
