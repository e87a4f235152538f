from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ...tools import contact as core
from ...tools.channels import BY_PERSON
from ...tools.ladder import HELD, NOTHING_LATE, TO_RECONCILE

#: For these reasons a planned call has nothing to ask for.
NEEDLESS = (TO_RECONCILE, HELD, NOTHING_LATE)


class DunningAction(models.Model):
    """What a person does: a call, a visit, a decision is planned as an activity."""

    _inherit = "dunning.action"

    contact_phone = fields.Char("Telephone", compute="_compute_contact_phone")

    outcome = fields.Selection(
        [
            ("reached", "Reached"),
            ("not_reached", "Not reached"),
            ("call_back", "To be contacted again"),
            ("wrong_contact", "Wrong contact"),
            ("skipped", "Skipped"),
        ],
        readonly=True,
        help="What came of the last attempt to call or visit the debtor. Two attempts "
        "count as one contact, even if nobody was reached.",
    )
    attempt_count = fields.Integer(
        "Attempts",
        readonly=True,
        help="How often somebody tried in vain to reach the debtor.",
    )
    outcome_on = fields.Date("Outcome of", readonly=True)
    outcome_note = fields.Text("What was said", readonly=True)
    dispute_found = fields.Text(
        "Dispute found",
        readonly=True,
        help="What the debtor contests, as found during the visit.",
    )
    agreement_reached = fields.Text(
        "Agreement reached",
        readonly=True,
        help="What was agreed: amount, date, means of payment, name.",
    )

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

    @api.depends("contact_id.phone", "partner_id.phone")
    def _compute_contact_phone(self):
        for action in self:
            action.contact_phone = action.contact_id.phone or action.partner_id.phone

    # Planning

    def _queue_activities(self):
        """Plan the call, the visit or the decision as an activity.

        Whoever calls finds a number that is missing, unless there is another channel.
        """
        unreachable = self.filtered(
            lambda action: (
                action.channel == "phone"
                and action.level_id.fallback_channel
                and not action.contact_phone
            )
        )
        unreachable._mark_failed_each(
            {
                action: self.env._(
                    "%(contact)s has no telephone number: add it, then plan it again.",
                    contact=action.contact_id.display_name,
                )
                for action in unreachable
            }
        )
        unreachable._use_other_channel()
        reachable = self - unreachable
        reachable._plan_activities()
        reachable._write_facts({"state": "queued"})

    def _plan_activities(self, day=None):
        """Plan one activity for each contact.

        :param day: when; the day of the step when None
        """
        default = self.env.ref("mail.mail_activity_data_todo")
        activities = self.env["mail.activity"].create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id("dunning.case"),
                    "res_id": action.case_id.id,
                    "activity_type_id": (
                        action.level_id.activity_type_id
                        or action._get_default_activity_type()
                        or default
                    ).id,
                    "summary": action._get_activity_summary(),
                    "note": action._get_activity_note(),
                    "date_deadline": action.company_id._dunning_next_working_day(
                        day or action.queued_on
                    ),
                    "user_id": action._get_activity_user().id,
                }
                for action in self
            ]
        )
        for action, activity in zip(self, activities, strict=True):
            action.sudo().activity_id = activity  # see _queue_emails

    def _get_default_activity_type(self):
        xmlids = {
            "phone": "mail.mail_activity_data_call",
            "visit": "account_dunning.mail_activity_type_visit",
        }
        xmlid = xmlids.get(self.channel)
        return self.env.ref(xmlid, raise_if_not_found=False) if xmlid else None

    def _get_activity_summary(self):
        debtor = self.partner_id.display_name
        if self.channel == "phone":
            return self.env._("Call %(debtor)s", debtor=debtor)
        if self.channel == "visit":
            return self.env._("Visit %(debtor)s", debtor=debtor)
        return self.env._("Decide what comes next for %(debtor)s", debtor=debtor)

    def _get_activity_note(self):
        header = self.env._(
            "%(contact)s, %(phone)s: %(amount)s overdue, %(days)s days for the oldest.",
            contact=self.contact_id.display_name,
            phone=self.contact_phone or self.env._("no phone number"),
            amount=self.amount_text,
            days=self.oldest_days,
        )
        lines = [header]
        if self.channel == "visit":
            lines.append(", ".join(self._get_address_lines(self.contact_id)))
        note = plaintext2html("\n".join(lines))
        if self.channel not in BY_PERSON:
            return note
        link = Markup("<p><a href='/odoo/dunning.action/%s'>%s</a></p>") % (
            self.id,
            self.env._("Record what came of it"),
        )
        return note + link + Markup(self.body or "")

    def _get_activity_user(self):
        """Return who is asked: the collector for a call, the manager for a decision."""
        self.ensure_one()
        if self.channel == "decision":
            return self.case_id.manager_id or self.env.user
        return self.case_id._get_asked()

    @api.model
    def _drop_needless(self, plans):
        """Cancel planned calls and visits of debtors who have nothing left to be asked
        for: it is settled, held, or their money only waits to be matched.

        Who was called already, or asked to be called back, stays on the list.

        :param plans: ``{case: CasePlan}`` of the night
        """
        reasons = {
            case: plan.decision.reason
            for case, plan in plans.items()
            if plan.decision.reason in NEEDLESS
        }
        if not reasons:
            return
        planned = self.search(
            Domain("case_id", "in", [case.id for case in reasons])
            & Domain("channel", "in", BY_PERSON)
            & Domain("kind", "=", "rung")
            & Domain("state", "=", "queued")
            & Domain("outcome", "=", False)
        )
        for case, actions in planned.grouped("case_id").items():
            actions._drop(case._get_reason_labels()[reasons[case]])

    # A call or a visit is closed with what came of it, or skipped when nobody makes
    # it.

    def action_record_outcome(self):
        """Open the window where the outcome of a call or visit is recorded."""
        self.ensure_one()
        self._check_can_close()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "dunning.outcome",
            "view_mode": "form",
            "target": "new",
            "context": {"default_action_id": self.id},
        }

    def _check_can_close(self):
        """Only a planned call or visit has an outcome.

        :raises UserError: for anything else
        """
        self.check_access("write")
        for action in self:
            if action.channel not in BY_PERSON or action.state != "queued":
                raise UserError(
                    self.env._(
                        "“%(action)s” is no planned call or visit: it has no outcome "
                        "to record.",
                        action=action.display_name,
                    )
                )

    def _record_reached(self, day=None, note=False):
        """The debtor was reached: the contact counts."""
        self._write_outcome("reached", note, day)
        self._end_activities(note)
        self._mark_done(day)

    def _record_not_reached(self, day=None, note=False):
        """Nobody was reached: try again on the next working day, twice at most."""
        for action in self:
            attempts = action.attempt_count + 1
            action.sudo().attempt_count = attempts  # see _write_outcome
            action._write_outcome("not_reached", note, day)
            action._end_activities(note)
            if core.is_contact(False, attempts):
                action._mark_done(day)
            else:
                action._plan_activities(action._get_next_working_day())

    def _record_call_back(self, day, note=False, on=None):
        """Interrupted, or not the moment: plan it again for the day agreed.

        :param on: the day of the attempt, as in :meth:`_write_outcome`
        """
        self._write_outcome("call_back", note, on)
        self._end_activities(note)
        self._plan_activities(day)

    def _record_wrong_contact(self, note=False, on=None):
        """The number or the place is not the debtor's: mend it, use another channel.

        :param on: the day of the attempt, as in :meth:`_write_outcome`
        """
        for action in self:
            action._write_outcome("wrong_contact", note, on)
            action._end_activities(note)
            action._mark_failed(
                self.env._(
                    "%(contact)s cannot be reached there (%(place)s): correct the "
                    "contact, then plan it again.",
                    contact=action.contact_id.display_name,
                    place=action._get_place(),
                )
            )
        self._use_other_channel()

    def _get_place(self):
        """Return where the debtor was looked for, in words."""
        if self.channel == "visit":
            address = ", ".join(self._get_address_lines(self.contact_id))
            return address or self.env._("no address")
        return self.contact_phone or self.env._("no phone number")

    def _get_next_working_day(self):
        company = self.company_id
        return company._dunning_add_working_days(company._dunning_today(), 1)

    def _write_outcome(self, outcome, note=False, day=None):
        """Keep what came of it; only the engine writes it, from what somebody told.

        :param day: when; the stamped day, else today, when None
        """
        by_day = self.sudo().grouped(lambda action: day or action._get_live_day())
        for outcome_on, actions in by_day.items():
            actions._write_facts(
                {"outcome": outcome, "outcome_note": note, "outcome_on": outcome_on}
            )

    def _end_activities(self, note=False):
        """Close the planned activities: the chatter of the case keeps who, when, what.

        They may be planned for somebody else, and are no longer what carries the
        contact.
        """
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        for action in self.sudo():
            activity = action.activity_id.filtered("active")
            action._write_facts({"activity_id": False})
            report = [
                self.env._("Outcome: %(outcome)s", outcome=labels[action.outcome]),
                action._describe_reason(),
                note,
                action.dispute_found
                and self.env._("Dispute: %(text)s", text=action.dispute_found),
                action.agreement_reached
                and self.env._("Agreement: %(text)s", text=action.agreement_reached),
            ]
            text = "\n".join(filter(None, report))
            if activity:
                activity.action_feedback(feedback=text)
            else:
                action.case_id.message_post(body=plaintext2html(text))

    def _get_overdue_by_person(self, date):
        """Return the calls and visits that nobody carried out in time.

        A call that is planned for a later day is not late; formal notices and levels
        without a limit wait for ever.
        """
        late = self.browse()
        limited = self.filtered(
            lambda action: (
                action.level_id.skip_after_days and not action.level_id.is_formal_notice
            )
        )
        alike = limited.grouped(
            lambda action: (
                action.company_id,
                action.planned_on or action.queued_on,
                action.level_id.skip_after_days,
            )
        )
        for (company, planned, days), actions in alike.items():
            last = company._dunning_add_working_days(planned, days)
            if last and last < date:
                late |= actions
        return late

    def _skip(self, date):
        """Record that nobody called or came; the next rung may start.

        A rung that is also written waits for what is written.
        """
        for days, actions in self.grouped(lambda a: a.level_id.skip_after_days).items():
            actions._write_outcome("skipped", day=date)
            actions._end_activities()
            actions._drop(
                self.env._(
                    "Skipped: nobody carried it out within %(days)s working days.",
                    days=days,
                )
            )
        # Of a call and a visit the first that is carried out counts.
        alone = self.filtered(
            lambda action: (
                action.kind == "rung"
                and action.level_id._is_by_person_only()
                and not action._has_left_elsewhere()
            )
        )
        alone._deliver_items(date)

    def _take_back_skip(self):
        """Plan calls and visits again that nobody gave up after all; the items go back
        to where they stood."""
        for action in self:
            action._return_items()
        # The engine's own, as when it skipped them.
        self.sudo().write(
            {
                "state": "queued",
                "outcome": False,
                "outcome_on": False,
                "cancel_reason": False,
            }
        )
        self._plan_activities()

    # Why the debtor does not pay

    @api.model
    def _selection_said_by(self):
        return [
            ("debtor", self.env._("The debtor's words")),
            ("assumed", self.env._("Our assumption")),
        ]

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
