from collections import Counter

from odoo import api, fields, models
from odoo.tools import format_date

from ..tools import postal


class DunningReceiptImportLine(models.TransientModel):
    """One acknowledgement of receipt, as it was written, and what becomes of it."""

    _name = "dunning.receipt.import.line"
    _description = "Receipt of a Registered Letter"
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
