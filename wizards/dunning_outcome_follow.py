from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ..models.contact.dunning_reason import FOLLOW_UPS


class DunningOutcomeFollow(models.TransientModel):
    """What follows from a contact that reached the debtor, made in the same screen.

    Each choice has a method ``_follow_<choice>`` that makes the record and may return a
    window to open, and fields of its own that are asked for.
    """

    _inherit = "dunning.outcome"

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
    promise_date = fields.Date("Promised for", help="The day by which he will pay.")
    promise_amount = fields.Monetary(
        "Promised amount",
        compute="_compute_promise_amount",
        store=True,
        readonly=False,
        precompute=True,
        help="What he will pay; the oldest invoices are covered first.",
    )
    promise_means = fields.Selection(
        selection=lambda self: (
            self.env["dunning.promise"]
            ._fields["means"]
            ._description_selection(self.env)
        ),
        string="By what means",
    )

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

    @api.depends("case_id")
    def _compute_promise_amount(self):
        """What is late and not kept back already, in the currency of the oldest."""
        for window in self:
            lines = window.case_id.line_ids.filtered("days_overdue")
            lines = lines.filtered(lambda line: not line.hold)
            oldest = lines.sorted("date_due")[:1]
            alike = lines.filtered(
                lambda line, oldest=oldest: line.currency_id == oldest.currency_id
            )
            window.promise_amount = sum(alike.mapped("amount_residual"))

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
        if self.follow_up == "promise" and not self.promise_date:
            raise UserError(
                self.env._(
                    "For which day does %(debtor)s promise to pay?",
                    debtor=self.partner_id.display_name,
                )
            )

    def _follow(self):
        """Make what follows; return the window to open, if any.

        A plan or an offer is a draft: its terms are looked at before it is sent.
        """
        case = self.case_id
        method = {
            "call_back": self._follow_call_back,
            "task": self._follow_task,
            "promise": self._follow_promise,
            "plan": lambda: self._open(self.env["dunning.plan"]._draft_for(case)),
            "offer": lambda: self._open(self.env["dunning.offer"]._draft_for(case)),
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

    def _follow_promise(self):
        values = {"case_id": self.case_id.id, "date": self.promise_date}
        self.env["dunning.promise"].create(
            values
            | {
                "amount": self.promise_amount,
                "means": self.promise_means,
                "contact_id": self.contact_id.id,
                "note": self.note,
            }
        )

    def _open(self, record):
        """Return the form of a draft that was just made."""
        record.write({"contact_id": self.contact_id.id, "note": self.note})
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

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
