import base64
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ..tools import postal

#: Lines of one list; the post office's lists are far shorter.
MOST_LINES = 2000
#: Where scans wait in the window until they are given to their letters.
PDF_OR_PICTURE = ("application/pdf", "image/")


class DunningReceiptImport(models.TransientModel):
    """Acknowledgements of receipt for many letters: from a list, or by scanner.

    Shows what will be written and what is wrong, line by line. Good lines are written,
    bad ones stay to be corrected.
    """

    _name = "dunning.receipt.import"
    _description = "Enter Receipts"
    _inherit = ["dunning.guarded"]

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

    scan_ids = fields.Many2many(
        "ir.attachment",
        relation="dunning_receipt_scan_rel",
        column1="import_id",
        column2="attachment_id",
        string="Scans",
        help="PDF files or pictures named after the tracking number, for example "
        "“1A12345678901.pdf” or “AR_1A12345678901.pdf”.",
    )
    scan_result = fields.Text(readonly=True)

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

    # Scans of many acknowledgements at once, each named after its tracking number.
    #
    # What finds its letter becomes a proof of it, with its fingerprint; the others stay
    # in the window with the reason, and nothing is lost.

    def action_attach_scans(self):
        """Give each scan to the letter whose number its name has."""
        self.ensure_one()
        if not self.scan_ids:
            raise UserError(self.env._("Choose the scans first."))
        letters = self._find_letters_of_scans()
        told, done = [], self.env["ir.attachment"]
        for scan in self.scan_ids:
            found = letters.get(scan, self.env["dunning.action"])
            if fault := self._find_scan_fault(scan, found):
                told.append(f"{scan.name}: {fault}")
                continue
            # Uploaded by whoever is here; from now on it is the letter's.
            scan.sudo().write({"res_model": found._name, "res_id": found.id})
            found.proof_ids |= scan
            done |= scan
        self.scan_ids -= done
        count = self.env._("Scans attached: %(count)s.", count=len(done))
        self.scan_result = "\n".join([count, *told])
        return self._get_window(self)

    def _find_letters_of_scans(self):
        """Map each scan to the letters of the company that its name may mean."""
        wanted = {scan: postal.find_numbers(scan.name or "") for scan in self.scan_ids}
        numbers = {number for found in wanted.values() for number in found}
        letters = self.env["dunning.action"].search(
            [
                ("tracking_number", "in", list(numbers)),
                ("state", "in", ("queued", "done")),
                ("company_id", "=", self.company_id.id),
            ]
        )
        return {
            scan: letters.filtered(
                lambda one, found=found: one.tracking_number in found
            )
            for scan, found in wanted.items()
        }

    @api.model
    def _find_scan_fault(self, scan, letters):
        """Return in words why a scan is not attached; empty when it can be."""
        if scan.res_id and (scan.res_model, scan.res_id) != (self._name, self.id):
            return self.env._("this file belongs to something else: upload it here.")
        if not scan._read_dunning_bytes():
            return self.env._("the file is empty.")
        if not (scan.mimetype or "").startswith(PDF_OR_PICTURE):
            return self.env._("this is neither a PDF nor a picture.")
        if not letters:
            return self.env._(
                "no registered letter has this number: name the file after the "
                "tracking number."
            )
        if len(letters) > 1:
            return self.env._("several letters have a number of this name.")
        if scan.checksum in letters.proof_ids.mapped("checksum"):
            return self.env._("this document is among the proofs already.")
        return ""


