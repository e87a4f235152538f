from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: Figures that a hold puts off.
CALENDAR = ("next_level_id", "next_action_date")


class DunningCaseLive(models.Model):
    """What time and payments change is never stored.

    The same SQL expressions serve to show, search, sort and group these figures, so
    that they cannot disagree, and they follow a payment at once.
    """

    _inherit = "dunning.case"

    currency_id = fields.Many2one("res.currency")  # the company's, by dunning.case
    level_id = fields.Many2one(
        "dunning.level",
        compute="_compute_live",
        search="_search_level_id",
        help="The highest level that was delivered to an item still open.",
    )
    next_level_id = fields.Many2one(
        "dunning.level",
        "Next step",
        compute="_compute_live",
        help="The level that will speak next, for the invoice that comes first.",
    )
    next_action_date = fields.Date(
        "Not before",
        compute="_compute_live",
        search="_search_next_action_date",
        help="The first day on which the next step may leave. It may leave later: "
        "see why.",
    )
    amount_overdue = fields.Monetary(
        "Overdue",
        compute="_compute_live",
        search="_search_amount_overdue",
        help="What is late: past its due date and the grace days of the ladder.",
    )
    amount_due = fields.Monetary(
        "Total open",
        compute="_compute_live",
        search="_search_amount_due",
        help="Everything open of this customer, due or not, in company currency.",
    )
    days_overdue = fields.Integer(
        "Days late",
        compute="_compute_live",
        search="_search_days_overdue",
        help="Since the due date of the oldest invoice that is late.",
    )

    @api.depends_context("uid", "company")
    @api.depends(
        "ladder_id",
        "line_ids.level_id",
        "line_ids.next_date",
        "line_ids.move_line_id.amount_residual",
        "line_ids.move_line_id.reconciled",
        "line_ids.move_line_id.parent_state",
        "hold_ids.date_until",
        "hold_ids.ended_on",
    )
    def _compute_live(self):
        """Read what the ledger says now, in one query for all cases."""
        names = [
            "level_id",
            "next_level_id",
            "next_action_date",
            "amount_overdue",
            "amount_due",
            "days_overdue",
        ]
        rows = {}
        if real := self._origin.browse(self._origin.ids):
            query = real._as_query(ordered=False)
            columns = [self._field_to_sql(self._table, name, query) for name in names]
            rows = {
                row[0]: row[1:]
                for row in self.env.execute_query(
                    query.select(SQL.identifier(self._table, "id"), *columns)
                )
            }
        for case in self:
            values = rows.get(case._origin.id, (False, False, False, 0.0, 0.0, 0))
            case.update(dict(zip(names, values, strict=True)))

    def _field_to_sql(self, alias, field_expr, query=None):
        columns = {
            "level_id": SQL(
                "(array_agg(line.level_id ORDER BY level.sequence DESC, "
                "level.delay_days DESC) FILTER (WHERE line.level_id IS NOT NULL))[1]"
            ),
            "next_level_id": SQL(
                "(array_agg(line.next_level_id "
                "ORDER BY GREATEST(line.next_date, held.free_on)) "
                "FILTER (WHERE line.next_date IS NOT NULL "
                "AND NOT item.no_followup))[1]"
            ),
            "next_action_date": SQL(
                "min(GREATEST(line.next_date, held.free_on)) FILTER "
                "(WHERE line.next_date IS NOT NULL AND NOT item.no_followup)"
            ),
            "amount_due": SQL("COALESCE(sum(item.amount_residual), 0)"),
            "amount_overdue": SQL(
                "COALESCE(sum(item.amount_residual) FILTER (WHERE %s), 0)",
                self._sql_is_late(alias),
            ),
            "days_overdue": SQL(
                "COALESCE(max(%s - line.date_due) FILTER (WHERE %s), 0)",
                self.env.company._dunning_today(),
                self._sql_is_late(alias),
            ),
        }
        if field_expr not in columns:
            return super()._field_to_sql(alias, field_expr, query)
        self.env["dunning.case.line"].flush_model()
        self.env["account.move.line"].flush_model(
            ["amount_residual", "reconciled", "parent_state", "no_followup"]
        )
        return SQL(
            """(SELECT %(column)s FROM dunning_case_line line
                  JOIN account_move_line item ON item.id = line.move_line_id
                       AND item.parent_state = 'posted' AND NOT item.reconciled
             LEFT JOIN dunning_level level ON level.id = line.level_id
                       %(held)s
                 WHERE line.case_id = %(case)s AND line.active)""",
            column=columns[field_expr],
            held=self._sql_held() if field_expr in CALENDAR else SQL(),
            case=SQL.identifier(alias, "id"),
        )

    def _sql_held(self):
        """Join ``held.free_on``: the day after the holds that keep back the item."""
        self.env["dunning.hold"].flush_model()
        return SQL(
            """LEFT JOIN LATERAL (
               SELECT max(hold.date_until) + 1 AS free_on FROM dunning_hold hold
                WHERE hold.case_id = line.case_id AND hold.ended_on IS NULL
                  AND hold.date_until >= %(today)s
                  AND (hold.scope = 'case' OR EXISTS (
                       SELECT FROM dunning_hold_line_rel rel
                        WHERE rel.hold_id = hold.id AND rel.line_id = line.id))
               ) held ON TRUE""",
            today=self.env.company._dunning_today(),
        )

    def _sql_is_late(self, alias):
        return SQL(
            "line.date_due + COALESCE((SELECT grace_days FROM dunning_ladder "
            "WHERE id = %(ladder)s), 0) < %(today)s",
            ladder=SQL.identifier(
                alias, "ladder_id", to_flush=self._fields["ladder_id"]
            ),
            today=self.env.company._dunning_today(),
        )

    def _search_live(self, name, operator, value):
        signs = {"in": "IN", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
        if operator not in signs:
            return NotImplemented
        if operator != "in":
            return Domain.custom(
                to_sql=lambda model, alias, query: SQL(
                    "%s %s %s",
                    model._field_to_sql(alias, name, query),
                    SQL(signs[operator]),
                    value,
                )
            )
        known = tuple(item for item in value if item not in (False, None))
        accepts_empty = len(known) < len(tuple(value))

        def to_sql(model, alias, query):
            column = model._field_to_sql(alias, name, query)
            tests = [SQL("%s IN %s", column, known)] if known else []
            tests += [SQL("%s IS NULL", column)] if accepts_empty else []
            return SQL("(%s)", SQL(" OR ").join(tests or [SQL("FALSE")]))

        return Domain.custom(to_sql=to_sql)

    def _search_level_id(self, operator, value):
        return self._search_live("level_id", operator, value)

    def _search_next_action_date(self, operator, value):
        return self._search_live("next_action_date", operator, value)

    def _search_amount_overdue(self, operator, value):
        return self._search_live("amount_overdue", operator, value)

    def _search_amount_due(self, operator, value):
        return self._search_live("amount_due", operator, value)

    def _search_days_overdue(self, operator, value):
        return self._search_live("days_overdue", operator, value)
