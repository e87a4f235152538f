from odoo import fields, models


class DunningClaimSettled(models.AbstractModel):
    """Interest or an indemnity of an invoice that was claimed, or waived."""

    _name = "dunning.claim.settled"
    _description = "Dunning: Interest or Indemnity Settled"

    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    move_line_id = fields.Many2one(
        "account.move.line", "Item", readonly=True, ondelete="set null"
    )
    date_due = fields.Date("Due date", readonly=True)
    date_to = fields.Date(
        "Until", readonly=True, help="The last day of which the interest was counted."
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)

    def _find_line(self, lines):
        """Return which of the lines of the invoice it is about.

        An edited invoice has new items: then the one due on the same day, else the
        first, so that nothing is claimed twice.
        """
        self.ensure_one()
        mine = lines.filtered(lambda line: line.move_line_id == self.move_line_id)
        mine = mine or lines.filtered(lambda line: line.date_due == self.date_due)
        return (mine or lines)[:1]
