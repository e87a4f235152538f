from odoo import fields, models
from odoo.tools import format_date


class DunningCase(models.Model):
    """What a debtor contests."""

    _inherit = "dunning.case"

    dispute_ids = fields.One2many(
        "dunning.dispute", "case_id", "Disputes", readonly=True
    )

    def _find_contested(self, amount):
        """Return the oldest invoice of the case on which an amount can be contested."""
        for line in self.line_ids.sorted(lambda line: (line.date_due, line.id)):
            move = line.move_id
            if move.amount_residual and (amount or 0) <= move.amount_residual:
                return move
        return self.env["account.move"]

    def _follow_books(self, day, books):
        """Let disputes follow their invoices; nothing else is judged: a payment never
        closes a dispute."""
        books = super()._follow_books(day, books)
        self.env["dunning.dispute"]._follow_items(self)
        return books

    def action_open_dispute(self):
        """Open the window where the debtor's objection is written down."""
        self.ensure_one()
        self.check_access("write")
        return self.env["dunning.dispute"]._get_window(
            self.line_ids.move_id if len(self.line_ids.move_id) == 1 else None, self
        )

    def _explain_holds(self):
        """Say as well what is contested, by amount, and who examines it."""
        yield from super()._explain_holds()
        for dispute in self.dispute_ids.filtered(lambda one: one.state != "closed"):
            yield self.env._(
                "%(amount)s of %(invoice)s disputed since %(date)s (%(reason)s): "
                "%(user)s, until %(deadline)s",
                amount=dispute._format_amount(dispute._get_amount_held()),
                invoice=dispute.move_name,
                date=format_date(self.env, dispute.date),
                reason=dispute.reason_id.name,
                user=dispute.user_id.sudo().name,  # a name is no secret
                deadline=format_date(self.env, dispute.deadline),
            )
