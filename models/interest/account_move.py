from odoo import api, fields, models


class AccountMove(models.Model):
    """The note that claims interest and indemnities."""

    _inherit = "account.move"

    dunning_claim_id = fields.Many2one(
        "dunning.claim",
        "Claim of interest",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="This note claims interest and indemnities: it bears none itself, and no "
        "reminder leaves because of it alone.",
    )

    @api.model
    def _get_dunning_hold_domains(self):
        own = {"claim": [("dunning_claim_id", "!=", False)]}
        return super()._get_dunning_hold_domains() | own
