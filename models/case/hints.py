from collections import defaultdict
from typing import NamedTuple

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

#: What customers paid in advance, in the French chart of accounts.
ADVANCE_CODE = "4191"
#: Invoices named in one sentence; of more, their number is told.
MOST_NAMED = 3


class Hint(NamedTuple):
    """A sentence about something that a person should look at, and the record that
    shows it (none: the sentence says it all)."""

    text: str
    record: models.Model | None = None


class DunningCase(models.Model):
    """Hints: what the books show and no rule can decide. They hold nothing back; the
    form of the case reads them once it is shown, the night does not look."""

    _inherit = "dunning.case"

    hints = fields.Html(
        "To check",
        compute="_compute_hints",
        sanitize=False,
        help="What a person should look at before he asks for money: nothing of it "
        "holds a reminder back.",
    )

    @api.depends("partner_id", "company_id", "line_ids")
    @api.depends_context("lang")
    def _compute_hints(self):
        found = self._find_hints() if self.ids else {}
        for case in self:
            case.hints = self._render_hints(found.get(case._origin, ()))

    @api.model
    def _render_hints(self, hints):
        """Return hints as a list to read, each with a link to what it is about."""
        if not hints:
            return False
        link = Markup("<a href='/odoo/%s/%s'>%s</a>")
        rows = Markup()
        for hint in hints:
            shown = Markup()
            if hint.record:
                name = self.env._("Show")
                shown = link % (hint.record._name, hint.record.id, name)
            rows += Markup("<li>%s %s</li>") % (hint.text, shown)
        return Markup("<ul class='mb-0'>%s</ul>") % rows

    def _find_hints(self, day=None):
        """Map cases to what a person should look at: a hook, for the form only.

        Who adds one reads for all the cases of a company together, and extends
        ``_iter_hints``.

        :param day: each company's today when None
        :rtype: dict[dunning.case, list[Hint]]
        """
        found = defaultdict(list)
        still_due = self._origin.filtered(lambda case: case.state != "closed")
        for company, cases in still_due.grouped("company_id").items():
            cases = cases.with_company(company)
            for case, hint in cases._iter_hints(day or company._dunning_today()):
                found[case].append(hint)
        return found

    def _iter_hints(self, day):
        """Yield (case, hint) of cases of one company."""
        yield from self._hint_own_company()
        yield from self._hint_payables()
        yield from self._hint_advances()
        yield from self._hint_draft_credits()
        yield from self._hint_group_payments()
        yield from self._hint_credit_notes(day)
        yield from self._hint_excluded_credits()
        yield from self._hint_returned()
        yield from self._hint_unsent()
        yield from self._hint_posted_late(day)

    # Of whom

    def _hint_own_company(self):
        """The debtor is a company of one's own: that is settled between companies."""
        # That a partner is a company of the database is no secret.
        for case in self.filtered(lambda case: case.partner_id.sudo().ref_company_ids):
            yield (
                case,
                Hint(
                    self.env._(
                        "%(debtor)s is a company of your own: settle it between the "
                        "companies, or leave its items out.",
                        debtor=case.partner_id.name,
                    ),
                    case.partner_id,
                ),
            )

    # What is owed to him, or was paid

    def _read_sums(self, domain, amount):
        """Map ids of debtors to the sum of their posted items of a domain.

        :param amount: the field that is summed
        """
        # Only sums are shown: the user need not see the journals.
        rows = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                domain
                & Domain("parent_state", "=", "posted")
                & Domain("company_id", "any", self.env.company._dunning_tree())
                & Domain("partner_id.commercial_partner_id", "in", self.partner_id.ids),
                ["partner_id"],
                [f"{amount}:sum"],
            )
        )
        sums = defaultdict(float)
        for partner, total in rows:
            sums[partner.commercial_partner_id.id] += total
        return sums

    def _format_sum(self, amount):
        return format_amount(self.env, amount, self.env.company.currency_id)

    def _hint_payables(self):
        """We owe him as a supplier: the two may be set off."""
        owed = self._read_sums(
            Domain("account_type", "=", "liability_payable")
            & Domain("reconciled", "=", False),
            "amount_residual",
        )
        for case in self:
            amount = -owed[case.partner_id.id]
            if self.env.company.currency_id.compare_amounts(amount, 0) > 0:
                text = self.env._(
                    "We owe %(amount)s to %(debtor)s as a supplier: set it off?",
                    amount=self._format_sum(amount),
                    debtor=case.partner_id.name,
                )
                yield case, Hint(text, case.partner_id)

    def _hint_advances(self):
        """He has paid in advance, on an account that is no receivable."""
        sums = self._read_sums(
            Domain("account_id.code", "=like", f"{ADVANCE_CODE}%")
            & Domain("account_type", "!=", "asset_receivable"),
            "balance",
        )
        for case in self:
            amount = -sums[case.partner_id.id]
            if self.env.company.currency_id.compare_amounts(amount, 0) > 0:
                text = self.env._(
                    "%(debtor)s has paid %(amount)s in advance (account %(code)s): "
                    "deduct it from an invoice?",
                    debtor=case.partner_id.name,
                    amount=self._format_sum(amount),
                    code=ADVANCE_CODE,
                )
                yield case, Hint(text, case.partner_id)

    def _hint_draft_credits(self):
        """A draft credit note takes back the whole of what is asked for."""
        moves = self.env["account.move"].sudo()  # as for the amounts a case shows
        drafts = moves.search(
            Domain("move_type", "=", "out_refund")
            & Domain("state", "=", "draft")
            & Domain("company_id", "=", self.env.company.id)
            & Domain("commercial_partner_id", "in", self.partner_id.ids),
            order="id",
        )
        for case in self:
            for draft in drafts:
                if draft.commercial_partner_id != case.partner_id:
                    continue
                items = case._get_fitting(draft.amount_total, draft.currency_id)
                reversed_items = case.line_ids.sudo().move_line_id.filtered(
                    lambda item, move=draft.reversed_entry_id: item.move_id == move
                )
                left = sum(reversed_items.mapped("amount_residual_currency"))
                if reversed_items and draft.amount_total >= left:
                    items = reversed_items
                if items:
                    text = self.env._(
                        "A draft credit note of %(amount)s covers %(invoices)s: post "
                        "it, or discard it.",
                        amount=format_amount(
                            self.env, draft.amount_total, draft.currency_id
                        ),
                        invoices=self._name_items(items),
                    )
                    yield case, Hint(text, draft.sudo(False))

    def _get_fitting(self, amount, currency):
        """Return the open items that an amount pays exactly: one of them, or all."""
        items = self.line_ids.sudo().move_line_id.filtered(  # as the case shows them
            lambda item: item.currency_id == currency and not item.reconciled
        )
        exact = items.filtered(
            lambda item: (
                currency.compare_amounts(item.amount_residual_currency, amount) == 0
            )
        )
        total = sum(items.mapped("amount_residual_currency"))
        if exact or currency.compare_amounts(total, amount):
            return exact[:1]
        return items

    @api.model
    def _name_items(self, items):
        names = list(dict.fromkeys(item.move_id.name or item.name for item in items))
        named = ", ".join(filter(None, names[:MOST_NAMED]))
        if len(names) <= MOST_NAMED:
            return named
        return self.env._(
            "%(names)s and %(count)s more", names=named, count=len(names) - MOST_NAMED
        )

    def _hint_group_payments(self):
        """Another company of his group has paid exactly what he owes."""
        families = {case: case._find_family() for case in self}
        others = self.env["res.partner"].union(*families.values())
        if not others:
            return
        credits_of = self._read_credits(others)
        for case, family in families.items():
            for payer in family:
                for amount, currency, move in credits_of.get(payer.id, ()):
                    if items := case._get_fitting(amount, currency):
                        text = self.env._(
                            "%(payer)s has paid %(amount)s on %(date)s, which fits "
                            "%(invoices)s: was it meant for %(debtor)s?",
                            payer=payer.name,
                            amount=format_amount(self.env, amount, currency),
                            date=format_date(self.env, move.date),
                            invoices=self._name_items(items),
                            debtor=case.partner_id.name,
                        )
                        yield case, Hint(text, move.sudo(False))

    def _find_family(self):
        """Return the other companies of the debtor's group: they pay for each other."""
        # Who belongs to whom is read, not shown, where the user may not see it.
        top = debtor = self.partner_id.sudo()
        while top.parent_id:
            top = top.parent_id
        family = top.search([("id", "child_of", top.id), ("is_company", "=", True)])
        return family.commercial_partner_id - debtor

    @api.model
    def _read_credits(self, debtors):
        """Map ids of debtors to the money of theirs that nobody has matched:
        ``(amount, currency, move)``."""
        tree = Domain("company_id", "any", self.env.company._dunning_tree())
        theirs = Domain("partner_id.commercial_partner_id", "in", debtors.ids)
        # As for what a case shows: the user need not see the journals.
        items = self.env["account.move.line"].sudo()
        found = defaultdict(list)
        for item in items.search(
            Domain("account_type", "=", "asset_receivable")
            & Domain("parent_state", "=", "posted")
            & Domain("reconciled", "=", False)
            & Domain("amount_residual_currency", "<", 0)
            & tree
            & theirs,
            order="date, id",
        ):
            found[item.partner_id.commercial_partner_id.id].append(
                (-item.amount_residual_currency, item.currency_id, item.move_id)
            )
        lines = self.env["account.bank.statement.line"].sudo()
        waiting = Domain("is_reconciled", "=", False) & Domain("amount", ">", 0)
        for line in lines.search(waiting & tree & theirs):
            found[line.partner_id.commercial_partner_id.id].append(
                (line.amount, line.currency_id, line.move_id)
            )
        return found

    def _hint_credit_notes(self, day):
        """A credit note counts from its day; that of an invoice which nobody is asked
        to pay should not be deducted from the others."""
        moves = self.env["account.move"].sudo()  # as for the amounts a case shows
        refunds = moves.search(
            Domain("move_type", "=", "out_refund")
            & Domain("state", "=", "posted")
            & Domain("payment_state", "in", ("not_paid", "partial"))
            & Domain("company_id", "=", self.env.company.id)
            & Domain("commercial_partner_id", "in", self.partner_id.ids),
            order="date, id",
        )
        cases = self.grouped("partner_id")
        for refund in refunds:
            case = cases[refund.commercial_partner_id]
            facts = {
                "refund": refund.name,
                "amount": format_amount(
                    self.env, refund.amount_residual, refund.currency_id
                ),
            }
            dated = max(refund.invoice_date or refund.date, refund.date)
            if dated > day:
                text = self.env._(
                    "The credit note %(refund)s of %(amount)s counts from its day, "
                    "%(date)s.",
                    date=format_date(self.env, dated),
                    **facts,
                )
                yield case, Hint(text, refund.sudo(False))
            invoice = refund.reversed_entry_id
            owed = invoice.line_ids.filtered(
                lambda item: item.account_type == "asset_receivable"
            )
            if (
                owed
                and not all(owed.mapped("reconciled"))
                and any(owed.mapped("no_followup"))
            ):
                text = self.env._(
                    "The credit note %(refund)s of %(amount)s belongs to %(invoice)s, "
                    "which is excluded from follow-up: reconcile the two, or it is "
                    "deducted from other invoices.",
                    invoice=invoice.name,
                    **facts,
                )
                yield case, Hint(text, refund.sudo(False))

    def _hint_excluded_credits(self):
        """A credit that is excluded itself, as those of miscellaneous entries are."""
        items = self.env["account.move.line"].sudo()  # as for what a case shows
        items = items.search(
            Domain("account_type", "=", "asset_receivable")
            & Domain("parent_state", "=", "posted")
            & Domain("reconciled", "=", False)
            & Domain("amount_residual_currency", "<", 0)
            & Domain("no_followup", "=", True)
            & Domain("company_id", "=", self.env.company.id)
            & Domain("partner_id.commercial_partner_id", "in", self.partner_id.ids),
            order="date, id",
        )
        cases = self.grouped("partner_id")
        for item in items:
            text = self.env._(
                "The credit %(credit)s of %(amount)s is excluded from follow-up "
                "itself: reconcile it with what it is for.",
                credit=item.move_id.name,
                amount=format_amount(
                    self.env, -item.amount_residual_currency, item.currency_id
                ),
            )
            case = cases[item.partner_id.commercial_partner_id]
            yield case, Hint(text, item.move_id.sudo(False))

    def _hint_returned(self):
        """The bank took a payment back: which one, and what is owed again."""
        items = self.line_ids.sudo().move_line_id  # as the case shows them
        returned = items._read_dunning_returned()
        for line in self.line_ids.filtered(
            lambda line: line.move_line_id.id in returned
        ):
            back = returned[line.move_line_id.id]
            text = self.env._(
                "The payment %(payment)s of %(date)s came back unpaid (%(label)s): "
                "%(invoices)s is owed again.",
                payment=back.payment,
                date=format_date(self.env, back.paid_on),
                label=back.label or "–",
                invoices=back.numbers,
            )
            yield line.case_id, Hint(text, line.move_id)

    # Has he got the invoice at all, and in time?

    def _get_sales(self):
        """Return the open invoices of the cases that nobody was dunned for yet."""
        fresh = self.line_ids.filtered(lambda line: not line.level_id)
        moves = fresh.move_id.sudo()  # as the case shows them
        return moves.filtered(lambda move: move.is_sale_document(include_receipts=True))

    def _hint_unsent(self):
        """Invoices that never left the program, in a company that sends others."""
        unsent = self._get_sales().filtered(
            lambda move: not move.is_move_sent and not move.invoice_pdf_report_id
        )
        sent = Domain("is_move_sent", "=", True)
        of_company = Domain("company_id", "=", self.env.company.id)
        if not unsent or not unsent.search_count(sent & of_company, limit=1):
            return
        mailed = self.env["mail.message"].sudo()  # only asks whether it was sent
        mailed = mailed.search_fetch(
            [
                ("model", "=", "account.move"),
                ("res_id", "in", unsent.ids),
                ("message_type", "=", "email_outgoing"),
            ],
            ["res_id"],
        )
        unsent = unsent.filtered(lambda move: move.id not in mailed.mapped("res_id"))
        for case in self:
            if moves := case.line_ids.move_id.sudo() & unsent:
                text = self.env._(
                    "%(invoices)s: neither sent nor printed from here. Has the "
                    "customer got it?",
                    invoices=self._name_items(moves.line_ids),
                )
                yield case, Hint(text, moves[:1].sudo(False))

    def _hint_posted_late(self, day):
        """Invoices that came into the books when they were overdue already."""
        company, fresh = self.env.company, self._get_sales()
        for case in self:
            for line in case.line_ids.filtered(
                lambda line: line.move_id.sudo() in fresh and line.date_due
            ):
                move = line.move_id.sudo()  # as the case shows it
                # Typed in today with old days, or brought along from another program.
                made = company._dunning_to_day(move.create_date)
                entered = self._get_late_entry(move, line.date_due) or made
                if line.date_due < entered <= day:
                    text = self.env._(
                        "%(invoice)s was entered on %(date)s, after it had fallen due "
                        "on %(due)s: say so in the first message.",
                        invoice=move.name,
                        date=format_date(self.env, entered),
                        due=format_date(self.env, line.date_due),
                    )
                    yield case, Hint(text, line.move_id)

    @api.model
    def _get_late_entry(self, move, due):
        """Return the day on which an invoice was entered, as its own days say, if that
        was after its due date; False otherwise."""
        entered = max(filter(None, (move.invoice_date, move.date)))
        return entered if entered > due else False
