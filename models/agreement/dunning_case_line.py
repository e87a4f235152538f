from odoo import api, models
from odoo.fields import Domain

from ...tools import covers


class DunningCaseLine(models.Model):
    """The rung that was agreed to speak next, should an agreement fail."""

    _inherit = "dunning.case.line"

    def _agree_on(self, level, day):
        """Let a level speak next to items, from a day on.

        :return: the items that can still get it; the others stand there, or higher
        """
        lines = self.sudo().filtered(  # the engine's own
            lambda line: (
                level
                and level.active
                and level.ladder_id == line.case_id.ladder_id
                and not line._stands_on(level)
                and not line._has_climbed_above(level)
            )
        )
        lines._write_facts({"agreed_level_id": level.id, "agreed_on": day})
        lines._refresh_next()
        return lines.with_env(self.env)

    def _count_grants(self, besides):
        """Count promises too: all that were not kept as they were made, whether they
        were replaced, withdrawn or broken; not what was entered by mistake."""
        counts = super()._count_grants(besides)
        failed = Domain("state", "not in", ("kept", "cancelled"))
        failed |= Domain("is_withdrawn", "=", True)
        items = self.move_line_id
        # By the journal item: it may have come from another case.
        promises = self.env["dunning.promise"].search(
            failed & Domain("line_ids.move_line_id", "in", items.ids)
        )
        if besides._name == promises._name:
            promises -= besides
        for promise in promises:
            told = promise.with_context(active_test=False).line_ids.move_line_id
            for line in self:
                counts[line] += line.move_line_id in told
        return counts

    @api.model
    def _selection_hold(self):
        own = [
            (covers.DISPUTED, self.env._("Disputed")),
            (covers.PROMISED, self.env._("Promised")),
            (covers.PLANNED, self.env._("On a payment plan")),
            (covers.OFFERED, self.env._("Under an offer")),
        ]
        return super()._selection_hold() + own

    def _find_item_holds(self):
        covered = {
            item.line_id: kept.hold
            for of_case in self.case_id._find_kept_back().values()
            for item, parts in of_case.items()
            if (kept := item.keep_back(parts)).hold in parts
        }
        found = {
            line: covered[line.move_line_id.id]
            for line in self
            if line.move_line_id.id in covered
        }
        return found | super()._find_item_holds()
