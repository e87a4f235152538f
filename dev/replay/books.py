"""The books of the replay: a company, its ladder, its invoices and payments.

All invoices are posted beforehand and all payments lie ready as drafts: the engine sees
neither an invoice before its date nor a draft.
"""

import time
from collections import defaultdict
from pathlib import Path

from odoo.fields import Command

from odoo.addons.account_dunning.demo.books import QUIET, Books

from replay.ledger import read

COMPANY = "Replay"
SUBJECT = "Payment of {{ object.invoice_names }}"
BODY = """<p><t t-out="object.greeting"/></p>
<p>We have not received <t t-out="object.amount_text"/> yet.</p>
<div><t t-out="object.items_table"/></div>
<p><t t-out="object.company_name"/></p>"""


def main(env, arguments):
    """Write the books of a file into this database."""
    start = time.monotonic()
    for count in Replayed(make_company(env)).load(read(Path(arguments[0]))):
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
        )
        # One draft of the bank's for each day on which something was settled.
        by_day = defaultdict(list)
        for row in invoices:
            if row.settled:
                money = (customers[row.customer], float(row.amount), row.number)
                by_day[row.settled].append(money)
        self.env["account.move"].create(
            [self.prepare_receipt(day, money) for day, money in sorted(by_day.items())]
        )

    def open(self):
        """Find the invoices and the payments that lie ready."""
        lines = self.env["account.move.line"].search_fetch(
            [
                ("account_type", "=", "asset_receivable"),
                ("company_id", "=", self.company.id),
                ("move_id.move_type", "=", "out_invoice"),
            ],
            ["move_id"],
        )
        self.line_ids = {line.move_id.ref: line.id for line in lines}
        self.payment_ids = defaultdict(list)
        drafts = self.env["account.move"].search_fetch(
            [("company_id", "=", self.company.id), ("state", "=", "draft")], ["date"]
        )
        for draft in drafts.sorted("date"):
            self.payment_ids[draft.date].append(draft.id)

    def get_move(self, number):
        """Return the invoice with a number of the file."""
        return self.env["account.move.line"].browse(self.line_ids[number]).move_id

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
                ("invoice_date", "<=", day),
            ]
        )
