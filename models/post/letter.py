import base64
import logging
from io import BytesIO

import qrcode
from lxml import html
from markupsafe import Markup
from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime
from odoo.tools.image import image_data_uri
from odoo.tools.misc import split_every
from odoo.tools.pdf import merge_pdf

from ...tools.channels import POSTED
from ...tools.wording import visible_text
from .dunning_seal import fingerprint

_logger = logging.getLogger(__name__)
#: Letters rendered in one call of the PDF program; hundreds at once crash it.
LETTERS_PER_CALL = 10
#: Only these can be joined into one file.
PDF = "application/pdf"
#: Up to so many signs fit on one sheet in letters of the usual size, up to so many in
#: smaller ones; a row of the table takes the room of so many more.
SHORT_LETTER, LONG_LETTER, SIGNS_A_ROW = 1300, 2800, 60
LETTER_REPORT = "account_dunning.dunning_letter_report"


class DunningAction(models.Model):
    """Letters and documents: printed in chunks, one PDF kept on each letter."""

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

    def _queue(self, date=None):
        self._check_not_twice()
        return super()._queue(date)

    def _check_not_twice(self):
        """Refuse to repeat a letter by hand while the first is not posted yet.

        :raises UserError: naming the first
        """
        repeated = self.filtered(
            lambda one: one.kind == "manual" and one.channel in POSTED and one.level_id
        )
        for letter in repeated:
            first = letter.case_id.action_ids.filtered(
                lambda other, letter=letter: (
                    other.level_id == letter.level_id
                    and other.channel in POSTED
                    and other.state == "queued"
                    and other != letter
                )
            )[:1]
            if first:
                raise UserError(
                    self.env._(
                        "The letter “%(level)s” of %(date)s to %(debtor)s has not been "
                        "posted yet (see Letters): post it or cancel it, or leave the "
                        "letter out this time.",
                        level=first.level_id.name,
                        date=format_date(self.env, first.queued_on or first.date),
                        debtor=letter.partner_id.display_name,
                    )
                )

    def _queue_letters(self):
        """Freeze letters that can be posted; the PDF is made when they are printed."""
        ready = self.filtered(lambda action: action._has_postal_address())
        ready._write_facts({"state": "queued"})
        unreachable = self - ready
        unreachable._mark_failed_each(
            {
                action: self.env._(
                    "%(contact)s has no complete postal address: correct it, then send "
                    "again.",
                    contact=action.contact_id.display_name,
                )
                for action in unreachable
            }
        )
        unreachable._use_other_channel()

    def _print(self):
        """Print queued letters; each keeps its own PDF.

        Who has paid since is left out, and what was printed before is printed as it
        was.

        :return: the letters that were printed
        """
        fresh = self.filtered(lambda a: a.state == "queued" and not a.printed_on)
        fresh._do_each_or_fail(lambda some: some._drop_outdated())
        letters = self.filtered(lambda action: action.state == "queued")
        new = letters.filtered(lambda letter: not letter._get_pdf())
        for ids in split_every(LETTERS_PER_CALL, new.ids):
            self.browse(ids)._make_pdfs()
        letters = letters.filtered(lambda action: action.state == "queued")
        letters._do_each_or_fail(lambda some: some._complete_letters())
        return letters.filtered(lambda action: action.state == "queued")

    def _complete_letters(self):
        """Put what goes with printed letters beside them, and seal them."""
        letters = self._enclose_invoices()
        letters._seal_letters()
        letters.filtered(lambda action: not action.printed_on)._write_facts(
            {"printed_on": fields.Datetime.now()}
        )

    def _print_at_once(self):
        result = super()._print_at_once()
        self.filtered(lambda action: action.channel in POSTED)._print()
        return result

    def _make_pdfs(self):
        """Make the PDF of each letter; one that fails does not stop the others.

        :raises UserError: when there is no PDF program at all
        """
        report, error, kind = self.env["ir.actions.report"], "", "pdf"
        try:
            with self.env.cr.savepoint():
                kind = report._render_qweb_pdf(LETTER_REPORT, self.ids)[1]
        except OperationalError:
            raise  # a conflict with another transaction: the caller tries again
        except Exception as failure:
            if report.get_wkhtmltopdf_state() == "install":
                raise
            if not isinstance(failure, UserError):
                _logger.warning("Letters %s not printed", self.ids, exc_info=failure)
            error = self.env["dunning.worker"]._describe(failure)
        self._keep_pdf()
        if kind != "pdf":  # The host was not asked for files.
            return
        missing = self.filtered(lambda letter: not letter._get_pdf())
        if missing and len(self) == 1:
            self._mark_failed(error or self.env._("The letter could not be printed."))
        else:
            for letter in missing:
                letter._make_pdfs()

    def _keep_pdf(self):
        """Attach to each letter the PDF that the report has just stored."""
        attachments = self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("mimetype", "=", PDF),
            ]
        )
        for attachment in attachments - self.proof_ids - self.own_file_ids:
            self.browse(attachment.res_id)._enclose(attachment)

    def _get_pdf(self):
        """Return the letter as it was printed; the others are what goes with it."""
        self.ensure_one()
        files = self.attachment_ids - self.own_file_ids
        return files.filtered(lambda file: file.res_model == self._name)[:1]

    def _get_merged_pdf(self):
        """Return one PDF with all the letters, in the order of the records, each
        followed by what it encloses."""
        documents = []
        for action in self:
            pdf = action._get_pdf()
            enclosed = action.attachment_ids.sudo() - pdf  # the debtor's own invoices
            files = (pdf | enclosed).filtered(lambda a: a.mimetype == PDF)
            documents += [file._read_dunning_bytes() for file in files] if pdf else []
        # One document stays as it is, with its fingerprint.
        return merge_pdf(documents) if len(documents) > 1 else b"".join(documents)

    def _get_letter_name(self):
        """Return the file name of the letter's PDF."""
        self.ensure_one()
        debtor = self.partner_id.name or ""
        name = f"{self.queued_on or self.date} {debtor}".replace("/", "-")
        return f"{name}.pdf"

    def action_print_letters(self):
        """Print the selected letters and open where they are posted, or deposited."""
        letters = self.filtered(lambda action: action.channel == "letter")
        registered = self.filtered(lambda action: action.channel == "registered")
        if letters and registered:
            raise UserError(
                self.env._(
                    "Registered letters are handed in at the post office, the others "
                    "are posted: select one kind at a time."
                )
            )
        if registered:
            return self.env["dunning.deposit"]._open_for(registered)
        if not letters:
            raise UserError(self.env._("There is no letter in the selection."))
        return self.env["dunning.letter.post"]._open_for(letters)

    def _approve_and_print(self):
        """Print letters; what was still proposed is approved by whoever prints it.

        :raises UserError: when none of them can be printed
        """
        self.filtered(lambda action: action.state == "proposed").action_approve()
        printed = self._print()
        if not printed:
            raise UserError(
                self.env._(
                    "None of these letters can be printed: see on each one why it was "
                    "cancelled or failed."
                )
            )
        return printed

    def _get_place_and_date(self):
        self.ensure_one()
        city, date = self.company_id.city, self.step_date_text
        return self.env._("%(city)s, %(date)s", city=city, date=date) if city else date

    def _split_body(self):
        """Return the text, and apart its last two paragraphs: they stay with the
        signature, which must not stand alone on a page.

        Headings written by a user go below the subject's: a batch is cut by that one.
        """
        self.ensure_one()
        text = html.fragment_fromstring(self.body or "", create_parent="div")
        for heading in text.findall(".//h1"):
            heading.tag = "h2"
        closing = html.Element("div")
        while len(closing) < 2 and len(text) and text[-1].tag == "p":
            closing.insert(0, text[-1])
        return [
            Markup(html.tostring(part, encoding="unicode")) for part in (text, closing)
        ]

    def _is_long(self):
        """Tell whether the text stays on one sheet in smaller letters only."""
        self.ensure_one()
        signs = len(visible_text(self.body or "")) + SIGNS_A_ROW * len(self.line_ids)
        return SHORT_LETTER < signs <= LONG_LETTER

    def _get_qr_code(self):
        """Return a payment QR code as a data URI when Odoo can make one, else False."""
        self.ensure_one()
        totals = self._get_demanded()
        bank = self._get_bank()
        if not bank or len(totals) != 1:
            return False
        [(currency, amount)] = totals.items()
        if currency.compare_amounts(amount, 0) <= 0:  # nothing to pay for now
            return False
        try:
            values = bank._build_qr_code_vals(
                amount, self._get_payment_reference(), "", currency, self.partner_id
            )
            params = bank._get_qr_code_generation_params(**values) if values else None
        except UserError as error:
            _logger.info("No QR code on the letter to %s: %s", self.partner_id, error)
            return False
        if not params or params["barcode_type"] != "QR":
            return False
        # Drawn as one picture: square by square, as the host does, it took a quarter of
        # the time of a letter.
        picture = BytesIO()
        try:
            code = qrcode.make(params["value"], border=0, box_size=4)
        except qrcode.exceptions.DataOverflowError:
            return False
        code.save(picture)
        return image_data_uri(base64.b64encode(picture.getvalue()))

    # The sealed documents of a letter, and the button that checks them.

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
                notice._enclose(notice._copy_invoices())
        return self.filtered(lambda one: one.state == "queued")

    def _copy_invoices(self):
        """Return copies of the invoices as they are today, which nobody renders anew.

        They belong to the case: what belongs to the contact itself is its letter.
        """
        enclosed = self.attachment_ids - self._get_pdf() - self.own_file_ids
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
                content = pdf.sudo()._read_dunning_bytes()
                letter.sudo().pdf_sha256 = fingerprint(content)
            enclosed = letter.attachment_ids - pdf
            documents += [(letter, one, "enclosure") for one in enclosed]
        self.env["dunning.seal"]._take(documents)

    def _before_delivery(self, day):
        """A letter that was printed before there were fingerprints has one as well."""
        self.filtered(lambda action: action.channel in POSTED)._seal_letters()
        return super()._before_delivery(day)

    def action_check_proofs(self):
        """Compute the fingerprints of the letter and its proofs again, and tell."""
        self.check_access("write")
        seals = self.env["dunning.seal"]
        for letter in self:
            of_letter = letter.seal_ids | letter.deposit_seal_ids
            of_letter._check()
            letter._tell_check(of_letter._describe())
            seals |= of_letter
        return seals._tell()

    def _tell_check(self, found):
        """Keep in the chatter what the check found, when and by whom."""
        title = self.env._(
            "Proofs of “%(letter)s” checked on %(moment)s",
            letter=self.display_name,
            moment=format_datetime(self.env, fields.Datetime.now()),
        )
        rows = Markup("").join(Markup("<li>%s</li>") % line for line in found)
        self.case_id._message_log(body=Markup("<p>%s</p><ul>%s</ul>") % (title, rows))

    @api.model
    def _get_queuers(self):
        return super()._get_queuers() | {
            "letter": lambda actions: actions._queue_letters(),
            "registered": lambda actions: actions._queue_letters(),
        }

    def _make_ready(self):
        """A letter is printed before it is posted."""
        result = super()._make_ready()
        letters = self.filtered(lambda action: action.channel in POSTED)
        letters.filtered(lambda action: not action.printed_on)._print()
        return result
