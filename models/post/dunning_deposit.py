from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ...tools import postal

#: Debtors named in an error; the others are counted.
NAMED = 5
#: What is still completed once the letters were handed in.
DEPOSIT_REPORT = "account_dunning.dunning_deposit_report"


class DunningDeposit(models.Model):
    """One visit to the post office: the registered letters that are handed in.

    Letters are printed and numbered here, listed for the counter, and are delivered
    once the deposit is confirmed.
    """

    _name = "dunning.deposit"
    _description = "Deposit of Registered Letters"
    _inherit = ["dunning.proof", "dunning.guarded"]
    _order = "id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        readonly=True,
        default=lambda self: self.env.company,
        entry="new",
    )
    user_id = fields.Many2one(
        "res.users",
        "Prepared by",
        readonly=True,
        default=lambda self: self.env.user,
    )
    state = fields.Selection(
        [("draft", "To hand in"), ("done", "Deposited")],
        required=True,
        default="draft",
        readonly=True,
        index=True,
    )
    post_office = fields.Char(
        "Post office", help="Where the letters are handed in.", entry="over"
    )
    deposited_on = fields.Date(
        "Deposited on",
        default=lambda self: self.env.company._dunning_today(),
        help="The day on the stamp of the post office. The letters count as delivered "
        "from this day on.",
        entry="draft",
    )
    action_ids = fields.One2many(
        "dunning.action", "deposit_id", "Letters", entry="over"
    )
    letter_count = fields.Integer("Number of letters", compute="_compute_counts")
    missing_count = fields.Integer(
        "Without number",
        compute="_compute_counts",
        help="Letters that have no tracking number yet.",
    )
    scanned_number = fields.Char(
        "Scan a label",
        store=False,
        help="Scan or type a tracking number and press Enter: it goes to the next "
        "letter without one, in the order in which the letters were printed.",
        entry="draft",
    )
    without_number = fields.Boolean(
        "Deposit letters without tracking number",
        help="Only where the post office gave none: such a letter cannot be followed.",
        entry="draft",
    )
    pulled_text = fields.Html(compute="_compute_pulled_text", sanitize=False)
    has_pulled = fields.Boolean(compute="_compute_pulled_text")
    paid_choice = fields.Selection(
        [
            ("pull", "Pulled: not handed in"),
            ("keep", "Handed in nevertheless"),
        ],
        "Letters to pull",
        help="What became of the letters whose debtor has paid since they were "
        "printed. What was pulled is cancelled.",
        entry="draft",
    )
    proof_ids = fields.Many2many(
        "ir.attachment",
        relation="dunning_deposit_proof_rel",
        column1="deposit_id",
        column2="attachment_id",
        string="Stamped list",
        copy=False,
        help="The list with the stamp of the post office, or its receipts: the proof "
        "of deposit of every letter of this list.",
        entry="over",
    )
    seal_ids = fields.One2many(
        "dunning.seal", "deposit_id", "Fingerprints", readonly=True
    )

    letters_file = fields.Binary("Letters to print", compute="_compute_letters_file")
    list_file = fields.Binary("Deposit list (CSV)", compute="_compute_list_file")

    @api.depends("deposited_on", "state")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for deposit in self:
            day = deposit.deposited_on if deposit.state == "done" else False
            deposit.display_name = self.env._(
                "Deposit %(number)s of %(day)s",
                number=deposit.id,
                day=format_date(self.env, day or deposit.create_date),
            )

    @api.depends("action_ids.state", "action_ids.tracking_number")
    def _compute_counts(self):
        for deposit in self:
            letters = deposit._get_letters()
            deposit.letter_count = len(letters)
            deposit.missing_count = len(
                letters.filtered(lambda letter: not letter.tracking_number)
            )

    @api.depends("action_ids.state", "state")
    def _compute_pulled_text(self):
        """List the letters whose debtor has paid since they were printed."""
        for deposit in self:
            letters = deposit._origin.action_ids.filtered(
                lambda letter: letter.state == "queued"
            )
            outdated = letters._find_outdated()
            deposit.has_pulled = bool(outdated)
            deposit.pulled_text = deposit.state == "draft" and self.env[
                "ir.qweb"
            ]._render("account_dunning.pulled_letters", {"outdated": outdated})

    def _get_letters(self):
        """Return the letters that go, or went, to the post office.

        On the screen, on paper and in the files they stand in one order: numbers are
        scanned by it.
        """
        letters = self.action_ids.filtered(
            lambda letter: letter.state in ("queued", "done")
        )
        return letters.sorted(lambda one: (one.date, one._origin.id), reverse=True)

    @api.onchange("scanned_number")
    def _onchange_scanned_number(self):
        """Give the scanned number to the next letter without one."""
        number, self.scanned_number = self.scanned_number, False
        number = postal.clean_number(number or "")
        words = self._enter_number(number) if number else ""
        if not words:
            return None
        return {"warning": {"title": self.env._("Not entered"), "message": words}}

    def _enter_number(self, number):
        """Enter a number on the next letter; return in words why it cannot be."""
        actions = self.env["dunning.action"]
        if not postal.is_number(number):
            return actions._describe_bad_number(number)
        taken = self.action_ids.filtered(lambda one: one.tracking_number == number)
        taken = taken or self._origin.action_ids._find_same_number(
            number, self.company_id
        )
        if taken:
            return actions._describe_taken_number(number, taken[0])
        waiting = self._get_letters().filtered(
            lambda letter: letter.state == "queued" and not letter.tracking_number
        )
        if not waiting:
            return self.env._("Every letter of this deposit has its number already.")
        waiting[0].tracking_number = number
        return ""

    # Opened for letters

    @api.model
    def _open_for(self, letters):
        """Print registered letters and return the window of their deposit.

        Letters that were still proposed are approved by whoever prints them. What is
        in a deposit that is not handed in yet stays there.
        """
        printed = letters._approve_and_print()
        printed = printed.filtered(lambda one: not one._is_told_by_machine())
        deposits = self.browse()
        free = printed.filtered(lambda letter: not letter.deposit_id)
        for company, of_company in free.grouped("company_id").items():
            deposit = self.with_company(company).create({"company_id": company.id})
            of_company._write_facts({"deposit_id": deposit.id})
            deposits |= deposit
        return (deposits or printed.deposit_id)._get_window()

    def _get_window(self):
        window = {
            "type": "ir.actions.act_window",
            "name": self.env._("Deposit at the post office"),
            "res_model": self._name,
            "view_mode": "form",
            "res_id": self[:1].id,
        }
        if len(self) > 1:
            domain = [("id", "in", self.ids)]
            window |= {"view_mode": "list,form", "res_id": False, "domain": domain}
        return window

    # Handed in

    def action_deposit(self):
        """Record that the letters were handed in: from now on they are delivered."""
        self.check_access("write")
        for deposit in self:
            if deposit.state != "draft":
                raise UserError(
                    self.env._(
                        "“%(deposit)s” was handed in already.",
                        deposit=deposit.display_name,
                    )
                )
            letters = deposit._sort_out_paid()
            deposit._check_can_deposit(letters)
            letters._mark_done(deposit.deposited_on)
            left = deposit.action_ids.filtered(lambda one: one.state != "done")
            left._write_facts({"deposit_id": False})
            # Its state follows from what happens to it: nobody writes it.
            deposit.sudo().state = "done"
        return True

    def _sort_out_paid(self):
        """Cancel what was pulled; return the letters that were handed in.

        :raises UserError: when nobody said what became of letters of those who paid
        """
        self.ensure_one()
        letters = self.action_ids.filtered(lambda letter: letter.state == "queued")
        outdated = letters._find_outdated()
        if outdated and not self.paid_choice:
            raise UserError(
                self.env._(
                    "Paid since printing: %(debtors)s. Say below “Letters to pull” "
                    "whether these letters were pulled or handed in nevertheless.",
                    debtors=self._name_debtors(letters.browse(a.id for a in outdated)),
                )
            )
        if self.paid_choice == "keep":
            return letters
        for letter, reason in outdated.items():
            letter._drop(reason)
        return letters.filtered(lambda letter: letter not in outdated)

    def _check_can_deposit(self, letters):
        self.ensure_one()
        if not letters:
            raise UserError(self.env._("There is no letter to hand in."))
        if not self.deposited_on:
            raise UserError(self.env._("Enter the day on the stamp: “Deposited on”."))
        letters._check_delivered_on(self.deposited_on)
        bare = letters.filtered(lambda letter: not letter.tracking_number)
        if bare and not self.without_number:
            raise UserError(
                self.env._(
                    "No tracking number yet: %(debtors)s. Scan or enter them, or tick "
                    "“Deposit letters without tracking number”.",
                    debtors=self._name_debtors(bare),
                )
            )

    def _name_debtors(self, letters):
        names = letters[:NAMED].mapped("partner_id.display_name")
        if len(letters) > NAMED:
            more = self.env._("%(count)s others", count=len(letters) - NAMED)
            names.append(more)
        return ", ".join(names)

    # What nobody may do to a deposit: handed in, it is a proof.

    def _get_stage(self):
        return "draft" if self.state in ("draft", False) else "over"

    def _refuse(self, names):
        is_fact = not any(self._get_last_stage(self._fields[name]) for name in names)
        done = self.filtered(lambda deposit: deposit.state == "done")
        if done and not is_fact:
            raise AccessError(
                self.env._(
                    "“%(deposit)s” was handed in and cannot be changed: only the "
                    "numbers and proofs can be completed.",
                    deposit=done[0].display_name,
                )
            )
        raise AccessError(
            self.env._("A deposit is handed in with its button, not by writing it.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_deposited(self):
        if self.filtered(lambda deposit: deposit.state == "done"):
            raise UserError(
                self.env._("A deposit that was handed in is a proof: it is kept.")
            )

    # What goes to the post office with the letters: the PDF to print, and the list of
    # what is handed in, on paper and as a file for the carrier's program.

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
