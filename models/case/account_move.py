from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import covers
from ...tools.holds import BY_LAW, ON_HOLD


class AccountMove(models.Model):
    """What an invoice shows of its dunning. Nothing here changes an entry."""

    _inherit = "account.move"

    dunning_level_id = fields.Many2one(
        "dunning.level",
        "Dunning level",
        compute="_compute_dunning",
        search="_search_dunning_level_id",
        help="The last dunning level that was delivered for this invoice.",
    )
    dunning_case_id = fields.Many2one(
        "dunning.case",
        compute="_compute_dunning",
        search="_search_dunning_case_id",
    )
    dunning_days_overdue = fields.Integer(
        "Days late",
        compute="_compute_dunning_days_overdue",
        search="_search_dunning_days_overdue",
        help="Since the oldest due date that is still open.",
    )
    dunning_hold = fields.Selection(
        selection="_selection_dunning_hold",
        string="Dunning hold",
        compute="_compute_dunning",
        search="_search_dunning_hold",
        help="Why this invoice is not dunned now. Empty when it is.",
    )
    dunning_hold_id = fields.Many2one(
        "dunning.hold",
        "Put on hold",
        compute="_compute_dunning",
        help="Who put the invoice, or its customer's case, on hold for a time.",
    )

    dunning_claim_id = fields.Many2one(
        "dunning.claim",
        "Claim of interest",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="This note claims interest and indemnities: it bears none itself, and no "
        "reminder leaves because of it alone.",
    )

    @api.model
    def _selection_dunning_hold(self):
        return self.env["dunning.case.line"]._selection_hold()

    @api.depends("payment_state", "state", "no_followup")
    def _compute_dunning(self):
        """Read the case lines of all invoices at once.

        A user without rights on dunning sees empty fields, never an error.
        """
        lines = self.env["dunning.case.line"]
        if lines.has_access("read") and self.ids:
            lines = lines.search_fetch(
                [("move_id", "in", self.ids)],
                ["move_id", "case_id", "level_id", "move_line_id"],
            )
        by_move = lines.grouped("move_id")
        for move in self:
            of_move = by_move.get(move._origin, lines.browse())
            levels = of_move.level_id.sorted(lambda level: level._rank())
            holds = [line.hold for line in of_move if line.hold]
            move.dunning_hold_id = of_move.hold_id[:1]
            move.dunning_case_id = of_move.case_id[:1]
            move.dunning_level_id = levels[-1:]
            move.dunning_hold = holds[0] if len(holds) == len(of_move) > 0 else False

    @api.depends("invoice_date_due", "payment_state", "state")
    def _compute_dunning_days_overdue(self):
        late = self._get_oldest_dues(self.ids)
        for move in self:
            oldest = late.get(move._origin.id)
            today = (move.company_id or self.env.company)._dunning_today()
            move.dunning_days_overdue = max((today - oldest).days, 0) if oldest else 0

    @api.model
    def _get_oldest_dues(self, move_ids):
        """Map customer invoices to the oldest due date that is still open."""
        rows = self.env["account.move.line"]._read_group(
            Domain("move_id", "in", move_ids)
            & Domain("account_type", "=", "asset_receivable")
            & Domain("parent_state", "=", "posted")
            & Domain("reconciled", "=", False)
            & Domain("amount_residual", ">", 0),
            ["move_id"],
            ["date_maturity:min"],
        )
        return {move.id: oldest for move, oldest in rows}

    @api.model
    def _search_dunning_days_overdue(self, operator, value):
        if operator not in ("<", ">", "<=", ">="):
            return NotImplemented
        today = self.env.company._dunning_today()

        def to_sql(model, alias, query):
            model.env["account.move.line"].flush_model()
            return SQL(
                """COALESCE((SELECT max(%(today)s - item.date_maturity)
                       FROM account_move_line item
                       JOIN account_account account ON account.id = item.account_id
                      WHERE item.move_id = %(move)s
                        AND account.account_type = 'asset_receivable'
                        AND item.parent_state = 'posted' AND NOT item.reconciled
                        AND item.amount_residual > 0
                        AND item.date_maturity < %(today)s), 0) %(sign)s %(value)s""",
                today=today,
                move=SQL.identifier(alias, "id"),
                sign=SQL(operator),
                value=value,
            )

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _search_dunning_level_id(self, operator, value):
        return self._search_through_lines("level_id", operator, value)

    @api.model
    def _search_dunning_case_id(self, operator, value):
        return self._search_through_lines("case_id", operator, value)

    @api.model
    def _search_through_lines(self, name, operator, value):
        if operator != "in":
            return NotImplemented
        known = [item for item in value if item]
        lines = self.env["dunning.case.line"]
        found = Domain(
            "id", "in", lines._search([(name, "in", known)]).subselect("move_id")
        )
        if len(known) == len(list(value)):
            return found
        any_line = lines._search([(name, "!=", False)]).subselect("move_id")
        return found | Domain("id", "not in", any_line)

    @api.model
    def _search_dunning_hold(self, operator, value):
        if operator != "in":
            return NotImplemented
        tests = self._get_dunning_hold_domains()
        in_case = Domain("dunning_case_id", "!=", False)
        held = Domain.OR(Domain(tests[code]) for code in value if code) & in_case
        if False in value:
            every = Domain.OR(Domain(test) for test in tests.values())
            return held | ~(every & in_case)
        return held

    @api.model
    def _get_dunning_hold_domains(self):
        """Map each reason why an invoice is not dunned to the invoices it keeps."""
        return {
            "paid": [("payment_state", "in", ("paid", "reversed"))],
            "unposted": [("state", "!=", "posted")],
            "in_payment": [("payment_state", "=", "in_payment")],
            "blocked": [("payment_state", "=", "blocked")],
            "claim": [("dunning_claim_id", "!=", False)],
            "excluded": [("line_ids.no_followup", "=", True)],
            ON_HOLD: [("id", "in", self._get_on_hold_ids())],
            **{code: self._get_found_domain(code) for code in (*BY_LAW, *covers.KINDS)},
        }

    @api.model
    def _get_found_domain(self, code):
        """Return the invoices of open cases that the law, a promise, a plan or a
        dispute keeps back as a whole; they are looked for only where somebody asks for
        this reason."""

        def to_sql(model, alias, query):
            found = model._find_kept_back_ids(code)
            return SQL("%s = ANY(%s)", SQL.identifier(alias, "id"), found)

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _find_kept_back_ids(self, code):
        lines = self.env["dunning.case.line"]
        if code not in BY_LAW:
            # Few items have a commitment: only these are looked at.
            lines = self.env["dunning.cover"].search([("kind", "=", code)]).line_id
            return lines.filtered(lambda line: line.hold == code).move_id.ids
        lines = lines.search([("case_id.state", "!=", "closed")])
        held = lines._find_other_holds()
        held_ids = [key for key, reason in held.items() if reason == code]
        return lines.move_line_id.browse(held_ids).sudo().move_id.ids  # ids only

    @api.model
    def _get_on_hold_ids(self):
        """Return the invoices that somebody has put on hold for a time."""
        lines = self.env["dunning.case.line"]
        return lines._search(lines._get_held_domain()).subselect("move_id")

    def action_open_dunning_case(self):
        """Open the case that follows the invoice."""
        self.ensure_one()
        return self.dunning_case_id._action_open()

    def action_dun(self):
        """**Relancer** from invoices: the wizard for the cases of their customers."""
        self._check_can_be_dunned()
        cases = self.env["dunning.case"]._open_for(self.commercial_partner_id)
        return cases.filtered(
            lambda case: case.company_id in self.company_id
        ).action_dun()

    def _check_can_be_dunned(self):
        wrong = self.filtered(
            lambda move: move.state != "posted" or not move.is_sale_document()
        )
        if wrong:
            raise UserError(
                self.env._(
                    "Only posted customer invoices can be dunned, not %(names)s.",
                    names=", ".join(wrong.mapped("display_name")),
                )
            )

    def action_dunning_hold(self):
        """Open the window that puts invoices on hold, or excludes them."""
        self.check_access("read")
        self._check_can_be_dunned()
        return self.env["dunning.hold.wizard"]._open_for_invoices(self)
