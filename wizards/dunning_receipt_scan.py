from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import postal

#: Where scans wait in the window until they are given to their letters.
PDF_OR_PICTURE = ("application/pdf", "image/")


class DunningReceiptScan(models.TransientModel):
    """Scans of many acknowledgements at once, each named after its tracking number.

    What finds its letter becomes a proof of it, with its fingerprint; the others stay
    in the window with the reason, and nothing is lost.
    """

    _inherit = "dunning.receipt.import"

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
        if not scan.raw:
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
