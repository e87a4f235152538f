import io
from decimal import Decimal

import xlsxwriter

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import postal
from ..tools.holds import FROZEN
from ..tools.provision import amount_without_vat, find_percent, provision

YEAR = 365


class DunningDoubtful(models.TransientModel):
    """Prepare the doubtful debts of a closing: which items to move to the doubtful
    customers' account, and what to put aside. A list to export; nothing is entered."""

    _name = "dunning.doubtful"
    _description = "Doubtful Debts to Prepare"
    _inherit = ["dunning.guarded"]

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    days_from = fields.Integer(
        "Days late from",
        default=180,
        required=True,
        help="Items that are late for so many days are proposed, and those of "
        "customers in insolvency proceedings however old they are.",
    )
    percent_late = fields.Float(
        "Percentage, late",
        default=25,
        help="Your estimate of the loss, in percent of the amount without VAT. No text "
        "fixes it; the mere delay is not enough, look at each debt.",
    )
    percent_year = fields.Float("Percentage, late for a year", default=50)
    percent_insolvent = fields.Float("Percentage, insolvency", default=100)
    added_ids = fields.Many2many(
        "account.move.line",
        string="Add items",
        domain="[('account_type', '=', 'asset_receivable'), ('parent_state', '=', "
        "'posted'), ('amount_residual', '>', 0), ('company_id', '=', company_id)]",
        help="Items to add although neither their age nor proceedings propose them.",
    )
    line_ids = fields.One2many("dunning.doubtful.line", "doubtful_id")
    amount_total = fields.Monetary("To move, VAT included", compute="_compute_totals")
    amount_provision = fields.Monetary("To put aside", compute="_compute_totals")
    csv_file = fields.Binary("List (CSV)", compute="_compute_files")
    xlsx_file = fields.Binary("List (XLSX)", compute="_compute_files")

    @api.constrains("percent_late", "percent_year", "percent_insolvent")
    def _check_percents(self):
        for window in self:
            percents = (
                window.percent_late,
                window.percent_year,
                window.percent_insolvent,
            )
            if not all(0 <= percent <= 100 for percent in percents):
                raise ValidationError(
                    self.env._("A percentage lies between 0 and 100.")
                )

    @api.depends("line_ids.is_chosen", "line_ids.amount", "line_ids.percent")
    def _compute_totals(self):
        for window in self:
            chosen = window.line_ids.filtered("is_chosen")
            window.amount_total = sum(chosen.mapped("amount"))
            window.amount_provision = sum(chosen.mapped("amount_provision"))

    @api.model
    def action_open(self):
        """Open the window with what is proposed today."""
        window = self.create({})
        window.action_refresh()
        return window._get_window()

    def _get_window(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Doubtful debts"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    @api.depends_context("lang")
    def _compute_display_name(self):
        for window in self:
            window.display_name = self.env._("Doubtful debts")

    # The list

    def action_refresh(self):
        """List anew what is proposed; percentages entered by hand are lost."""
        self.ensure_one()
        self.check_access("write")
        self.line_ids.unlink()
        today = self.company_id._dunning_today()
        items = self.env["account.move.line"].with_company(self.company_id)
        found = items._read_dunning_items(self.company_id, today)
        # Excluded from follow-up or not: a closing looks at every debt.
        added = set(self.added_ids.ids)
        rows = []
        for item in found:
            late = (today - item.due).days
            reason = self._find_reason(item, late, added)
            if reason:
                rows.append((item, late, reason))
        self.env["dunning.doubtful.line"].create(self._prepare_lines(rows))
        return True

    def _find_reason(self, item, late, added):
        if item.hold in FROZEN:
            return "insolvency"
        if late >= max(self.days_from, 1):
            return "age"
        return "choice" if item.line_id in added else ""

    def _prepare_lines(self, rows):
        """Return the values of the lines.

        :param rows: ``[(OpenItem, days late, reason)]``
        """
        steps = [
            (0, Decimal(str(self.percent_late))),
            (YEAR, Decimal(str(self.percent_year))),
        ]
        # The amounts of the invoices are read for the list only.
        moves = self.env["account.move"].sudo()
        moves = moves.browse({item.move_id for item, _late, _reason in rows})
        totals = {
            move.id: (
                Decimal(str(move.amount_untaxed)),
                Decimal(str(move.amount_total)),
            )
            for move in moves
            # The VAT of an item of another entry is not known.
            if move._is_dunning_document()
        }
        lines = []
        for item, late, reason in rows:
            percent = find_percent(late, steps)
            if reason == "insolvency":
                percent = Decimal(str(self.percent_insolvent))
            base = amount_without_vat(
                item.residual, *totals.get(item.move_id, (Decimal(0), Decimal(0)))
            )
            lines.append(
                {
                    "doubtful_id": self.id,
                    "move_line_id": item.line_id,
                    "partner_id": item.partner_id,
                    "name": item.name,
                    "date_due": item.due,
                    "days_overdue": max(late, 0),
                    "reason": reason,
                    "amount": float(item.residual),
                    "amount_base": self.currency_id.round(float(base)),
                    "percent": float(percent),
                }
            )
        return lines

    # The file

    @api.depends("line_ids.is_chosen", "line_ids.percent")
    @api.depends_context("lang")
    def _compute_files(self):
        for window in self:
            rows = [window._get_head(), *window._get_rows()]
            window.csv_file = postal.to_base64(postal.write_csv(rows))
            window.xlsx_file = postal.to_base64(window._write_xlsx(rows))

    def _get_head(self):
        return [
            self.env._("Customer"),
            self.env._("Invoice"),
            self.env._("Account"),
            self.env._("Due date"),
            self.env._("Days late"),
            self.env._("Reason"),
            self.env._("To move, VAT included"),
            self.env._("Without VAT"),
            self.env._("Percentage"),
            self.env._("To put aside"),
        ]

    def _get_rows(self):
        """Yield the row of each chosen item, for a spreadsheet."""
        reasons = dict(self.line_ids._fields["reason"]._description_selection(self.env))
        for line in self.line_ids.filtered("is_chosen"):
            # The account is named for whoever makes the entry.
            account = line.move_line_id.sudo().account_id
            yield [
                line.partner_id.display_name,
                line.name,
                account.code or "",
                line.date_due.isoformat(),
                line.days_overdue,
                reasons[line.reason],
                line.amount,
                line.amount_base,
                line.percent,
                line.amount_provision,
            ]

    @api.model
    def _write_xlsx(self, rows):
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    # A text that a spreadsheet would compute stays a text.
                    write = sheet.write_string if isinstance(cell, str) else sheet.write
                    write(number, column, cell)
            sheet.set_column(0, 1, 28)
            sheet.set_column(2, len(rows[0]) - 1, 14)
        return stream.getvalue()

    def action_download_csv(self):
        """Download the list for any spreadsheet."""
        return self._download("csv_file", "csv")

    def action_download_xlsx(self):
        """Download the list as a workbook."""
        return self._download("xlsx_file", "xlsx")

    def _download(self, field, extension):
        self.ensure_one()
        self.check_access("read")
        if not self.line_ids.filtered("is_chosen"):
            raise UserError(self.env._("Choose at least one item."))
        name = self.env._("doubtful-debts")
        path = f"{self._name}/{self.id}/{field}/{name}.{extension}"
        url = f"/web/content/{path}?download=true"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}


