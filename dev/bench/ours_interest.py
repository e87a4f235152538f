"""Measure late interest: of every open item, and of 100,000 debts by themselves."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from odoo.addons.account_dunning.tools.interest import late_interest

DEBTS = 100_000
LONGEST_DELAY = 900  # days


def measure_interest(env, meter):
    """Measure what the screens ask for, and the arithmetic alone."""
    lines = env["dunning.case.line"].search([])
    stage = "interest of all open items"
    with meter.stage(stage, "item", len(lines), commits=False) as reading:
        reading.extra = {
            "missing rates": sum(bool(why) for _, (_, why) in lines._iter_interest())
        }
    rates = env["dunning.rate"]._get_business_table()
    today = env.company._dunning_today()
    debts = list(make_debts(today))
    with meter.stage("interest, arithmetic alone", "item", DEBTS, commits=False):
        for principal, due, payments in debts:
            late_interest(principal, due, today, rates, payments)


def make_debts(today):
    """Yield (principal, due date, payments), the same at each call."""
    random = Random(100)
    for _debt in range(DEBTS):
        due = today - timedelta(days=random.randrange(1, LONGEST_DELAY))
        principal = Decimal(random.randrange(1000, 10**7)) / 100
        paid = due + timedelta(days=random.randrange(1, LONGEST_DELAY))
        payments = [(paid, principal / 2)] if random.random() < 0.2 else []
        yield principal, due, payments
