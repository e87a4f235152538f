import logging

from psycopg2 import OperationalError

from odoo import api, fields, models

_logger = logging.getLogger(__name__)


class DunningAlert(models.Model):
    """Something of a contact that asks for a person.

    Written down by the engine; what follows is decided by Odoo's automation rules "on
    creation", which an administrator may switch off, change or copy. A rule that fails
    is noted on the case and stops nothing.
    """

    _name = "dunning.alert"
    _description = "Dunning Alert"
    _inherit = ["dunning.guarded"]
    _order = "id desc"

    kind = fields.Selection(
        [
            ("approval", "Formal notice to approve"),
            ("failure", "Contact not delivered"),
            ("broken", "Agreement not kept"),
        ],
        required=True,
        readonly=True,
    )
    action_id = fields.Many2one(
        "dunning.action",
        "Contact",
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    case_id = fields.Many2one(
        "dunning.case", required=True, index=True, ondelete="cascade", readonly=True
    )
    res_model = fields.Char("Kind of agreement", readonly=True)
    source_id = fields.Many2oneReference(
        "Agreement",
        model_field="res_model",
        readonly=True,
        index="btree_not_null",
        help="The promise, plan or offer that was not kept.",
    )
    date = fields.Date(readonly=True, help="The day on which it was found out.")
    company_id = fields.Many2one(related="case_id.company_id")
    partner_id = fields.Many2one(related="case_id.partner_id", string="Debtor")
    level_id = fields.Many2one(related="action_id.level_id")
    amount_overdue = fields.Monetary(related="case_id.amount_overdue")
    currency_id = fields.Many2one(related="case_id.currency_id")
    user_id = fields.Many2one(related="case_id.user_id", string="Collector")
    manager_id = fields.Many2one(related="case_id.manager_id")
    reason = fields.Text(readonly=True)
    task = fields.Char(
        "What to do", readonly=True, help="What the task asks for, in a few words."
    )
    is_asking = fields.Boolean(
        "Asks for a task", readonly=True, help="A rule wants a task for it."
    )
    activity_id = fields.Many2one(
        "mail.activity",
        "Task",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Closed by itself when the contact is approved, mended or dropped.",
    )

    @api.model
    def _raise(self, kind, actions, reason="", task=None):
        """Write down that contacts ask for a person; the rules do the rest.

        :param task: what to do, in a few words
        """
        self._raise_reasons(kind, dict.fromkeys(actions, reason), task)

    @api.model
    def _raise_reasons(self, kind, reasons, task=None):
        """Do :meth:`_raise` for contacts that each have their own reason.

        :param reasons: ``{dunning.action: reason}``
        """
        self._raise_all(
            [
                {
                    "case_id": action.case_id.id,
                    "kind": kind,
                    "action_id": action.id,
                    "reason": reason,
                    "task": task,
                }
                for action, reason in reasons.items()
            ]
        )

    @api.model
    def _raise_broken(self, commitments, day):
        """Write down that agreements were not kept: a rule lets plan B happen."""
        self._raise_all(
            [
                {
                    "case_id": commitment.case_id.id,
                    "kind": "broken",
                    "res_model": commitment._name,
                    "source_id": commitment.id,
                    "date": day,
                    "reason": commitment._describe(),
                }
                for commitment in commitments
            ]
        )

    @api.model
    def _raise_all(self, wanted):
        """Create alerts together; one at which a rule fails is found and left out.

        :param wanted: values of alerts
        """
        if not wanted:
            return
        # The engine's own, and the rules of an administrator: neither depends on the
        # rights of whoever happened to be at work.
        try:
            with self.env.cr.savepoint():
                alerts = self.sudo().create(wanted)
                alerts.filtered("is_asking")._plan_task()
            return
        except OperationalError:
            raise  # a conflict with another transaction: the caller tries again
        except Exception as error:  # noqa: BLE001 whatever a rule does wrong
            if len(wanted) == 1:
                case = self.env["dunning.case"].browse(wanted[0]["case_id"])
                case._note_rule_error(error)
                return
        middle = len(wanted) // 2
        self._raise_all(wanted[:middle])
        self._raise_all(wanted[middle:])

    @api.model
    def _raise_approvals(self, actions):
        """Ask once for the approval of each formal notice that is proposed."""
        notices = actions.filtered(
            lambda action: action.is_formal_notice and action.state == "proposed"
        )
        if not notices:
            return
        known = self.sudo().search(  # see _raise
            [("action_id", "in", notices.ids), ("kind", "=", "approval")]
        )
        self._raise("approval", notices - known.action_id)

    @api.model
    def _close(self, actions):
        """Close the tasks of contacts that no longer ask for anybody."""
        alerts = self.sudo().search(  # see _raise
            [("action_id", "in", actions.ids), ("activity_id", "!=", False)]
        )
        activities = alerts.activity_id.filtered("active")
        still_asking = self.sudo().search(
            [
                ("activity_id", "in", activities.ids),
                ("action_id.state", "in", ("proposed", "failed")),
                ("action_id", "not in", actions.ids),
            ]
        )
        for activity in activities - still_asking.activity_id:
            activity.action_done()

    def _carry_out_plan_b(self):
        """Let plan B of the agreements happen, for the rules to call."""
        for alert in self.filtered("res_model"):
            commitment = self.env[alert.res_model].browse(alert.source_id)
            commitment._carry_out_plan_b(alert.date)

    def _ask_for_task(self):
        """Ask for the task of an alert that is being raised, for rules on creation.

        Odoo runs a rule for each record by itself: the tasks of alerts that are raised
        together are planned together, once every rule has asked.
        """
        self._write_facts({"is_asking": True})

    def _plan_task(self):
        """Plan the tasks of the alerts, all at once: one a case, never two."""
        describe = {
            "approval": lambda alert: alert._describe_approval(),
            "failure": lambda alert: alert._describe_failure(),
        }
        wanted = [(alert.case_id, *describe[alert.kind](alert)) for alert in self]
        tasks = self.case_id._plan_tasks(wanted)
        for alert, task in zip(self, tasks, strict=True):
            alert._write_facts({"activity_id": task.id})

    def _describe_approval(self):
        """Return summary and note of the task, and who is asked."""
        return (
            self.env._("Approve the formal notice"),
            self.env._(
                "“%(level)s” to %(debtor)s waits for your approval, under Dunning, To "
                "approve.",
                level=self.level_id.name,
                debtor=self.partner_id.display_name,
            ),
            self.manager_id,
        )

    def _describe_failure(self):
        """Return summary and note of the task; the collector is asked."""
        not_delivered = self.env._(
            "Not delivered: %(action)s", action=self.level_id.name or ""
        )
        return self.task or not_delivered, self.reason, None
