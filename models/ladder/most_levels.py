from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

#: Levels that a ladder has at most. A level a month over the five years of limitation
#: makes sixty: a hundred is beyond any strategy, and what compares each level with the
#: others stays instantaneous.
MOST_LEVELS = 100
#: Commands of the host that add a level to a ladder.
ADDING = (Command.CREATE, Command.LINK)


class DunningLadder(models.Model):
    """How many levels a ladder may have, asked before anything is done for one."""

    _inherit = "dunning.ladder"

    @api.model
    def default_get(self, fields):
        """Look at levels that come as a default, which the host takes as they are."""
        values = super().default_get(fields)
        self._check_count(self._count_added(values.get("level_ids")))
        return values

    def onchange(self, values, field_names, fields_spec):
        self._check_count(self._count_added(values.get("level_ids")))
        return super().onchange(values, field_names, fields_spec)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_count(self._count_added(vals.get("level_ids")))
        return super().create(vals_list)

    def write(self, vals):
        if added := self._count_added(vals.get("level_ids")):
            for ladder in self:
                self._check_count(added + ladder._count_levels(vals["level_ids"]))
        return super().write(vals)

    def _check_when_complete(self):
        for ladder in self:  # also one that grew by levels that are no longer archived
            ladder._check_count(len(ladder._get_levels()))
        return super()._check_when_complete()

    @api.model
    def _check_count(self, count):
        """Refuse more levels than a ladder may have.

        :raises ValidationError: in words
        """
        if count > MOST_LEVELS:
            raise ValidationError(
                self.env._(
                    "A ladder has at most %(most)s levels: %(count)s are too many.",
                    most=MOST_LEVELS,
                    count=count,
                )
            )

    @api.model
    def _count_added(self, commands):
        """Return how many levels come with what is written to ``level_ids``."""
        commands = commands if isinstance(commands, list | tuple) else ()
        return sum(
            len(command[2])
            if isinstance(command, list | tuple) and command[0] == Command.SET
            else not isinstance(command, list | tuple) or command[0] in ADDING
            for command in commands
        )

    def _count_levels(self, commands):
        """Return how many levels stay beside those that commands add."""
        kinds = {
            command[0] for command in commands if isinstance(command, list | tuple)
        }
        if kinds & {Command.SET, Command.CLEAR}:
            return 0
        gone = {c[1] for c in commands if c[0] in (Command.DELETE, Command.UNLINK)}
        return len(set(self.level_ids.ids) - gone)


class DunningLevel(models.Model):
    """Levels that are made by themselves: imported, or for a ladder by its number."""

    _inherit = "dunning.level"

    @api.model_create_multi
    def create(self, vals_list):
        by_ladder = {}
        for vals in vals_list:
            # What is left out, the host takes from here later.
            default = self.env.context.get("default_ladder_id")
            ladder_id = vals.get("ladder_id") or default
            by_ladder[ladder_id] = by_ladder.get(ladder_id, 0) + 1
        ladders = self.env["dunning.ladder"]
        for ladder_id, added in by_ladder.items():
            known = ladders.browse(ladder_id).exists() if ladder_id else ladders
            ladders._check_count(added + len(known.level_ids))
        return super().create(vals_list)