class DunningDoubtfulLine(models.TransientModel):
    """One item that is perhaps lost, and how much of it."""

    _name = "dunning.doubtful.line"
    _description = "Doubtful Debt"
    _inherit = ["dunning.guarded"]
    _order = "partner_id, date_due, id"

    doubtful_id = fields.Many2one("dunning.doubtful", index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="doubtful_id.currency_id")
    is_chosen = fields.Boolean("Take", default=True)
    move_line_id = fields.Many2one("account.move.line", "Item", ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Customer")
    name = fields.Char("Invoice")
    date_due = fields.Date("Due date")
    days_overdue = fields.Integer("Days late")
    reason = fields.Selection(
        [
            ("age", "Late for long"),
            ("insolvency", "In insolvency proceedings"),
            ("choice", "Chosen by hand"),
        ],
        "Why",
    )
    amount = fields.Monetary("To move", help="The open amount, VAT included.")
    amount_base = fields.Monetary(
        "Without VAT", help="The part that is no VAT, as on the invoice."
    )
    percent = fields.Float("Percentage", help="Your estimate of the loss.")
    amount_provision = fields.Monetary(
        "To put aside", compute="_compute_amount_provision"
    )

    @api.constrains("percent")
    def _check_percent(self):
        for line in self:
            if not 0 <= line.percent <= 100:
                raise ValidationError(
                    self.env._("A percentage lies between 0 and 100.")
                )

    @api.depends("amount_base", "percent")
    def _compute_amount_provision(self):
        for line in self:
            unit = Decimal(str(line.currency_id.rounding or 0.01))
            amount = provision(
                Decimal(str(line.amount_base)), Decimal(str(line.percent)), unit
            )
            line.amount_provision = float(amount)
