"""The books of Atelier Lumière: customers, invoices, what the bank shows."""

from collections import defaultdict
from datetime import timedelta

from odoo.fields import Command

from . import customers_agreements, customers_ladder, customers_special
from .books import Books
from .company import GBP_PER_EUR, french_vat, siren

CUSTOMERS = (
    customers_ladder.CUSTOMERS
    + customers_special.CUSTOMERS
    + customers_agreements.CUSTOMERS
)
PAYMENT_DAYS = 30
#: Money that leaves regularly: weekday, label, account, amount.
REGULAR = (
    (0, "Prélèvement électricité", "606100", -84.30),
    (2, "Frais de tenue de compte", "627800", -6.50),
    (3, "Virement fournisseur, quincaillerie", "606300", -412.75),
)
OPENING_BALANCE = 42500


class Ledger(Books):
    """What is entered in the books, day after day."""

    def __init__(self, env):
        super().__init__(env)
        self.today = self.company._dunning_today()
        self.accountant = self.company.dunning_user_id
        self.partners = {}
        self.moves = defaultdict(list)
        self.bank = self.get_journal("bank")

    def ago(self, days):
        """Return the day that lies so many days back."""
        return self.today - timedelta(days=days)

    # Customers

    def create_customers(self):
        """Create every customer with its people."""
        for number, customer in enumerate(CUSTOMERS, 1):
            partner = self.add_customers([self.prepare_partner(customer, number)])
            self.partners[customer.key] = partner
            self.add_people(customer, partner)

    def prepare_partner(self, customer, number):
        """Return the values of a customer; only French firms have French numbers."""
        is_french = customer.country == "FR"
        values = {
            "name": customer.name,
            "is_company": customer.kind != "consumer",
            "dunning_debtor_kind": customer.kind,
            "country_id": self.get_country(customer.country).id,
            "lang": customer.lang,
            "phone": f"+33 4 65 71 31 {number:02}" if is_french else False,
            "email": f"compta.{customer.key}@example.com",
            **customer.split_address(),
        }
        if not customer.has_email:
            values["email"] = False
        if customer.kind == "business" and is_french:
            registry = siren(1250000 + 3671 * number)
            values |= {
                "vat": french_vat(registry),
                "company_registry": f"{registry}00015",
            }
        return values

    def get_country(self, code):
        """Return the country with a code."""
        return self.env["res.country"].search([("code", "=", code)])

    def add_people(self, customer, partner):
        """Give a customer the contacts that its invoices or reminders go to."""
        for kind, name in (
            ("invoice", customer.invoice_contact),
            ("contact", customer.dunning_contact),
        ):
            if not name:
                continue
            contact = self.env["res.partner"].create(
                {
                    "name": name,
                    "type": kind,
                    "parent_id": partner.id,
                    "email": f"{kind}.{customer.key}@example.com",
                    "phone": partner.phone,
                    "lang": customer.lang,
                }
            )
            if kind == "invoice":
                contact.write(
                    customer.split_address() | {"country_id": partner.country_id.id}
                )
            else:
                partner.dunning_contact_id = contact

    # Invoices

    def create_invoices(self):
        """Post every invoice, oldest first, so that numbers follow dates."""
        bills = [(customer, bill) for customer in CUSTOMERS for bill in customer.bills]
        bills.sort(key=lambda pair: pair[1].late, reverse=True)
        self.product = self.env["product.product"].create(
            {"name": "Luminaires et pose", "type": "service", "purchase_ok": False}
        )
        terms = {False: self.get_thirty_days(), True: self.create_instalments()}
        books = Books(self.env(user=self.accountant, su=False))
        moves = books.post([self.prepare_bill(*pair, terms) for pair in bills])
        moves.is_move_sent = True
        for (customer, bill), move in zip(bills, moves, strict=True):
            self.moves[customer.key].append((bill, move.sudo()))

    def get_thirty_days(self):
        """Return the usual payment term."""
        return self.env.ref("account.account_payment_term_30days")

    def create_instalments(self):
        """Return a payment term in three instalments, a month apart."""
        shares = ((40, 30), (30, 60), (30, 90))
        return self.env["account.payment.term"].create(
            {
                "name": "3 échéances : 30, 60 et 90 jours",
                "company_id": self.company.id,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": share, "nb_days": days}
                    )
                    for share, days in shares
                ],
            }
        )

    def prepare_bill(self, customer, bill, terms):
        """Return the values of an invoice that falls due when the bill says."""
        last_due = 90 if customer.instalments else PAYMENT_DAYS
        values = self.prepare_invoice(
            self.partners[customer.key],
            self.ago(bill.late + last_due),
            terms[customer.instalments],
            bill.amount,
            name=bill.label,
            product_id=self.product.id,
        )
        return values | {"currency_id": self.env.ref(f"base.{bill.currency}").id}

    def get_invoice(self, key, number=0):
        """Return the invoice of a customer's bill."""
        customer = next(one for one in CUSTOMERS if one.key == key)
        wanted = customer.bills[number]
        return next(move for bill, move in self.moves[key] if bill == wanted)

    # Bank

    def receive(self, key, day, invoice, share=1.0):
        """Enter money that came in for an invoice, and match it."""
        amount = invoice.amount_residual * share
        account = self.get_items(invoice).account_id
        partner = self.partners[key]
        label = f"Virement {partner.name}"
        entry = self.enter(day, label, amount, account, partner, invoice.currency_id)
        self.match(entry.move_id | invoice)

    def enter(self, day, label, amount, account, partner=None, currency=None):
        """Enter one line of the bank statement on its account."""
        values = {
            "journal_id": self.bank.id,
            "date": day,
            "payment_ref": label,
            "amount": amount,
            "partner_id": partner.id if partner else False,
            "counterpart_account_id": account.id,
        }
        if currency and currency != self.company.currency_id:
            values |= {
                "amount": self.company.currency_id.round(amount / GBP_PER_EUR),
                "foreign_currency_id": currency.id,
                "amount_currency": amount,
            }
        return self.env["account.bank.statement.line"].create(values)

    def open_bank(self, day):
        """Enter what the bank account held before the story begins."""
        account = self.get_account("101300")
        self.enter(day, "Apport en capital", OPENING_BALANCE, account)

    def pay_regular(self, day):
        """Enter what leaves the bank account on this day of the week."""
        for weekday, label, code, amount in REGULAR:
            if day.weekday() == weekday:
                self.enter(day, label, amount, self.get_account(code))

    def get_account(self, code):
        """Return the account with a code."""
        accounts = self.env["account.account"].with_company(self.company)
        account = accounts.search([("code", "=", code)], limit=1)
        if not account:
            raise ValueError(f"no account {code} in the French chart of accounts")
        return account
