import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools import postal

#: Lines of one list; the post office's lists are far shorter.
MOST_LINES = 2000


class DunningReceiptImport(models.TransientModel):
    """Acknowledgements of receipt for many letters: from a list, or by scanner.

    Shows what will be written and what is wrong, line by line. Good lines are written,
    bad ones stay to be corrected.
    """

    _name = "dunning.receipt.import"
    _description = "Enter Receipts"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        help="Whose letters are looked for by their numbers.",
    )
    document = fields.Binary("List (CSV)", attachment=False)
    document_name = fields.Char()
    scanned_number = fields.Char(
        "Scan a label",
        store=False,
        help="Scan or type the number of a letter and press Enter: it is added with "
        "the days and the reason chosen here.",
    )
    presentation_date = fields.Date("Presented on")
    receipt_date = fields.Date("Received on")
    return_reason = fields.Selection(
        selection=lambda self: (
            self.env["dunning.action"]
            ._fields["return_reason"]
            ._description_selection(self.env)
        ),
        string="Came back",
    )
    line_ids = fields.One2many("dunning.receipt.import.line", "import_id")
    ready_count = fields.Integer(compute="_compute_counts")
    error_count = fields.Integer(compute="_compute_counts")
    written_count = fields.Integer(compute="_compute_counts")
    template_file = fields.Binary(compute="_compute_template_file")

    @api.depends("line_ids.error", "line_ids.is_written")
    def _compute_counts(self):
        for window in self:
            states = window.line_ids.mapped("state")
            window.ready_count = states.count("ready")
            window.error_count = states.count("error")
            window.written_count = states.count("written")

    @api.depends_context("lang")
    def _compute_template_file(self):
        for window in self:
            window.template_file = postal.to_base64(
                postal.write_csv(window._get_template_rows())
            )

    def _get_template_rows(self):
        """Return the heads of the columns, and lines that show how to fill them."""
        letters = self.env["dunning.action"].search(
            [
                ("channel", "=", "registered"),
                ("state", "=", "done"),
                ("company_id", "in", self.company_id.ids),
                ("tracking_number", "!=", False),
                ("receipt_date", "=", False),
                ("return_reason", "=", False),
            ],
            order="deposit_date, id",
            limit=MOST_LINES,
        )
        return [
            [
                self.env._("Tracking number"),
                self.env._("Presented on"),
                self.env._("Received on"),
                self.env._("Status"),
            ],
            *([letter.tracking_number, "", "", ""] for letter in letters),
        ]

    @api.onchange("scanned_number")
    def _onchange_scanned_number(self):
        """Add the letter whose label was scanned, with the days chosen above."""
        number, self.scanned_number = self.scanned_number, False
        number = postal.clean_number(number or "")
        if number:
            label = dict(self._fields["return_reason"]._description_selection(self.env))
            values = {
                "tracking_number": number,
                "presentation": self._format_day(self.presentation_date),
                "receipt": self._format_day(self.receipt_date),
                "status": label.get(self.return_reason, ""),
            }
            self.line_ids = [Command.create(values)]

    @api.model
    def _format_day(self, day):
        return fields.Date.to_string(day) if day else ""

    @api.model
    def _get_window(self, window=None):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Enter receipts"),
            "res_model": self._name,
            "res_id": window.id if window else False,
            "view_mode": "form",
            "target": "new",
        }

    def action_download_template(self):
        """Download a list to fill: its columns, and the letters that are awaited."""
        self.ensure_one()
        self.check_access("read")
        name = self.env._("receipts.csv")
        url = f"/web/content/{self._name}/{self.id}/template_file/{name}?download=true"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def action_read(self):
        """Read the list and show what will be written."""
        self.ensure_one()
        if not self.document:
            raise UserError(self.env._("Choose a list first, or scan letters."))
        try:
            rows = postal.read_receipts(base64.b64decode(self.document), MOST_LINES)
        except postal.UnreadableFile as error:
            raise UserError(self._describe_unreadable(str(error))) from error
        self.line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "row": row.line,
                        "tracking_number": row.number,
                        "presentation": row.presentation,
                        "receipt": row.receipt,
                        "status": row.status,
                    }
                )
                for row in rows
            ),
        ]
        return self._get_window(self)

    def _describe_unreadable(self, code):
        name = self.document_name or self.env._("This file")
        return {
            "binary": self.env._(
                "“%(file)s” is no CSV list: save it from your spreadsheet as CSV.",
                file=name,
            ),
            "empty": self.env._("“%(file)s” has no line below its heads.", file=name),
            "heads": self.env._(
                "The first line of “%(file)s” must name its columns: “Tracking "
                "number”, then “Presented on”, “Received on” and “Status”.",
                file=name,
            ),
            "long": self.env._(
                "“%(file)s” has more than %(most)s lines: split it.",
                file=name,
                most=MOST_LINES,
            ),
        }[code]

    def action_write(self):
        """Write the good lines on their letters; the others stay to be corrected."""
        self.ensure_one()
        ready = self.line_ids.filtered(lambda line: line.state == "ready")
        if not ready:
            raise UserError(
                self.env._("No line can be written: correct the lines in red first.")
            )
        for line in ready:
            line.action_id.write(line._prepare_values())
        ready.is_written = True
        if self.line_ids.filtered(lambda line: line.state == "error"):
            return self._get_window(self)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Receipts entered for %(count)s letters.", count=len(ready)
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
