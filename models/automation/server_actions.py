from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: What a server action of a level may run on.
MODELS = ("dunning.case", "dunning.action")


class DunningAction(models.Model):
    """What Odoo's automation does around a contact: server actions of its level, tasks
    that close by themselves."""

    _inherit = "dunning.action"

    def _tell_failure(self, reasons, task=None):
        result = super()._tell_failure(reasons, task)
        self.env["dunning.alert"]._raise_reasons("failure", reasons, task)
        return result

    def _close_alerts(self):
        """Close the tasks that asked for an approval, or to mend what has failed."""
        result = super()._close_alerts()
        asking = self.filtered(
            lambda action: action.state == "failed" or action.is_formal_notice
        )
        if asking:
            self.env["dunning.alert"]._close(asking)
        return result

    def _ask_for_approval(self):
        result = super()._ask_for_approval()
        self.env["dunning.alert"]._raise_approvals(self)
        return result

    def _after_delivery(self):
        """Run the server actions of levels that have just been delivered, once a step.

        Of several channels, the first that delivers the level runs them.
        """
        result = super()._after_delivery()
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
        return result


class DunningLevel(models.Model):
    """What Odoo does by itself when a level is delivered: its server actions."""

    _inherit = "dunning.level"

    server_action_ids = fields.Many2many(
        "ir.actions.server",
        "dunning_level_server_action_rel",
        "level_id",
        "action_id",
        "Then do",
        domain=[("model_name", "in", MODELS)],
        groups="base.group_system",
        help="Server actions that run on the case, or on the contact, once the level "
        "is delivered. Only who may administer Odoo sets them; one that fails is noted "
        "on the case and stops nothing.",
        entry="over",
    )

    @api.constrains("server_action_ids")
    def _check_server_actions(self):
        for level in self.sudo():  # the field is the administrators'
            for action in level.server_action_ids:
                if action.model_id.model not in MODELS:
                    raise ValidationError(
                        self.env._(
                            "“%(action)s” is made for other records: a level runs "
                            "server actions on dunning cases or contacts only.",
                            action=action.name,
                        )
                    )

    def _run_server_actions(self, contacts):
        """Run the server actions of the level for contacts that have delivered it.

        :param dunning.action contacts: of this level
        """
        self.ensure_one()
        # Set by an administrator only: they do what he wants, whoever is at work.
        level = self.sudo()
        for server_action in level.server_action_ids:
            on_case = server_action.model_id.model == "dunning.case"
            for contact in contacts.sudo():
                record = contact.case_id if on_case else contact
                try:
                    with self.env.cr.savepoint():
                        server_action.with_company(contact.company_id).with_context(
                            active_model=record._name,
                            active_id=record.id,
                            active_ids=record.ids,
                        ).run()
                except OperationalError:
                    raise  # a conflict with another transaction: the caller tries again
                except Exception as error:  # noqa: BLE001 what has left has left
                    contact.case_id._note_rule_error(error, server_action.name)
