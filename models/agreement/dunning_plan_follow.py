from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

from ...tools import instalments as core


class DunningPlanFollow(models.Model):
    """What came in on a plan: read from the balances, never stored.

    Interest counts once it was invoiced: what is in no book cannot be paid. Its
    invoice is a draft that a person asks for (design, rule 11).
    """

    _inherit = "dunning.plan"

    interest_move_id = fields.Many2one(
        "account.move",
        "Invoice of the interest",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The invoice of the interest agreed upon. Once it is posted its payments "
        "count for the plan.",
    )

    def _get_rows(self):
        """Return the instalments in the order in which payments fill them."""
        self.ensure_one()
        never = fields.Date.to_date("9999-12-31")
        return self.instalment_ids.sorted(lambda row: row.date or never)

    def _get_expected(self, row):
        """Return what can be paid of an instalment."""
        # Whether an invoice is posted is no secret to who sees the plan.
        if self.interest_move_id.sudo().state == "posted":
            return row.amount
        return self.currency_id.round(row.amount - row.interest)

    def _fill(self, received):
        """Map the instalments to what is paid of each."""
        rows = self._get_rows()
        amounts = [self._decimal(self._get_expected(row)) for row in rows]
        filled = core.fill(amounts, received)
        return {row: float(part) for row, part in zip(rows, filled, strict=True)}

    def _get_received(self):
        """Map plans to what came in on their invoices since they were proposed.

        :rtype: dict[dunning.plan, Decimal]
        """
        covers_of = {}
        if self._origin:
            # As for the amounts a case shows.
            covers = self._origin._get_covers().sudo()
            covers_of = covers.grouped("source_id")
        none = self.env["dunning.cover"].sudo()
        return {
            plan: sum(
                (
                    self._decimal(cover.balance_start)
                    - self._decimal(cover.line_id.amount_residual)
                    for cover in covers_of.get(plan._origin.id, none)
                ),
                plan._get_interest_received(),
            )
            for plan in self
        }

    def _get_interest_received(self):
        move = self.interest_move_id.sudo()  # see _get_expected
        if move.state != "posted":
            return Decimal(0)
        return self._decimal(move.amount_total) - self._decimal(move.amount_residual)

    def action_draft_interest(self):
        """Draft the invoice of the interest agreed upon, due on the last day."""
        self.ensure_one()
        self.check_access("write")
        if self.state not in ("accepted", "completed") or not self.amount_interest:
            raise UserError(
                self.env._("There is no interest to invoice on this payment plan.")
            )
        if not self.interest_move_id:
            # A draft only, whoever asks for it: posting it is the accountant's.
            moves = self.env["account.move"].sudo().with_company(self.company_id)
            move = moves.create(self._prepare_interest_move())
            self.sudo().interest_move_id = move  # a fact
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.interest_move_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _prepare_interest_move(self):
        plan = self.with_context(lang=self._get_lang())
        return {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date_due": self.date_last,
            "invoice_payment_term_id": False,
            "invoice_line_ids": [
                fields.Command.create(
                    {
                        "name": plan.env._(
                            "Interest agreed upon in the payment agreement "
                            "%(reference)s",
                            reference=self._get_reference(),
                        ),
                        "quantity": 1,
                        "price_unit": self.amount_interest,
                        "tax_ids": [fields.Command.clear()],
                    }
                )
            ],
        }
