from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date, html_sanitize

from ...tools.channels import BY_HOST, BY_PERSON, UNDELIVERED

#: What a user may write himself.
TEXT = frozenset(("subject", "body"))


class DunningAction(models.Model):
    """One contact with the debtor: who, through which channel, what was said.

    Proposed until approved (or automatic), queued when handed to the host or printed,
    done when delivered. What has left never changes.
    """

    _name = "dunning.action"
    _description = "Dunning Action"
    _inherit = ["dunning.guarded"]
    _order = "date desc, id desc"
    _rec_name = "subject"
    _check_company_auto = True

    case_id = fields.Many2one(
        "dunning.case",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
        entry="new",
    )
    origin_case_id = fields.Many2one(
        "dunning.case",
        "Prepared in",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The case in which it was prepared, joined with this one since.",
    )
    partner_id = fields.Many2one(related="case_id.partner_id", store=True, index=True)
    company_id = fields.Many2one(related="case_id.company_id", store=True, index=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        "Author",
        readonly=True,
        default=lambda self: self.env.user,
        help="Who sent it; the engine for what left by itself.",
    )
    kind = fields.Selection(
        [
            ("rung", "Rung"),
            ("courtesy", "Courtesy"),
            ("commitment", "About an agreement"),
            ("manual", "By hand"),
            ("thanks", "Thank-you"),
        ],
        required=True,
        default="rung",
        readonly=True,
    )
    level_id = fields.Many2one(
        "dunning.level",
        index=True,
        ondelete="restrict",
        readonly=True,
        help="The rung of the ladder that this contact delivers.",
    )
    is_formal_notice = fields.Boolean(related="level_id.is_formal_notice")
    channel = fields.Selection(
        selection="_selection_channel", required=True, readonly=True, entry="new"
    )
    state = fields.Selection(
        [
            ("proposed", "To approve"),
            ("queued", "On its way"),
            ("done", "Delivered"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="proposed",
        readonly=True,
        index=True,
        help="Delivered: the mail server took the e-mail, the letter was posted, the "
        "call was made. Only then does the level count.",
    )
    date = fields.Date(
        "Day",
        required=True,
        readonly=True,
        help="The day for which the step was decided. It may leave later: see "
        "“Delivered on”.",
        entry="new",
    )
    queued_on = fields.Date(readonly=True)
    is_stamped = fields.Boolean(
        readonly=True,
        help="The day was given by the caller of run() or action_deliver(): delivery "
        "is stamped with it, not with the clock.",
    )
    deadline = fields.Date(
        "Asks to pay by",
        readonly=True,
        help="The date printed in the text; of a formal notice on paper the end of its "
        "period. The next level waits until it has passed.",
    )
    delivered_on = fields.Date(
        readonly=True,
        help="From this day on the level counts, and the days until the next one.",
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Recipient",
        readonly=True,
        help="To whom it is addressed: the case's contact, else the customer's "
        "contact for reminders, else the invoice address.",
        entry="draft",
    )
    line_ids = fields.One2many("dunning.action.line", "action_id", readonly=True)
    known_money = fields.Json(
        readonly=True,
        help="The customer's money that was not matched when the contact was prepared: "
        "it is deducted from what is asked, and named.",
    )
    mail_mail_id = fields.Many2one("mail.mail", readonly=True, index="btree_not_null")
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null"
    )
    planned_on = fields.Date(
        "Planned for",
        related="activity_id.date_deadline",
        help="The day on which somebody should make the call, the visit or the "
        "decision.",
    )
    failure_reason = fields.Text(readonly=True)
    cancel_reason = fields.Text(readonly=True)
    result = fields.Text(compute="_compute_result")
    may_approve = fields.Boolean("You may approve it", compute="_compute_may_approve")
    _once = models.UniqueIndex(
        "(COALESCE(origin_case_id, case_id), kind, COALESCE(level_id, 0), date, "
        "channel, COALESCE(event, ''), COALESCE(event_res_id, 0), "
        "COALESCE(event_row_id, 0)) WHERE state != 'cancelled'",
        "This step was already prepared for this debtor through this channel today.",
    )

    @api.model
    def _selection_channel(self):
        ways = self.env["dunning.level"]._selection_channel()
        return [*ways, ("decision", self.env._("Decision"))]

    @api.depends(
        "subject", "level_id", "template_id", "channel", "partner_id", "fallback_of_id"
    )
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._selection_channel())
        for action in self:
            what = action.level_id.name or action.template_id.name
            what = what or labels.get(action.channel, "")
            if action.fallback_of_id:  # beside the one it replaces
                what = f"{what} ({labels.get(action.channel, '')})"
            action.display_name = f"{action.partner_id.display_name} – {what}"

    @api.depends("failure_reason", "cancel_reason", "state")
    def _compute_result(self):
        for action in self:
            reasons = {
                "failed": action.failure_reason,
                "cancelled": action.cancel_reason,
            }
            action.result = reasons.get(action.state, False)

    @api.depends("is_formal_notice")
    @api.depends_context("uid")
    def _compute_may_approve(self):
        is_manager = self.env.user.has_group("account_dunning.group_dunning_manager")
        for action in self:
            action.may_approve = is_manager or not action.is_formal_notice

    def _get_origin(self):
        """Return the case whose debtor was written to."""
        self.ensure_one()
        return self.origin_case_id or self.case_id

    # Buttons

    def action_approve(self):
        """Send what was proposed, after a fresh look at the money.

        What is no longer right is cancelled with its reason instead.
        """
        self.check_access("write")
        proposed = self.filtered(lambda action: action.state == "proposed")
        proposed._check_may_approve()
        proposed._refresh()._queue()
        return proposed._notify_outcome()

    def _notify_outcome(self):
        """Tell the user what became of the contacts, and why some did not leave."""
        left = self.filtered(lambda action: action.state in ("queued", "done"))
        held_back = self.filtered(
            lambda action: action.state in ("failed", "cancelled")
        )
        waiting = self - left - held_back
        sentences = [self.env._("%(count)s on their way.", count=len(left))]
        for action in held_back:
            sentences.append(f"{action.partner_id.display_name} – {action.result}")
        sentences += waiting._explain_waiting()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if self - left else "success",
                "message": "\n".join(sentences[:6]),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _explain_waiting(self):
        """Yield why contacts that are right do not leave now."""
        for company, actions in self.grouped("company_id").items():
            plans = actions.case_id._decide(
                company._dunning_today(), is_bank_fresh=True, ignored=actions
            )
            for action in actions:
                case, reason = action.case_id, plans[action.case_id].decision.reason
                if action.is_stale:
                    yield self.env._(
                        "%(debtor)s: not now. The facts have changed since the text "
                        "was edited: read it again, then approve it.",
                        debtor=action.partner_id.display_name,
                    )
                    continue
                yield self.env._(
                    "%(debtor)s: not now. %(reason)s.",
                    debtor=action.partner_id.display_name,
                    reason=case._get_reason_labels().get(
                        reason, self.env._("Another contact is too close")
                    ),
                )

    def action_cancel(self):
        """Drop contacts that have not left yet.

        :raises UserError: for a contact that was delivered
        """
        self.check_access("write")
        self._check_may_cancel()
        self._drop(self.env._("Cancelled by %(user)s.", user=self.env.user.name))
        return True

    def _drop(self, reason):
        """Cancel what has not been delivered, in the host's queues too."""
        undelivered = self.filtered(lambda action: action.state in UNDELIVERED)
        if not undelivered:
            return
        undelivered._close_alerts()
        undelivered._write_facts({"state": "cancelled", "cancel_reason": reason})
        # The same step may be prepared again at once: the database must know.
        undelivered.flush_recordset(["state"])
        # The mail queue and activities belong to everybody's actions of this case.
        mails = undelivered.mail_mail_id.sudo()
        mails = mails.filtered(lambda mail: mail.state in ("outgoing", "exception"))
        mails.cancel()
        notifications = mails.mail_message_id.notification_ids
        notifications.write({"notification_status": "canceled"})
        texts = undelivered.sms_id.sudo()
        texts.filtered(lambda s: s.state in ("outgoing", "error")).action_set_canceled()
        undelivered.activity_id.sudo().unlink()

    def action_send_again(self):
        """Send, print or plan again what failed, once the contact was mended.

        After a fresh look at the money: what is no longer right is cancelled instead.
        """
        self.check_access("write")
        failed = self.filtered(lambda action: action.state == "failed")
        failed._check_may_approve()
        failed._check_not_replaced()
        failed._address_again()
        failed._refresh()._queue()
        return failed._notify_outcome()

    def action_deliver(self, date=None):
        """Deliver now: hand a written message to the mail queue, or record that a
        letter was posted (a registered one: deposited), a call made, a decision taken.

        An e-mail is delivered once the mail server accepts it, an electronic
        registered letter once its provider has it.

        :param date: the day to stamp (today when None): of what is made by hand, the
            day it was made; of an e-mail another day than today is the superuser's
        :raises UserError: for a day on which it cannot have been delivered
        """
        self.check_access("write")
        date = self.env["res.company"]._dunning_read_day(date)
        if date:
            self._check_may_stamp(date)
        waiting = self.filtered(lambda a: a.state in ("proposed", "failed"))
        waiting._check_may_approve()
        waiting._refresh(date)._queue(date)
        by_hand = self.filtered(
            lambda a: a.state == "queued" and not a._is_told_by_machine()
        )
        by_hand._make_ready()
        made = by_hand.filtered(lambda action: action.channel in BY_PERSON)
        made._write_outcome("reached", day=date)
        # A letter that could not be printed has failed: it was not posted.
        by_hand.filtered(lambda a: a.state == "queued")._mark_done(date)
        return True

    def _check_may_stamp(self, day):
        """A user says when he posted or called, not when a mail server will.

        :raises UserError: for a day that is not his to give
        """
        for action in self.filtered(lambda one: one.state in UNDELIVERED):
            today = action.company_id._dunning_today()
            is_mail = action._is_told_by_machine()
            if is_mail and day != today and not self.env.su:
                raise UserError(
                    self.env._(
                        "“%(action)s” leaves by itself: it is delivered on the day on "
                        "which it is accepted, not on %(day)s. Leave the date out.",
                        action=action.display_name,
                        day=format_date(self.env, day),
                    )
                )
            action._check_delivered_on(day)

    def _check_delivered_on(self, day):
        """Refuse a day on which contacts cannot have been delivered: not before they
        were prepared.

        :raises ValidationError: with the days that are possible
        """
        for action in self:
            company, first = action.company_id, action._get_prepared_day()
            why = self.env._("when it was prepared")
            if action.channel in BY_PERSON:
                company._dunning_check_noted(day, action.display_name, first, why)
            else:
                company._dunning_check_happened(day, action.display_name, first, why)

    def _get_prepared_day(self):
        """Return the day before which the contact cannot have been delivered.

        What a run played ahead has prepared was made on the day of its record.
        """
        self.ensure_one()
        day, company = self.queued_on or self.date, self.company_id
        if self.env.su or day <= company._dunning_today():
            return day
        return company._dunning_to_day(self.create_date)

    def _is_told_by_machine(self):
        """Tell whether it is delivered when the host's mail server or operator says so,
        not when a person does: a hook."""
        self.ensure_one()
        return self.channel in BY_HOST

    def _make_ready(self):
        """Do what must be done before contacts made by hand are recorded: a hook."""

    # What nobody may do to a contact, whichever way he comes: a delivered one is a
    # proof, and a formal notice is in the credit manager's hands.

    @api.model_create_multi
    def create(self, vals_list):
        actions = super().create([self._make_safe(vals) for vals in vals_list])
        if not self.env.su:
            actions.filtered(lambda one: one.subject or one.body)._note_edited()
        actions.filtered(lambda action: action.state != "proposed")._check_may_approve()
        return actions

    def write(self, vals):
        if vals.get("state") in ("queued", "done"):
            leaving = self.filtered(lambda a: a.state not in ("queued", "done"))
            leaving._check_may_approve()
        result = super().write(self._make_safe(vals))
        if not self.env.su and not TEXT.isdisjoint(vals):
            self._note_edited()
        return result

    def _note_edited(self):
        """What a user wrote is kept, and looked at before it leaves."""
        self._write_facts({"is_edited": True, "is_stale": False})

    @api.model
    def _make_safe(self, vals):
        """Sanitize a text from outside; what our renderer made is marked as safe.

        A text is sanitized once, not again for each place that keeps it. A subject is
        one line: with more the mail server refuses the message.
        """
        if vals.get("subject"):
            vals = vals | {"subject": " ".join(vals["subject"].split())}
        if not vals.get("body") or isinstance(vals["body"], Markup):
            return vals
        return vals | {"body": html_sanitize(vals["body"])}

    def _get_stage(self):
        """What was approved leaves as it was approved: frozen from then on."""
        if not self.state or self.state == "proposed":
            return "draft"
        return "open" if self.state == "queued" else "over"

    def _refuse(self, names):
        if done := self.filtered(lambda action: action.state == "done"):
            raise AccessError(
                self.env._(
                    "“%(action)s” has been delivered and cannot be changed. How far a "
                    "contact is follows from what happens to it.",
                    action=done[0].display_name,
                )
            )
        if self and any(self._get_last_stage(self._fields[name]) for name in names):
            raise AccessError(
                self.env._(
                    "“%(action)s” was approved and stays as it was: cancel it to have "
                    "another one prepared.",
                    action=self[0].display_name,
                )
            )
        raise AccessError(
            self.env._(
                "How far a contact is follows from what happens to it: approve, send "
                "or cancel it instead."
            )
        )

    def _check_may_approve(self):
        """Only a credit manager approves a formal notice (design, rule 4)."""
        formal = self.filtered("is_formal_notice")
        if formal and not self.env.user.has_group(
            "account_dunning.group_dunning_manager"
        ):
            raise AccessError(
                self.env._(
                    "The formal notice to %(debtor)s must be approved by a credit "
                    "manager.",
                    debtor=formal[0].partner_id.display_name,
                )
            )

    def _check_may_cancel(self):
        """What was delivered is not taken back.

        :raises UserError: for a contact that was, or may have been
        """
        for action in self:
            if action.state == "done":
                raise UserError(
                    self.env._(
                        "“%(action)s” has been delivered and cannot be taken back.",
                        action=action.display_name,
                    )
                )

    def _has_left(self):
        """Tell whether somebody has, or may have, heard of it: delivered, taken by a
        server, tried in vain or decided: a hook."""
        self.ensure_one()
        # What the host's queues say of our messages.
        mail, text = self.mail_mail_id.sudo(), self.sms_id.sudo()
        return (
            self.state == "done"
            or self.outcome not in (False, "skipped")
            or mail.state in ("sent", "received")
            or text.state in ("process", "pending", "sent")
        )

    def _describe_way(self):
        """Return what it is, to whom and through which channel, in words."""
        self.ensure_one()
        channels = dict(self._selection_channel())
        return f"{self.display_name} ({channels.get(self.channel, '')})"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_delivered(self):
        if self.filtered(lambda action: action.state == "done"):
            raise UserError(
                self.env._("A delivered contact is a proof: it cannot be deleted.")
            )
