from odoo import api, fields, models

#: What an answer to a dispute can name.
DISPUTE_TEXTS = (
    "dispute_invoice",
    "dispute_amount_text",
    "dispute_date_text",
    "dispute_accepted_text",
    "dispute_answer_text",
)


class DunningAction(models.Model):
    """Why the debtor does not pay, as a contact has shown, and what our answers to
    disputes say."""

    _inherit = "dunning.action"

    dispute_id = fields.Many2one("dunning.dispute", compute="_compute_dispute_id")
    dispute_invoice = fields.Char(compute="_compute_dispute_texts")
    dispute_amount_text = fields.Char(compute="_compute_dispute_texts")
    dispute_date_text = fields.Char(compute="_compute_dispute_texts")
    dispute_accepted_text = fields.Char(compute="_compute_dispute_texts")
    dispute_answer_text = fields.Char(compute="_compute_dispute_texts")

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

    def _read_news(self):
        news = super()._read_news()
        lines = self._get_object_lines_of_all()
        disputes = self.env["dunning.dispute"].search_fetch(
            [("case_id", "in", lines.case_id.ids)]
        )
        by_case = lines.grouped("case_id")
        for dispute in disputes:
            concerned = by_case[dispute.case_id].filtered(dispute._concerns)
            days = (dispute.date, dispute.closed_on)
            self._note_news(news, concerned.ids, max(filter(None, days), default=None))
        return news

    def _get_event_outdated_reason(self):
        if not self.dispute_id:
            return super()._get_event_outdated_reason()
        open_lines = self.case_id.line_ids.filtered(
            lambda line: not line.move_line_id.reconciled
        )
        if not any(map(self.dispute_id._concerns, open_lines)):
            return self.env._(
                "%(invoice)s was settled.", invoice=self.dispute_id.move_name
            )
        if self.dispute_id.state not in ("closed", "credit"):
            return self.env._("The dispute is examined again.")
        return ""

    @api.model
    def _get_placeholders(self):
        return (*super()._get_placeholders(), *DISPUTE_TEXTS)
