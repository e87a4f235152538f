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
    dunning_left_out_codes = fields.Char(
        related="company_id.dunning_left_out_codes", readonly=False
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

    def action_open_dunning_cron(self):
        """Open the nightly run, shipped switched off, where it can be switched on."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Nightly dunning run"),
            "res_model": "ir.cron",
            "res_id": self.env.ref("account_dunning.ir_cron_dunning_run").id,
            "view_mode": "form",
        }
