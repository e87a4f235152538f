"""Fill a fresh database with customers and what they owe; see ``receivables.py``."""

import argparse
import json
import time
from datetime import date

from odoo.tools import SQL

from bench.books_check import check_books
from bench.multiply import TABLES, Writer
from bench.prototypes import make_prototypes
from bench.receivables import LANGUAGES, make_plan

OVERDUE = """
SELECT count(DISTINCT line.partner_id), count(*), sum(line.amount_residual)
  FROM account_move_line line JOIN account_account account
    ON account.id = line.account_id AND account.account_type = 'asset_receivable'
 WHERE line.parent_state = 'posted' AND NOT line.reconciled
   AND line.amount_residual > 0 AND line.date_maturity < %s
"""


def main(env, arguments):
    """Write the books and print what was made, as JSON."""
    options = parse(arguments)
    start = time.monotonic()
    prepare_company(env)
    prototypes = make_prototypes(env, options.today)
    plan = make_plan(
        options.customers,
        options.invoices,
        options.seed,
        options.today,
        prototypes.tax_rate,
    )
    Writer(env, plan, prototypes).write()
    moves, lines = check_books(env)
    [(debtors, items, amount)] = env.execute_query(SQL(OVERDUE, options.today))
    env.cr.commit()
    vacuum(env)
    made = {
        "customers": len(plan.customers),
        "documents": len(plan.documents),
        "debtors overdue": debtors,
        "items overdue": items,
        "amount overdue": float(amount or 0),
        "computed again": [moves, lines],
        "seconds": round(time.monotonic() - start, 1),
    }
    print(json.dumps(made), flush=True)


def parse(arguments):
    """Return the parameters of the books."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, required=True)
    parser.add_argument("--invoices", type=int, required=True)
    parser.add_argument("--seed", type=int, default=19)
    parser.add_argument("--today", type=date.fromisoformat, default=date.today())
    return parser.parse_args(arguments)


def prepare_company(env):
    """Give the company what a letter shows: address, bank account, letterhead."""
    env.company.write(
        {
            "name": "Bench SA",
            "street": "1 rue de la Mesure",
            "zip": "75001",
            "city": "Paris",
            "phone": "+33 1 99 00 12 34",
            "external_report_layout_id": env.ref("web.external_layout_standard").id,
        }
    )
    env.company.email = "accounts@bench.example.com"
    env["res.partner.bank"].create(
        {
            "partner_id": env.company.partner_id.id,
            "acc_number": "FR7630006000011234567890189",
            "allow_out_payment": True,
        }
    )
    installed = {code for code, _name in env["res.lang"].get_installed()}
    languages = env["res.lang"].with_context(active_test=False)
    missing = languages.search([("code", "in", list(set(LANGUAGES) - installed))])
    if missing:
        wizard = env["base.language.install"].create({"lang_ids": missing.ids})
        wizard.lang_install()


def vacuum(env):
    """Let PostgreSQL know what it holds; it refuses that inside a transaction."""
    env.cr.commit()
    env.cr.connection.autocommit = True
    for table in TABLES:
        env.cr.execute(SQL("VACUUM ANALYZE %s", SQL.identifier(table)))
    env.cr.connection.autocommit = False
