from odoo import api, fields, models


class DunningLimitationOverride(models.Model):
    """The decision of a credit manager to remind a consumer of invoices that can no
    longer be claimed in court, with its reason. Kept for good, never changed."""

    _name = "dunning.limitation.override"
    _description = "Reminder of a Time-Barred Debt"
    _order = "id desc"
    _rec_name = "partner_id"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner", "Debtor", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    move_ids = fields.Many2many(
        "account.move",
        "dunning_limitation_override_move_rel",
        "override_id",
        "move_id",
        "Invoices",
        required=True,
        check_company=True,
    )
    reason = fields.Text(
        required=True,
        help="Why this customer is reminded although the debt can no longer be claimed "
        "in court. He may refuse to pay; the texts must not say otherwise.",
    )
    user_id = fields.Many2one(
        "res.users", "Decided by", readonly=True, default=lambda self: self.env.user
    )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [vals | {"user_id": self.env.uid} for vals in vals_list]
        overrides = super().create(vals_list)
        self.env["dunning.case.line"].invalidate_model(["hold"])
        for override in overrides:
            override._log()
        return overrides

    def _is_doubled_by(self, debtor):
        """Tell whether it cannot become this debtor's; a decision always can."""
        return False

    def _log(self):
        self.ensure_one()
        text = self.env._(
            "Reminded all the same, although time-barred: %(invoices)s. Reason: "
            "%(reason)s",
            invoices=", ".join(self.move_ids.mapped("display_name")),
            reason=self.reason,
        )
        self.env["dunning.case"]._log_for(self.partner_id, self.company_id, text)

    @api.model
    def _find_pairs(self, partner_ids):
        """Return the (debtor id, invoice id) for which it was decided."""
        # A fact about the item, for whoever sees the item.
        found = self.sudo().search([("partner_id", "in", partner_ids)])
        return {
            (override.partner_id.id, move.id)
            for override in found
            for move in override.move_ids
        }
