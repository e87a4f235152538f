"""The books of the replay: a company, its ladder, its invoices and payments.

All invoices are posted beforehand and all payments lie ready as drafts: the engine sees
neither an invoice before its date nor a draft.
"""

import time
from collections import defaultdict
from pathlib import Path

from odoo.fields import Command

from odoo.addons.account_dunning.demo.books import QUIET, Books

from replay.ledger import in_real_books, read

COMPANY = "Replay"
SUBJECT = "Payment of {{ object.invoice_names }}"
BODY = """<p><t t-out="object.greeting"/></p>
<p>We have not received <t t-out="object.amount_text"/> yet.</p>
<div><t t-out="object.items_table"/></div>
<p><t t-out="object.company_name"/></p>"""


def main(env, arguments):
    """Write the books of a file into this database."""
    start = time.monotonic()
    invoices = read(Path(arguments[0]))
    if "real" in arguments:
        invoices = in_real_books(invoices)
    for count in Replayed(make_company(env)).load(invoices):
        seconds = time.monotonic() - start
        print(f"load  {count:6} invoices posted, {seconds:.0f} s", flush=True)


def make_company(env):
    """Make a French company and return the environment in which it is at work."""
    company = env["res.company"].create(
        {
            "name": COMPANY,
            "country_id": env.ref("base.fr").id,
            "currency_id": env.ref("base.EUR").id,
            # Payments come in on the day they were made: none is missing.
            "dunning_bank_freshness_days": 0,
        }
    )
    # Not sooner: Odoo would look up a new company by its e-mail address, online.
    company.email = "accounts@replay.example"
    env["account.chart.template"].try_loading("fr", company=company, install_demo=False)
    return _at_work(env, company)


def find_company(env):
    """Return the environment in which the company of the replay is at work."""
    return _at_work(env, env["res.company"].search([("name", "=", COMPANY)], limit=1))


def _at_work(env, company):
    return env(context=dict(env.context, allowed_company_ids=company.ids, **QUIET))


def make_ladder(env, rules):
    """Make the ladder: e-mails that leave by themselves, and the waits of ``rules``."""
    template = env["mail.template"].create(
        {
            "name": "Replay",
            "model_id": env["ir.model"]._get_id("dunning.action"),
            "subject": SUBJECT,
            "body_html": BODY,
            "auto_delete": False,
        }
    )
    env.company.dunning_ladder_id = env["dunning.ladder"].create(
        {
            "name": "Replay",
            "company_id": env.company.id,
            "grace_days": rules.grace,
            "contact_gap_days": rules.contact_gap,
            "minimum_amount": 0,
            "level_ids": [
                Command.create(
                    {
                        "name": f"Day {delay}",
                        "sequence": number,
                        "delay_days": delay,
                        "gap_days": rules.gaps[number],
                        "deadline_days": rules.deadline,
                        "channel_email": True,
                        "automation": "automatic",
                        "mail_template_id": template.id,
                    }
                )
                for number, delay in enumerate(rules.delays)
            ],
        }
    )


def address(customer):
    """Return where a customer is written to."""
    return f"{customer.lower()}@debtor.example"


