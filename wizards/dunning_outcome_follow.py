from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ..models.dunning_reason import FOLLOW_UPS


class DunningOutcomeFollow(models.AbstractModel):
    """What follows from a contact that reached the debtor, made in the same screen.

    Each choice has a method ``_follow_<choice>`` that makes the record and may return a
    window to open, and fields of its own that are asked for.
    """

    _name = "dunning.outcome.follow"
    _description = "Outcome: What Follows"

    follow_up = fields.Selection(
        FOLLOW_UPS,
        "What follows",
        compute="_compute_follow_up",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="What was agreed, or what somebody has to do. The reason suggests it.",
    )
    follow_on = fields.Date(
        "On",
        compute="_compute_follow_on",
        store=True,
        readonly=False,
        help="The day of the task or of the call.",
    )
    follow_user_id = fields.Many2one(
        "res.users",
        "By",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Who has to do it.",
    )
    dispute_move_id = fields.Many2one(
        "account.move",
        "Contested invoice",
        compute="_compute_dispute_move_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'in', dispute_move_ids)]",
    )
    dispute_move_ids = fields.Many2many(
        "account.move", compute="_compute_dispute_move_ids"
    )
    dispute_amount = fields.Monetary(
        "Contested amount",
        compute="_compute_dispute_amount",
        store=True,
        readonly=False,
        precompute=True,
        help="VAT included. Only this amount waits; the rest is claimed as before.",
    )
    currency_id = fields.Many2one(related="dispute_move_id.currency_id")

    @api.depends("reason_id", "outcome")
    def _compute_follow_up(self):
        for window in self:
            is_reached = window.outcome == "reached"
            suggested = window.reason_id.suggested_action
            window.follow_up = suggested if is_reached and suggested else "none"

    @api.depends("follow_up")
    def _compute_follow_on(self):
        for window in self:
            company = window.company_id or self.env.company
            window.follow_on = company._dunning_add_working_days(
                company._dunning_today(), 1
            )

    @api.depends("case_id")
    def _compute_dispute_move_ids(self):
        for window in self:
            window.dispute_move_ids = window.case_id.line_ids.move_id

    @api.depends("dispute_move_ids")
    def _compute_dispute_move_id(self):
        for window in self:
            lines = window.case_id.line_ids.sorted("date_due")
            window.dispute_move_id = window.dispute_move_id or lines.move_id[:1]

    @api.depends("dispute_move_id")
    def _compute_dispute_amount(self):
        for window in self:
            window.dispute_amount = window.dispute_move_id.amount_residual

    def _check_follow_up(self):
        """Nothing follows from a contact that reached nobody.

        :raises UserError: when what follows lacks something
        """
        if self.outcome != "reached":
            self.follow_up = "none"
        if self.follow_up in ("task", "call_back"):
            today = self.company_id._dunning_today()
            if not self.follow_on or self.follow_on < today:
                raise UserError(
                    self.env._("Choose the day of what follows: today or later.")
                )

    def _follow(self):
        """Make what follows; return the window to open, if any."""
        method = {
            "call_back": self._follow_call_back,
            "task": self._follow_task,
            "dispute": self._follow_dispute,
        }.get(self.follow_up)
        return method() if method else None

    def _follow_call_back(self):
        """Plan the call as a task on the case: the ladder does not wait for it."""
        self.case_id.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=self.follow_on,
            summary=self.env._("Call %(debtor)s", debtor=self.partner_id.display_name),
            note=plaintext2html(self.note or ""),
            user_id=self.follow_user_id.id or self.env.uid,
        )

    def _follow_task(self):
        note = "\n".join(filter(None, [self.reason_id.advice, self.note]))
        self.case_id.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.follow_on,
            summary=self.reason_id.name or self.env._("After the call"),
            note=plaintext2html(note),
            user_id=self.follow_user_id.id or self.env.uid,
        )

    def _follow_dispute(self):
        self.env["dunning.dispute"].create(
            {
                "case_id": self.case_id.id,
                "move_id": self.dispute_move_id.id,
                "amount": self.dispute_amount,
                "reason_id": self.reason_id.id,
                "note": self.dispute_found or self.note,
            }
        )
