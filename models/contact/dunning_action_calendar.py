from datetime import timedelta

from odoo import api, fields, models

from ...tools import ladder as core


class DunningActionCalendar(models.Model):
    """Dates that a text names: the deadline, the next step, the contact before."""

    _inherit = "dunning.action"

    step_date_text = fields.Char(compute="_compute_calendar")
    deadline_text = fields.Char(compute="_compute_calendar")
    next_step_text = fields.Char(compute="_compute_calendar")
    previous_contact_text = fields.Char(compute="_compute_calendar")

    @api.depends("deadline", "queued_on", "level_id")
    @api.depends_context("lang")
    def _compute_calendar(self):
        for action in self:
            day = action.queued_on or max(
                action.date or action.company_id._dunning_today(),
                action.company_id._dunning_today(),
            )
            deadline = action.deadline or action._get_deadline(day)
            action.step_date_text = self._format_day(day)
            action.deadline_text = self._format_day(deadline)
            action.next_step_text = action._describe_next_step(day, deadline)
            action.previous_contact_text = action._describe_previous_contact()

    def _get_deadline(self, day):
        """Return the date by which a message of that day asks to pay, or False."""
        days = self.level_id.deadline_days
        return day + timedelta(days=days) if days else False

    def _describe_next_step(self, day, deadline):
        """Announce the next rung and its first possible day, as the engine will act."""
        self.ensure_one()
        level, ladder = self.level_id, self.case_id.ladder_id
        dues = self.line_ids.filtered("level_id").mapped("date_due")
        if not dues or self.kind != "rung" or level.ladder_id != ladder:
            return ""
        item = core.Item(
            0,
            min(dues),
            core.Decimal(0),
            rung=level.id,
            delivered_on=day,
            deadline=deadline or None,
        )
        rung, following = core.next_rung(ladder._to_core(), item)
        if not rung:
            return ""
        date = self._format_day(following)
        if rung.formal:
            return self.env._(
                "Without payment or news from you, we would have to send you a formal "
                "notice from %(date)s.",
                date=date,
            )
        if rung.decision:
            return self.env._(
                "Without payment or news from you, we will decide from %(date)s what "
                "further steps to take.",
                date=date,
            )
        following_level = self.env["dunning.level"].browse(rung.key)
        if following_level.channel_phone:
            return self.env._(
                "Without news from you, we will call you from %(date)s to look at it "
                "together.",
                date=date,
            )
        if following_level.channel_visit:
            return self.env._(
                "Without news from you, we will get in touch with you again from "
                "%(date)s.",
                date=date,
            )
        return self.env._(
            "Without news from you, we will write to you again from %(date)s.",
            date=date,
        )

    def _describe_previous_contact(self):
        """Recall the last contact, if there was one."""
        self.ensure_one()
        previous = self.case_id.action_ids.filtered(
            lambda action: (
                action.state == "done"
                and action.kind != "courtesy"
                and action.channel != "decision"
                and action.id != self.id
            )
        ).sorted(lambda action: (action.delivered_on, action.id))[-1:]
        if not previous:
            return ""
        date = self._format_day(previous.delivered_on)
        if previous.channel == "phone" and previous.outcome == "not_reached":
            return self.env._("We tried to call you on %(date)s.", date=date)
        if previous.is_incoming:
            return self.env._("You called us on %(date)s.", date=date)
        if previous.channel == "phone":
            return self.env._("We called you on %(date)s.", date=date)
        if previous.channel == "registered":
            return self.env._(
                "Our registered letter of %(date)s has remained unanswered to this "
                "day.",
                date=date,
            )
        if previous.channel == "visit":
            return self.env._("We came to see you on %(date)s.", date=date)
        if previous.channel == "letter":
            return self.env._(
                "Our letter of %(date)s has remained unanswered to this day.", date=date
            )
        return self.env._(
            "Our message of %(date)s has remained unanswered to this day.", date=date
        )
