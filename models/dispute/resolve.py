from odoo import fields, models
from odoo.exceptions import UserError

from ..contact.event import Event

#: Decisions that the debtor is told of, with the text that says so.
TEXTS = {
    "partly": "account_dunning.mail_template_dispute_partly",
    "unjustified": "account_dunning.mail_template_dispute_unjustified",
}


class DunningDisputeResolve(models.Model):
    """What is decided on a dispute, and what follows from it."""

    _inherit = "dunning.dispute"

    resolution = fields.Selection(
        [
            ("justified", "Justified"),
            ("partly", "Partly justified"),
            ("unjustified", "Not justified"),
            ("withdrawn", "Withdrawn"),
        ],
        "Decision",
        tracking=True,
        help="Justified: a draft credit note over the contested amount, which waits "
        "until it is posted. Partly: a draft credit note over a part, the rest goes "
        "on. Not justified: the debtor is told so and the reminders go on. Withdrawn: "
        "by the debtor, or opened by mistake.",
    )
    amount_accepted = fields.Monetary(
        "Amount accepted",
        help="What is credited when the debtor is right in part, VAT included.",
    )
    resolution_note = fields.Text(
        "Our answer",
        help="Why it was decided so. The debtor reads it in the message that tells him "
        "that his objection was accepted in part, or not.",
    )
    closed_on = fields.Date("Settled on", readonly=True)
    closed_by_id = fields.Many2one("res.users", "Settled by", readonly=True)
    currency_id = fields.Many2one("res.currency")  # the invoice's, by dunning.dispute

    def action_resolve(self, resolution=None, amount=None, note=None):
        """Carry out the decision.

        :param resolution: ``justified``, ``partly``, ``unjustified`` or ``withdrawn``;
            the one chosen on the dispute when None
        :param amount: what is credited, when it is justified in part
        :param note: our answer to the debtor
        """
        self.check_access("write")
        given = {
            "resolution": resolution,
            "amount_accepted": amount,
            "resolution_note": note,
        }
        values = {name: value for name, value in given.items() if value}
        self._check_undecided()
        if values:
            self.write(values)
        for dispute in self:
            dispute._check_decision()
            {
                "justified": dispute._resolve_justified,
                "partly": dispute._resolve_partly,
                "unjustified": dispute._resolve_unjustified,
                "withdrawn": dispute._finish,
            }[dispute.resolution]()
        return True

    def _check_undecided(self):
        for dispute in self:
            if dispute.state not in ("open", "mediation"):
                raise UserError(
                    self.env._(
                        "“%(dispute)s” was decided on already.",
                        dispute=dispute.display_name,
                    )
                )

    def _check_decision(self):
        self.ensure_one()
        if not self.resolution:
            raise UserError(
                self.env._(
                    "Choose the decision first: justified, partly, not justified or "
                    "withdrawn."
                )
            )
        accepted = self.amount_accepted
        if self.resolution == "partly" and not 0 < accepted < self.amount:
            raise UserError(
                self.env._(
                    "Justified in part: enter how much of %(amount)s is accepted, more "
                    "than nothing and less than all of it.",
                    amount=self._format_amount(self.amount),
                )
            )

    def _resolve_justified(self):
        self.amount_accepted = self.amount
        self._draft_credit_note()

    def _resolve_partly(self):
        """The accepted part waits for its credit note, the rest goes on."""
        self._draft_credit_note()
        self._tell_debtor()

    def _resolve_unjustified(self):
        self._finish()
        self._tell_debtor()

    def _finish(self):
        """Settle the dispute: nothing of it waits any more."""
        labels = dict(self._fields["resolution"]._description_selection(self.env))
        self._release()
        for dispute in self:
            # Written down by us: when and by whom it was settled is no choice.
            dispute.sudo().write(
                {
                    "state": "closed",
                    "closed_on": dispute.company_id._dunning_today(),
                    "closed_by_id": self.env.uid,
                }
            )
            text = self.env._(
                "Dispute settled: %(dispute)s. %(resolution)s.",
                dispute=dispute.display_name,
                resolution=labels.get(dispute.resolution, ""),
            )
            dispute._log(text)
            dispute._end_tasks(text)
        self._show()

    def _tell_debtor(self):
        """Tell the debtor what was decided, in his language, once.

        Nothing is told to who owes nothing any more.
        """
        open_cases = self.filtered(lambda one: one.case_id.state != "closed")
        events = [
            Event(
                f"dispute.{dispute.resolution},{dispute.id}",
                dispute.case_id,
                self.env.ref(TEXTS[dispute.resolution]),
                dispute.case_id.line_ids.filtered(
                    lambda line, move=dispute.move_id: line.move_id == move
                ),
            )
            for dispute in open_cases
            if dispute.move_id in dispute.case_id.line_ids.move_id
        ]
        return self.env["dunning.action"]._announce(events)

    def _describe_for_debtor(self):
        """Return what a later text recalls of the dispute; empty when nothing."""
        self.ensure_one()
        if self.resolution == "withdrawn" and self.state == "closed":
            return ""
        details = {
            "date": self.env["dunning.action"]._format_day(self.date),
            "amount": self._format_amount(self.amount),
            "invoice": self.move_name,
            "answered": self.env["dunning.action"]._format_day(self.closed_on),
            "accepted": self._format_amount(self.amount_accepted),
        }
        if self.state in ("open", "mediation"):
            return self.env._(
                "Since %(date)s you have contested %(amount)s of %(invoice)s: we are "
                "looking into it, and this amount is not asked for here.",
                **details,
            )
        if self.resolution == "unjustified":
            return self.env._(
                "On %(answered)s we answered your objection of %(date)s to "
                "%(invoice)s: we could not accept it.",
                **details,
            )
        return self.env._(
            "On your objection of %(date)s to %(invoice)s, we accepted to credit "
            "%(accepted)s.",
            **details,
        )