class Replayed(Books):
    """The ledger of the file, as the days go by."""

    def load(self, invoices):
        """Post the invoices, lay their payments ready; yield how many are posted."""
        names = sorted({invoice.customer for invoice in invoices})
        rows = [{"name": name, "email": address(name)} for name in names]
        customers = dict(zip(names, self.add_customers(rows), strict=True))
        yield from self.post_many(
            self.prepare_invoice(
                *(customers[row.customer], row.issued, row.due, float(row.amount)),
                name=row.number,
                tax_ids=[],
            )
            | {"ref": row.number}
            for row in invoices
            if not row.is_opening
        )
        self._open_balances([row for row in invoices if row.is_opening], customers)
        # One draft of the bank's for each day on which something was settled.
        by_day = defaultdict(list)
        for row in invoices:
            if row.settled and not row.banked:
                money = (customers[row.customer], float(row.amount), row.number)
                by_day[row.settled].append(money)
        self.env["account.move"].create(
            [self.prepare_receipt(day, money) for day, money in sorted(by_day.items())]
        )

    def _open_balances(self, rows, customers):
        """Enter the debts that were there before: one entry, a line for each."""
        if not rows:
            return
        receivable = (
            self.env["res.partner"]
            .browse(customers[rows[0].customer].id)
            .property_account_receivable_id
        )
        lines = [
            (receivable, customers[row.customer], float(row.amount), row.number)
            for row in rows
        ]
        total = -sum(amount for _account, _partner, amount, _label in lines)
        nobody = self.env["res.partner"]
        equity = self.env["account.account"].search(
            [
                ("account_type", "=", "equity"),
                ("company_ids", "in", self.company.ids),
            ],
            limit=1,
        )
        lines.append((equity, nobody, total, "Opening"))
        entry = self.env["account.move"].create(
            self.prepare_entry(rows[0].issued, lines)
        )
        dues = {row.number: row.due for row in rows}
        for item in self.get_items(entry):
            item.date_maturity = dues[item.name]
        entry.action_post()
        # Of an entry the host thinks that nobody follows it up.
        self.get_items(entry).no_followup = False

    def open(self, invoices):
        """Find the debts and the payments that lie ready."""
        self.banked = [row for row in invoices if row.banked]
        self.bank_lines = {}
        lines = self.env["account.move.line"].search_fetch(
            [
                ("account_type", "=", "asset_receivable"),
                ("company_id", "=", self.company.id),
                ("balance", ">", 0),
            ],
            ["move_id", "name"],
        )
        self.line_ids = {line.move_id.ref or line.name: line.id for line in lines}
        self.payment_ids = defaultdict(list)
        drafts = self.env["account.move"].search_fetch(
            [("company_id", "=", self.company.id), ("state", "=", "draft")], ["date"]
        )
        for draft in drafts.sorted("date"):
            self.payment_ids[draft.date].append(draft.id)

    def get_move(self, number):
        """Return the invoice with a number of the file."""
        return self.env["account.move.line"].browse(self.line_ids[number]).move_id

    def bring_in(self, day):
        """Enter what the bank brought on a day, and match what waited long enough."""
        today = [row for row in self.banked if row.banked == day]
        lines = self.env["account.bank.statement.line"].create(
            [
                {
                    "journal_id": self.get_journal("bank").id,
                    "date": day,
                    "payment_ref": f"VIR {self._get_number(row)}",
                    "partner_id": self._get_item(row.number).partner_id.id,
                    "amount": float(row.amount),
                }
                for row in today
            ]
        )
        ids = (line.id for line in lines)
        self.bank_lines |= dict(zip((row.number for row in today), ids, strict=True))
        for row in self.banked:
            if row.settled == day:
                self._match(row)

    def _get_item(self, number):
        return self.env["account.move.line"].browse(self.line_ids[number])

    def _get_number(self, row):
        """Return what the debtor quotes: the number of the invoice, or the old one."""
        return row.number if row.is_opening else self._get_item(row.number).move_name

    def _match(self, row):
        """Match a bank line with the debt that it pays, as an accountant does."""
        line = self.env["account.bank.statement.line"].browse(
            self.bank_lines[row.number]
        )
        item = self._get_item(row.number)
        suspense = line._seek_for_lines()[1]
        entry = line.move_id.with_context(force_delete=True, skip_readonly_check=True)
        entry.line_ids = [
            Command.update(suspense.id, {"account_id": item.account_id.id})
        ]
        (item | suspense).reconcile()

    def settle(self, day):
        """Book the payments that came in up to a day, each against its invoice."""
        due = [known for known in self.payment_ids if known <= day]
        ids = [move_id for known in due for move_id in self.payment_ids.pop(known)]
        if not ids:
            return
        payments = self.env["account.move"].browse(ids)
        payments.action_post()
        lines = self.env["account.move.line"]
        lines._reconcile_plan(
            [
                line | lines.browse(self.line_ids[line.name])
                for line in self.get_items(payments)
            ]
        )

    def count_open(self, day):
        """Count the invoices that are open on a day, as the ledger shows them."""
        return self.env["account.move.line"].search_count(
            [
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("company_id", "=", self.company.id),
                ("amount_residual", ">", 0),
                *("|", ("invoice_date", "<=", day)),
                *("&", ("invoice_date", "=", False), ("date", "<=", day)),
            ]
        )
