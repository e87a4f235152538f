from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """What late payment costs, and where claims of it are entered."""

    _inherit = "res.config.settings"

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
    dunning_claim_journal_id = fields.Many2one(
        related="company_id.dunning_claim_journal_id", readonly=False
    )
    dunning_interest_account_id = fields.Many2one(
        related="company_id.dunning_interest_account_id", readonly=False
    )
    dunning_indemnity_account_id = fields.Many2one(
        related="company_id.dunning_indemnity_account_id", readonly=False
    )
