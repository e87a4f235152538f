from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tools import format_date, formatLang

from ...tools.interest import DIVISOR
from ...tools.items import debt_key
from ..books.money import format_amount

KINDS = [
    ("interest", "Late-payment interest"),
    ("indemnity", "Flat indemnity"),
    ("costs", "Further recovery costs"),
]
#: Which account of the company each kind of line goes to.
ACCOUNTS = {
    "interest": "dunning_interest_account_id",
    "indemnity": "dunning_indemnity_account_id",
    "costs": "dunning_indemnity_account_id",
}


class DunningClaimSettled(models.AbstractModel):
    """Interest or an indemnity of an invoice that was claimed, or waived."""

    _name = "dunning.claim.settled"
    _description = "Dunning: Interest or Indemnity Settled"

    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        "Item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    name = fields.Char(
        "Number", readonly=True, help="The number of the item when it was decided."
    )
    date_due = fields.Date("Due date", readonly=True)
    date_to = fields.Date(
        "Until", readonly=True, help="The last day of which the interest was counted."
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)

    def _get_debtor(self):
        """Return whose debt it was, as the customers are today."""
        raise NotImplementedError

    def _is_of_document(self):
        self.ensure_one()
        move = self.move_id.sudo()  # a fact about the item
        return bool(move) and move._is_dunning_document()

    def _get_place(self):
        """Return where its item is looked for, as ``dunning.case.line`` does."""
        return self.move_id.id, not self._is_of_document() and self._get_debtor().id

    def _find_line(self, lines):
        """Return which of the lines of its place (invoice, or items of the debtor in
        another entry) it is about.

        An edited invoice has new items: then the one due on the same day, else the
        first, so that nothing is claimed twice. Of another entry each item is a debt of
        its own: the one of the same number, if possible due on the same day, else due
        on that day.
        """
        self.ensure_one()
        mine = lines.filtered(lambda line: line.move_line_id == self.move_line_id)
        if mine and self.move_line_id:
            return mine[:1]
        due = lines.filtered(lambda line: line.date_due == self.date_due)
        if self._is_of_document():
            return (mine or due or lines)[:1]
        if self.move_line_id:
            return lines.browse()  # of another debt
        named = lines.filtered(lambda line: line.name == self.name)
        return ((named & due) or named or due)[:1]

    def _get_debt(self, lines):
        """Return the key of the debt that it is about, as ``dunning.case.line`` does.

        :param lines: of its place, among which an item that was entered again is found
        """
        self.ensure_one()
        line = self._find_line(lines) if not self.move_line_id else lines.browse()
        if line and not self._is_of_document():
            return line._get_debt()
        item = self.move_line_id.sudo()  # a fact about the item
        return debt_key(
            self.move_id.id,
            self._get_debtor().id,
            item.id,
            item.name if item else self.name,
            self._is_of_document(),
        )

    def _get_number(self):
        """Return the number of the item as it is now, else as it was."""
        self.ensure_one()
        item = self.move_line_id.sudo()  # as the move
        if item:
            return item._get_dunning_number()
        return (self._is_of_document() and self.move_id.sudo().name) or self.name or ""


