from odoo import fields, models
from odoo.tools import format_date


class DunningCase(models.Model):
    """What a debtor contests."""

    _inherit = "dunning.case"

    dispute_ids = fields.One2many(
        "dunning.dispute", "case_id", "Disputes", readonly=True
    )

    def _find_contested(self, amount):
        """Return the oldest item of the case of which an amount can be contested, an
        invoice counting as a whole."""
        for line in self.line_ids.sorted(lambda line: (line.date_due, line.id)):
            # As for the amounts a case shows.
            item = line._get_entry_items().sudo()
            left = (
                item.amount_residual_currency if item else line.move_id.amount_residual
            )
            if left and (amount or 0) <= left:
                return line
        return self.line_ids.browse()

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
        moves, items = self.line_ids.move_id, self.line_ids._get_entry_items()
        only = (moves - items.move_id) if len(moves) == 1 else None
        item = items if len(items) == len(self.line_ids) == 1 else None
        return self.env["dunning.dispute"]._get_window(only, self, item)

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
