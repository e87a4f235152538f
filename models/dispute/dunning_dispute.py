from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_amount, format_date

#: Facts that the engine writes; a person decides through the buttons.
FACTS = {
    *("case_id", "move_id", "currency_id", "state", "date", "closed_on"),
    *("closed_by_id", "credit_move_id", "mediation_from", "mediation_until"),
}
#: What a person may change as long as nothing is decided.
CHOSEN = {"amount", "reason_id", "resolution", "amount_accepted"}


class DunningDispute(models.Model):
    """An amount of an invoice that the debtor contests.

    That amount waits until somebody decides; the rest of the invoice and the other
    invoices go on. A payment never closes a dispute. Nobody deletes one: opened by
    mistake, it is withdrawn.
    """

    _name = "dunning.dispute"
    _description = "Dispute"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "deadline, id"
    _check_company_auto = True

    case_id = fields.Many2one(
        "dunning.case", required=True, index=True, ondelete="cascade", readonly=True
    )
    partner_id = fields.Many2one(
        related="case_id.partner_id", string="Debtor", store=True, index=True
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True, index=True)
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain=[
            ("move_type", "in", ("out_invoice", "out_receipt")),
            ("state", "=", "posted"),
            ("payment_state", "in", ("not_paid", "partial", "blocked")),
        ],
        help="The invoice that is contested, as a whole or in part.",
    )
    move_name = fields.Char(
        "Invoice number",
        compute="_compute_move_name",
        store=True,
        help="Kept when the invoice is deleted.",
    )
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_move_name", store=True
    )
    amount = fields.Monetary(
        "Contested",
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="The part that is contested, VAT included: it waits, the rest goes on.",
    )
    balance = fields.Monetary(
        "Balance", related="move_id.amount_residual", currency_field="currency_id"
    )
    reason_id = fields.Many2one(
        "dunning.reason",
        required=True,
        ondelete="restrict",
        tracking=True,
        help="What is contested. Its family decides who examines it.",
    )
    family = fields.Selection(related="reason_id.family", store=True)
    note = fields.Text(
        "What the debtor says", help="In his words: it is not sent to anybody."
    )
    document_ids = fields.Many2many(
        "ir.attachment",
        "dunning_dispute_document_rel",
        "dispute_id",
        "attachment_id",
        "Documents",
        help="Delivery notes, photos, the debtor's letter, the order.",
    )
    date = fields.Date(
        "Since",
        required=True,
        default=lambda self: self.env.company._dunning_today(),
        readonly=True,
    )
    manager_id = fields.Many2one(related="case_id.manager_id")
    state = fields.Selection(
        [
            ("open", "Being examined"),
            ("mediation", "In mediation"),
            ("credit", "Credit note to post"),
            ("closed", "Settled"),
        ],
        required=True,
        default="open",
        readonly=True,
        tracking=True,
        index=True,
        help="Until it is settled the contested amount waits, whatever is paid.",
    )

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "Nothing is contested: enter an amount above zero."
    )

    # What follows from what

    @api.depends("move_id")
    def _compute_move_name(self):
        for dispute in self:
            if dispute.move_id:  # else as it was
                dispute.move_name = dispute.move_id.name
                dispute.currency_id = dispute.move_id.currency_id

    @api.depends("move_id")
    def _compute_amount(self):
        for dispute in self:
            dispute.amount = dispute.amount or dispute.move_id.amount_residual

    @api.depends("move_name", "amount", "currency_id", "reason_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for dispute in self:
            dispute.display_name = self.env._(
                "%(invoice)s: %(amount)s (%(reason)s)",
                invoice=dispute.move_name or self.env._("Dispute"),
                amount=dispute._format_amount(dispute.amount),
                reason=dispute.reason_id.name or "",
            )

    def _get_company(self):
        self.ensure_one()
        return self.company_id or self.move_id.company_id or self.env.company

    def _format_amount(self, amount):
        currency = self.currency_id or self._get_company().currency_id
        return format_amount(self.env, amount, currency)

    # What may be entered

    @api.constrains("amount")
    def _check_amount(self):
        for dispute in self:
            left = dispute.move_id.amount_residual
            if dispute.currency_id.compare_amounts(dispute.amount, left) > 0:
                raise ValidationError(
                    self.env._(
                        "Of %(invoice)s only %(left)s is open: %(amount)s cannot be "
                        "contested.",
                        invoice=dispute.move_name,
                        left=dispute._format_amount(left),
                        amount=dispute._format_amount(dispute.amount),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        disputes = super().create([self._prepare_dispute(vals) for vals in vals_list])
        disputes._take_effect()
        return disputes

    @api.model
    def _prepare_dispute(self, vals):
        """Find the invoice and its case; how far a dispute is, is no choice."""
        wanted = {name: vals[name] for name in vals if name not in FACTS}
        if wanted.get("amount") is None or wanted["amount"] is False:
            wanted.pop("amount", None)  # the whole balance
        self._check_above_zero(wanted)
        case = self.env["dunning.case"].browse(vals.get("case_id") or [])
        move = self.env["account.move"].browse(vals.get("move_id") or [])
        move = move or case._find_contested(vals.get("amount"))
        if not move:
            raise UserError(self.env._("Choose the invoice that is contested."))
        company = move.company_id
        day = self.env["res.company"]._dunning_read_day(vals.get("date"))
        day = day or company._dunning_today()
        case = move._dunning_open_at_once(day).case_id[:1]
        if not case:
            raise UserError(
                self.env._(
                    "Nothing of %(invoice)s is open: there is nothing to contest.",
                    invoice=move.display_name,
                )
            )
        return wanted | {"case_id": case.id, "move_id": move.id, "date": day}

    def write(self, vals):
        if not self.env.su:
            self._check_write(vals)
        self._check_above_zero(vals)
        before = {dispute: dispute.amount for dispute in self}
        result = super().write(vals)
        if "amount" in vals:
            changed = self.filtered(lambda dispute: dispute.amount != before[dispute])
            changed._keep_back()
        if not {"user_id", "deadline", "reason_id"}.isdisjoint(vals):
            self.filtered(lambda one: one.state in ("open", "mediation"))._plan_owner()
        return result

    @api.model
    def _check_above_zero(self, vals):
        """Say it in words before the database does."""
        if "amount" in vals and (vals["amount"] or 0) <= 0:
            raise UserError(
                self.env._("Nothing is contested: enter an amount above zero.")
            )

    def _check_write(self, vals):
        if not FACTS.isdisjoint(vals):
            raise UserError(
                self.env._(
                    "How far a dispute is follows from what is decided: use its "
                    "buttons. Opened on the wrong invoice, withdraw it."
                )
            )
        decided = self.filtered(lambda one: one.state in ("credit", "closed"))
        if decided and not CHOSEN.isdisjoint(vals):
            raise UserError(
                self.env._(
                    "“%(dispute)s” was decided on and stays as it is: open another "
                    "dispute if there is more to contest.",
                    dispute=decided[0].display_name,
                )
            )

    @api.model
    def _get_window(self, move, case):
        """Return the window in which a dispute is written down.

        :param move: the contested invoice, chosen in the window when None
        :param case: its case, if there is one
        """
        defaults = {"default_case_id": case.id} if case else {}
        defaults |= {"default_move_id": move.id} if move else {}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dispute"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": defaults,
        }

    def _describe(self):
        """Return one line for histories: invoice, amount, reason, owner, deadline."""
        self.ensure_one()
        return self.env._(
            "%(dispute)s, examined by %(user)s until %(date)s",
            dispute=self.display_name,
            user=self.user_id.sudo().name,  # a name is no secret
            date=format_date(self.env, self.deadline),
        )
