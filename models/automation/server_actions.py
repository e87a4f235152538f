from odoo import models


class DunningActionAutomation(models.Model):
    """What Odoo's automation does around a contact: server actions of its level, tasks
    that close by themselves."""

    _inherit = "dunning.action"

    def _settle_alerts(self):
        """Close the tasks that asked for an approval, or to mend what has failed."""
        asking = self.filtered(
            lambda action: action.state == "failed" or action.is_formal_notice
        )
        if asking:
            self.env["dunning.alert"]._settle(asking)

    def _run_level_actions(self):
        """Run the server actions of levels that have just been delivered, once a step.

        Of several channels, the first that delivers the level runs them.
        """
        # Who delivers need not see what an administrator has set.
        delivered = self.filtered(
            lambda action: (
                action.kind in ("rung", "courtesy")
                and action.level_id.sudo().server_action_ids
                and action._is_level_delivered()
            )
        )
        steps = delivered.case_id.action_ids._get_steps() if delivered else {}
        for key, contacts in delivered._get_steps().items():
            before = steps[key] - self
            if not any(action._is_level_delivered() for action in before):
                contacts.level_id._run_server_actions(contacts[:1])
