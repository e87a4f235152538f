from odoo import SUPERUSER_ID, api
from odoo.tools import SQL


def fill_numbers(env):
    """Keep the number of each item on its line, in one statement: by it an item of an
    entry that is entered again is found."""
    items = env["account.move.line"]
    items._flush_dunning_identity()
    number, _day, _contact = items._sql_dunning_identity("item", "move")
    env.cr.execute(
        SQL(
            """UPDATE dunning_case_line line SET number = %s
                 FROM account_move_line item
                 JOIN account_move move ON move.id = item.move_id
                WHERE item.id = line.move_line_id""",
            number,
        )
    )
    env.cr.execute(
        """UPDATE dunning_case_line line SET number = move.name
             FROM account_move move
            WHERE move.id = line.move_id AND line.move_line_id IS NULL"""
    )
    env["dunning.case.line"].invalidate_model(["number"])


def name_settled(env):
    """Name what was claimed or waived as its item is named."""
    items = env["account.move.line"]
    number, _day, _contact = items._sql_dunning_identity("item", "move")
    for table, test in (
        ("dunning_waiver", SQL("TRUE")),
        ("dunning_claim_line", SQL("settled.kind <> 'costs'")),
    ):
        env.cr.execute(
            SQL(
                """UPDATE %(table)s settled SET name = %(number)s
                     FROM account_move_line item
                     JOIN account_move move ON move.id = item.move_id
                    WHERE item.id = settled.move_line_id AND %(test)s""",
                table=SQL.identifier(table),
                number=number,
                test=test,
            )
        )
    env.cr.execute(
        """UPDATE dunning_waiver waiver SET name = move.name
             FROM account_move move
            WHERE move.id = waiver.move_id AND waiver.name IS NULL"""
    )
    env["dunning.waiver"].invalidate_model(["name"])
    env["dunning.claim.line"].invalidate_model(["name"])


def find_items(move, debtor):
    """Return the items of a debtor in an entry, the oldest due first."""
    items = move.line_ids.filtered(
        lambda item: (
            item.account_type == "asset_receivable"
            and item.partner_id.commercial_partner_id == debtor.commercial_partner_id
        )
    )
    return items.sorted(lambda item: (item.date_maturity or item.date, item.id))


def choose_contested(env):
    """Say which item of an entry is contested: the oldest one open for the amount, else
    the oldest open one, else the oldest."""
    disputes = env["dunning.dispute"].search(
        [("move_id.move_type", "=", "entry"), ("move_line_id", "=", False)]
    )
    for dispute in disputes:
        items = find_items(dispute.move_id, dispute.partner_id)
        left = items.filtered(lambda item: item.amount_residual_currency > 0)
        amount = dispute.amount
        enough = left.filtered(
            lambda item, amount=amount: item.amount_residual_currency >= amount
        )
        if item := (enough or left or items)[:1]:
            dispute._write_facts({"move_line_id": item.id})
            if dispute.state in ("open", "mediation", "credit"):
                dispute._keep_back()


def choose_of_law(env):
    """Say of which items of an entry a limitation was interrupted, or overridden: as
    before of all those of the debtor."""
    for model in ("dunning.limitation.event", "dunning.limitation.override"):
        env[model].search([("move_ids.move_type", "=", "entry")])._complete_subject()


def choose_left_out(env):
    """Say which items of an entry a decision on old items left out: as before all that
    are excluded still."""
    decisions = env["dunning.old.items"].search(
        [("left_out_ids.move_type", "=", "entry")]
    )
    for decision in decisions:
        entries = decision.left_out_ids.filtered(
            lambda move: not move._is_dunning_document()
        )
        items = entries.line_ids.filtered(
            lambda item: item.account_type == "asset_receivable" and item.no_followup
        )
        decision._write_facts(
            {
                "left_out_ids": [(3, entry.id) for entry in entries],
                "left_out_item_ids": [(4, item.id) for item in items],
            }
        )


def migrate(cr, version):
    """What was keyed by an entry is about items of one debtor from now on."""
    env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
    fill_numbers(env)
    name_settled(env)
    choose_contested(env)
    choose_of_law(env)
    choose_left_out(env)