class DunningClaim(models.Model):
    """A claim of interest and indemnities: which days of which invoices, in one note.

    The note is a draft that an accountant checks and posts. While it stands, its days
    are claimed; deleted, cancelled or reversed, it releases them by itself: this is
    read from the note, nothing follows it. Only the engine writes a claim (as
    superuser, for whoever claims): what was claimed is a fact.
    """

    _name = "dunning.claim"
    _description = "Dunning Claim"
    _inherit = ["dunning.guarded"]
    _order = "date desc, id desc"

    case_id = fields.Many2one(
        "dunning.case", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="case_id.partner_id")
    company_id = fields.Many2one(related="case_id.company_id", store=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    date = fields.Date("Claimed on", required=True, readonly=True)
    until = fields.Date(
        required=True, readonly=True, help="Interest was counted until this day."
    )
    user_id = fields.Many2one(
        "res.users",
        "Claimed by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    line_ids = fields.One2many("dunning.claim.line", "claim_id", readonly=True)
    move_id = fields.Many2one(
        "account.move",
        "Note",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The debit note, without VAT: a draft until an accountant posts it.",
    )
    proof_ids = fields.Many2many(
        "ir.attachment",
        string="Proofs of the costs",
        readonly=True,
        help="What proves recovery costs above the flat indemnity.",
    )
    amount = fields.Monetary(compute="_compute_amount")
    state = fields.Selection(
        [
            ("draft", "Draft note"),
            ("posted", "Claimed"),
            ("paid", "Paid"),
            ("released", "Released"),
        ],
        compute="_compute_state",
        help="Released: the note was deleted, cancelled or reversed, and the days it "
        "claimed can be claimed again.",
    )
    warning = fields.Char(compute="_compute_warning")

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for claim in self:
            total = sum(claim.line_ids.mapped("amount"))
            claim.amount = claim.currency_id.round(total)

    @api.depends("move_id.state", "move_id.payment_state")
    def _compute_state(self):
        for claim in self:
            # How far the note is may be known to whoever sees the claim.
            move = claim.move_id.sudo()
            if not move or move.state == "cancel" or move.payment_state == "reversed":
                claim.state = "released"
            elif move.state == "draft":
                claim.state = "draft"
            else:
                is_paid = move.payment_state in ("paid", "in_payment")
                claim.state = "paid" if is_paid else "posted"

    @api.depends("move_id.amount_total", "line_ids.amount", "move_id.state")
    @api.depends_context("lang")
    def _compute_warning(self):
        for claim in self:
            claim.warning = claim.state != "released" and (
                claim._find_difference() or claim._find_overlap()
            )

    def _find_difference(self):
        """Say that the note was changed by hand: the claim keeps what was decided."""
        total, currency = self.move_id.sudo().amount_total, self.currency_id
        if not currency.compare_amounts(total, self.amount):
            return False
        return self.env._(
            "The note says %(note)s, the claim %(claim)s: correct the note, or delete "
            "it and claim again.",
            note=format_amount(self.env, total, currency),
            claim=format_amount(self.env, self.amount, currency),
        )

    def _find_overlap(self):
        """Say that days are claimed twice: a cancelled note was taken up again."""
        lines = self.env["dunning.claim.line"].sudo()  # whoever claimed them
        for mine in self.line_ids.filtered("move_id"):
            others = lines.search(
                [
                    ("claim_id", "!=", self.id),
                    ("kind", "=", mine.kind),
                    ("move_id", "=", mine.move_id.id),
                    ("move_line_id", "=", mine.move_line_id.id),
                    # Of items that are gone only the debtor tells one from another.
                    ("claim_id.partner_id", "=", self.partner_id.id),
                    ("date_from", "<=", mine.date_to),
                    ("date_to", ">=", mine.date_from),
                ]
                + lines._get_live_domain(),
                limit=1,
            )
            if others:
                return self.env._(
                    "%(what)s of %(invoice)s is claimed for the same days on "
                    "%(date)s as well: cancel one of the two notes.",
                    what=dict(mine._fields["kind"]._description_selection(self.env))[
                        mine.kind
                    ],
                    invoice=mine._get_number(),
                    date=format_date(self.env, others.claim_id.date),
                )
        return False

    @api.depends("date", "amount")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for claim in self:
            claim.display_name = self.env._(
                "Claim of %(date)s, %(amount)s",
                date=format_date(self.env, claim.date),
                amount=format_amount(self.env, claim.amount, claim.currency_id),
            )

    # The debit note of a claim: a draft, without VAT, in a journal of its own.
    #
    # Damages for lateness pay for no supply: they are outside the scope of VAT (CGI
    # 256; law-and-practice, 1.5). The note shows the calculation and the invoice of
    # each sum.

    def _create_note(self):
        """Make the draft of one claim, in the debtor's language."""
        self.ensure_one()
        company = self.company_id
        company._dunning_prepare_claims()
        claim = self.with_context(lang=self.case_id._get_lang()).with_company(company)
        # A draft that an accountant checks and posts: whoever may claim needs no right
        # on the journals.
        notes = claim.env["account.move"].sudo()
        self._write_facts({"move_id": notes.create(claim._prepare_note()).id})
        if self.proof_ids:
            # The proofs go with the note, copies of those kept with the claim.
            for proof in self.proof_ids.sudo():
                proof.copy({"res_model": notes._name, "res_id": self.move_id.id})
        return self.move_id

    def _prepare_note(self):
        company, partner = self.company_id, self.partner_id
        numbers = dict.fromkeys(
            line._get_number() for line in self.line_ids if line.move_id
        )
        return {
            "move_type": "out_invoice",
            "company_id": company.id,
            "journal_id": company.dunning_claim_journal_id.id,
            "partner_id": partner.address_get(["invoice"])["invoice"],
            "currency_id": self.currency_id.id,
            "invoice_date": self.date,
            "invoice_date_due": self.date,
            "invoice_payment_term_id": False,
            "invoice_origin": ", ".join(filter(None, numbers)),
            "dunning_claim_id": self.id,
            "narration": self.env._(
                "These sums make good a late payment: they are outside the scope of "
                "VAT."
            ),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": line._describe_on_note(),
                        "quantity": 1,
                        "price_unit": line.amount,
                        "account_id": company[ACCOUNTS[line.kind]].id,
                        "tax_ids": [Command.clear()],
                    }
                )
                for line in self.line_ids
            ],
        }


