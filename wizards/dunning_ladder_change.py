from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

#: Cases of which the window shows the details; all of them are changed.
MOST_ROWS = 100


class DunningLadderChange(models.TransientModel):
    """Change the ladder of one case or of many: first what it would do, then do it."""

    _name = "dunning.ladder.change"
    _description = "Change the Ladder"
    _inherit = ["dunning.guarded"]

    case_ids = fields.Many2many("dunning.case", string="Cases", readonly=True)
    ladder_id = fields.Many2one(
        "dunning.ladder",
        "New ladder",
        help="Each invoice stands on the highest level of the new ladder whose delay "
        "is not above the one it has reached. A formal notice is never skipped, and "
        "one that was delivered stays delivered.",
    )
    reason = fields.Char(
        help="Why you leave the rule: it is written on each case, with your name."
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    change_count = fields.Integer(compute="_compute_preview")

    @api.model
    def _open_for_cases(self, cases):
        """Return the window for a selection; proposes the ladder they would get now."""
        cases.check_access("write")
        proposed = cases.new_ladder_id
        change = self.create(
            {
                "case_ids": [Command.set(cases.ids)],
                "ladder_id": proposed.id if len(proposed) == 1 else False,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change the ladder"),
            "res_model": self._name,
            "res_id": change.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.depends("ladder_id", "case_ids")
    def _compute_preview(self):
        for change in self:
            moves = {}
            if change.ladder_id:
                cases = change.case_ids._origin
                cases.check_access("read")
                moves = cases._preview_ladder(change.ladder_id._origin)
            allowed = [move for move in moves.values() if not move.refusal]
            change.change_count = len(allowed)
            change.preview = self._render_preview(list(moves.values()), len(allowed))

    @api.model
    def _render_preview(self, rows, count):
        left = len(rows[MOST_ROWS:])
        return self.env["ir.qweb"]._render(
            "account_dunning.ladder_change_preview",
            {
                "summary": self.env._(
                    "Cases that change their ladder: %(count)s of %(total)s.",
                    count=count,
                    total=len(rows),
                ),
                "rows": rows[:MOST_ROWS],
                "left": left
                and self.env._("Cases not shown here: %(count)s.", count=left),
                "format_day": lambda day: format_date(self.env, day),
            },
        )

    def action_apply(self):
        """Change the ladder of the cases that can have it, and say for how many."""
        self.ensure_one()
        if not self.ladder_id:
            raise UserError(self.env._("Choose the new ladder first."))
        if not (self.reason or "").strip():
            raise UserError(
                self.env._(
                    "Say why the ladder changes: the reason is kept on each case."
                )
            )
        moves = self.case_ids._change_ladder(self.ladder_id, self.reason.strip())
        changed = [move for move in moves.values() if not move.refusal]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Cases whose ladder has changed: %(count)s of %(total)s.",
                    count=len(changed),
                    total=len(moves),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
