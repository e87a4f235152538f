from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningKnownMoney(models.TransientModel):
    """Go on in spite of money that is not matched yet, with the reason."""

    _name = "dunning.known.money"
    _description = "Go On in Spite of Known Money"
    _inherit = ["dunning.guarded"]

    case_id = fields.Many2one(
        "dunning.case", required=True, readonly=True, ondelete="cascade"
    )
    # As the user, not as superuser: a number in ``case_id`` opens no foreign case.
    known_money_text = fields.Html(
        related="case_id.known_money_text", related_sudo=False
    )
    choice = fields.Selection(
        [
            ("go_on", "Go on, and deduct it from what is asked"),
            ("void", "The online payment does not come: do not wait for it"),
        ],
        default="go_on",
        required=True,
    )
    has_online = fields.Boolean(compute="_compute_has_online")
    reason = fields.Char(
        help="Why it cannot be matched first; kept in the history of the case."
    )

    @api.depends("case_id")
    def _compute_has_online(self):
        for window in self:
            case = window.case_id
            window.has_online = bool(case) and case._is_online_awaited()

    @api.model
    def _open_for(self, case):
        """Return the window for one case."""
        case.ensure_one()
        case.check_access("write")
        window = self.create({"case_id": case.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Go on all the same"),
            "res_model": self._name,
            "res_id": window.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_confirm(self):
        """Go on; the reason is told in the history of the case."""
        self.ensure_one()
        if not (self.reason or "").strip():
            raise UserError(
                self.env._(
                    "Write why the money cannot be matched first: whoever looks at the "
                    "case later must understand it."
                )
            )
        self.case_id._accept_money(self.reason.strip(), self.choice == "void")
        return {"type": "ir.actions.act_window_close"}