class DunningClaimLine(models.Model):
    """One sum of a claim: the interest of an item for some days, the indemnity of an
    invoice, or costs that were proved."""

    _name = "dunning.claim.line"
    _description = "Dunning Claim Line"
    _inherit = ["dunning.claim.settled", "dunning.guarded"]
    _order = "claim_id, date_due, id"

    claim_id = fields.Many2one(
        "dunning.claim", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="claim_id.company_id")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    name = fields.Char("What", readonly=True)
    date_from = fields.Date("From", readonly=True)
    days = fields.Integer(readonly=True)
    segments = fields.Json(
        readonly=True,
        help="Days of one balance and one rate: first day, last day, days, balance, "
        "percent per year.",
    )

    def _get_debtor(self):
        self.ensure_one()
        return self.claim_id.partner_id.commercial_partner_id

    @api.model
    def _get_live_domain(self):
        """Return the claims whose note stands: drafts and posted ones."""
        return [
            ("claim_id.move_id.state", "in", ("draft", "posted")),
            ("claim_id.move_id.payment_state", "!=", "reversed"),
        ]

    @api.constrains("kind", "claim_id", "amount")
    def _check_lawful(self):
        """Refuse what the law lets nobody ask, by whatever way it comes.

        Recovery costs without a title stay with the creditor (CPCE L111-8); statute
        excepts the 40 € and, on proof, more: between businesses (C. com. L441-10 II)
        and from public bodies (Code de la commande publique L2192-13).
        """
        for line in self:
            debtor = line.claim_id.partner_id
            kind = debtor.dunning_debtor_kind
            if kind not in ("business", "public") and line.kind != "interest":
                raise ValidationError(
                    self.env._(
                        "%(debtor)s is a consumer: only interest at the legal rate "
                        "after a formal notice can be claimed, no indemnity and no "
                        "costs.",
                        debtor=debtor.display_name,
                    )
                )
            if line.kind != "costs":
                continue
            if not line.claim_id.proof_ids:
                raise ValidationError(
                    self.env._(
                        "Costs above the flat indemnity need a proof: attach the "
                        "invoice or the receipt."
                    )
                )

    # How a sum of a claim is explained on the note.

    def _describe_on_note(self):
        self.ensure_one()
        if self.kind == "costs":
            return self.name
        names = {"invoice": self._get_number()}
        if self.kind == "indemnity":
            return self.env._(
                "Fixed indemnity for recovery costs, invoice %(invoice)s", **names
            )
        title = self.env._(
            "Late-payment interest, invoice %(invoice)s due %(due)s",
            due=format_date(self.env, self.date_due),
            **names,
        )
        words = [title, *map(self._describe_segment, self.segments or [])]
        if self.currency_id.compare_amounts(self.amount, self._get_gross()) < 0:
            words.append(
                self.env._(
                    "Of which claimed: %(amount)s",
                    amount=formatLang(
                        self.env, self.amount, currency_obj=self.currency_id
                    ),
                )
            )
        return "\n".join(words)

    def _get_gross(self):
        """Return the interest of all the days, before what was waived."""
        parts = (
            Decimal(base) * Decimal(percent) * days
            for _start, _end, days, base, percent in self.segments or []
        )
        return self.currency_id.round(float(sum(parts, Decimal(0)) / DIVISOR))

    def _describe_segment(self, segment):
        """Return "from … to …: 31 days on 12,000.00 at 14.25 % per year"."""
        start, end, days, base, percent = segment
        return self.env._(
            "From %(start)s to %(end)s: %(days)s days on %(base)s at %(percent)s %% "
            "per year",
            start=format_date(self.env, start),
            end=format_date(self.env, end),
            days=days,
            base=formatLang(self.env, float(base), currency_obj=self.currency_id),
            percent=formatLang(self.env, float(percent), digits=2),
        )
