from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import known_money as core


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
        compute_sudo=True,  # a fact of the invoice, which its debtor may read too
        search="_search_dunning_days_overdue",
        help="Since the oldest due date that is still open.",
    )
    dunning_hold = fields.Selection(
        selection="_selection_dunning_hold",
        string="Why not dunned",
        compute="_compute_dunning",
        search="_search_dunning_hold",
        help="Why this invoice is not dunned now. Empty when it is.",
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
            move.dunning_case_id = of_move.case_id[:1]
            # What is true of one customer's item is not true of the entry.
            is_ours = len(of_move.case_id) == 1 or move._is_dunning_document()
            is_held = len(holds) == len(of_move) > 0
            move.dunning_level_id = is_ours and levels[-1:]
            move.dunning_hold = holds[0] if is_ours and is_held else False

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
        items = self.env["account.move.line"].search_fetch(
            Domain("move_id", "in", move_ids)
            & Domain("account_type", "=", "asset_receivable")
            & Domain("parent_state", "=", "posted")
            & Domain("reconciled", "=", False)
            & Domain("amount_residual", ">", 0),
            ["move_id", "date_maturity", "date"],
            order="id",
        )
        oldest = {}
        for item in items:
            # An entry may give no due date: it is due on its day.
            due = item.date_maturity or item.date
            oldest[item.move_id.id] = min(due, oldest.get(item.move_id.id, due))
        return oldest

    @api.model
    def _search_dunning_days_overdue(self, operator, value):
        if operator not in ("<", ">", "<=", ">="):
            return NotImplemented
        today = self.env.company._dunning_today()

        def to_sql(model, alias, query):
            model.env["account.move.line"].flush_model()
            return SQL(
                """COALESCE((SELECT max(
                       %(today)s - COALESCE(item.date_maturity, item.date))
                       FROM account_move_line item
                       JOIN account_account account ON account.id = item.account_id
                      WHERE item.move_id = %(move)s
                        AND account.account_type = 'asset_receivable'
                        AND item.parent_state = 'posted' AND NOT item.reconciled
                        AND item.amount_residual > 0
                        AND COALESCE(item.date_maturity, item.date) < %(today)s), 0)
                    %(sign)s %(value)s""",
                today=today,
                move=SQL.identifier(alias, "id"),
                sign=SQL(operator),
                value=value,
            )

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _search_dunning_level_id(self, operator, value):
        single = self._get_single_domain()
        return self._search_through_lines("level_id", operator, value, single)

    @api.model
    def _search_dunning_case_id(self, operator, value):
        return self._search_through_lines("case_id", operator, value)

    @api.model
    def _get_single_domain(self):
        """Return the domain of what is about one case: what is true of one customer's
        item is not true of an entry with items of several."""
        self.env["dunning.case.line"].flush_model(["move_id", "case_id", "active"])

        def to_sql(model, alias, query):
            return SQL(
                """(%(type)s <> 'entry' OR NOT EXISTS (
                        SELECT FROM dunning_case_line mine
                          JOIN dunning_case_line other
                               ON other.move_id = mine.move_id
                              AND other.case_id > mine.case_id AND other.active
                         WHERE mine.move_id = %(move)s AND mine.active))""",
                type=SQL.identifier(alias, "move_type"),
                move=SQL.identifier(alias, "id"),
            )

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _search_through_lines(self, name, operator, value, within=Domain.TRUE):
        if operator != "in":
            return NotImplemented
        known = [item for item in value if item]
        lines = self.env["dunning.case.line"]
        found = Domain(
            "id", "in", lines._search([(name, "in", known)]).subselect("move_id")
        )
        found &= within
        if len(known) == len(list(value)):
            return found
        any_line = lines._search([(name, "!=", False)]).subselect("move_id")
        return found | ~(Domain("id", "in", any_line) & within)

    @api.model
    def _search_dunning_hold(self, operator, value):
        if operator != "in":
            return NotImplemented
        tests = self._get_dunning_hold_domains()
        in_case = Domain("dunning_case_id", "!=", False) & self._get_single_domain()
        held = Domain.OR(Domain(tests[code]) for code in value if code) & in_case
        if False in value:
            every = Domain.OR(Domain(test) for test in tests.values())
            return held | ~(every & in_case)
        return held

    @api.model
    def _get_dunning_hold_domains(self):
        """Map each reason why an invoice is not dunned to the invoices it keeps: each
        folder adds its own."""
        return {
            "paid": [("payment_state", "in", ("paid", "reversed"))],
            "unposted": [("state", "!=", "posted")],
            "in_payment": [("payment_state", "=", "in_payment")],
            "blocked": [("payment_state", "=", "blocked")],
            "excluded": [("line_ids.no_followup", "=", True)],
            core.ANNOUNCED: self._get_found_domain(self._find_announced_ids),
        }

    @api.model
    def _find_announced_ids(self):
        """Return the ids of the invoices that known money covers."""
        cases, found = self.env["dunning.case"], set()
        for company in self.env.companies:
            debtors = self.env["account.move.line"]._read_dunning_money(company)
            paying = cases.search(
                Domain("company_id", "=", company.id)
                & Domain("partner_id", "in", list(debtors))
                & Domain("state", "!=", "closed")
            )
            found |= paying._find_announced()
        return (
            self.env["account.move.line"].sudo().browse(found).move_id.ids
        )  # ids only

    @api.model
    def _get_found_domain(self, find):
        """Return the domain of invoices that are looked for only where somebody asks.

        :param find: returns their ids
        """

        def to_sql(model, alias, query):
            return SQL("%s = ANY(%s)", SQL.identifier(alias, "id"), find())

        return Domain.custom(to_sql=to_sql)

    def action_open_dunning_case(self):
        """Open the case that follows the invoice; of an entry with items of several
        customers the list of their cases."""
        self.ensure_one()
        lines = self.env["dunning.case.line"]
        if lines.has_access("read"):  # who has no rights on dunning sees no case
            lines = lines.search([("move_id", "=", self.id)])
        return lines.case_id._action_open()

    def action_dun(self):
        """**Relancer** from invoices: the wizard for the cases of their customers."""
        self._check_can_be_dunned()
        cases = self.env["dunning.case"]._open_for(self.commercial_partner_id)
        return cases.filtered(
            lambda case: case.company_id in self.company_id
        ).action_dun()

    def _check_can_be_dunned(self):
        wrong = self.filtered(
            lambda move: (
                move.state != "posted"
                or not move.is_sale_document(include_receipts=True)
            )
        )
        if wrong:
            raise UserError(
                self.env._(
                    "Only posted customer invoices can be dunned, not %(names)s.",
                    names=", ".join(wrong.mapped("display_name")),
                )
            )
