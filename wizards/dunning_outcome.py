from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.contact import ATTEMPTS_PER_CONTACT

#: Nothing else reaches the debtor meanwhile: nobody waits longer for a call.
MOST_DAYS_TO_CALL_BACK = 60


class DunningOutcome(models.TransientModel):
    """What came of a call or a visit, from whoever made it."""

    _name = "dunning.outcome"
    _description = "Outcome of a Call or Visit"

    action_id = fields.Many2one(
        "dunning.action", "Call or visit", required=True, ondelete="cascade"
    )
    # As the user, not as superuser: a number in ``action_id`` opens no foreign case.
    partner_id = fields.Many2one(related="action_id.partner_id", related_sudo=False)
    contact_id = fields.Many2one(related="action_id.contact_id", related_sudo=False)
    contact_phone = fields.Char(related="action_id.contact_phone", related_sudo=False)
    channel = fields.Selection(related="action_id.channel", related_sudo=False)
    attempt_count = fields.Integer(
        related="action_id.attempt_count", related_sudo=False
    )
    outcome = fields.Selection(
        [
            ("reached", "Reached"),
            ("not_reached", "Not reached"),
            ("call_back", "To be contacted again"),
            ("wrong_contact", "Wrong contact"),
        ],
        required=True,
        default="reached",
        help="Decides what comes next: see below what happens then.",
    )
    call_back_on = fields.Date(
        "Contact again on",
        default=lambda self: self.env.company._dunning_add_working_days(
            self.env.company._dunning_today(), 1
        ),
        help="The call or visit is planned again for that day; nothing else leaves "
        "meanwhile.",
    )
    note = fields.Text(
        "What was said",
        help="Kept in the case with your name, the day, the channel and the outcome.",
    )
    dispute_found = fields.Text(
        "Dispute found",
        help="What the debtor contests: goods, service, price, invoice.",
    )
    agreement_reached = fields.Text(
        "Agreement reached",
        help="What was agreed: amount, date, means of payment, name of the person.",
    )
    consequence = fields.Char("What happens then", compute="_compute_consequence")

    @api.depends("outcome", "attempt_count", "channel", "call_back_on")
    @api.depends_context("lang")
    def _compute_consequence(self):
        for window in self:
            window.consequence = window._describe_consequence()

    def _describe_consequence(self):
        """Say what happens then, before the user confirms."""
        self.ensure_one()
        if self.outcome == "reached":
            return self.env._("The contact counts: the ladder goes on from today.")
        if self.outcome == "not_reached":
            if self.attempt_count + 1 >= ATTEMPTS_PER_CONTACT:
                return self.env._(
                    "Second attempt: it counts as a contact, the ladder goes on from "
                    "today."
                )
            return self.env._(
                "First attempt: it is planned again for the next working day."
            )
        if self.outcome == "call_back":
            return self.env._("It is planned again for the day you choose.")
        return self._describe_wrong_contact()

    def _describe_wrong_contact(self):
        channel = self.action_id.level_id.fallback_channel
        if not channel:
            return self.env._("You get a task to correct the contact.")
        labels = self.env["dunning.level"]._get_channel_labels()
        return self.env._(
            "You get a task to correct the contact, and the same step is prepared as "
            "%(channel)s.",
            channel=labels[channel],
        )

    def action_confirm(self):
        """Record the outcome; the ladder goes on, waits or uses another channel."""
        self.ensure_one()
        action = self.action_id
        action._check_can_close()
        if action.channel == "visit":
            # What was seen on the spot belongs to the contact and its proof.
            action.write(
                {
                    "dispute_found": self.dispute_found,
                    "agreement_reached": self.agreement_reached,
                }
            )
        if self.outcome == "reached":
            action._record_reached(note=self.note)
        elif self.outcome == "not_reached":
            action._record_not_reached(note=self.note)
        elif self.outcome == "wrong_contact":
            action._record_wrong_contact(note=self.note)
        else:
            action._record_call_back(self._get_call_back_day(), note=self.note)
        return {"type": "ir.actions.act_window_close"}

    def _get_call_back_day(self):
        """Return the day agreed.

        :raises UserError: when there is none, or when it cannot be meant
        """
        today = self.action_id.company_id._dunning_today()
        last = today + timedelta(days=MOST_DAYS_TO_CALL_BACK)
        day = self.call_back_on
        if not day:
            raise UserError(
                self.env._(
                    "On which day is %(debtor)s to be contacted again?",
                    debtor=self.partner_id.display_name,
                )
            )
        if day < today:
            raise UserError(
                self.env._(
                    "%(date)s is over: choose today or a day to come.",
                    date=format_date(self.env, day),
                )
            )
        if day > last:
            raise UserError(
                self.env._(
                    "%(date)s is too far away, nothing else would leave until then: "
                    "choose a day until %(last)s.",
                    date=format_date(self.env, day),
                    last=format_date(self.env, last),
                )
            )
        return day
