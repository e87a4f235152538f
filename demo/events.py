"""What happens to single customers, besides invoices and whole payments.

Each function is given the ledger and the day.
"""

from datetime import timedelta


def exclude(ledger, day):
    """Exclude an invoice from follow-up for good, as the credit manager does."""
    exclusions = ledger.env["dunning.exclusion"].with_user(
        ledger.company.dunning_manager_id
    )
    invoice = ledger.get_invoice("clinique")
    exclusions._exclude(
        invoice,
        invoice.line_ids.browse(),
        "Compensée avec leurs prestations, décision de la direction.",
    )
    # As superuser: the day is the module's own note, today's.
    exclusions.sudo().search([("move_id", "=", invoice.id)]).excluded_on = day


def pay_half(ledger, day):
    """Let a customer pay half of what was claimed."""
    ledger.receive("theatre", day, ledger.get_invoice("theatre"), 0.5)


def contest(ledger, day):
    """Write down what a customer contests of an invoice: a part of it, and why."""
    disputes = ledger.env["dunning.dispute"].with_user(ledger.accountant)
    disputes.create(
        {
            "move_id": ledger.get_invoice("kaolin").id,
            "amount": 385,
            "reason_id": ledger.env.ref("account_dunning.dunning_reason_qua").id,
            "note": "Trois pieds de lampe sont arrivés fêlés, photos à l'appui.",
            "date": day,
        }
    )


def give_credit(ledger, day):
    """Post a credit note that nobody matches with the invoice."""
    invoice = ledger.get_invoice("brasserie")
    credit = invoice.copy(
        {
            "move_type": "out_refund",
            "invoice_date": day,
            "invoice_date_due": day,
            "invoice_payment_term_id": False,
            "ref": f"Retour de marchandise, {invoice.name}",
        }
    )
    credit.action_post()


def doubt(ledger, day):
    """Move a debt to the account of doubtful customers."""
    invoice = ledger.get_invoice("pergola")
    item = ledger.get_items(invoice)
    lines = (
        (ledger.get_account("416000"), item.partner_id, item.balance, False),
        (item.account_id, item.partner_id, -item.balance, False),
    )
    values = ledger.prepare_entry(day, lines)
    entry = ledger.post([values | {"ref": f"Client douteux, {invoice.name}"}])
    ledger.match(entry | invoice)


def prepare_cheque(ledger, day):
    """Prepare the entry of a cheque that is not at the bank yet."""
    invoice = ledger.get_invoice("tilleuls")
    ledger.env["account.payment"].create(
        {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": invoice.partner_id.id,
            "amount": invoice.amount_residual,
            "date": day,
            "journal_id": ledger.bank.id,
            "memo": f"Chèque, {invoice.name}",
        }
    )


def hold(ledger, day):
    """Put a customer on hold for three weeks: he asked for it on the telephone."""
    partner = ledger.partners["peyrac"]
    case = ledger.env["dunning.case"].search([("partner_id", "=", partner.id)], limit=1)
    ledger.env["dunning.hold"].with_user(ledger.accountant).create(
        {
            "case_id": case.id,
            "reason": "En congés, a demandé un délai au téléphone.",
            "date_until": day + timedelta(days=21),
        }
    )


def open_proceedings(ledger, day):
    """Note the judgment that puts a customer into reorganisation, with its trustee."""
    env, partner = ledger.env, ledger.partners["menuiserie"]
    trustee = env["res.partner"].create(
        {
            "name": "SELARL Verdier & Roux, mandataires judiciaires",
            "is_company": True,
            "street": "14 quai de la Saône",
            "zip": "69009",
            "city": "Lyon",
            "country_id": partner.country_id.id,
            "lang": "fr_FR",
        }
    )
    env["dunning.proceeding"].with_user(ledger.accountant).create(
        {
            "partner_id": partner.id,
            "company_id": ledger.company.id,
            "kind": "reorganisation",
            "judgment_date": day - timedelta(days=8),
            "publication_date": day,
            "court": "Tribunal des activités économiques de Lyon",
            "trustee_id": trustee.id,
        }
    )


#: How many days ago each of them happened.
EVENTS = (
    (7, open_proceedings),
    (20, exclude),
    (18, pay_half),
    (13, contest),
    (6, give_credit),
    (5, doubt),
    (2, prepare_cheque),
    (1, hold),
)
