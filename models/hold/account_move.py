from odoo import api, fields, models

from ...tools.holds import ON_HOLD


class AccountMove(models.Model):
    """Invoices that somebody has put on hold for a time."""

    _inherit = "account.move"

    dunning_hold_id = fields.Many2one(
        "dunning.hold",
        "Put on hold",
        compute="_compute_dunning_hold_id",
        help="Who put the invoice, or its customer's case, on hold for a time.",
    )

    @api.model
    def _get_on_hold_ids(self):
        """Return the invoices that somebody has put on hold for a time."""
        lines = self.env["dunning.case.line"]
        return lines._search(lines._get_held_domain()).subselect("move_id")

    def action_dunning_hold(self):
        """Open the window that puts invoices on hold, or excludes them."""
        self.check_access("read")
        self._check_can_be_dunned()
        return self.env["dunning.hold.wizard"]._open_for_invoices(self)

    @api.depends("payment_state", "state", "no_followup")
    def _compute_dunning_hold_id(self):
        """A user without rights on dunning sees an empty field, never an error."""
        lines = self.env["dunning.case.line"]
        if lines.has_access("read") and self.ids:
            lines = lines.search([("move_id", "in", self.ids)])
        by_move = lines.grouped("move_id")
        for move in self:
            of_move = by_move.get(move._origin, lines.browse())
            move.dunning_hold_id = of_move.hold_id[:1]

    @api.model
    def _get_dunning_hold_domains(self):
        own = {ON_HOLD: [("id", "in", self._get_on_hold_ids())]}
        return super()._get_dunning_hold_domains() | own
