from markupsafe import Markup

from odoo import fields, models
from odoo.tools import format_datetime

from ...tools.channels import POSTED
from .dunning_seal import fingerprint


class DunningActionSeal(models.Model):
    """The sealed documents of a letter, and the button that checks them."""

    _inherit = "dunning.action"

    seal_ids = fields.One2many(
        "dunning.seal", "action_id", "Fingerprints", readonly=True
    )
    deposit_seal_ids = fields.One2many(
        related="deposit_id.seal_ids", string="Fingerprints of the deposit"
    )
    pdf_sha256 = fields.Char(
        "SHA-256 of the letter",
        readonly=True,
        copy=False,
        help="Fingerprint of the PDF as it was printed.",
    )

    def _enclose_invoices(self):
        """Put copies of the invoices with the notices that promise them.

        :return: the letters that have all that goes with them; the others have failed
        """
        notices = self.filtered(
            lambda one: one.is_formal_notice and one.channel in POSTED
        )
        # The debtor's own invoices, rendered as the night does it for e-mails.
        lines = notices.sudo()._get_document_lines()
        errors = lines._make_invoice_pdfs()
        for notice in notices:
            reasons = [
                errors[line] for line in notice._get_document_lines() if line in errors
            ]
            if reasons:
                notice._mark_failed(reasons[0])
            else:
                notice.attachment_ids |= notice._copy_invoices()
        return self.filtered(lambda one: one.state == "queued")

    def _copy_invoices(self):
        """Return copies of the invoices as they are today, which nobody renders anew.

        They belong to the case: what belongs to the contact itself is its letter.
        """
        enclosed = self.attachment_ids - self._get_pdf()
        if enclosed:  # printed before
            return enclosed
        pdfs = self.env["ir.attachment"].sudo()  # the debtor's own, as above
        for line in self.sudo()._get_document_lines():
            pdfs |= line._get_invoice_pdf()
        copies = pdfs.create(
            [
                {
                    "name": pdf.name,
                    "raw": pdf.raw,
                    "res_model": "dunning.case",
                    "res_id": self.case_id.id,
                }
                for pdf in pdfs
            ]
        )
        return copies.sudo(False)

    def _seal_letters(self):
        """Take the fingerprints of printed letters, and of what they enclose."""
        documents = []
        for letter in self:
            pdf = letter._get_pdf()
            if pdf:
                documents.append((letter, pdf, "notice"))
            if pdf and not letter.pdf_sha256:
                # The engine's own, whoever prints.
                letter.sudo().pdf_sha256 = fingerprint(pdf.sudo().raw)
            enclosed = letter.attachment_ids - pdf
            documents += [(letter, one, "enclosure") for one in enclosed]
        self.env["dunning.seal"]._take(documents)

    def _stamp_deposit(self, day):
        """A letter that was printed before there were fingerprints has one as well."""
        self.filtered(lambda action: action.channel in POSTED)._seal_letters()
        return super()._stamp_deposit(day)

    def action_check_proofs(self):
        """Compute the fingerprints of the letter and its proofs again, and tell."""
        self.check_access("write")
        lines = []
        for letter in self:
            seals = letter.seal_ids | letter.deposit_seal_ids
            seals._check()
            found = seals._describe()
            if not found:
                found = [self.env._("There is no sealed document yet.")]
            letter._tell_check(found)
            lines += found
        states = set((self.seal_ids | self.deposit_seal_ids).mapped("state"))
        is_fine = not states & {"altered", "missing"}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if is_fine and states else "warning",
                "sticky": not is_fine,
                "title": self.env._("Check of the proofs"),
                "message": "\n".join(lines),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _tell_check(self, found):
        """Keep in the chatter what the check found, when and by whom."""
        title = self.env._(
            "Proofs of “%(letter)s” checked on %(moment)s",
            letter=self.display_name,
            moment=format_datetime(self.env, fields.Datetime.now()),
        )
        rows = Markup("").join(Markup("<li>%s</li>") % line for line in found)
        self.case_id._message_log(body=Markup("<p>%s</p><ul>%s</ul>") % (title, rows))
