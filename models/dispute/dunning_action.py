from odoo import api, fields, models


class DunningAction(models.Model):
    """Why the debtor does not pay, as a contact has shown, and what our answers to
    disputes say."""

    _inherit = "dunning.action"

    reason_id = fields.Many2one(
        "dunning.reason",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Why the debtor does not pay, as this contact has shown.",
    )
    reason_said_by = fields.Selection(
        selection="_selection_said_by",
        string="Said by",
        readonly=True,
        help="Whether the debtor said so, or whether we assume it.",
    )
    is_incoming = fields.Boolean(
        "The debtor called", readonly=True, help="He contacted us, not we him."
    )
    dispute_id = fields.Many2one("dunning.dispute", compute="_compute_dispute_id")
    dispute_invoice = fields.Char(compute="_compute_dispute_texts")
    dispute_amount_text = fields.Char(compute="_compute_dispute_texts")
    dispute_date_text = fields.Char(compute="_compute_dispute_texts")
    dispute_accepted_text = fields.Char(compute="_compute_dispute_texts")
    dispute_answer_text = fields.Char(compute="_compute_dispute_texts")

    @api.model
    def _selection_said_by(self):
        return [
            ("debtor", self.env._("The debtor's words")),
            ("assumed", self.env._("Our assumption")),
        ]

    @api.depends("event_model", "event_res_id")
    def _compute_dispute_id(self):
        for action in self:
            is_about = action.event_model == "dunning.dispute"
            action.dispute_id = is_about and action._get_event_source()

    @api.depends("dispute_id")
    @api.depends_context("lang")
    def _compute_dispute_texts(self):
        for action in self:
            dispute = action.dispute_id
            action.dispute_invoice = dispute.move_name
            action.dispute_date_text = self._format_day(dispute.date)
            action.dispute_answer_text = dispute.resolution_note
            texts = [
                dispute._format_amount(amount) if dispute else ""
                for amount in (dispute.amount, dispute.amount_accepted)
            ]
            action.dispute_amount_text, action.dispute_accepted_text = texts

    def _get_event_outdated_reason(self):
        if not self.dispute_id:
            return super()._get_event_outdated_reason()
        open_moves = self.case_id.line_ids.filtered(
            lambda line: not line.move_line_id.reconciled
        ).move_id
        if self.dispute_id.move_id not in open_moves:
            return self.env._(
                "%(invoice)s was settled.", invoice=self.dispute_id.move_name
            )
        if self.dispute_id.state not in ("closed", "credit"):
            return self.env._("The dispute is examined again.")
        return ""

    def _write_reason(self, reason, said_by):
        """Keep the reason on the contact and, as the last one known, on its case."""
        values = {"reason_id": reason.id, "reason_said_by": said_by}
        # Only the engine writes what came of a contact, from what somebody told.
        self.sudo().write(values)
        self.case_id.sudo().write(values)

    def _describe_reason(self):
        """Return the reason and who said so, in words; empty when there is none."""
        self.ensure_one()
        if not self.reason_id:
            return ""
        return self.env._(
            "Reason: %(reason)s (%(said_by)s)",
            reason=self.reason_id.display_name,
            said_by=dict(self._selection_said_by())[self.reason_said_by or "debtor"],
        )
