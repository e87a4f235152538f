"""What goes with the declaration of a claim, really joined to it."""

from io import BytesIO

from odoo import api, fields, models
from odoo.tools import pdf
from odoo.tools.pdf import merge_pdf

from ...tools.registration import group_number
from .declare import DECLARATION_REPORT


class DunningProceeding(models.Model):
    """What the declaration says beside the amounts (Code de commerce L622-25, R622-23),
    and its enclosures: the statement of the account, copies of the invoices, what else
    proves the claim."""

    _inherit = "dunning.proceeding"

    litigation_court = fields.Char(
        "Court seised of a dispute",
        help="Where a court was asked to decide about the claim, or a part of it: its "
        "name and the number of the case (Code de commerce R622-23).",
        entry="draft",
    )
    security_date = fields.Date(
        "Security of",
        help="The day on which the security was taken or published.",
        entry="draft",
    )
    security_base = fields.Char(
        "Security on",
        help="What the security is taken on: the goods, the building, who stands "
        "surety.",
        entry="draft",
    )
    enclosure_ids = fields.Many2many(
        "ir.attachment",
        "dunning_proceeding_enclosure_rel",
        "proceeding_id",
        "attachment_id",
        "Further enclosures",
        help="What else proves the claim: orders, delivery notes, the contract, the "
        "security. PDF files and pictures are joined to the declaration, others are "
        "listed only.",
        entry="draft",
    )

    @api.model
    def _get_registration(self, partner):
        """Return the registration number of a company or partner as it is printed:
        "SIRET 042 177 337 00017"; empty without any."""
        name, number = group_number(partner.company_registry)
        if name:
            return f"{name} {number}"
        return number and self.env._("Registration number: %(number)s", number=number)

    def _list_disputed(self):
        """Return in sentences what of the claim is in dispute: a hook.

        :rtype: list[str]
        """
        self.ensure_one()
        return []

    # The bordereau and the files

    def _get_invoices(self):
        """Return the invoices that are declared, the oldest first."""
        moves = self.line_ids.move_id.sudo()  # printed for whoever may declare
        invoices = moves.filtered(lambda move: move._is_dunning_document())
        return invoices.sorted(lambda move: (move.invoice_date or move.date, move.id))

    def _list_enclosures(self):
        """Return the rows of the bordereau, in the order in which they are joined.

        :return: ``[{"number", "name", "date", "amount", "is_joined"}]``
        """
        self.ensure_one()
        rows = [
            {
                "name": self.env._("Statement of the account"),
                "date": self.judgment_date,
                "is_joined": True,
            }
        ]
        for move in self._get_invoices():
            kind = (
                self.env._("Credit note %(number)s", number=move.name)
                if move.move_type == "out_refund"
                else self.env._("Invoice %(number)s", number=move.name)
            )
            rows.append({"name": kind, "date": move.invoice_date, "is_joined": True})
        for file in self.enclosure_ids:
            rows.append({"name": file.name, "is_joined": _is_printable(file)})
        return [
            {"number": number, "date": False} | row
            for number, row in enumerate(rows, start=1)
        ]

    def _list_statement(self):
        """Return the movements of what is declared until the judgment: each item, and
        what had settled a part of it, in company currency.

        :return: ``[{"date", "name", "label", "amount", "balance"}]``
        """
        self.ensure_one()
        rows = []
        for line in self.line_ids:
            item = line.move_line_id.sudo()  # as the claim, see _find_items
            amount = (
                self._convert(item.amount_currency, item.currency_id)
                if item
                else line.amount_principal
            )
            label = self.env._("Credit") if amount < 0 else self.env._("Invoice")
            day = line.invoice_date or line.date_due
            rows.append(
                {"date": day, "name": line.name, "label": label} | {"amount": amount}
            )
            rows += self._list_settled(item)
        rows.sort(key=lambda row: row["date"])
        balance = 0.0
        for row in rows:
            balance = self.currency_id.round(balance + row["amount"])
            row["balance"] = balance
        return rows

    def _list_settled(self, item):
        """Return what had settled a part of an item before the judgment, as rows."""
        rows = []
        for part in item.matched_credit_ids | item.matched_debit_ids:
            if part.max_date >= self.judgment_date:
                continue
            is_debit = part.debit_move_id == item
            other = part.credit_move_id if is_debit else part.debit_move_id
            settled = (
                part.debit_amount_currency if is_debit else part.credit_amount_currency
            )
            amount = self._convert(settled, item.currency_id)
            rows.append(
                {
                    "date": other.date,
                    "name": other.move_id.name,
                    "label": self.env._("Payment or credit"),
                    "amount": -amount if is_debit else amount,
                }
            )
        return rows

    def _get_enclosed_files(self):
        """Return the PDF of each enclosure that is joined, in the order of the list.

        :rtype: list[bytes]
        """
        self.ensure_one()
        copies = [self._get_copy(move) for move in self._get_invoices()]
        for file in self.enclosure_ids.sudo():  # named by whoever declares
            if _is_printable(file) and (stream := pdf.to_pdf_stream(file)):
                copies.append(stream.getvalue())
        return [copy for copy in copies if copy]

    @api.model
    def _get_copy(self, move):
        """Return the PDF of an invoice as it was sent, else as it would be printed."""
        sent = move.invoice_pdf_report_id
        if sent and not move._is_renumbered_since(sent):
            return sent.raw
        report = self.env["account.move.send"]._get_default_pdf_report_id(move)
        reports = self.env["ir.actions.report"].sudo()  # reports are for everyone
        content, kind = reports._render_qweb_pdf(report, move.ids)
        return content if kind == "pdf" else b""


def _is_printable(file):
    """Tell whether a file can be joined as pages."""
    return file.mimetype == "application/pdf" or (file.mimetype or "").startswith(
        "image/"
    )


class IrActionsReport(models.Model):
    """The declaration of a claim is printed with its enclosures."""

    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        streams = super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        if self._get_report(report_ref) != self.env.ref(DECLARATION_REPORT).sudo():
            return streams
        proceedings = self.env["dunning.proceeding"]
        for key, row in streams.items():
            if key and row["stream"]:
                files = proceedings.browse(key)._get_enclosed_files()
                merged = merge_pdf([row["stream"].getvalue(), *files])
                row["stream"] = BytesIO(merged)
        return streams
