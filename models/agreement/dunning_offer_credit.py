from odoo import fields, models
from odoo.fields import Command


class DunningOfferCredit(models.Model):
    """The discount of an offer that was taken up: draft credit notes, one for each
    invoice, with its taxes. Posting them is the accountant's."""

    _inherit = "dunning.offer"

    refund_ids = fields.Many2many(
        "account.move",
        "dunning_offer_refund_rel",
        "offer_id",
        "move_id",
        "Credit notes",
        readonly=True,
        copy=False,
    )

    def _draft_refunds(self):
        """Draft the credit notes of the discount; return them."""
        self.ensure_one()
        moves = self.env["account.move"].sudo()  # drafts only, whoever runs the night
        moves = moves.with_company(self.company_id)
        refunds = moves.browse()
        for move, share in self._share_discount().items():
            refund = moves.create(self._prepare_refund(move.sudo(), share))
            self._correct_cents(refund, share)
            refunds |= refund
        self.sudo().refund_ids = refunds  # a fact
        return refunds

    def _share_discount(self):
        """Map the invoices to their part of the discount; the last carries the cents.

        An item that is no invoice (an opening balance) has no credit note.
        """
        open_of = {}
        for cover in self._get_covers():
            move = cover.line_id.move_id
            if move.sudo().is_sale_document():
                open_of[move] = open_of.get(move, 0) + cover.balance_start
        total, left, shares = sum(open_of.values()), self.amount, {}
        for number, (move, amount) in enumerate(open_of.items(), start=1):
            share = self.currency_id.round(self.amount * amount / total)
            shares[move] = share if number < len(open_of) else left
            left = self.currency_id.round(left - share)
        return {move: share for move, share in shares.items() if share > 0}

    def _prepare_refund(self, move, share):
        """Return a credit note that takes a share off an invoice, tax by tax."""
        return {
            "move_type": "out_refund",
            "company_id": move.company_id.id,
            "journal_id": move.journal_id.id,
            "partner_id": move.partner_id.id,
            "currency_id": move.currency_id.id,
            "fiscal_position_id": move.fiscal_position_id.id,
            "reversed_entry_id": move.id,
            "invoice_origin": move.name,
            "ref": self.env._("Discount on %(invoice)s", invoice=move.name),
            "invoice_line_ids": [
                Command.create(values)
                for values in self._prepare_refund_lines(move, share)
            ],
        }

    def _prepare_refund_lines(self, move, share):
        """Yield a line for each combination of taxes and account of the invoice."""
        products = move.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        account = self.company_id.sudo().dunning_offer_account_id
        groups = products.grouped(lambda line: (line.tax_ids, line.account_id))
        for (taxes, own_account), lines in groups.items():
            price = sum(
                line.quantity * line.price_unit * (1 - line.discount / 100)
                for line in lines
            )
            yield {
                "name": self.env._(
                    "Discount for payment by %(date)s (%(invoice)s)",
                    date=fields.Date.to_string(self.valid_until),
                    invoice=move.name,
                ),
                "quantity": 1,
                "price_unit": self.currency_id.round(price * share / move.amount_total),
                "account_id": (account or own_account).id,
                "tax_ids": [Command.set(taxes.ids)],
            }

    def _correct_cents(self, refund, share):
        """Let the last line carry the cents that the taxes have rounded away."""
        line = refund.invoice_line_ids[-1:]
        difference = share - refund.amount_total
        if line.price_total and not self.currency_id.is_zero(difference):
            ratio = line.price_unit / line.price_total
            line.price_unit += self.currency_id.round(difference * ratio)
