"""The books of the replay: a company, its ladder, its invoices and payments.

All invoices are posted beforehand and all payments lie ready as drafts: the engine sees
neither an invoice before its date nor a draft.
"""

from collections import defaultdict

from odoo.fields import Command

COMPANY = "Replay"
BATCH_SIZE = 250
# Nobody reads the chatter of replayed invoices.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
}
SUBJECT = "Payment of {{ object.invoice_names }}"
BODY = """<p><t t-out="object.greeting"/></p>
<p>We have not received <t t-out="object.amount_text"/> yet.</p>
<div><t t-out="object.items_table"/></div>
<p><t t-out="object.company_name"/></p>"""


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


def load(env, invoices):
    """Post the invoices and prepare their payments; yield how many are posted."""
    names = sorted({invoice.customer for invoice in invoices})
    customers = dict(zip(names, _make_customers(env, names), strict=True))
    account = _find_account(env, "income")
    for start in range(0, len(invoices), BATCH_SIZE):
        batch = invoices[start : start + BATCH_SIZE]
        env["account.move"].create(
            [_prepare_invoice(row, customers[row.customer], account) for row in batch]
        ).action_post()
        env.cr.commit()
        env.invalidate_all()
        yield start + len(batch)
    _prepare_payments(env, invoices, customers)
    env.cr.commit()


def address(customer):
    """Return where a customer is written to."""
    return f"{customer.lower()}@debtor.example"


def _make_customers(env, names):
    return env["res.partner"].create(
        [{"name": name, "is_company": True, "email": address(name)} for name in names]
    )


def _find_account(env, kind):
    accounts = env["account.account"]
    domain = [("account_type", "=", kind), ("company_ids", "=", env.company.id)]
    return accounts.search(domain, limit=1)


def _prepare_invoice(row, partner, account):
    line = {
        "name": row.number,
        "account_id": account.id,
        "price_unit": float(row.amount),
        "tax_ids": [Command.clear()],
    }
    return {
        "move_type": "out_invoice",
        "partner_id": partner.id,
        "invoice_date": row.issued,
        "invoice_payment_term_id": False,
        "invoice_date_due": row.due,
        "ref": row.number,
        "invoice_line_ids": [Command.create(line)],
    }


def _prepare_payments(env, invoices, customers):
    """Write one draft bank entry per day on which something was settled."""
    by_day = defaultdict(list)
    for invoice in invoices:
        if invoice.settled:
            by_day[invoice.settled].append(invoice)
    journal = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1
    )
    receivable = env["account.move.line"].search(
        [
            ("account_type", "=", "asset_receivable"),
            ("company_id", "=", env.company.id),
        ],
        limit=1,
    )
    env["account.move"].create(
        [
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": day,
                "line_ids": [
                    Command.create(values)
                    for invoice in settled
                    for values in _prepare_payment_lines(
                        invoice,
                        customers[invoice.customer],
                        journal.default_account_id,
                        receivable.account_id,
                    )
                ],
            }
            for day, settled in sorted(by_day.items())
        ]
    )


def _prepare_payment_lines(invoice, partner, bank, receivable):
    shared = {"name": invoice.number, "partner_id": partner.id}
    amount = float(invoice.amount)
    return [
        {**shared, "account_id": bank.id, "debit": amount, "credit": 0},
        {**shared, "account_id": receivable.id, "debit": 0, "credit": amount},
    ]


class Books:
    """The ledger as the days go by."""

    def __init__(self, env):
        self.env = env
        lines = env["account.move.line"].search_fetch(
            [
                ("account_type", "=", "asset_receivable"),
                ("company_id", "=", env.company.id),
                ("move_id.move_type", "=", "out_invoice"),
            ],
            ["move_id"],
        )
        self.line_ids = {line.move_id.ref: line.id for line in lines}
        self.payment_ids = defaultdict(list)
        drafts = env["account.move"].search_fetch(
            [("company_id", "=", env.company.id), ("state", "=", "draft")], ["date"]
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
        credits = payments.line_ids.filtered("account_id.reconcile").filtered("credit")
        lines._reconcile_plan(
            [line | lines.browse(self.line_ids[line.name]) for line in credits]
        )

    def count_open(self, day):
        """Count the invoices that are open on a day, as the ledger shows them."""
        return self.env["account.move.line"].search_count(
            [
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("company_id", "=", self.env.company.id),
                ("invoice_date", "<=", day),
            ]
        )
