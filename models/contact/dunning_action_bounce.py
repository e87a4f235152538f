from textwrap import shorten

from odoo import fields, models
from odoo.fields import Domain

from ...tools import contact as core

#: A mail server explains itself at length; the message in the chatter has it all.
LONGEST_REASON = 300


class DunningActionBounce(models.Model):
    """A message that comes back was not delivered: its level is taken back."""

    _inherit = "dunning.action"

    message_id = fields.Many2one(
        "mail.message",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The message in the chatter of the case; the host's queues report on it.",
    )

    def _bounce(self, reason):
        """Record that delivered messages came back; the ladder goes back with them.

        The items return to the rung and the dates they had. What a later rung has
        overtaken stays where it is: the debtor was reached since.
        """
        came_back = self.filtered(lambda action: action.state == "done")
        for action in came_back:
            day = max(action.delivered_on, action.company_id._dunning_today())
            action.delivered_on = False
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
            action._fall_back(day)

    def _return_items(self):
        """Put the items of a contact that was not delivered back where they stood."""
        self.ensure_one()
        if self.kind != "rung":
            return
        # The engine's own, whoever learns that it came back.
        for row in self.sudo().line_ids:
            line = row.case_line_id
            if row.level_id and line._stands_on(row.level_id):
                line._stand(self._get_standing_without(row))
            elif not row.level_id and self.deadline and line.deadline == self.deadline:
                line.deadline = self._get_standing_without(row).deadline
        lines = self.line_ids.case_line_id
        lines._stand_on_new_ladder()
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


class DunningActionLineHistory(models.Model):
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
