from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, plaintext2html

from ..models.contact.dunning_reason import FOLLOW_UPS
from ..tools.contact import ATTEMPTS_PER_CONTACT

#: Nothing else reaches the debtor meanwhile: nobody waits longer for a call.
MOST_DAYS_TO_CALL_BACK = 60


class DunningOutcome(models.TransientModel):
    """What came of a call or a visit, from whoever made it, and what follows from it:
    in one screen. Without a planned contact it is a call nobody had planned."""

    _name = "dunning.outcome"
    _description = "Outcome of a Call or Visit"
    _inherit = ["dunning.guarded"]

    action_id = fields.Many2one("dunning.action", "Call or visit", ondelete="cascade")
    case_id = fields.Many2one(
        "dunning.case",
        compute="_compute_case_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="cascade",
    )
    activity_id = fields.Many2one(
        "mail.activity",
        "Task",
        ondelete="set null",
        help="The task that is done with this call.",
    )
    # As the user, not as superuser: a number in ``action_id`` opens no foreign case.
    partner_id = fields.Many2one(related="case_id.partner_id", related_sudo=False)
    company_id = fields.Many2one(related="case_id.company_id", related_sudo=False)
    contact_id = fields.Many2one(
        "res.partner",
        compute="_compute_contact_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'child_of', partner_id)]",
        help="Who was spoken with.",
    )
    contact_phone = fields.Char(compute="_compute_contact_phone")
    channel = fields.Selection(
        [("phone", "Phone"), ("visit", "Visit")],
        compute="_compute_channel",
        store=True,
        readonly=False,
        precompute=True,
    )
    is_incoming = fields.Boolean(
        "The debtor called", help="He contacted us, not we him."
    )
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
    spoken_on = fields.Date(
        "Took place on",
        required=True,
        default=lambda self: self.env.company._dunning_today(),
        help="Today, or the day on which it really took place: not before it was "
        "planned (or the case was opened), and at most 31 days ago.",
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
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")

    reason_id = fields.Many2one(
        "dunning.reason",
        "Why it is not paid",
        help="Suggests what to do next, and is counted in the statistics.",
    )
    reason_said_by = fields.Selection(
        selection="_selection_said_by",
        string="Said by",
        default="debtor",
        help="Keep apart what the debtor said from what we assume.",
    )
    advice = fields.Char(related="reason_id.advice")

    @api.depends("action_id")
    def _compute_case_id(self):
        for window in self:
            window.case_id = window.action_id.case_id or window.case_id

    @api.depends("action_id")
    def _compute_channel(self):
        for window in self:
            window.channel = window.action_id.channel or window.channel or "phone"

    @api.depends("action_id", "case_id")
    def _compute_contact_id(self):
        for window in self:
            contact = window.action_id.contact_id
            window.contact_id = contact or window.case_id._find_contact()

    @api.depends("contact_id")
    def _compute_contact_phone(self):
        for window in self:
            window.contact_phone = window.contact_id.phone or window.partner_id.phone

    @api.depends("outcome", "attempt_count", "channel", "call_back_on")
    @api.depends_context("lang")
    def _compute_consequence(self):
        for window in self:
            window.consequence = window._describe_consequence()

    def _describe_consequence(self):
        """Say what happens then, before the user confirms."""
        self.ensure_one()
        if not self.action_id:
            return self.env._("It is kept in the history of the case.")
        if self.outcome == "reached":
            return self.env._("The contact counts: the ladder goes on from that day.")
        if self.outcome == "not_reached":
            if self.attempt_count + 1 >= ATTEMPTS_PER_CONTACT:
                return self.env._(
                    "Second attempt: it counts as a contact, the ladder goes on from "
                    "that day."
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
        """Record the outcome and what follows from it; the ladder goes on, waits or
        uses another channel."""
        self.ensure_one()
        self._check_reason()
        self._check_follow_up()
        self._check_spoken_on()
        action = self.action_id
        if action:
            action._check_can_close()
            if self.case_id != action.case_id:
                self.case_id = action.case_id
        else:
            action = self._create_contact()
        if action.channel == "visit":
            # What was seen on the spot belongs to the contact and its proof.
            action._write_facts(
                {
                    "dispute_found": self.dispute_found,
                    "agreement_reached": self.agreement_reached,
                }
            )
        if self.reason_id:
            action._write_reason(self.reason_id, self.reason_said_by)
        self._record(action)
        self._end_activity()
        return self._follow() or {"type": "ir.actions.act_window_close"}

    def _check_spoken_on(self):
        """Refuse a day on which it cannot have taken place.

        :raises ValidationError: with the days that are possible
        """
        if self.action_id:
            self.action_id._check_delivered_on(self.spoken_on)
        else:
            channels = dict(self._fields["channel"]._description_selection(self.env))
            self.case_id._check_spoken_on(self.spoken_on, channels[self.channel])

    def _get_day(self):
        """Return the day to keep; None for today, which a played day stands for."""
        is_today = self.spoken_on == self.company_id._dunning_today()
        return None if is_today else self.spoken_on

    def _record(self, action):
        day, note = self._get_day(), self.note
        if self.outcome == "reached":
            action._record_reached(day, note)
        elif self.outcome == "not_reached":
            action._record_not_reached(day, note)
        elif self.outcome == "wrong_contact":
            action._record_wrong_contact(note, day)
        else:
            action._record_call_back(self._get_call_back_day(), note, day)

    def _create_contact(self):
        """Return the contact of a call that nobody had planned, to be closed at once.

        :raises UserError: when nobody was reached: there is nothing to keep
        """
        self.case_id.check_access("write")
        if self.outcome != "reached":
            raise UserError(
                self.env._(
                    "Nobody was reached, and no call was planned: there is nothing to "
                    "record."
                )
            )
        # A contact that begins on its way is the engine's to make.
        contacts = self.env["dunning.action"].sudo()
        contact = contacts.create(
            {
                "case_id": self.case_id.id,
                "kind": "manual",
                "channel": self.channel,
                "state": "queued",
                "date": self.spoken_on,
                "queued_on": self.spoken_on,
                "contact_id": self.contact_id.id or self.case_id._find_contact().id,
                "is_incoming": self.is_incoming,
                # Several calls on one day are several contacts.
                "event": "call",
                "event_res_id": self.id,
            }
        )
        return contact.sudo(self.env.su)

    def _end_activity(self):
        """Close the task from which the window was opened."""
        # Of whoever was asked.
        self._check_activity()
        activity = self.activity_id.sudo().filtered("active")
        if activity:
            activity.action_feedback(feedback=self.note or False)

    def _check_activity(self):
        """A call ends the task about its case, and no other."""
        task = self.activity_id.sudo()  # where it hangs is compared, not shown
        about = (task.res_model, task.res_id)
        if task and about != ("dunning.case", self.case_id.id):
            raise UserError(
                self.env._(
                    "The task is not about the case of %(debtor)s: open the window "
                    "from the task or from the case.",
                    debtor=self.partner_id.display_name,
                )
            )

    def _get_call_back_day(self):
        """Return the day agreed.

        :raises UserError: when there is none, or when it cannot be meant
        """
        today = self.company_id._dunning_today()
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

    # What follows from a contact that reached the debtor, made in the same screen.
    #
    # Each choice has a method ``_follow_<choice>`` that makes the record and may return
    # a window to open; a feature adds its choices with fields of their own.

    @api.depends("case_id")
    def _compute_currency_id(self):
        """The currency of what is due first."""
        for window in self:
            oldest = window.case_id.line_ids.sorted("date_due")[:1]
            window.currency_id = oldest.currency_id

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
        method = getattr(self, f"_follow_{self.follow_up}", None)
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

    # Why the debtor does not pay: asked whenever somebody was reached.

    @api.model
    def _selection_said_by(self):
        return self.env["dunning.action"]._selection_said_by()

    def _check_reason(self):
        """Whoever was reached has a reason.

        :raises UserError: when none was given
        """
        if self.outcome == "reached" and not (self.reason_id and self.reason_said_by):
            raise UserError(
                self.env._(
                    "Why does %(debtor)s not pay? Choose a reason, and whether it was "
                    "said or is our assumption.",
                    debtor=self.partner_id.display_name,
                )
            )
