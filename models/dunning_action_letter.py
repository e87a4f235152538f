import logging

from lxml import html
from markupsafe import Markup
from reportlab.graphics.renderPM import RenderPMError
from werkzeug.exceptions import HTTPException

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import split_every
from odoo.tools.pdf import merge_pdf

_logger = logging.getLogger(__name__)

#: Letters rendered in one call of the PDF program; hundreds at once crash it.
LETTERS_PER_CALL = 15


class DunningActionLetter(models.AbstractModel):
    """Letters and documents: printed in chunks, one PDF kept on each letter."""

    _name = "dunning.action.letter"
    _description = "Dunning Action: Letters"

    def _queue_letters(self):
        """Freeze letters that can be posted; the PDF is made when they are printed."""
        for action in self:
            contact = action.contact_id
            if contact.street and contact.city:
                action.state = "queued"
                continue
            action._mark_failed(
                self.env._(
                    "%(contact)s has no complete postal address: correct it, then send "
                    "again.",
                    contact=contact.display_name,
                )
            )

    def _print(self):
        """Print queued letters; each keeps its own PDF.

        Who has paid since is left out, and what was printed before is printed as it
        was.

        :return: the letters that were printed
        """
        fresh = self.filtered(lambda a: a.state == "queued" and not a.printed_on)
        fresh._drop_outdated()
        letters = self.filtered(lambda action: action.state == "queued")
        report = self.env["ir.actions.report"]
        for ids in split_every(LETTERS_PER_CALL, letters.ids):
            chunk = self.browse(ids)
            report._render_qweb_pdf("account_dunning.dunning_letter_report", chunk.ids)
            chunk._keep_pdf()
        letters.filtered(lambda action: not action.printed_on).write(
            {"printed_on": fields.Datetime.now()}
        )
        return letters

    def _keep_pdf(self):
        """Attach to each letter the PDF that the report has just stored."""
        attachments = self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("mimetype", "=", "application/pdf"),
            ]
        )
        for attachment in attachments:
            self.browse(attachment.res_id).attachment_ids |= attachment

    def _get_merged_pdf(self):
        """Return one PDF with all the letters, in the order of the records."""
        documents = [
            attachment.raw
            for action in self
            for attachment in action.attachment_ids.filtered(
                lambda a: a.res_model == self._name
            )[:1]
        ]
        return merge_pdf(documents) if documents else b""

    def _get_letter_name(self):
        """Return the file name of the letter's PDF."""
        self.ensure_one()
        debtor = self.partner_id.name or ""
        name = f"{self.queued_on or self.date} {debtor}".replace("/", "-")
        return f"{name}.pdf"

    def action_print_letters(self):
        """Print the selected letters and open the window where they are posted."""
        letters = self.filtered(lambda action: action.channel == "letter")
        if not letters:
            raise UserError(self.env._("There is no letter in the selection."))
        return self.env["dunning.letter.post"]._open_for(letters)

    def _get_letter_reference(self):
        """Return the reference by which an answer finds its way back."""
        self.ensure_one()
        return f"D{self.case_id.id}-{self.id}"

    def _get_place_and_date(self):
        self.ensure_one()
        city, date = self.company_id.city, self.step_date_text
        return self.env._("%(city)s, %(date)s", city=city, date=date) if city else date

    def _split_body(self):
        """Return the text, and apart its last paragraph: it stays with the signature.

        Headings written by a user go below the subject's: a batch is cut by that one.
        """
        self.ensure_one()
        root = html.fragment_fromstring(self.body or "", create_parent="div")
        for heading in root.findall(".//h1"):
            heading.tag = "h2"
        closing = ""
        if len(root) and root[-1].tag == "p" and not (root[-1].tail or "").strip():
            closing = html.tostring(root[-1], encoding="unicode")
            root[-1].drop_tree()
        return Markup(html.tostring(root, encoding="unicode")), Markup(closing)

    # Invoices that go with a message

    def _attach_invoices(self):
        """Attach the PDF of each invoice that the level asks for."""
        for action in self.filtered("level_id.attach_invoices"):
            documents = self.env["ir.attachment"]
            for line in action.line_ids.case_line_id:
                documents |= line._get_invoice_pdf()
            action.attachment_ids |= documents

    def _get_qr_code(self):
        """Return a payment QR code as a data URI when Odoo can make one, else False."""
        self.ensure_one()
        totals, bank = self._get_totals(), self._get_bank()
        if not bank or len(totals) != 1:
            return False
        [(currency, amount)] = totals.items()
        try:
            return bank.build_qr_code_base64(
                amount, self._get_payment_reference(), "", currency, self.partner_id
            )
        except (HTTPException, RenderPMError) as error:
            _logger.info("No QR code on the letter to %s: %s", self.partner_id, error)
            return False

    @api.model
    def _get_address_lines(self, partner):
        """Return the postal address as it stands in the window: 6 lines of 38 signs.

        Source: French standard NF Z 10-011. Upper parts that are too long are cut at a
        word, lower ones (street, town, country) always stay.
        """
        town = " ".join(filter(None, [partner.zip, partner.city])).upper()
        country = partner.country_id
        abroad = country and country != self.env.company.country_id
        company = partner.commercial_partner_id
        lines = [
            company.name if company != partner else False,
            partner.name,
            partner.street,
            partner.street2,
            town,
            country.name.upper() if abroad else False,
        ]
        return [self._cut(line, 38) for line in lines if line][:6]

    @api.model
    def _cut(self, text, width):
        if len(text) <= width:
            return text
        head = text[:width].rsplit(" ", 1)[0]
        return head if len(head) > width // 2 else text[:width]
