from odoo import api, fields, models

from ..books.money import format_amount


class DunningActionLine(models.Model):
    """One item in one contact, frozen: the amounts and dates as they were told.

    Only the engine writes it (as superuser, for whoever prepares or sends): from these
    lines the items get their rungs when the contact is delivered.
    """

    _name = "dunning.action.line"
    _description = "Dunning Action Item"
    _inherit = ["dunning.guarded"]
    _order = "action_id, date_due, id"

    action_id = fields.Many2one(
        "dunning.action", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="action_id.company_id")
    case_line_id = fields.Many2one("dunning.case.line", index=True, ondelete="set null")
    move_line_id = fields.Many2one(
        "account.move.line", index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", index="btree_not_null", ondelete="set null"
    )
    level_id = fields.Many2one(
        "dunning.level",
        ondelete="restrict",
        help="The rung that this contact delivers to the item. Empty: only listed.",
    )
    is_for_record = fields.Boolean(
        "For the record",
        readonly=True,
        help="A stronger message has asked for it already: it stands apart, neither in "
        "the total nor in the date.",
    )
    name = fields.Char("Number")
    invoice_date = fields.Date("Invoice date")
    date_due = fields.Date("Due date")
    days_overdue = fields.Integer("Days late")
    currency_id = fields.Many2one("res.currency", required=True)
    amount_residual = fields.Monetary("Balance")
    amount_claimed = fields.Monetary("Claimed")
    amount_announced = fields.Monetary(
        "Announced",
        help="The part that money of the customer settles which is not matched yet: it "
        "is not claimed.",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )

    def _list_names(self):
        """Return the numbers of the items, each once, as case lines do."""
        return self.env["dunning.case.line"]._say_names(self.mapped("name"))

    def _get_essence(self):
        """Return what makes two sets of lines say the same thing."""
        return [
            (
                line.case_line_id.id,
                line.level_id.id,
                line.name,
                line.is_for_record,
                line.amount_residual,
                line.amount_claimed,
            )
            for line in self.sorted(lambda line: (line.date_due, line.case_line_id.id))
        ]

    def _has_changed(self, item):
        """Tell whether what was told of an item is no longer what is claimed of it.

        :param OpenItem item: what the ledger shows now
        """
        self.ensure_one()
        told = (self.amount_residual, self.amount_claimed)
        now = (item.residual_currency, item.claimed_currency)
        return any(
            self.currency_id.compare_amounts(then, amount)
            for then, amount in zip(told, now, strict=True)
        )

    def _describe_change(self, item):
        """Return in words what is no longer as it was told; empty when all is.

        :param OpenItem item: what the ledger shows now
        """
        self.ensure_one()
        if self._has_changed(item):
            return self.env._(
                "The balance of %(invoice)s has changed.", invoice=self.name
            )
        if self._is_renamed(item):
            return self.env._(
                "%(invoice)s has another number now: %(number)s.",
                invoice=self.name,
                number=item.name,
            )
        return ""

    def _is_renamed(self, item):
        """Tell whether the item bears another number than the one that was told.

        :param OpenItem item: what the ledger shows now
        """
        self.ensure_one()
        return (self.name or "") != (item.name or "")

    def _format(self, as_date, site=""):
        """Return the item as a row of the table in a text.

        :param as_date: formats a date for the reader
        :param site: where it was billed to, when others were billed elsewhere
        """
        self.ensure_one()
        return {
            "name": self.name or "",
            "site": site,
            "invoice_date": as_date(self.invoice_date),
            "date_due": as_date(self.date_due),
            "days_overdue": self.days_overdue,
            "amount": self._format_shown(),
        }

    def _get_shown(self):
        """Return what the table of a text shows of the item: money that is announced is
        deducted below, by its own row."""
        self.ensure_one()
        return self.currency_id.round(self.amount_claimed + self.amount_announced)

    def _format_shown(self):
        return format_amount(self.env, self._get_shown(), self.currency_id)

    @api.model
    def _get_totals(self, lines):
        """Return the total of the table per currency; never a mixed sum."""
        totals = {}
        for line in lines:
            currency = line.currency_id
            totals[currency] = currency.round(
                totals.get(currency, 0.0) + line._get_shown()
            )
        return totals
