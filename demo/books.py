"""The books of a company, written as its accountants do, on whatever day.

The demonstration and the developer's programs share this; what happens in a story, and
when, is theirs.
"""

from datetime import date

from odoo.fields import Command
from odoo.tools.misc import split_every

#: A context for entries whose chatter nobody reads.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
}
BATCH_SIZE = 250


class Books:
    """The books of the company that is at work in an environment."""

    def __init__(self, env):
        self.env = env
        self.company = env.company

    def get_journal(self, kind):
        """Return the company's first journal of a type."""
        domain = [("type", "=", kind), ("company_id", "=", self.company.id)]
        return self.env["account.journal"].search(domain, limit=1)

    def get_items(self, moves):
        """Return what customers owe in entries."""
        return moves.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )

    def match(self, moves):
        """Match what customers owe in some entries with what they paid in others."""
        items = self.get_items(moves)
        items.filtered(lambda item: not item.reconciled).reconcile()

    # Customers and what they buy

    def add_customers(self, rows):
        """Create customers: French companies, unless their values say otherwise."""
        usual = {"is_company": True, "country_id": self.env.ref("base.fr").id}
        return self.env["res.partner"].create(
            [{**usual, "customer_rank": 1, **row} for row in rows]
        )

    def prepare_invoice(self, partner, day, due, amount, tax_ids=None, **line):
        """Return the values of an invoice with one line.

        :param due: the day on which it falls due, or a payment term
        :param amount: without taxes
        :param tax_ids: on its line; None for those that Odoo proposes
        :param line: other values of the line
        """
        line = {"name": "Service", "price_unit": amount, **line}
        if tax_ids is not None:
            line["tax_ids"] = [Command.set(tax_ids)]
        terms = {"invoice_payment_term_id": False, "invoice_date_due": due}
        if not isinstance(due, date):
            terms = {"invoice_payment_term_id": due.id}
        return {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": day,
            **terms,
            "invoice_line_ids": [Command.create(line)],
        }

    def post(self, rows):
        """Create entries of prepared values, and post them."""
        moves = self.env["account.move"].create(rows)
        moves.action_post()
        return moves

    def post_many(self, rows):
        """Post entries in batches, each of which is kept; yield how many there are."""
        count = 0
        for batch in split_every(BATCH_SIZE, rows):
            count += len(self.post(list(batch)))
            # A program that is stopped goes on from here; memory is given back.
            self.env.cr.commit()  # pylint: disable=invalid-commit
            self.env.invalidate_all()
            yield count

    # Money and credit

    def prepare_entry(self, day, lines, journal=None):
        """Return the values of an entry of the general journal, or another one.

        :param lines: [(account, partner, debit less credit, label)]
        """
        values = {
            "move_type": "entry",
            "date": day,
            "line_ids": [
                Command.create(
                    {
                        "account_id": account.id,
                        "partner_id": partner.id,
                        "balance": balance,
                        "name": label,
                    }
                )
                for account, partner, balance, label in lines
            ],
        }
        return values | ({"journal_id": journal.id} if journal else {})

    def prepare_receipt(self, day, money):
        """Return the values of an entry of the bank journal: what customers paid.

        :param money: [(partner, amount, label)]
        """
        bank = self.get_journal("bank")
        lines = []
        for partner, amount, label in money:
            owed = partner.property_account_receivable_id
            lines.append((bank.default_account_id, partner, amount, label))
            lines.append((owed, partner, -amount, label))
        return self.prepare_entry(day, lines, bank)

    def pay(self, invoice, day, **values):
        """Register a payment of an invoice, of all that is open by default."""
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        return wizard.create({"payment_date": day, **values})._create_payments()

    def take_back(self, invoice):
        """Take back the payments of an invoice, which is open again."""
        payments = invoice._get_reconciled_payments()
        payments.action_draft()
        payments.action_cancel()

    def credit(self, invoice, day):
        """Credit all that is open of an invoice, the two matched."""
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard = wizard.create({"journal_id": invoice.journal_id.id, "date": day})
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        if refund.state == "draft":
            refund.action_post()
        self.match(invoice | refund)
        return refund
