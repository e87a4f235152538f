from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.notice import read_html

#: Days that an answer to a dispute grants to pay what remains.
ANSWER_DAYS = 10
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

    # The date by which what remains is to be paid, and the mediator.

    def _get_deadline(self, day):
        """An answer names a date, and nothing more is asked for before it."""
        if self.dispute_id:
            return day + timedelta(days=ANSWER_DAYS)
        return super()._get_deadline(day)

    def _before_freezing(self, day):
        for answer in self.filtered("dispute_id"):
            answer._write_facts({"deadline": answer._get_deadline(day)})
        return super()._before_freezing(day)

    def _after_freezing(self):
        result = super()._after_freezing()
        for answer in self.filtered("dispute_id"):
            answer._check_mediator()
        return result

    def _check_mediator(self):
        """Hold an answer to a consumer back that does not name the mediator to whom he
        may turn (Code de la consommation L616-1, L616-2).

        :raises UserError: with the remedy
        """
        self.ensure_one()
        is_consumer = self.partner_id.dunning_debtor_kind == "consumer"
        if not is_consumer or not self.company_id._is_under_french_law():
            return
        name = (self.mediator_text or "").strip().split("\n")[0]
        if not name:
            raise UserError(
                self.env._(
                    "The answer to %(debtor)s cannot leave yet: a consumer whose "
                    "complaint is not settled must be told of the consumer mediator. "
                    "Enter the mediator in the settings of dunning, then decide again.",
                    debtor=self.partner_id.display_name,
                )
            )
        if name not in read_html(self.body or ""):
            raise UserError(
                self.env._(
                    "The answer to %(debtor)s cannot leave yet: it does not name the "
                    "consumer mediator (%(mediator)s). Put him back into the text of "
                    "the answer.",
                    debtor=self.partner_id.display_name,
                    mediator=name,
                )
            )

    def _after_delivery(self):
        result = super()._after_delivery()
        for answer in self.filtered(lambda one: one.dispute_id and one.deadline):
            # The date of a formal notice stays: no later text grants a new term.
            lines = answer._get_object_lines().case_line_id.filtered(
                lambda line: (
                    not (line.level_id | line.heard_level_id).filtered(
                        "is_formal_notice"
                    )
                )
            )
            lines._postpone(answer.deadline)
            lines._refresh_next()
        return result

    @api.model
    def _get_placeholders(self):
        return (*super()._get_placeholders(), *DISPUTE_TEXTS)
