"""Measure nights, approvals by e-mail and screens of our module, in one process.

The floor of the host is measured between them, in the same process and database.
"""

from datetime import timedelta

from freezegun import freeze_time

from odoo.tools.misc import split_every

from odoo.addons.account_dunning.demo.books import Books

from bench.floor import Floor
from bench.options import parse
from bench.ours_interest import measure_interest
from bench.prepare import COLLECTOR
from bench.screens import measure_screens

CALL_SIZE = 50  # actions that a user approves at once
NEW_INVOICES, PAYMENTS = 10, 10


def main(env, arguments):
    """Measure everything that needs no PDF."""
    meter, _options = parse(env, arguments)
    floor = Floor(env, meter)
    with meter.stage("first run", "action") as reading:
        env["dunning.case"]._cron_run()
        reading.count, reading.extra = count_proposals(env)
    floor.measure_records()
    with meter.stage("preview", "case", commits=False) as reading:
        reading.count = len(env["dunning.case"].preview())
    measure_screens(env, meter)
    measure_interest(env, meter)
    approve_emails(env, meter)
    floor.measure_mails()
    deliver(env, meter)
    next_day(env, meter)
    return 0


def count_proposals(env):
    """Return how many contacts wait, and what they are made of."""
    actions, lines = env["dunning.action"], env["dunning.action.line"]
    cases = env["dunning.case"]
    failed = cases.search_count([("failure", "!=", False)])
    return actions.search_count([("state", "=", "proposed")]), {
        "lines": lines.search_count([("action_id.state", "=", "proposed")]),
        "cases": cases.search_count([("state", "=", "open")]),
        "failed": failed,
    }


def approve_emails(env, meter):
    """Approve every e-mail as a collector, one request for 50; then those that fail."""
    as_user = collector_env(env)
    wanted = [("state", "=", "proposed"), ("channel", "=", "email")]
    with_address = [*wanted, ("contact_id.email", "!=", False)]
    for stage, domain in (
        ("approval by e-mail", with_address),
        ("approval that fails: no address", wanted),
    ):
        ids = env["dunning.action"].search(domain, order="id").ids
        with meter.stage(stage, "action", len(ids)) as reading:
            for chunk in split_every(CALL_SIZE, ids):
                as_user["dunning.action"].browse(chunk).action_approve()
                env.cr.commit()
                env.invalidate_all()
        actions = env["dunning.action"].browse(ids)
        reading.extra = states(actions)


def collector_env(env):
    """Return the environment in which the lowest role that may send is at work."""
    collector = env["res.users"].search([("login", "=", COLLECTOR)])
    return env(user=collector.id, context=collector.context_get(), su=False)


def states(actions):
    """Return how many actions are in each state."""
    return {state: len(found) for state, found in actions.grouped("state").items()}


def deliver(env, meter):
    """Record that the mail server took every message, as the mail queue does."""
    queued = [("state", "=", "queued"), ("channel", "=", "email")]
    ids = env["dunning.action"].search(queued, order="id").ids
    with meter.stage("delivery recorded", "action", len(ids)):
        for chunk in split_every(CALL_SIZE, ids):
            env["dunning.action"].browse(chunk)._mark_done()
            env.cr.commit()
            env.invalidate_all()


def next_day(env, meter):
    """Run the next night, after a few payments and invoices, and a night after it."""
    today = env.company._dunning_today()
    for number in (1, 2):
        day = today + timedelta(days=number)
        with freeze_time(f"{day} 02:00:00", tick=True):
            if number == 1:
                book_a_few(env, day)
            stage = "next night" if number == 1 else "the night after"
            with meter.stage(stage, "case") as reading:
                env["dunning.case"]._cron_run()
                run = env["dunning.run"].search([("date", "=", day)], limit=1)
                reading.count = run.case_count
                reading.extra = {"contacts": run.contact_count}


def book_a_few(env, day):
    """Post new invoices, and pay an old one for each of some debtors."""
    lines = env["dunning.case.line"].search([("move_line_id", "!=", False)], order="id")
    step = len(lines) // PAYMENTS
    books = Books(env)
    for line in [lines[step * number] for number in range(PAYMENTS)]:
        books.pay(line.move_id, day)
    customers = env["res.partner"].search([("customer_rank", ">", 0)], order="id desc")
    due = day + timedelta(days=30)
    books.post(
        [
            books.prepare_invoice(customer, day, due, 100)
            for customer in customers[:NEW_INVOICES]
        ]
    )
