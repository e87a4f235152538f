import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.notice import DAYS_BY_POST


class DunningPlan(models.Model):
    """The conditions as they were sent: frozen with the agreement, and compared before
    it is signed. What the debtor has not read he cannot sign."""

    _inherit = "dunning.plan"

    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the company"
    )
    notice_days = fields.Integer(
        "Notice of a missed instalment (days)",
        readonly=True,
        copy=False,
        help="As the agreement says: counted from the day on which the notice was "
        "received. The plan ends when they are over.",
    )
    waived_interest = fields.Monetary(
        "Penalties until then",
        readonly=True,
        copy=False,
        help="The late-payment penalties of these invoices when the agreement was "
        "sent.",
    )
    waived_indemnity = fields.Monetary(
        "Indemnities until then",
        currency_field="company_currency_id",
        readonly=True,
        copy=False,
        help="The fixed indemnities of these invoices when the agreement was sent.",
    )
    waived_on = fields.Date(
        "Penalties counted until",
        readonly=True,
        copy=False,
        help="The day until which the agreement counts penalties and indemnities.",
    )
    sent_conditions = fields.Char(
        "Conditions as sent",
        readonly=True,
        copy=False,
        help="Fingerprint of the conditions that the agreement was sent with.",
    )

    def _freeze_conditions(self):
        """Return, as values, what the agreement says of the company's rules and of the
        penalties on the day on which it is sent."""
        self.ensure_one()
        interest, indemnity = self._read_late_amounts()
        return {
            "notice_days": self.company_id.dunning_plan_notice_days,
            "waived_interest": interest,
            "waived_indemnity": indemnity,
            "waived_on": self.company_id._dunning_today(),
            "sent_conditions": self._get_fingerprint(),
        }

    def _read_late_amounts(self):
        """Return the interest until today, in the currency of the plan, and the
        indemnities, in that of the company."""
        lines = self.line_ids
        return sum(lines.mapped("amount_interest")), sum(
            lines.mapped("amount_indemnity")
        )

    def _get_fingerprint(self):
        """Return the SHA-256 of what is agreed upon."""
        self.ensure_one()
        terms = [
            self.partner_id.id,
            self.currency_id.name,
            self._format(self.amount),
            sorted(self.line_ids.ids),
            [
                [row.date, self._format(row.amount), self._format(row.interest)]
                for row in self._get_rows()
            ],
            [self.interest_method, self.interest_rate, self.interest_from],
            [self.penalties, self.reason_text or ""],
        ]
        text = json.dumps(terms, default=fields.Date.to_string, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def _is_as_sent(self):
        # One that was proposed before conditions were kept is as it is.
        return self.sent_conditions in (False, self._get_fingerprint())

    def _check_is_as_sent(self):
        """:raises UserError: when the conditions have changed since it was sent"""
        if not self._is_as_sent():
            raise UserError(
                self.env._(
                    "The conditions of %(plan)s have changed since the agreement was "
                    "sent on %(date)s: send it again, then enter the signature.",
                    plan=self.display_name,
                    date=format_date(self.env, self.proposed_on),
                )
            )

    def _get_notice_days(self):
        """Return how long a missed instalment can still be paid: as the agreement
        says, as the company's rules say for a draft and for older plans."""
        self.ensure_one()
        is_frozen = bool(self.sent_conditions)
        return (
            self.notice_days if is_frozen else self.company_id.dunning_plan_notice_days
        )

    @api.model
    def _get_days_by_post(self):
        """Return after how many days a letter counts as received, see
        ``dunning.action._get_received_on``."""
        return DAYS_BY_POST

    # What the agreement says of the penalties

    def _get_late_texts(self):
        """Return the penalties, the indemnities and their day, as texts, as frozen;
        of today for a draft.

        :rtype: dict[str, str] | None: None when there are none
        """
        self.ensure_one()
        day, amounts = self.waived_on, (self.waived_interest, self.waived_indemnity)
        if not day:
            if self.state != "draft":
                return None  # nobody knows any more what they were
            day, amounts = self.company_id._dunning_today(), self._read_late_amounts()
        if not any(amounts):
            return None
        own = self.company_currency_id
        return {
            "interest": self._format(amounts[0]),
            "indemnity": own.format(amounts[1]),
            "date": self.env["dunning.action"]._format_day(day),
        }

    def _describe_waived(self):
        """Return the amounts of the penalties for the agreement, in brackets after a
        blank; empty where nobody knows them."""
        if not (texts := self._get_late_texts()):
            return ""
        amounts = self.env._(
            "(%(interest)s of penalties and %(indemnity)s of indemnity on %(date)s)",
            **texts,
        )
        return f" {amounts}"

    def _describe_revived(self):
        """Return the sentence that tells that penalties which were waived are due
        again; empty while the plan is not broken, and where none were waived."""
        self.ensure_one()
        is_consumer = self.partner_id.dunning_debtor_kind == "consumer"
        is_waived = self.penalties == "waived" and not is_consumer
        if self.state != "broken" or not is_waived:
            return ""
        if not (texts := self._get_late_texts()):
            return self.env._(
                "The late-payment penalties and the fixed indemnity, which were waived "
                "on condition that the agreement was respected, are due again."
            )
        return self.env._(
            "The late-payment penalties and the fixed indemnity, which were waived on "
            "condition that the agreement was respected (%(interest)s and "
            "%(indemnity)s on %(date)s), are due again.",
            **texts,
        )

    # Sent again

    def action_send_again(self):
        """Send the agreement as it stands now; what was sent before counts no more."""
        self.check_access("write")
        for plan in self:
            if plan.state != "proposed":
                raise UserError(
                    self.env._(
                        "%(plan)s is not waiting for a signature: propose it first.",
                        plan=plan.display_name,
                    )
                )
            plan._send_again()
        return True

    def _send_again(self):
        proposals = self._get_proposals()
        proposals.filtered(lambda one: one.state in ("proposed", "queued"))._drop(
            self.env._("The agreement is sent again.")
        )
        today = self.company_id._dunning_today()
        days = self.company_id.dunning_plan_answer_days
        until = max(self.answer_by or today, fields.Date.add(today, days=days))
        values = {"proposed_on": today, "answer_by": until}
        self._write_facts(values | self._freeze_conditions())
        self._make_agreement()
        self._keep_items_back(self.answer_by)
        # Once each time that it is sent: below zero, as no instalment is.
        event = self._prepare_told("proposed")._replace(row_id=-len(proposals))
        self.env["dunning.action"]._announce([event])
        self._log(self.env._("the agreement was sent again."))

    def _get_proposals(self):
        """Return the contacts that proposed it, cancelled ones too."""
        return self.env["dunning.action"].search(
            [
                ("event", "=", "plan.proposed"),
                ("event_model", "=", self._name),
                ("event_res_id", "in", self.ids),
            ]
        )

    def _find_unsent(self):
        """Return the contacts that propose it, as long as none of them has left."""
        proposals = self._get_proposals()
        if "done" in proposals.mapped("state"):
            return proposals.browse()
        return proposals.filtered(lambda one: one.state in ("proposed", "queued"))

    def _send_what_was_signed(self, waiting):
        """Send the agreement to who signed it before ours had left: each party has its
        copy.

        :param waiting: what would have proposed it
        """
        waiting.filtered(lambda one: one.state != "cancelled")._drop(
            self.env._("The agreement was signed meanwhile.")
        )
        self._announce_plan("accepted")
