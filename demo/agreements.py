"""What customers and the company agree upon, as the accountant enters it.

Each function is given the ledger and the day.
"""

import contextlib
from datetime import timedelta
from unittest import mock

from odoo.fields import Command


def promise_and_pay(ledger, day):
    """Note a promise that will be kept: the money comes in a day before."""
    promise(ledger, "papeterie", day, 5, "Règlement validé, part avec le prochain lot.")


def promise_soon(ledger, day):
    """Note a promise whose day has not come yet."""
    promise(
        ledger, "fromagerie", day, 8, "Attend l'encaissement d'une foire régionale."
    )


def promise(ledger, key, day, days, note):
    """Note on the telephone that an invoice will be paid within some days."""
    with today(ledger, day):
        ledger.env["dunning.promise"].with_user(ledger.accountant).create(
            {
                "case_id": find_case(ledger, key).id,
                "line_ids": find_lines(ledger, key).ids,
                "date": day + timedelta(days=days),
                "means": "transfer",
                "contact_id": ledger.partners[key].dunning_contact_id.id,
                "note": note,
            }
        )


def propose_plan(ledger, day):
    """Send a payment agreement in three instalments; the first is paid first."""
    with today(ledger, day):
        plan = ledger.env["dunning.plan"].with_user(ledger.accountant)
        plan = plan.create(
            {
                "case_id": find_case(ledger, "carrelages").id,
                "count": 3,
                "date_first": day + timedelta(days=12),
                "contact_id": ledger.partners["carrelages"].dunning_contact_id.id,
                "reason_text": "une tension passagère de trésorerie",
            }
        )
        plan.with_user(ledger.company.dunning_manager_id).action_propose()


def sign_plan(ledger, day):
    """Record that the agreement came back signed."""
    partner = ledger.partners["carrelages"]
    plan = ledger.env["dunning.plan"].search([("partner_id", "=", partner.id)])
    with today(ledger, day):
        plan = plan.with_user(ledger.accountant)
        contact = ledger.partners["carrelages"].dunning_contact_id
        plan.signed_as = "Gérante"
        plan.document_ids = [Command.create(prepare_scan(plan))]
        plan.action_accept(day, contact.name or partner.name)


def prepare_scan(plan):
    """Return the values of a file that stands for the scan of a signed agreement."""
    name = f"Accord signé {plan._get_reference()}.pdf"
    page = plan.agreement_id.raw + b"\n% signed\n"
    return {"name": name, "raw": page, "mimetype": "application/pdf"}


def pay_instalment(ledger, day):
    """Enter the first of three equal instalments."""
    ledger.receive("carrelages", day, ledger.get_invoice("carrelages"), 1 / 3)


def send_offer(ledger, day):
    """Offer a small discount for a payment within ten days."""
    with today(ledger, day):
        offer = ledger.env["dunning.offer"].with_user(ledger.accountant)
        offer = offer._draft_for(find_case(ledger, "caveau"))
        offer.write(
            {
                "contact_id": ledger.partners["caveau"].dunning_contact_id.id,
                "note": "Prêt à tout régler en une fois contre un petit geste.",
            }
        )
        offer.action_send()


def find_case(ledger, key):
    """Return the case of a customer."""
    partner = ledger.partners[key]
    return ledger.env["dunning.case"].search([("partner_id", "=", partner.id)], limit=1)


def find_lines(ledger, key):
    """Return the case line of a customer's first invoice."""
    items = ledger.get_items(ledger.get_invoice(key))
    return find_case(ledger, key).line_ids.filtered(
        lambda line: line.move_line_id in items
    )


@contextlib.contextmanager
def today(ledger, day):
    """Let a day of the past be the company's today."""
    companies = type(ledger.company)
    with mock.patch.object(companies, "_dunning_today", lambda _self: day):
        yield


#: How many days ago each of them happened.
AGREEMENTS = (
    (18, promise_and_pay),
    (3, promise_soon),
    (32, propose_plan),
    (29, sign_plan),
    (21, pay_instalment),
    (5, send_offer),
)
