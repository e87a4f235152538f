"""What customers owe, as plain data: a plan that depends on its parameters only.

The same customers, invoices, seed and day give the same plan. Amounts are floats in
company currency, rounded to the cent; the writer lets the database store them exactly.
"""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

#: Shares of the customers.
LATE_PAYERS, WITH_EMAIL = 0.61, 0.90
#: Shares of the invoices; what is left of them is open and overdue.
PAID, PARTLY_PAID, NOT_YET_DUE = 0.12, 0.08, 0.08
#: Open credit notes and payments on account, half and half, beside the invoices.
CREDITS = 0.05
#: Who never is late takes this part of the paid and of the future invoices.
PAID_BY_PROMPT, FUTURE_OF_PROMPT = 0.7, 0.5
LONGEST_DELAY = 400  # days
TERMS = (0, 30, 30, 30, 45, 60)  # days from the invoice to its due date
LANGUAGES = {"fr_FR": 50, "en_US": 30, "de_DE": 20}
FORMS = ("SARL", "SAS", "SA", "GmbH", "Ltd")
TOWNS = (
    ("75011", "Paris"),
    ("69003", "Lyon"),
    ("13006", "Marseille"),
    ("31000", "Toulouse"),
    ("59000", "Lille"),
    ("33000", "Bordeaux"),
    ("44000", "Nantes"),
    ("67000", "Strasbourg"),
)


@dataclass(frozen=True, slots=True)
class Customer:
    """One company that buys; ``email`` is None for one in ten."""

    number: int
    name: str
    email: str | None
    lang: str
    street: str
    zip: str
    city: str
    ref: str


@dataclass(slots=True)
class Document:
    """One posted document: an ``invoice``, a ``refund`` or an ``entry`` (money in)."""

    kind: str
    customer: int
    day: date
    due: date
    net: float
    tax: float = 0.0
    paid: float = 0.0
    settles: int | None = None  # for a payment: the number of the invoice in the plan

    @property
    def total(self) -> float:
        """The amount with tax."""
        return round(self.net + self.tax, 2)

    @property
    def residual(self) -> float:
        """What is still open."""
        return round(self.total - self.paid, 2) if self.settles is None else 0.0


@dataclass
class Plan:
    """Everything that is to be written."""

    today: date
    customers: list[Customer] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)


def make_plan(customers: int, invoices: int, seed: int, today: date, tax_rate: float):
    """Return a plan.

    :param tax_rate: the tax on every invoice, as a fraction of its net amount
    """
    return Planner(random.Random(seed), today, tax_rate).plan(customers, invoices)


class Planner:
    """Draws customers and documents from one stream of chances."""

    def __init__(self, chance: random.Random, today: date, tax_rate: float):
        self.chance, self.today, self.tax_rate = chance, today, tax_rate

    def plan(self, customers: int, invoices: int) -> Plan:
        """Return customers and documents, in the order in which they were made."""
        plan = Plan(self.today)
        plan.customers = [self._customer(number) for number in range(customers)]
        order = self.chance.sample(range(customers), customers)
        count = round(customers * LATE_PAYERS)
        late, prompt = self._buyers(order[:count]), self._buyers(order[count:])
        documents = [
            self._invoice(number, fate)
            for number, fate in self._fates(invoices, late, prompt)
        ]
        documents += self._credits(round(invoices * CREDITS), late)
        documents.sort(key=lambda document: (document.day, document.customer))
        plan.documents = documents + self._payments(documents)
        return plan

    def _customer(self, number: int) -> Customer:
        chance = self.chance
        zip_code, city = chance.choice(TOWNS)
        email = f"accounts{number:06d}@client{number:06d}.example.com"
        return Customer(
            number=number,
            name=f"Client {number:06d} {chance.choice(FORMS)}",
            email=email if chance.random() < WITH_EMAIL else None,
            lang=chance.choices(list(LANGUAGES), LANGUAGES.values())[0],
            street=f"{chance.randint(1, 200)} rue de la Paix",
            zip=zip_code,
            city=city,
            ref=f"C{number:06d}",
        )

    def _buyers(self, numbers):
        """Return customers with weights: few buy much, many buy little."""
        return numbers, [self.chance.lognormvariate(0, 0.8) for _ in numbers]

    def _fates(self, invoices, late, prompt):
        """Yield (customer, what became of the invoice) for each invoice."""
        paid, future = round(invoices * PAID), round(invoices * NOT_YET_DUE)
        partly = round(invoices * PARTLY_PAID)
        paid_prompt = round(paid * PAID_BY_PROMPT)
        future_prompt = round(future * FUTURE_OF_PROMPT)
        is_open = invoices - paid - future - partly
        first = late[0][:is_open]  # every late payer has one at least
        yield from ((number, "open") for number in first)
        for buyers, fate, count in (
            (prompt, "paid", paid_prompt),
            (prompt, "future", future_prompt),
            (late, "paid", paid - paid_prompt),
            (late, "future", future - future_prompt),
            (late, "partial", partly),
            (late, "open", is_open - len(first)),
        ):
            for number in self.chance.choices(*buyers, k=count):
                yield number, fate

    def _invoice(self, customer: int, fate: str) -> Document:
        chance = self.chance
        if fate == "future":
            due = self.today + timedelta(days=chance.randint(0, 30))
        else:
            due = self._past_day()
        day = min(due - timedelta(days=chance.choice(TERMS)), self.today)
        invoice = self._taxed("invoice", customer, day, due, self._amount(6.0, 1.1))
        if fate == "paid":
            invoice.paid = invoice.total
        elif fate == "partial":
            invoice.paid = round(invoice.total * chance.uniform(0.2, 0.8), 2)
        return invoice

    def _credits(self, count: int, late):
        for index in range(count):
            [customer] = self.chance.choices(*late)
            day, amount = self._past_day(), self._amount(5.0, 1.0)
            if index % 2:
                yield self._taxed("refund", customer, day, day, amount)
            else:
                yield Document("entry", customer, day, day, amount)

    def _payments(self, documents):
        """Return one payment for each invoice that is paid, whole or in part."""
        payments = []
        for number, invoice in enumerate(documents):
            if invoice.kind == "invoice" and invoice.paid:
                wish = invoice.due + timedelta(days=self.chance.randint(-5, 20))
                day = min(self.today, max(invoice.day, wish))
                payments.append(
                    Document(
                        *("entry", invoice.customer, day, day, invoice.paid),
                        settles=number,
                    )
                )
        return payments

    def _taxed(self, kind, customer, day, due, net):
        return Document(kind, customer, day, due, net, round(net * self.tax_rate, 2))

    def _amount(self, mu: float, sigma: float) -> float:
        return round(max(5.0, self.chance.lognormvariate(mu, sigma)), 2)

    def _past_day(self) -> date:
        days = self.chance.randint(1, LONGEST_DELAY)
        return self.today - timedelta(days=days)
