from odoo import fields, models


class DunningCaseLine(models.Model):
    """The rung that was agreed to speak next, should an agreement fail."""

    _inherit = "dunning.case.line"

    agreed_level_id = fields.Many2one(
        "dunning.level",
        "Agreed level",
        readonly=True,
        ondelete="set null",
        help="An agreement failed, and this level was to follow: it speaks next, "
        "whatever the days of the ladder. A formal notice still waits for approval.",
    )
    agreed_on = fields.Date(
        "Agreed level from",
        readonly=True,
        help="The day on which the agreement failed: from then on it may speak.",
    )

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
        lines.write({"agreed_level_id": level.id, "agreed_on": day})
        lines._refresh_next()
        return lines.with_env(self.env)

    def _forget_agreed(self, level):
        """An agreed level that was delivered, or climbed over, is agreed no more.

        :param level: the level just delivered; empty for the decision at the end
        """
        done = self.filtered(
            lambda line: (
                line.agreed_level_id
                and (not level or line.agreed_level_id._rank() <= level._rank())
            )
        )
        if done:
            done.write({"agreed_level_id": False, "agreed_on": False})
