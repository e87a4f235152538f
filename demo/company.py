"""Atelier Lumière SAS: company, bank, users, what it decides about its dunning.

Nothing here exists: registration numbers begin with 0, which no company has, telephone
numbers come from the ranges that the French regulator keeps for fiction.
"""

import base64
from datetime import timedelta

from stdnum import luhn

from odoo.fields import Command

from . import logo

NAME = "Atelier Lumière SAS"
IBAN = "FR76 9999 9000 0100 0000 0000 115"
FOOTER = (
    "<p>Atelier Lumière SAS au capital de 42 500 € · RCS Lyon {number} · TVA {vat}"
    "<br/>+33 4 65 71 20 30 · contact@example.com · atelier-lumiere.example.com</p>"
)
GBP_PER_EUR = 0.86
FIRST_RATE_DAYS_AGO = 400


def siren(number):
    """Return a company number that is valid and that nobody has."""
    digits = f"0{number:07}"
    return digits + luhn.calc_check_digit(digits)


def french_vat(number):
    """Return the VAT number of a company number."""
    return f"FR{(12 + 3 * (int(number) % 97)) % 97:02}{number}"


def create(env):
    """Return the company, with its chart of accounts, bank and two currencies."""
    number = siren(4217733)
    # Else Odoo would load the chart of accounts once more at the end.
    companies = env["res.company"].with_context(chart_template_load=True)
    company = companies.create(
        {
            "name": NAME,
            "country_id": env.ref("base.fr").id,
            "currency_id": env.ref("base.EUR").id,
            "street": "14 quai des Verriers",
            "zip": "69002",
            "city": "Lyon",
            "phone": "+33 4 65 71 20 30",
            "email": "contact@example.com",
            "website": "https://atelier-lumiere.example.com",
            "vat": french_vat(number),
            "company_registry": f"{number}00017",
            "dunning_mediator": "Médiation Exemple\n1 rue de la Conciliation, 69002 "
            "Lyon\nmediation.example.com",
            "logo": base64.b64encode(logo.draw()),
            "primary_color": logo.NIGHT,
            "secondary_color": logo.LIGHT,
            "font": "Lato",
            "report_footer": FOOTER.format(number=number, vat=french_vat(number)),
            "external_report_layout_id": env.ref("web.external_layout_standard").id,
            # Nothing about a fictitious company is looked up on the internet.
            **({"iap_enrich_auto_done": True} if has_enrichment(env) else {}),
        }
    )
    company = company.with_env(env)
    company.partner_id.lang = "fr_FR"
    company.resource_calendar_id.tz = "Europe/Paris"
    env["account.chart.template"].try_loading("fr", company, install_demo=False)
    open_bank_account(env, company)
    use_pounds(env, company)
    return company


def has_enrichment(env):
    """Tell whether Odoo would look up companies by itself."""
    return "iap_enrich_auto_done" in env["res.company"]._fields


def open_bank_account(env, company):
    """Give the bank journal an account that can be printed on invoices."""
    bank = env["res.bank"].create({"name": "Banque des Canuts", "bic": "FICTFRPPXXX"})
    account = env["res.partner.bank"].create(
        {
            "acc_number": IBAN,
            "bank_id": bank.id,
            "partner_id": company.partner_id.id,
            "company_id": company.id,
            "allow_out_payment": True,
        }
    )
    journals = env["account.journal"].with_company(company)
    domain = [("type", "=", "bank"), ("company_id", "=", company.id)]
    journal = journals.search(domain, limit=1)
    journal.write({"name": "Banque des Canuts", "bank_account_id": account.id})


def use_pounds(env, company):
    """Make pounds sterling usable, at a rate that never changes."""
    pounds = env.ref("base.GBP")
    pounds.active = True
    first_day = company._dunning_today() - timedelta(days=FIRST_RATE_DAYS_AGO)
    env["res.currency.rate"].create(
        {
            "name": first_day,
            "currency_id": pounds.id,
            "company_id": company.id,
            "rate": GBP_PER_EUR,
        }
    )


def create_users(env, company):
    """Create the accountant and the credit manager; the administrator joins them."""
    accountant = create_user(
        env, company, "Claire Morel", "claire", "account.group_account_invoice"
    )
    manager = create_user(
        env,
        company,
        "Hugo Bernard",
        "hugo",
        "account.group_account_invoice",
        "account_dunning.group_dunning_manager",
    )
    accountant.write({"phone": "+33 4 65 71 20 31", "function": "Comptable clients"})
    manager.write({"phone": "+33 4 65 71 20 32", "function": "Crédit manager"})
    company.write(
        {
            "dunning_user_id": accountant.id,
            "dunning_manager_id": manager.id,
            "dunning_ladder_id": env.ref("account_dunning.dunning_ladder_business").id,
        }
    )
    env.ref("base.user_admin").write(
        {
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
            "lang": "fr_FR",
            "tz": "Europe/Paris",
        }
    )


def create_user(env, company, name, login, *groups):
    """Return a user who speaks French and gets no e-mail about tasks."""
    users = env["res.users"].with_context(no_reset_password=True)
    user = users.create(
        {
            "name": name,
            "login": login,
            "password": login,
            "email": f"{login}@example.com",
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
            "lang": "fr_FR",
            "tz": "Europe/Paris",
            "notification_type": "inbox",
            "group_ids": [Command.link(env.ref(group).id) for group in groups],
        }
    )
    # The message of the assistant would cover what there is to see.
    if "odoobot_state" in users._fields:
        user.odoobot_state = "disabled"
    return user
