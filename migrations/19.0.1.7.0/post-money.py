import csv

from odoo import SUPERUSER_ID, api, fields
from odoo.tools import file_open


def migrate(cr, version):
    """Give the shipped rates that nobody corrected the decree that fixes them."""
    rates = api.Environment(cr, SUPERUSER_ID, {})["dunning.rate"]
    shipped = rates._get_shipped_sources()
    with file_open("account_dunning/data/interest/rates.csv") as file:
        rows = {
            (row["kind"], fields.Date.to_date(row["date_from"])): row
            for row in csv.DictReader(file)
        }
    for rate in rates.search([("decree_on", "=", False)]):
        row = rows.get((rate.kind, rate.date_from))
        if not row or not row["decree_on"] or rate.source not in shipped:
            continue
        if f"{rate.rate:.2f}" == row["rate"]:
            rate.write(
                {name: row[name] for name in ("source", "decree_on", "gazette_on")}
            )
