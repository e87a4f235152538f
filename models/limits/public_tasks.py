"""Deadlines that the law of public contracts sets the creditor: tasks, each once."""

from odoo import api, models
from odoo.tools import format_date, plaintext2html

from ...tools.days import add_months

#: Works, supplies or services under general clauses (CCAG): a formal claim (mémoire en
#: réclamation) within two months of the dispute, or the right is lost.
MEMO_TASK, MEMO_MONTHS = "account_dunning.mail_activity_type_memo", 2


class DunningCase(models.Model):
    """What somebody must not forget once a public body was put on notice."""

    _inherit = "dunning.case"

    @api.model
    def _get_public_tasks(self):
        """Map kinds of tasks to the method of a case that tells whether such a task has
        become needless: a hook, each concern adds its own."""
        return {MEMO_TASK: lambda case: case._is_memo_needless()}

    def _plan_public_task(self, xmlid, deadline, summary, note):
        """Plan a task of a kind for who is in charge, unless one is open already.

        :param xmlid: of its type
        :param deadline: the day by which it must be done
        """
        self.ensure_one()
        kind = self.env.ref(xmlid)
        if kind in self.activity_ids.activity_type_id:
            return
        # It is planned for later: no message on the day it is planned.
        quiet = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        values = self._prepare_task(summary, note, None)
        quiet.create(values | {"activity_type_id": kind.id, "date_deadline": deadline})

    def _plan_memo(self, day):
        """Ask for the formal claim of a works or services contract.

        :param day: the day from which the two months are counted, to be safe that of
            the delivery of the formal notice
        """
        self.ensure_one()
        last = add_months(day, MEMO_MONTHS)
        self._plan_public_task(
            MEMO_TASK,
            last,
            self.env._(
                "Public contract: formal claim by %(date)s?",
                date=format_date(self.env, last),
            ),
            self.env._(
                "%(debtor)s was put on formal notice on %(day)s. If the invoices are "
                "those of a contract under general clauses (CCAG), a dispute about "
                "payment calls for a formal claim (mémoire en réclamation) within two "
                "months: afterwards the right is lost. Look at the contract.",
                debtor=self.partner_id.display_name,
                day=format_date(self.env, day),
            ),
        )

    def _is_memo_needless(self):
        """Tell whether nothing is open any more of what the debtor was put on notice
        about."""
        self.ensure_one()
        notices = self.action_ids.filtered(
            lambda one: one.is_formal_notice and one.state == "done"
        )
        asked = self.env["dunning.action.line"].union(
            *(notice._get_object_lines() for notice in notices)
        )
        items = asked.move_line_id.sudo()  # whether they are paid is no secret
        return self.state == "closed" or not items.filtered(
            lambda item: item.parent_state == "posted" and not item.reconciled
        )

    @api.model
    def _close_public_tasks(self, company):
        """End the tasks that have become needless, whoever was asked: each night."""
        for xmlid, is_needless in self._get_public_tasks().items():
            kind = self.env.ref(xmlid)
            cases = self.search(
                [
                    ("company_id", "=", company.id),
                    ("activity_ids.activity_type_id", "=", kind.id),
                ]
            )
            cases.filtered(is_needless)._end_public_tasks(kind)

    def _end_public_tasks(self, kind):
        tasks = self.activity_ids.filtered(lambda task: task.activity_type_id == kind)
        tasks.sudo().action_feedback(  # whoever was asked
            feedback=plaintext2html(self.env._("Paid or called off: nothing to do."))
        )
