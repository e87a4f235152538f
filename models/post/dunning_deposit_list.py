from odoo import api, fields, models

from ...tools import postal

DEPOSIT_REPORT = "account_dunning.dunning_deposit_report"


class DunningDepositList(models.Model):
    """What goes to the post office with the letters: the PDF to print, and the list of
    what is handed in, on paper and as a file for the carrier's program."""

    _inherit = "dunning.deposit"

    letters_file = fields.Binary("Letters to print", compute="_compute_letters_file")
    list_file = fields.Binary("Deposit list (CSV)", compute="_compute_list_file")

    def _compute_letters_file(self):
        """Join the letters in the order of the list; only read to download it."""
        for deposit in self:
            letters = deposit._get_letters()
            deposit.letters_file = postal.to_base64(letters._get_merged_pdf())

    @api.depends_context("lang")
    def _compute_list_file(self):
        for deposit in self:
            rows = [self._get_list_head(), *map(list, deposit._get_list_rows())]
            deposit.list_file = postal.to_base64(postal.write_csv(rows))

    @api.model
    def _get_list_head(self):
        return [
            self.env._("No."),
            self.env._("Tracking number"),
            self.env._("Reference"),
            self.env._("Addressee"),
            self.env._("Attention of"),
            self.env._("Street"),
            self.env._("Address (continued)"),
            self.env._("ZIP"),
            self.env._("City"),
            self.env._("Country"),
            self.env._("Sender"),
            self.env._("Sender's address"),
        ]

    def _get_list_rows(self):
        """Yield the row of each letter for the CSV list."""
        self.ensure_one()
        sender = self.company_id.partner_id
        address = ", ".join(self._get_sender_lines())
        for number, letter in enumerate(self._get_letters(), start=1):
            contact = letter.contact_id
            firm = contact.commercial_partner_id
            yield (
                number,
                letter.tracking_number or "",
                letter._get_letter_reference(),
                firm.name or contact.name or "",
                contact.name if contact.name and contact != firm else "",
                contact.street or "",
                contact.street2 or "",
                contact.zip or "",
                contact.city or "",
                contact.country_id.name or "",
                sender.name,
                address,
            )

    def _get_list_lang(self):
        """Return the language of the counter: the company's, not the reader's."""
        self.ensure_one()
        return self.company_id.partner_id.lang or self.env.lang

    def _get_sender_lines(self):
        """Return the address of the company, without its name."""
        self.ensure_one()
        partner = self.company_id.partner_id
        lines = partner._display_address(without_company=True).split("\n")
        return [line.strip() for line in lines if line.strip()]

    def action_refresh(self):
        """Look again at who has paid: the form reads it anew."""
        self.check_access("read")
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_download_letters(self):
        """Download the letters to print, in the order of the list."""
        return self._download("letters_file", self._get_file_name("pdf"))

    def action_download_list(self):
        """Download the deposit list as a file for a spreadsheet or the carrier."""
        return self._download("list_file", self._get_file_name("csv"))

    def action_print_list(self):
        """Print the deposit list for the counter of the post office."""
        self.check_access("read")
        return self.env.ref(DEPOSIT_REPORT).report_action(self)

    def _download(self, field, name):
        self.ensure_one()
        self.check_access("read")
        url = f"/web/content/{self._name}/{self.id}/{field}/{name}?download=true"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def _get_file_name(self, extension):
        """Return a file name that any system takes."""
        self.ensure_one()
        label = {
            "pdf": self.env._("registered-letters"),
            "csv": self.env._("deposit-list"),
        }[extension]
        return f"{label}-{self.id}.{extension}"
