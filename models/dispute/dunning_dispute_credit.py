from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...tools.disputes import share


class DunningDisputeCredit(models.Model):
    """The credit note that settles a dispute: a draft, made by the host's reversal.

    An accountant posts it, and it is reconciled with its invoice by the host. Until
    then the amount waits; deleted or cancelled, the dispute is examined again.
    """

    _inherit = "dunning.dispute"

    credit_move_id = fields.Many2one(
        "account.move",
        "Credit note",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Made as a draft by the decision; an accountant posts it.",
    )
    credit_state = fields.Selection(
        related="credit_move_id.state", string="State of the credit note"
    )

    def _draft_credit_note(self):
        """Make the draft and wait for it to be posted."""
        for dispute in self:
            refund = dispute._create_credit_note()
            # Facts, written by the engine.
            dispute.sudo().write({"credit_move_id": refund.id, "state": "credit"})
            dispute._log(dispute._describe_credit_note(refund))
            dispute._end_tasks(dispute._describe_credit_note(refund))
        self._keep_back()

    def _create_credit_note(self):
        """Reverse the invoice as the host does, for the accepted amount only."""
        self.ensure_one()
        # A draft on the decision of who may settle disputes; posting it stays with
        # the accountants.
        move = self.move_id.sudo()
        if not move or move.state != "posted":
            raise UserError(
                self.env._(
                    "%(invoice)s is not posted any more: there is nothing to credit. "
                    "Withdraw the dispute instead.",
                    invoice=self.move_name,
                )
            )
        wizard = self.env["account.move.reversal"].sudo()
        wizard = wizard.with_context(active_model=move._name, active_ids=move.ids)
        reversal = wizard.create(
            {
                "journal_id": move.journal_id.id,
                "date": self.company_id._dunning_today(),
                "reason": self.reason_id.with_context(
                    lang=self.case_id._get_lang()
                ).name,
            }
        )
        reversal.refund_moves()
        refund = reversal.new_move_ids
        if self.currency_id.compare_amounts(self.amount_accepted, move.amount_total):
            self._reduce(refund)
        return refund.sudo(self.env.su)

    def _reduce(self, refund):
        """Let the draft amount to what is accepted, in proportion to its lines."""
        currency = self.currency_id
        lines = refund.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and line.price_total
        )
        wanted = Decimal(str(self.amount_accepted))
        shares = share(
            [Decimal(str(line.price_total)) for line in lines],
            wanted,
            Decimal(str(currency.rounding)),
        )
        changes = []
        for line, part in zip(lines, shares, strict=True):
            # Of a price without VAT only the part before VAT.
            ratio = Decimal(str(line.price_subtotal)) / Decimal(str(line.price_total))
            has_tax_inside = any(
                line.tax_ids.flatten_taxes_hierarchy().mapped("price_include")
            )
            price = part if has_tax_inside else part * ratio
            changes.append(
                Command.update(
                    line.id,
                    {
                        "quantity": 1,
                        "discount": 0,
                        "price_unit": currency.round(float(price)),
                    },
                )
            )
        refund.write({"invoice_line_ids": changes})

    def _describe_credit_note(self, refund):
        self.ensure_one()
        amount = self._format_amount(refund.amount_total)
        text = self.env._(
            "Draft credit note over %(amount)s for %(invoice)s: an accountant checks "
            "and posts it; until then the amount waits.",
            amount=amount,
            invoice=self.move_name,
        )
        if self.currency_id.compare_amounts(refund.amount_total, self.amount_accepted):
            text += " " + self.env._(
                "VAT is rounded: %(accepted)s were accepted.",
                accepted=self._format_amount(self.amount_accepted),
            )
        return text

    # What becomes of it

    def _follow_credit_note(self, state):
        """Follow the credit note, whatever the host does with it.

        :param state: ``posted``, ``draft`` or ``gone`` (cancelled or deleted)
        """
        if state == "posted":
            self.filtered(lambda one: one.state == "credit")._finish()
        elif state == "draft":
            again = self.filtered(lambda one: one.state == "closed")
            # Facts, written by the engine.
            again.sudo().write(
                {"state": "credit", "closed_on": False, "closed_by_id": False}
            )
            again._keep_back()
        else:
            self.filtered(lambda one: one.state == "credit")._examine_again()

    def _examine_again(self):
        """Without its credit note a dispute is undecided."""
        for dispute in self:
            dispute._log(
                self.env._(
                    "The credit note for %(invoice)s was cancelled: the dispute is "
                    "examined again.",
                    invoice=dispute.move_name,
                )
            )
            # Facts, written by the engine.
            dispute.sudo().write(
                {"state": "open", "resolution": False, "credit_move_id": False}
            )
        self._keep_back()
        self._plan_owner()
