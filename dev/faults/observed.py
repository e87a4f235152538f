"""A run and a delivery that tell when they read the ledger, and what it said.

The product is not changed: its methods are wrapped in the worker's own process.
"""

import json

from odoo.modules.registry import Registry
from odoo.tools import SQL

from . import jobs
from .lab import introduce, now


def record(name, model, method, before=None, after=None):
    """Wrap a method of a model in this process; it must exist."""
    cls = Registry(name)[model]
    original = getattr(cls, method)

    def wrapped(self, *arguments, **options):
        if before:
            before(self)
        result = original(self, *arguments, **options)
        if after:
            after(self)
        return result

    setattr(cls, method, wrapped)


def run(say, name, out):
    """Run the night; write the ledger's balance at the freezing of each message."""
    introduce(name, "engine")
    with open(out, "w", encoding="utf-8") as file:

        def freeze(actions):
            # The same transaction, hence the same snapshot of the ledger.
            actions.env.flush_all()
            rows = actions.env.execute_query(
                SQL(
                    """SELECT partner.ref, line.action_id, sum(item.amount_residual),
                              sum(line.amount_residual)
                         FROM dunning_action_line line
                         JOIN account_move_line item ON item.id = line.move_line_id
                         JOIN res_partner partner ON partner.id = item.partner_id
                        WHERE line.action_id IN %s GROUP BY 1, 2""",
                    tuple(actions.ids) or (0,),
                )
            )
            for ref, action, ledger, frozen in rows:
                row = {"ref": ref, "action": action, "at": now()}
                row |= {"ledger": float(ledger), "frozen": float(frozen)}
                file.write(json.dumps(row) + "\n")

        record(name, "dunning.action", "_freeze_texts", after=freeze)
        return jobs.run(say, name)


def deliver(say, name, out):
    """Deliver; write when the check of each chunk began, and how old its snapshot."""
    introduce(name, "engine")
    with open(out, "w", encoding="utf-8") as file:

        def check(actions):
            began = now()
            # The snapshot is taken by the first statement of the transaction.
            [(snapshot,)] = actions.env.execute_query(
                SQL("SELECT extract(epoch FROM transaction_timestamp())")
            )
            row = {"began": began, "snapshot": float(snapshot)}
            row["refs"] = actions.partner_id.mapped("ref")
            file.write(json.dumps(row) + "\n")

        record(name, "dunning.action", "_drop_outdated", before=check)
        return jobs.deliver(say, name)
