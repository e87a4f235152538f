from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

#: What the window proposes, in days.
USUAL_HOLD_DAYS = 14


class DunningHoldWizard(models.TransientModel):
    """Put cases or invoices on hold until a day, or exclude invoices for good."""

    _name = "dunning.hold.wizard"
    _description = "Put on Hold"
    _inherit = ["dunning.guarded"]

    case_ids = fields.Many2many("dunning.case", string="Cases", readonly=True)
    case_count = fields.Integer(compute="_compute_case_count")
    scope = fields.Selection(
        [
            ("case", "The whole case, new invoices included"),
            ("items", "Only these invoices"),
        ],
        "What",
        required=True,
        default="case",
        help="The whole case holds back new invoices as well; else the other "
        "invoices are dunned as usual.",
    )
    line_ids = fields.Many2many(
        "dunning.case.line",
        string="Invoices",
        domain="[('case_id', 'in', case_ids)]",
    )
    move_ids = fields.Many2many("account.move", readonly=True)
    duration = fields.Selection(
        [
            ("until", "Until a day"),
            ("lasting", "For good: excluded from follow-up, to be reviewed"),
        ],
        "How long",
        required=True,
        default="until",
        help="For a time: the reminders go on by themselves afterwards. For good: a "
        "credit manager excludes the invoices, and reviews them.",
    )
    date_until = fields.Date(
        "Until",
        default=lambda self: (
            self.env.company._dunning_today() + timedelta(days=USUAL_HOLD_DAYS)
        ),
        help="The last day on hold. The hold then ends by itself.",
    )
    reason = fields.Text(
        help="Why nobody is reminded meanwhile. It is kept in the history of the case "
        "with your name."
    )
    is_manager = fields.Boolean(compute="_compute_is_manager")

    @api.depends("case_ids", "move_ids")
    def _compute_case_count(self):
        for wizard in self:
            wizard.case_count = len(wizard.case_ids)

    @api.depends_context("uid")
    def _compute_is_manager(self):
        is_manager = self.env.user.has_group("account_dunning.group_dunning_manager")
        self.is_manager = is_manager

    @api.model
    def _open_for(self, cases):
        """Return the window for cases; the hold that runs already is changed in it."""
        values = {"case_ids": cases.ids}
        if len(cases) == 1 and (hold := cases.hold_id):
            values |= {"date_until": hold.date_until, "reason": hold.reason}
        return self.create(values)._get_window()

    @api.model
    def _open_for_invoices(self, moves):
        cases = self.env["dunning.case"]._open_for(moves.commercial_partner_id)
        lines = cases.line_ids.filtered(lambda line: line.move_id in moves)
        wizard = self.create(
            {
                "case_ids": lines.case_id.ids,
                "scope": "items",
                "line_ids": lines.ids,
                "move_ids": moves.ids,
            }
        )
        return wizard._get_window()

    def _get_window(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Put on hold"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_confirm(self):
        """Put on hold what was chosen; a hold that runs gets the new end date."""
        self.ensure_one()
        if not (self.reason or "").strip():
            raise UserError(
                self.env._(
                    "Write why: whoever looks at the case later must understand it."
                )
            )
        if self.duration == "lasting":
            documents = self.line_ids.filtered(lambda line: line._is_document())
            moves = documents.move_id | self.move_ids
            items = (self.line_ids - documents).move_line_id
            if not (moves or items):
                raise UserError(
                    self.env._("Choose the invoices to exclude from follow-up.")
                )
            self.env["dunning.exclusion"]._exclude(moves, items, self.reason)
        elif not self.date_until:
            raise UserError(self.env._("Choose the last day on hold."))
        elif self.scope == "items":
            self._hold_items()
        else:
            self._hold_cases()
        return {"type": "ir.actions.act_window_close"}

    def _hold_cases(self):
        held = self.case_ids.filtered("hold_id")
        held.hold_id.write(self._prepare_change())
        self._create_holds({case: [] for case in self.case_ids - held})

    def _hold_items(self):
        if not self.line_ids:
            raise UserError(
                self.env._(
                    "Choose the invoices to put on hold. An invoice that dunning does "
                    "not follow yet can be put on hold once it is due."
                )
            )
        wanted = {}
        for case, lines in self.line_ids.grouped("case_id").items():
            same = case.hold_ids.filtered(
                lambda hold, lines=lines: (
                    hold.state == "running" and hold.line_ids == lines
                )
            )
            if same:
                same[:1].write(self._prepare_change())
            else:
                wanted[case] = lines.ids
        self._create_holds(wanted)

    def _prepare_change(self):
        return {"date_until": self.date_until, "reason": self.reason}

    def _create_holds(self, wanted):
        """Create a hold for each case.

        :param wanted: ``{case: ids of the items, none for the whole case}``
        """
        self.env["dunning.hold"].create(
            [
                self._prepare_change() | {"case_id": case.id, "line_ids": line_ids}
                for case, line_ids in wanted.items()
            ]
        )
