from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount


class DunningCaseClose(models.TransientModel):
    """Close cases by hand, with the reason: what is still due is shown before."""

    _name = "dunning.case.close"
    _description = "Close a Case by Hand"
    _inherit = ["dunning.guarded"]

    case_ids = fields.Many2many("dunning.case", string="Cases", readonly=True)
    due_text = fields.Char("Still due", compute="_compute_due_text")
    reason = fields.Char(
        help="Why nobody is reminded any more; kept in the history of the case."
    )

    @api.depends("case_ids")
    def _compute_due_text(self):
        for window in self:
            due = [
                self.env._(
                    "%(debtor)s: %(amount)s",
                    debtor=case.partner_id.display_name,
                    amount=format_amount(self.env, case.amount_due, case.currency_id),
                )
                for case in window.case_ids
                if not case.currency_id.is_zero(case.amount_due)
            ]
            window.due_text = "; ".join(due)

    @api.model
    def _open_for(self, cases):
        """Return the window for a selection of cases."""
        cases.check_access("write")
        window = self.create({"case_ids": [fields.Command.set(cases.ids)]})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Close the case"),
            "res_model": self._name,
            "res_id": window.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_confirm(self):
        """Close the cases; the reason is told in their history."""
        self.ensure_one()
        if not (self.reason or "").strip():
            raise UserError(
                self.env._(
                    "Write why the case is closed: whoever looks at it later must "
                    "understand it."
                )
            )
        self.case_ids.action_close(self.reason)
        return {"type": "ir.actions.act_window_close"}