class DunningReceiptImportLine(models.TransientModel):
    """One acknowledgement of receipt, as it was written, and what becomes of it."""

    _name = "dunning.receipt.import.line"
    _description = "Receipt of a Registered Letter"
    _inherit = ["dunning.guarded"]
    _order = "row, id"

    import_id = fields.Many2one(
        "dunning.receipt.import", index=True, ondelete="cascade"
    )
    row = fields.Integer("Line")
    tracking_number = fields.Char("Tracking number")
    presentation = fields.Char("Presented on")
    receipt = fields.Char("Received on")
    status = fields.Char()
    is_written = fields.Boolean(readonly=True)
    action_id = fields.Many2one(
        "dunning.action", "Letter", compute="_compute_action_id"
    )
    partner_id = fields.Many2one(related="action_id.partner_id", related_sudo=False)
    effect = fields.Char("Will be written", compute="_compute_effect")
    error = fields.Char("To correct", compute="_compute_effect")
    state = fields.Selection(
        [("ready", "Ready"), ("error", "To correct"), ("written", "Written")],
        compute="_compute_state",
    )

    @api.depends("tracking_number", "import_id.company_id")
    def _compute_action_id(self):
        """Find the letters by their numbers, in one query."""
        numbers = {postal.clean_number(line.tracking_number) for line in self}
        letters = self.env["dunning.action"].search(
            [
                ("tracking_number", "in", list(filter(None, numbers))),
                ("state", "!=", "cancelled"),
                ("company_id", "in", self.import_id.company_id.ids),
            ]
        )
        by_number = letters.grouped(lambda one: (one.company_id, one.tracking_number))
        for line in self:
            number = postal.clean_number(line.tracking_number)
            line.action_id = by_number.get((line.import_id.company_id, number), False)

    @api.depends(
        "tracking_number",
        "presentation",
        "receipt",
        "status",
        "is_written",
        "import_id.line_ids.tracking_number",
    )
    @api.depends_context("lang")
    def _compute_effect(self):
        alike = self.import_id.line_ids.mapped("tracking_number")
        numbers = Counter(map(postal.clean_number, alike))
        for line in self:
            is_twice = numbers[postal.clean_number(line.tracking_number)] > 1
            line.error = not line.is_written and line._find_error(is_twice)
            line.effect = False if line.error else line._describe_effect()

    @api.depends("error", "is_written")
    def _compute_state(self):
        for line in self:
            if line.is_written:
                line.state = "written"
            else:
                line.state = "error" if line.error else "ready"

    def _find_error(self, is_twice):
        """Return what is wrong with the line, in words; False when nothing is.

        :param is_twice: its number stands in the list more than once
        """
        if not postal.clean_number(self.tracking_number):
            return self.env._("The tracking number is missing.")
        if not self.action_id:
            return self.env._("No registered letter has this number.")
        if is_twice:
            return self.env._("This number stands in the list more than once.")
        for text in (self.presentation, self.receipt):
            try:
                postal.read_day(text or "")
            except ValueError:
                return self.env._(
                    "“%(text)s” is no day: write day/month/year.", text=text
                )
        return self._find_status_error()

    def _find_status_error(self):
        try:
            status = postal.read_status(self.status or "")
        except ValueError:
            return self.env._(
                "“%(text)s” is not known: write “received”, “unclaimed”, “refused” or "
                "“unknown”.",
                text=self.status,
            )
        values = self._prepare_values()
        if status == postal.RECEIVED and not values.get("receipt_date"):
            return self.env._("It was received, but the day is missing.")
        if not values:
            return self.env._("There is nothing to write: no day and no return.")
        letter = self.action_id
        merged = {
            name: values.get(name, letter[name])
            for name in ("presentation_date", "receipt_date", "return_reason")
        }
        fault = letter._find_postal_fault(
            merged["presentation_date"],
            merged["receipt_date"],
            bool(merged["return_reason"]),
        )
        return fault[:1].upper() + fault[1:] or False

    def _prepare_values(self):
        """Return what the line writes on its letter; an empty cell changes nothing."""
        self.ensure_one()
        status = postal.read_status(self.status or "")
        values = {
            "presentation_date": postal.read_day(self.presentation or ""),
            "receipt_date": postal.read_day(self.receipt or ""),
            "return_reason": status if status != postal.RECEIVED else False,
        }
        return {name: value for name, value in values.items() if value}

    def _describe_effect(self):
        """Say what is written, and what it replaces."""
        if self.is_written:
            return self.env._("Written")
        letter, texts = self.action_id, []
        for name, value in self._prepare_values().items():
            field = letter._fields[name]
            texts.append(
                f"{field._description_string(self.env)}: "
                f"{self._describe_value(field, letter[name], value)}"
            )
        return ", ".join(texts)

    def _describe_value(self, field, old, new):
        if field.type == "selection":
            labels = dict(field._description_selection(self.env))
            old, new = labels.get(old), labels[new]
        else:
            old = format_date(self.env, old) if old else ""
            new = format_date(self.env, new)
        if old and old != new:
            return self.env._("%(new)s (was %(old)s)", new=new, old=old)
        return new
