from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, plaintext2html

from .dunning_dispute_owner import USUAL_DAYS

#: States in which somebody has to examine a dispute.
EXAMINED = ("open", "mediation")


class DunningDisputeDeadline(models.Model):
    """Who examines a dispute, until when, and who is asked when he has not."""

    _inherit = "dunning.dispute"

    user_id = fields.Many2one(
        "res.users",
        "Owner",
        compute="_compute_owner",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        domain=[("share", "=", False)],
        help="Examines the dispute and answers the debtor.",
    )
    deadline = fields.Date(
        compute="_compute_owner",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Until when it is examined. The day after, the credit manager is asked.",
    )
    is_late = fields.Boolean(
        "Past its deadline", compute="_compute_is_late", search="_search_is_late"
    )

    @api.depends("reason_id", "move_id")
    def _compute_owner(self):
        """What the setting of the family says, else the collector of the case."""
        for dispute in self:
            company = dispute._get_company()
            case = dispute.case_id or dispute.move_id.dunning_case_id
            setting = self.env["dunning.dispute.owner"]._find(
                company, dispute.reason_id.family
            )
            collector = case.user_id or company.dunning_user_id
            dispute.user_id = setting.user_id or collector or self.env.user
            days = timedelta(days=setting.days or USUAL_DAYS)
            dispute.deadline = (dispute.date or company._dunning_today()) + days

    @api.constrains("user_id")
    def _check_user(self):
        self._check_may_own(self.user_id)

    @api.model
    def _check_may_own(self, users):
        """Whoever examines disputes must see them."""
        for user in users:
            if not user.has_group("account_dunning.group_dunning_reader"):
                raise ValidationError(
                    self.env._(
                        "%(user)s cannot see disputes: choose somebody else, or let an "
                        "administrator give %(user)s a role in Dunning.",
                        user=user.name,
                    )
                )

    @api.depends("deadline", "state")
    def _compute_is_late(self):
        for dispute in self:
            today = dispute._get_company()._dunning_today()
            is_examined = dispute.state in EXAMINED
            dispute.is_late = bool(
                is_examined and dispute.deadline and dispute.deadline < today
            )

    @api.model
    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._dunning_today()
        late = Domain("state", "in", EXAMINED) & Domain("deadline", "<", today)
        return late if True in value else ~late

    def _plan_owner(self):
        """Give the owner his task, or bring it in line with what was changed."""
        for dispute in self:
            dispute.message_subscribe(dispute.user_id.partner_id.ids)
            task = dispute.activity_ids.filtered(
                lambda activity, dispute=dispute: (
                    activity.summary == dispute._get_task_summary()
                )
            )
            values = {"user_id": dispute.user_id.id, "date_deadline": dispute.deadline}
            if task:
                # Of whoever had it before.
                task.sudo().write(values)
                continue
            dispute.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=dispute._get_task_summary(),
                note=plaintext2html(dispute.reason_id.advice or ""),
                **values,
            )

    def _get_task_summary(self):
        self.ensure_one()
        return self.env._("Examine the dispute on %(name)s", name=self.move_name)

    def _end_tasks(self, feedback):
        """Close what was planned: it was decided."""
        # Of whoever was asked.
        self.sudo().activity_ids.action_feedback(feedback=feedback)

    def _plan_deadline_task(self):
        """Ask the credit manager about disputes past their deadline; once for each
        deadline. Called by the automation rule."""
        for dispute in self.filtered(lambda one: one.state in EXAMINED):
            manager = dispute.manager_id or self.env.user
            lang = manager.lang or dispute.company_id.partner_id.lang
            told = dispute.with_context(lang=lang)
            summary = told.env._(
                "Dispute past its deadline of %(date)s",
                date=format_date(told.env, told.deadline),
            )
            if summary in dispute.activity_ids.mapped("summary"):
                continue
            note = told.env._(
                "%(dispute)s of %(debtor)s has waited for a decision since %(date)s; "
                "in charge: %(user)s.",
                dispute=told.display_name,
                debtor=told.partner_id.display_name,
                date=format_date(told.env, told.date),
                user=told.user_id.sudo().name,  # a name is no secret
            )
            dispute.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=dispute.company_id._dunning_today(),
                summary=summary,
                note=plaintext2html(note),
                user_id=manager.id,
            )
