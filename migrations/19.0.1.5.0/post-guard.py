from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError

#: Records that users enter, with what they name.
ENTERED = (
    *("dunning.hold", "dunning.promise", "dunning.plan", "dunning.offer"),
    *("dunning.dispute", "dunning.limitation.event", "dunning.limitation.override"),
    *("dunning.proceeding", "dunning.deposit"),
)


def find_across_companies(env):
    """Return the records that name something of another company."""
    found = []
    for model in ENTERED:
        for record in env[model].with_context(active_test=False).search([]):
            try:
                record._check_company()
            except UserError:
                found.append(record)
    return found


def find_contested_twice(env):
    """Return disputes of invoices of which more is contested than is open."""
    running = env["dunning.dispute"].search(
        [("state", "in", ("open", "mediation", "credit")), ("move_id", "!=", False)]
    )
    return [
        dispute
        for move, disputes in running.grouped("move_id").items()
        for dispute in disputes
        if len(disputes) > 1
        and move.currency_id.compare_amounts(
            sum(disputes.mapped("amount")), move.amount_residual
        )
        > 0
    ]


def find_sharing(env):
    """Return plans and offers that share an invoice with another one."""
    found = []
    for model in ("dunning.plan", "dunning.offer"):
        running = env[model].search([("state", "in", env[model]._get_running_states())])
        found += [one for one in running if one._find_rivals()]
    return found


def migrate(cr, version):
    """Tell credit managers which records the new rules would refuse; change none."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    found = [*find_across_companies(env), *find_contested_twice(env)]
    found += find_sharing(env)
    by_company = {}
    for record in found:
        by_company.setdefault(record.company_id, []).append(record)
    for company, records in by_company.items():
        lang = company.partner_id.lang
        company.with_context(lang=lang)._dunning_tell_to_look_at(records)
