from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.channels import BY_PERSON


class MailActivity(models.Model):
    """Calls and decisions are activities: done there is delivered here."""

    _inherit = "mail.activity"

    dunning_action_ids = fields.One2many("dunning.action", "activity_id")

    def _action_done(self, feedback=False, attachment_ids=None):
        # Whoever was given the task carries it out, whatever his rights on dunning.
        actions = self.sudo().dunning_action_ids
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        # Odoo's own “Mark done” says no outcome: it means that it was carried out.
        done = actions.filtered(lambda action: action.state == "queued")
        made = done.filtered(lambda action: action.channel in BY_PERSON)
        made._write_outcome("reached", feedback)
        done._mark_done()
        return result

    def action_dunning_outcome(self):
        """Open the window where what came of a call about a case is recorded."""
        self.ensure_one()
        self.check_access("read")
        if self.dunning_action_ids:
            return self.dunning_action_ids[:1].action_record_outcome()
        if self.res_model != "dunning.case":
            raise UserError(
                self.env._("“%(task)s” is about no dunning case.", task=self.summary)
            )
        case = self.env["dunning.case"].browse(self.res_id)
        case.check_access("write")
        return case._get_outcome_window(activity_id=self.id)

    def unlink(self):
        """A task that is removed was not carried out: its contact is cancelled."""
        actions = self.sudo().dunning_action_ids  # see _action_done
        result = super().unlink()
        actions.exists()._drop(self.env._("The planned task was removed."))
        return result
