from odoo import api, fields, models


class ResPartner(models.Model):
    """How a customer has kept his promises."""

    _inherit = "res.partner"

    dunning_promise_kept_rate = fields.Float(
        "Promises kept",
        compute="_compute_dunning_promise_kept_rate",
        groups="account_dunning.group_dunning_reader",
        help="Of what this customer promised and was judged, the part that came in on "
        "time.",
    )
    dunning_promise_count = fields.Integer(
        "Promises judged",
        compute="_compute_dunning_promise_kept_rate",
        groups="account_dunning.group_dunning_reader",
    )

    @api.depends_context("company")
    def _compute_dunning_promise_kept_rate(self):
        rates = self.env["dunning.promise"]._read_kept_rates(
            self.commercial_partner_id, self.env.company
        )
        for partner in self:
            rate, count = rates.get(partner.commercial_partner_id.id, (0.0, 0))
            partner.dunning_promise_kept_rate = rate
            partner.dunning_promise_count = count
