from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class DunningDispute(models.Model):
    """What is contested: an invoice, or one item of another entry.

    An opening entry holds items of many debtors: who contests his contests no other's.
    """

    _inherit = "dunning.dispute"

    move_line_id = fields.Many2one(
        "account.move.line",
        "Item",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain=[
            ("move_id.move_type", "=", "entry"),
            ("parent_state", "=", "posted"),
            ("account_type", "=", "asset_receivable"),
            ("reconciled", "=", False),
            ("partner_id", "!=", False),
        ],
        help="The item that is contested, where it is of no invoice: of an opening "
        "balance for instance. Of an invoice it stays empty.",
        entry="new",
    )
    currency_id = fields.Many2one("res.currency")  # the item's, by dunning.dispute

    def _is_about_item(self):
        """Tell whether it is about an item of an entry that is no invoice."""
        self.ensure_one()
        move = self.move_id.sudo()  # a fact about what is contested
        return bool(self.move_line_id or (move and not move._is_dunning_document()))

    def _get_item(self):
        # What is contested is no secret to who sees the dispute.
        return self.move_line_id.sudo()

    def _get_balance(self):
        """Return what is open of what is contested, in its currency."""
        self.ensure_one()
        if not self._is_about_item():
            return self.move_id.amount_residual
        return self._get_item().amount_residual_currency

    @api.depends("move_id.amount_residual", "move_line_id.amount_residual_currency")
    def _compute_balance(self):
        for dispute in self:
            dispute.balance = dispute._get_balance()

    def _concerns(self, line):
        """Tell whether an item of a case is contested by it."""
        self.ensure_one()
        if not self._is_about_item():
            return bool(self.move_id) and line.move_id == self.move_id
        if self.move_line_id:
            return line.move_line_id == self.move_line_id
        # It was entered again: the debtor's item of that number.
        is_his = line._get_debtor() == self.partner_id.commercial_partner_id
        return line.move_id == self.move_id and is_his and line.name == self.move_name

    def _find_again(self, lines):
        """Name the item that took the place of one that was entered again."""
        for dispute in self:
            if dispute._is_about_item() and not dispute.move_line_id:
                line = lines.filtered(dispute._concerns)[:1]
                if line:
                    dispute._write_facts({"move_line_id": line.move_line_id.id})

    @api.model
    def _find_subject(self, vals, case):
        """Return the invoice and the item that a new dispute is about: the oldest that
        fits where nobody has chosen.

        :param case: the case that was named, if one was
        :raises UserError: when nothing is chosen, or an entry and not which item of it
        """
        move = self.env["account.move"].browse(vals.get("move_id") or [])
        item = self.env["account.move.line"].browse(vals.get("move_line_id") or [])
        if not move and not item:
            line = case._find_contested(vals.get("amount"))
            move, item = line.move_id, line._get_entry_items()
        move = item.move_id or move
        if not move:
            raise UserError(self.env._("Choose the invoice that is contested."))
        if move.sudo()._is_dunning_document():  # a fact about what is contested
            return move, item.browse()
        if not item:
            lines = case.line_ids.filtered(lambda line: line.move_id == move)
            item = lines.move_line_id
        if len(item) != 1:
            raise UserError(
                self.env._(
                    "%(entry)s is an entry with items of its own each: choose the item "
                    "that is contested.",
                    entry=move.display_name,
                )
            )
        return move, item

    @api.model
    def _open_case(self, move, item, day):
        """Return the open case of what is contested, opened if need be."""
        if not item:
            return move._dunning_open_at_once(day).case_id[:1]
        company = item.company_id
        cases = self.env["dunning.case"].with_company(company)
        # Whose item it is decides in whose case it is contested.
        debtor = item.sudo().partner_id.commercial_partner_id.with_env(self.env)
        cases = cases._open_at_once(company, day, debtor)
        lines = cases.line_ids.filtered(lambda line: line.move_line_id == item)
        return lines.case_id[:1]

    @api.constrains("move_line_id", "case_id")
    def _check_item(self):
        """An entry may hold items of many debtors."""
        for dispute in self:
            item = dispute._get_item()
            if item and (
                item.account_type != "asset_receivable"
                or item.partner_id.commercial_partner_id
                != dispute.case_id.partner_id.commercial_partner_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(item)s is no item of %(debtor)s.",
                        item=item.display_name,
                        debtor=dispute.case_id.partner_id.display_name,
                    )
                )

    def _prepare_credit_note(self):
        """Return the draft that credits an item without an invoice: its VAT is not
        known here, an accountant completes it."""
        self.ensure_one()
        item = self._get_item()
        if not item or item.parent_state != "posted":
            raise UserError(
                self.env._(
                    "%(invoice)s is not posted any more: there is nothing to credit. "
                    "Withdraw the dispute instead.",
                    invoice=self.move_name,
                )
            )
        told = self.with_context(lang=self.case_id._get_lang())
        words = told.env._("Credit on %(invoice)s", invoice=self.move_name)
        values = item._prepare_dunning_credit_note(self.amount_accepted, words)
        return values | {
            "invoice_date": self.company_id._dunning_today(),
            "ref": told.reason_id.name,
        }
