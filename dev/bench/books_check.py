"""Check the books that were multiplied: they must be what Odoo would have written."""

from odoo.tools import SQL

SAMPLE = 40  # documents of each kind that Odoo computes again
KINDS = (
    ("out_invoice", "paid"),
    ("out_invoice", "partial"),
    ("out_invoice", "not_paid"),
    ("out_refund", "not_paid"),
    ("entry", "not_paid"),
)
MOVE_FIELDS = (
    *("payment_state", "amount_untaxed", "amount_tax", "amount_total"),
    *("amount_residual", "amount_untaxed_signed", "amount_tax_signed"),
    *("amount_total_signed", "amount_residual_signed", "commercial_partner_id"),
    *("amount_untaxed_in_currency_signed", "amount_total_in_currency_signed"),
    *("invoice_partner_display_name", "invoice_date_due"),
)
LINE_FIELDS = (
    *("debit", "credit", "amount_residual", "amount_residual_currency"),
    *("reconciled", "price_subtotal", "price_total", "tax_base_amount"),
    *("parent_state", "move_name", "date", "date_maturity"),
)
UNBALANCED = """
SELECT move_id FROM account_move_line GROUP BY move_id HAVING abs(sum(balance)) > 0.004
"""
TORN = """
SELECT move.id FROM account_move move
  JOIN account_move_line line ON line.move_id = move.id
  JOIN account_account account ON account.id = line.account_id
 WHERE move.move_type != 'entry' AND account.account_type = 'asset_receivable'
   AND abs(abs(line.amount_residual) - move.amount_residual) > 0.004
"""


class WrongBooks(Exception):
    """The books are not what Odoo would have written."""


def check_books(env):
    """Raise :exc:`WrongBooks` unless the books agree with Odoo's own computation.

    :return: how many moves and lines were computed again
    """
    if env.execute_query(SQL(UNBALANCED)):
        raise WrongBooks("a document is not balanced")
    if env.execute_query(SQL(TORN)):
        raise WrongBooks("the residual of a document is not that of its item")
    moves = _sample(env)
    lines = moves.line_ids
    before = _read(moves, MOVE_FIELDS) | _read(lines, LINE_FIELDS)
    with env.cr.savepoint() as savepoint:
        _compute_again(moves, MOVE_FIELDS)
        _compute_again(lines, LINE_FIELDS)
        after = _read(moves, MOVE_FIELDS) | _read(lines, LINE_FIELDS)
        savepoint.rollback()
    wrong = [
        (key, before[key], after[key])
        for key in before
        if not _is_same(before[key], after[key])
    ]
    if wrong:
        raise WrongBooks(f"Odoo computes otherwise: {wrong[:5]}")
    return len(moves), len(lines)


def _sample(env):
    found = env["account.move"]
    for move_type, state in KINDS:
        found |= found.search(
            [("move_type", "=", move_type), ("payment_state", "=", state)],
            limit=SAMPLE,
        )
    return found


def _read(records, names):
    return {
        (records._name, row["id"], name): row[name]
        for row in records.read(names, load=None)
        for name in names
    }


def _compute_again(records, names):
    for name in names:
        field = records._fields[name]
        if field.compute and field.store:
            records.env.add_to_compute(field, records)
    records._recompute_model()


def _is_same(one, other):
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) < 0.005
    return one == other
