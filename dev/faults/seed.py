"""The company of the faults: French, with debtors whose next step is known.

Run inside Odoo as ``main(env, [number of debtors])``. Debtors have references by which
they are found again: ``E…`` gets one e-mail, ``L…`` (one in five) one letter.
"""

from datetime import date, timedelta

from odoo.fields import Command

from odoo.addons.account_dunning.demo.books import QUIET, Books

#: The day on which all faults happen, a Tuesday.
DAY = date(2026, 3, 10)
#: More debtors than this have one invoice each: what counts is their number.
FEW = 200


def main(env, arguments):
    """Fill a database in which our module was just installed."""
    env = env(context=dict(env.context, **QUIET))
    company = prepare_company(env)
    ladders = make_ladders(env, company)
    books = Books(env)
    debtors = make_debtors(books, int(arguments[0]), ladders)
    for _count in books.post_many(make_invoices(books, debtors)):
        pass


def prepare_company(env):
    """Let the company work every day in French time, whatever the bank says."""
    company = env.company
    company.resource_calendar_id.tz = "Europe/Paris"
    company.partner_id.lang = "fr_FR"
    company.write({"email": "compta@faults.example", "dunning_bank_freshness_days": 0})
    # Two accountants book payments, each in a journal of his own.
    env["account.journal"].create({"name": "Caisse", "type": "cash", "code": "CAI"})
    # The nightly action is at work, as a manager would have switched it on.
    company.write({"dunning_confirmed_on": "2024-01-01", "dunning_is_night_on": True})
    env.ref("account_dunning.ir_cron_dunning_run").active = True
    return company


def make_ladders(env, company):
    """Return the ladders by the letter of the debtors that climb them."""
    mail = env.ref("account_dunning.mail_template_reminder")
    letter = env.ref("account_dunning.letter_template_second")
    first = {
        "E": {"channel_email": True, "mail_template_id": mail.id},
        "L": {"channel_letter": True, "letter_template_id": letter.id},
    }
    return {
        kind: env["dunning.ladder"].create(
            {
                "name": f"Faults {kind}",
                "company_id": company.id,
                "level_ids": [
                    Command.create(
                        {
                            "name": f"First {kind}",
                            "sequence": 1,
                            "delay_days": 5,
                            "gap_days": 0,
                            "automation": "automatic",
                            **channel,
                        }
                    ),
                    Command.create(
                        {
                            "name": f"Second {kind}",
                            "sequence": 2,
                            "delay_days": 60,
                            "gap_days": 15,
                            "automation": "automatic",
                            **channel,
                        }
                    ),
                ],
            }
        )
        for kind, channel in first.items()
    }


def make_debtors(books, count, ladders):
    """Create the debtors, four in five with e-mail, in two languages."""
    kinds = ["L" if number % 5 == 4 else "E" for number in range(count)]
    return books.add_customers(
        [
            {
                "name": f"Débiteur {kind}{number:05}",
                "ref": f"{kind}{number:05}",
                "email": f"{kind.lower()}{number:05}@debtor.example",
                "street": f"{number + 1} rue des Lilas",
                "zip": "69003",
                "city": "Lyon",
                "lang": "en_US" if number % 3 else "fr_FR",
                "dunning_ladder_id": ladders[kind].id,
            }
            for number, kind in enumerate(kinds)
        ]
    )


def make_invoices(books, debtors):
    """Yield one or two late invoices per debtor; no two totals are equal."""
    for number, debtor in enumerate(debtors):
        yield make_invoice(books, debtor, 14, 100 + number + 0.37)
        if len(debtors) <= FEW and number % 3 == 0:
            yield make_invoice(books, debtor, 9, 1000 + number + 0.11)


def make_invoice(books, debtor, days_late, amount):
    """Return the values of an invoice that is so many days late on the day."""
    due = DAY - timedelta(days=days_late)
    day = due - timedelta(days=30)
    return books.prepare_invoice(debtor, day, due, amount, tax_ids=[])
