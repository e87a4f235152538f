from textwrap import shorten

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import plaintext2html

from ...tools import contact as core
from ...tools.channels import BY_PERSON
from .heard import ASKING

#: What the host says of a message that will not arrive, however often it is sent.
FINAL_FAILURES = (
    *("mail_email_invalid", "mail_email_missing", "mail_bl", "mail_bounce"),
    *("sms_number_missing", "sms_number_format", "sms_country_not_supported"),
    *("sms_blacklist", "sms_optout", "sms_expired", "sms_invalid_destination"),
    *("sms_not_allowed", "sms_not_delivered", "sms_rejected"),
)
#: How the mail server's refusal of an address shows in the host's reason.
REFUSED_ADDRESS = "SMTPRecipientsRefused"
#: What a line of the same step says of an item, whatever the channel.
SAME_LINE = (
    *("case_line_id", "move_line_id", "move_id", "level_id", "currency_id", "name"),
    *("invoice_date", "date_due", "days_overdue", "amount_residual", "amount_claimed"),
    *("amount_announced", "is_for_record"),
)
#: A mail server explains itself at length; the message in the chatter has it all.
LONGEST_REASON = 300


class DunningAction(models.Model):
    """Fall back: what cannot be delivered leaves through the level's other channel."""

    _inherit = "dunning.action"

    fallback_of_id = fields.Many2one(
        "dunning.action",
        "Instead of",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The contact that could not be delivered; this one replaces it.",
    )
    fallback_ids = fields.One2many(
        "dunning.action", "fallback_of_id", "Replaced by", readonly=True
    )
    is_replaced = fields.Boolean(
        "Replaced",
        compute="_compute_is_replaced",
        help="The same step is on its way, or was delivered, through another channel.",
    )
    is_overtaken = fields.Boolean(
        "Overtaken",
        readonly=True,
        help="It failed or came back, but a later step has reached the debtor since: "
        "there is nothing to repeat.",
    )

    message_id = fields.Many2one(
        "mail.message",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The message in the chatter of the case; the host's queues report on it.",
    )

    @api.depends("fallback_ids.state")
    def _compute_is_replaced(self):
        for action in self:
            action.is_replaced = action.fallback_ids.filtered(
                lambda other: other.state in ("proposed", "queued", "done")
            )

    def _check_not_replaced(self):
        """Nobody gets the same step twice, by mistake and through two channels.

        :raises UserError: when another channel carries it
        """
        labels = self.env["dunning.level"]._get_channel_labels()
        for action in self.filtered("is_replaced"):
            raise UserError(
                self.env._(
                    "“%(action)s” was replaced by another channel (%(channel)s): drop "
                    "that contact first.",
                    action=action.display_name,
                    channel=labels[action.fallback_ids[:1].channel],
                )
            )

    @staticmethod
    def _is_final_failure(failure_type, reason=""):
        """Tell whether trying again is useless as long as the contact is as it is."""
        return failure_type in FINAL_FAILURES or REFUSED_ADDRESS in (reason or "")

    def _use_other_channel(self, date=None):
        """Prepare the same step on the fallback channel of its level, once.

        An automatic level's leaves at once, after a fresh look at the money; any other
        is proposed. A courtesy is never made up.

        :param date: the day to stamp; the one of the contact that failed when None
        :return: the contacts that were prepared
        """
        failed = self.filtered(
            lambda action: action.state == "failed" and action._may_fall_back()
        )
        if not failed:
            return self.browse()
        # The engine's own, whoever learns that it failed.
        created = self.sudo().create([action._prepare_fallback() for action in failed])
        created._insert_lines([action._copy_lines() for action in failed])
        created = self.browse(created.ids)
        for action, other in zip(failed, created, strict=True):
            action._tell_fallback(other)
        automatic = created.filtered(lambda action: action._leaves_by_itself())
        by_day = automatic.grouped(
            lambda action: date or action.fallback_of_id._get_live_day()
        )
        for day, actions in by_day.items():
            actions._refresh(day)._queue(day)
        return created

    def _may_fall_back(self):
        self.ensure_one()
        channel = self.level_id.fallback_channel
        if (
            not channel
            or self.kind == "courtesy"
            or self.case_id.state == "closed"
            or self.is_overtaken
        ):
            return False
        step = self._get_step().filtered(lambda other: other.state != "cancelled")
        return channel not in step.mapped("channel")

    def _get_step(self):
        """Return the contacts of the same step, through any channel."""
        self.ensure_one()
        steps = self.case_id.action_ids._get_steps()
        return steps[self.case_id, self.kind, self.level_id, self.date]

    def _get_failed_siblings(self):
        """Return what failed in the steps of these contacts: it does not stop them."""
        siblings = self.browse()
        for action in self.filtered("fallback_of_id"):
            siblings |= action._get_step().filtered(
                lambda other: other.state == "failed"
            )
        return siblings

    def _prepare_fallback(self):
        self.ensure_one()
        channel, level = self.level_id.fallback_channel, self.level_id
        billed = self._get_object_lines().case_line_id._get_billed()
        contact = self.case_id._get_contact(channel, billed or None, level)
        return {
            "case_id": self.case_id.id,
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "kind": self.kind,
            "level_id": level.id,
            "date": self.date,
            "channel": channel,
            "contact_id": contact.id,
            # What a user took out of the message or put with it holds for both.
            "known_money": self.known_money,
            "left_out_ids": [Command.set(self.left_out_ids.ids)],
            "own_file_ids": [Command.set(self.sudo().own_file_ids.ids)],
            "fallback_of_id": self.id,
        }

    def _copy_lines(self):
        """Return the frozen lines as values for another contact."""
        names = self.env["dunning.action.line"]._fields
        return [
            {
                name: (line[name].id if names[name].relational else line[name]) or None
                for name in SAME_LINE
            }
            for line in self.line_ids
        ]

    def _tell_fallback(self, other):
        """Say on the contact and on the case what is done instead, and why."""
        labels = self.env["dunning.level"]._get_channel_labels()
        text = self.env._(
            "“%(level)s” is prepared as %(channel)s instead: %(reason)s",
            level=self.level_id.name,
            channel=labels[other.channel],
            reason=self.failure_reason,
        )
        self._write_facts(
            {
                "failure_reason": self.env._(
                    "%(reason)s Prepared instead: %(channel)s.",
                    reason=self.failure_reason,
                    channel=labels[other.channel],
                )
            }
        )
        # Told by the engine, whoever learns that it failed.
        self.case_id.sudo().message_post(body=plaintext2html(text))

    # What waits for a carrier that is gone

    def _find_stranded(self, company):
        """Return the contacts of a company that may be "on their way" for ever.

        Somebody cancelled or deleted their message in the host's queue, or they wait
        for a call or a visit.
        """
        gone = (
            Domain("channel", "=", "email")
            & (
                Domain("mail_mail_id.state", "=", "cancel")
                | (
                    Domain("mail_mail_id", "=", False)
                    & Domain("message_id", "!=", False)
                )
            )
        ) | (
            Domain("channel", "=", "sms")
            & Domain("message_id", "!=", False)
            & (Domain("sms_id", "=", False) | Domain("sms_id.state", "=", "canceled"))
        )
        # The host's queues are read for what they say of our messages.
        waiting = Domain("company_id", "=", company.id) & Domain("state", "=", "queued")
        found = self.sudo().search(
            waiting & (gone | Domain("channel", "in", BY_PERSON))
        )
        return self.browse(found.ids)

    def _fail_stranded(self):
        """Record that they did not leave, with the remedy."""
        self._mark_failed(
            self.env._(
                "The message was cancelled or deleted in the queue before it left: "
                "send it again, or drop it."
            )
        )

    def _is_overtaken(self):
        """Tell whether a later rung has reached all the items of the contact."""
        self.ensure_one()
        climbed = [
            line.case_line_id._has_climbed_above(line.level_id)
            for line in self.line_ids  # not filtered: read for many contacts at once
            if line.level_id and line.case_line_id
        ]
        return bool(climbed) and all(climbed)

    # A message that comes back was not delivered: its level is taken back.

    def _bounce(self, reason):
        """Record that delivered messages came back; the ladder goes back with them.

        The items return to the rung and the dates they had. What a later rung has
        overtaken stays where it is: the debtor was reached since.
        """
        came_back = self.filtered(lambda action: action.state == "done")
        for action in came_back:
            day = max(action.delivered_on, action.company_id._dunning_today())
            action._write_facts({"delivered_on": False})
            action._mark_failed(
                self.env._(
                    "The message to %(contact)s came back: correct the contact, then "
                    "send it again. %(reason)s",
                    contact=action.contact_id.display_name,
                    reason=shorten(reason or "", LONGEST_REASON),
                ).strip(),
                self.env._(
                    "Mend the contact: %(contact)s",
                    contact=action.contact_id.display_name,
                ),
            )
            action._return_items()
            action._use_other_channel(day)

    def _return_items(self):
        """Put the items of a contact that was not delivered back where they stood."""
        self.ensure_one()
        if self.kind not in ASKING:
            return
        # The engine's own, whoever learns that it came back.
        for row in self.sudo().line_ids:
            line = row.case_line_id
            if row.level_id and line._stands_on(row.level_id):
                line._stand(self._get_standing_without(row))
            elif row.is_for_record:
                continue  # its date is another's
            elif not row.level_id and self.deadline and line.deadline == self.deadline:
                line._write_facts(
                    {"deadline": self._get_standing_without(row).deadline}
                )
        lines = self.line_ids.case_line_id
        lines._stand_on_new_ladder()
        lines._hear_anew()
        lines._refresh_next()

    def _get_standing_without(self, row):
        """Return where the item of a line stands by what else was delivered to it."""
        line = row.case_line_id
        climbed = [rung.key for rung in line.case_id.ladder_id._to_core().climbing]
        deliveries = []
        for other in row._get_other_deliveries():
            action = other.action_id
            deliveries.append(
                core.Delivery(
                    day=action.delivered_on or action.outcome_on,
                    rung=other.level_id.id or None,
                    deadline=action.deadline or None,
                )
            )
        return core.standing_without(
            row.level_id.id or line.level_id.id, climbed, deliveries
        )


class DunningActionLine(models.Model):
    """What else was delivered to the item of a contact's line."""

    _inherit = "dunning.action.line"

    def _get_other_deliveries(self):
        """Return the lines of the other contacts that reached the same item.

        Skipped calls count: they let the item climb.
        """
        self.ensure_one()
        same = Domain("case_line_id", "=", self.case_line_id.id)
        if self.move_line_id:  # an item keeps its past in another case
            same |= Domain("move_line_id", "=", self.move_line_id.id)
        reached = Domain("action_id.state", "=", "done") | (
            Domain("action_id.state", "=", "cancelled")
            & Domain("action_id.outcome", "=", "skipped")
        )
        lines = self.search(
            same
            & reached
            & Domain("action_id.kind", "=", "rung")
            & Domain("action_id", "!=", self.action_id.id)
        )
        return lines.filtered(
            lambda line: (
                line.action_id._is_level_delivered()
                or line.action_id.state == "cancelled"
                and line.action_id.level_id._is_by_person_only()
            )
        )
