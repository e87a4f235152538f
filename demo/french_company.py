"""Fill a database with Atelier Lumière SAS: a French company with late customers.

``main(env)`` is run inside Odoo once the module is installed (``make demo``). Every
situation of the module can then be seen; ``customers_ladder.py``,
``customers_special.py`` and ``customers_agreements.py`` tell where. Nothing happens
when the company exists already.
"""

import logging
import time

# Run by its path, this file belongs to no package: relative imports would fail.
# pylint: disable=odoo-addons-relative-import
from odoo.addons.account_dunning.demo import automation
from odoo.addons.account_dunning.demo import company as french
from odoo.addons.account_dunning.demo.history import FIRST_DAY, History
from odoo.addons.account_dunning.demo.ledger import Ledger

_logger = logging.getLogger(__name__)
LANGUAGES = ("fr_FR", "en_US", "en_GB")


def main(env, _arguments=()):
    """Create the company and live through its last twelve weeks."""
    started = time.monotonic()
    env = env(context={"lang": "fr_FR", "tz": "Europe/Paris"})
    company = find_or_create(env)
    if env["account.move"].search_count([("company_id", "=", company.id)], limit=1):
        return
    env = env(
        context={
            **env.context,
            "allowed_company_ids": company.ids,
            # Nobody is told of each task and case of the past.
            "mail_activity_quick_update": True,
            "mail_auto_subscribe_no_notify": True,
        }
    )
    ledger = Ledger(env)
    ledger.create_customers()
    ledger.create_invoices()
    ledger.open_bank(ledger.ago(FIRST_DAY + 1))
    History(ledger).tell()
    _logger.info("%s is ready after %d s", french.NAME, time.monotonic() - started)


def find_or_create(env):
    """Return the company; it is kept even if what follows is interrupted."""
    company = env["res.company"].search([("name", "=", french.NAME)], limit=1)
    if company:
        return company
    for language in LANGUAGES:
        env["res.lang"]._activate_lang(language)
    company = french.create(env)
    french.create_users(env, company)
    automation.set_up(env)
    # The PDF program asks another process for style sheets: it must see the company.
    env.cr.commit()  # pylint: disable=invalid-commit
    return company
