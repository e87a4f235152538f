import base64
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.insolvency import is_earlier

DECLARATION_REPORT = "account_dunning.dunning_proceeding_report"


class DunningProceeding(models.Model):
    """The declaration of a claim: what was due on the day of the judgment, item by
    item, prepared as a draft, sent by a person, kept as it was sent."""

    _inherit = "dunning.proceeding"

    currency_id = fields.Many2one(related="company_id.currency_id")
    line_ids = fields.One2many(
        "dunning.proceeding.line", "proceeding_id", "Items of the claim", entry="draft"
    )
    amount_due = fields.Monetary(
        "Due at the judgment", compute="_compute_amounts", help="VAT included."
    )
    amount_coming = fields.Monetary(
        "To fall due", compute="_compute_amounts", help="VAT included."
    )
    amount_total = fields.Monetary("Claim", compute="_compute_amounts")
    privilege = fields.Char(
        "Privilege or security",
        help="Its nature, as it will be printed, with what proves it. Empty: an "
        "unsecured claim.",
        entry="over",
    )
    declared_on = fields.Date(
        "Declared on",
        tracking=True,
        help="The day on which the declaration was sent: it is that day which counts.",
        entry="draft",
    )
    declared_by_id = fields.Many2one("res.users", "Declared by", readonly=True)
    proof_ids = fields.Many2many(
        "ir.attachment",
        "dunning_proceeding_proof_rel",
        "proceeding_id",
        "attachment_id",
        "Documents",
        help="The declaration as it was sent, its proof of sending and of receipt.",
        entry="over",
    )
    # Both by dunning.proceeding.
    company_id = fields.Many2one("res.company", entry="new")
    judgment_date = fields.Date(entry="draft")

    @api.depends("line_ids.amount_total", "line_ids.is_due")
    def _compute_amounts(self):
        for proceeding in self:
            due = proceeding.line_ids.filtered("is_due")
            coming = proceeding.line_ids - due
            proceeding.amount_due = sum(due.mapped("amount_total"))
            proceeding.amount_coming = sum(coming.mapped("amount_total"))
            proceeding.amount_total = proceeding.amount_due + proceeding.amount_coming

    # Prepare

    def action_prepare(self):
        """List what was due on the day of the judgment; what was changed by hand in the
        list before is computed anew."""
        self.check_access("write")
        self._refuse_declared()
        for proceeding in self:
            proceeding._check_is_declarable()
            company = proceeding.company_id
            proceeding.line_ids.unlink()
            rows = proceeding.with_company(company)._list_claims()
            proceeding.env["dunning.proceeding.line"]._create_facts(rows)
        return True

    def _check_is_declarable(self):
        if self._is_over_indebtedness():
            raise UserError(
                self.env._(
                    "In over-indebtedness nothing is declared to a trustee: answer the "
                    "commission (Banque de France) when it asks what is owed."
                )
            )

    def _list_claims(self):
        """Return the values of one line for each earlier item that was open at the
        judgment, and for each credit that was not matched then."""
        self.ensure_one()
        items = self._find_items()
        settled = self._read_settled(items)
        interest = self._read_interest(items)
        indemnities = self._find_indemnities(items)
        rows = []
        for item in items:
            left = item.amount_currency - float(settled[item.id])
            if item.currency_id.is_zero(left) or left * item.balance < 0:
                continue
            rows.append(
                {
                    "proceeding_id": self.id,
                    "move_line_id": item.id,
                    "move_id": item.move_id.id,
                    "name": item._get_dunning_number(),
                    "invoice_date": item._get_dunning_date(),
                    "date_due": item.date_maturity or item.date,
                    "amount_principal": self._convert(left, item.currency_id),
                    "amount_interest": self._convert(
                        float(interest.get(item.id, 0)), item.currency_id
                    ),
                    "amount_indemnity": self.company_id.dunning_indemnity
                    if item in indemnities
                    else 0,
                }
            )
        return rows

    def _convert(self, amount, currency):
        """Return an amount in company currency at the rate of the day of the judgment
        (Code de commerce L622-25)."""
        return currency._convert(
            amount, self.currency_id, self.company_id, self.judgment_date
        )

    def _find_items(self):
        """Return the receivable items born before the judgment and open on its day."""
        judgment = self.judgment_date
        # What is declared is read from the books, whoever prepares it.
        items = self.env["account.move.line"].sudo()
        matched = Domain("matched_credit_ids.max_date", ">=", judgment)
        matched |= Domain("matched_debit_ids.max_date", ">=", judgment)
        found = items.search(
            Domain("account_type", "=", "asset_receivable")
            & Domain("parent_state", "=", "posted")
            & Domain("company_id", "=", self.company_id.id)
            & Domain("partner_id.commercial_partner_id", "=", self.partner_id.id)
            & (Domain("reconciled", "=", False) | matched),
            order="date_maturity, id",
        )
        found -= self._find_paid_back(found)
        births = found.filtered(lambda item: item.balance > 0)._read_dunning_births()
        return found.filtered(
            lambda item: is_earlier(births.get(item.id, item.date), judgment)
        )

    @api.model
    def _find_paid_back(self, items):
        """Return what we paid back ourselves, which is no claim. Where credits stand
        against it, it stays: the two together are nothing."""
        debits = items.filtered(lambda item: item.balance > 0)
        owed = debits.search(
            Domain("id", "in", debits.ids) & debits._get_dunning_owed_domain()
        )
        paid_back = debits - owed
        credited = -sum((items - debits).mapped("balance"))
        paid = sum(paid_back.mapped("balance"))
        is_covered = self.currency_id.compare_amounts(credited, paid) >= 0
        return paid_back.browse() if is_covered else paid_back

    def _read_settled(self, items):
        """Map items to what had settled them before the judgment, with its sign."""
        settled = defaultdict(Decimal)
        partials = self.env["account.partial.reconcile"].sudo()  # see _find_items
        for part in partials.search(
            Domain("max_date", "<", self.judgment_date)
            & (
                Domain("debit_move_id", "in", items.ids)
                | Domain("credit_move_id", "in", items.ids)
            )
        ):
            debit = Decimal(str(part.debit_amount_currency))
            credit = Decimal(str(part.credit_amount_currency))
            settled[part.debit_move_id.id] += debit
            settled[part.credit_move_id.id] -= credit
        return settled

    def _read_interest(self, items):
        """Map ids of items to their interest until the day before the judgment: a
        hook; without it no interest is declared.

        :rtype: dict[int, Decimal]
        """
        return {}

    def _find_indemnities(self, items):
        """Return one item for each invoice that was late before the judgment: where the
        law forbids to pay, nobody is late (Code de commerce L441-10 II)."""
        last = self.judgment_date - timedelta(days=1)
        late = items.filtered(
            lambda item: (
                item.balance > 0
                and not item.move_id.is_purchase_document(include_receipts=True)
                and (item.date_maturity or item.date) < last
            )
        )
        if self.partner_id.dunning_debtor_kind == "consumer":
            return items.browse()
        first = {}
        for item in late:
            first.setdefault(item._get_dunning_debt(), item)
        return items.browse([item.id for item in first.values()])

    def action_print(self):
        """Print the declaration as it stands."""
        self.check_access("read")
        return self.env.ref(DECLARATION_REPORT).report_action(self)

    # Declare

    def action_declare(self):
        """Keep the declaration as it was sent, and stop asking for it."""
        self.check_access("write")
        self._refuse_declared()
        for proceeding in self:
            proceeding._check_declared()
            proceeding._keep_document()
            # Who declared it is written down by us.
            proceeding.sudo().write(
                {"state": "declared", "declared_by_id": self.env.uid}
            )
            proceeding._get_declaration_tasks().action_done()
            proceeding._tell_declared()
        return True

    def _check_declared(self):
        self.ensure_one()
        self._check_is_declarable()
        if not self.line_ids:
            raise UserError(
                self.env._("List what is claimed first: “Prepare the declaration”.")
            )
        if not self.trustee_id:
            raise UserError(
                self.env._("Enter the trustee: the claim is declared to him.")
            )
        if not self.declared_on:
            raise UserError(
                self.env._("Enter the day on which the declaration was sent.")
            )
        self.company_id._dunning_check_happened(
            self.declared_on,
            self.env._("Declaration of claim"),
            self.judgment_date,
            self.env._("the judgment"),
        )

    def _keep_document(self):
        """Keep the PDF as it was declared, whatever becomes of the invoices."""
        report = self.env["ir.actions.report"].sudo()  # reports are for everyone
        content, kind = report._render_qweb_pdf(DECLARATION_REPORT, self.ids)
        title = self.env._("Declaration of claim")
        # The declaration belongs to the proceedings, whoever declares it.
        self.proof_ids += (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"{title}.{kind}",
                    "datas": base64.b64encode(content),
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )

    def _tell_declared(self):
        """A declared claim interrupts the limitation until the proceedings are over
        (Code de commerce L622-25-1): proposed, as everything the module finds."""
        lines = self.env["dunning.case.line"].search(
            [
                ("move_line_id", "in", self.line_ids.move_line_id.ids),
                ("case_id", "in", self._find_cases().ids),
            ]
        )
        self.env["dunning.case"]._propose_limitation_event(
            "declaration", self.declared_on, lines, self.proof_ids
        )

    @api.model
    def _get_address(self, partner):
        """Return the lines of an address, without its name."""
        address = partner._display_address(without_company=True)
        return [line.strip() for line in address.split("\n") if line.strip()]

    def _get_report_lang(self):
        """Return the language of the declaration: the trustee's, else the company's."""
        self.ensure_one()
        company = self.company_id.partner_id
        return self.trustee_id.lang or company.lang or self.env.lang
