from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import instalments as core


class DunningPlanSchedule(models.Model):
    """The instalments that follow from the terms of a plan; they may be edited."""

    _inherit = "dunning.plan"

    @api.onchange("line_ids")
    def _onchange_line_ids(self):
        if self.state == "draft":
            lines = self.line_ids._origin
            self.amount = self._get_open_amount(lines)

    @api.onchange("capacity", "amount", "every", "down_payment")
    def _onchange_capacity(self):
        if self.capacity:
            unit = self.currency_id.rounding
            self.count = self._count_for_capacity(unit) or self.count

    def _count_for_capacity(self, unit):
        try:
            return core.count_for(
                self._decimal(self.amount),
                self._decimal(self.capacity),
                self.every,
                self._decimal(self.down_payment),
                self._decimal(unit),
            )
        except ValueError:
            return 0

    @api.onchange("amount", "count", "every", "date_first", "down_payment", "capacity")
    def _onchange_schedule(self):
        self._onchange_rows()

    @api.onchange("interest_method", "interest_rate", "interest_from")
    def _onchange_rows(self):
        if self.state != "draft":
            return
        try:
            rows = self._work_out()
        except ValueError:
            return
        self.instalment_ids = self._to_commands(rows)

    def _reschedule(self):
        """Work out the instalments of a draft anew from its terms."""
        self.ensure_one()
        try:
            rows = self._work_out()
        except ValueError as error:
            raise UserError(self._describe_impossible()) from error
        self.write({"instalment_ids": self._to_commands(rows)})

    def _describe_impossible(self):
        return self.env._(
            "%(amount)s with a down payment of %(down)s cannot be paid in %(count)s "
            "instalments: change the down payment or the number of instalments.",
            amount=self._format(self.amount),
            down=self._format(self.down_payment),
            count=self.count,
        )

    @api.model
    def _to_commands(self, rows):
        return [fields.Command.clear()] + [
            fields.Command.create(
                {
                    "date": row.date,
                    "amount": float(row.amount),
                    "interest": float(row.interest),
                }
            )
            for row in rows
        ]

    def _work_out(self):
        """Return the instalments that follow from the terms.

        :raises ValueError: when the sum cannot be divided like that
        """
        self.ensure_one()
        if not (self.date_first and self.every):
            raise ValueError("A plan needs its first day and its rhythm.")
        unit = self._decimal(self.currency_id.rounding or 0.01)
        amount, down = self._decimal(self.amount), self._decimal(self.down_payment)
        rate = Decimal(str(self.interest_rate or 0))
        if self.interest_method == "equal":
            return core.equal_instalments(
                amount, self.count, self.date_first, self.every, rate, down, unit
            )
        rows = core.schedule(
            amount, self.count, self.date_first, self.every, down, unit
        )
        if self.interest_method == "balance":
            start = self.interest_from or self.date_first
            return core.add_interest(rows, rate, start, unit)
        return [core.Instalment(day, share) for day, share in rows]

    @api.model
    def _decimal(self, amount):
        """Return an amount as the plain functions take it."""
        return Decimal(str(round(amount or 0.0, 6)))

    def action_reschedule(self):
        """Work out the instalments anew: what was edited by hand is replaced."""
        self.check_access("write")
        for plan in self:
            plan._reschedule()
        return True
