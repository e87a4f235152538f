from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import plaintext2html

from ...tools.channels import BY_PERSON


class DunningActionPerson(models.Model):
    """What a person does: a call, a visit, a decision is planned as an activity."""

    _inherit = "dunning.action"

    contact_phone = fields.Char("Telephone", compute="_compute_contact_phone")

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
        for action in unreachable:
            action._mark_failed(
                self.env._(
                    "%(contact)s has no telephone number: add it, then plan it again.",
                    contact=action.contact_id.display_name,
                )
            )
        unreachable._fall_back()
        reachable = self - unreachable
        reachable._plan_activities()
        reachable.write({"state": "queued"})

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
        company, collector = self.company_id, self.case_id.user_id
        if self.channel == "decision":
            return company.dunning_manager_id or collector or self.env.user
        return collector or company.dunning_user_id or self.env.user
