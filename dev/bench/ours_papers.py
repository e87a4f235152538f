"""Measure what is printed: letters, and e-mails with their invoices attached.

Some debtors get ladders of their own, whose first level is a letter, or an e-mail with
invoices. A run by hand (``run()``, not the scheduled action) proposes them.
"""

from odoo import fields
from odoo.fields import Command
from odoo.tools.misc import split_every

from bench.floor import Floor
from bench.options import parse
from bench.ours_nights import collector_env, count_proposals, states

LETTERS, ALONE = 300, 5
ATTACHED_A_CALL = 10
#: Debtors that get a ladder; some of them owe too little or have open credits.
SPARE = 1.15
FIRST_DAY = 3  # after the due date
MOST_CALLS = 200  # of a scheduled action that has more to do


def main(env, arguments):
    """Measure everything that needs the PDF program."""
    meter, options = parse(env, arguments)
    floor = Floor(env, meter)
    floor.measure_letters()
    letters, attached = give_ladders(env, options.attached)
    with meter.stage("run by hand", "action") as reading:
        env["dunning.case"].run()
        reading.count, reading.extra = count_proposals(env)
    measure_letters(env, meter, letters)
    measure_attached(env, meter, attached, options.attached)
    return 0


def give_ladders(env, attached_count):
    """Give some debtors a ladder of letters, others one of e-mails with invoices."""
    late = [
        partner_id
        for partner_id, _currency, _amount, days, _items in Floor(env).group_items()
        if days > FIRST_DAY
    ]
    debtors = env["res.partner"].browse(late)
    reachable = debtors.filtered("email")
    on_paper = reachable[: int((LETTERS + ALONE) * SPARE)]
    by_email = (reachable - on_paper)[: int(attached_count * SPARE + 1)]
    text = env.ref("account_dunning.letter_template_second")
    on_paper.dunning_ladder_id = letters = make_ladder(
        env, "Letters", channel_letter=True, letter_template_id=text.id
    )
    text = env.ref("account_dunning.mail_template_reminder")
    by_email.dunning_ladder_id = attached = make_ladder(
        *(env, "With invoices"),
        channel_email=True,
        mail_template_id=text.id,
        attach_invoices=True,
    )
    return letters, attached


def make_ladder(env, name, **level):
    """Return a ladder of one level."""
    values = {
        "name": name,
        "delay_days": FIRST_DAY,
        "gap_days": 0,
        "automation": "manual",
    }
    return env["dunning.ladder"].create(
        {"name": name, "level_ids": [Command.create(values | level)]}
    )


def find_proposals(env, ladder, count):
    """Return up to ``count`` proposals of a ladder, as the collector sees them."""
    wanted = [("state", "=", "proposed"), ("level_id", "in", ladder.level_ids.ids)]
    actions = collector_env(env)["dunning.action"]
    return actions.browse(actions.search(wanted, order="id", limit=count).ids)


def measure_letters(env, meter, ladder):
    """Print letters one by one, then many at once: approved, printed, joined."""
    letters = find_proposals(env, ladder, LETTERS + ALONE)
    alone, batch = letters[:ALONE], letters[ALONE:]
    with meter.stage("letters, one by one", "letter", len(alone)):
        for letter in alone:
            letter.browse(letter.id).action_print_letters()
            env.cr.commit()
    with meter.stage("letters, one batch", "letter") as reading:
        window = batch.action_print_letters()
        process_background(env)
        printed = batch.env["dunning.letter.post"].browse(window["res_id"])
        document = printed.document
        reading.count = len(batch.filtered("printed_on"))
        reading.extra = {"bytes": len(document or b""), **states(batch)}


def measure_attached(env, meter, ladder, count):
    """Approve e-mails with invoices: what the user waits for, what comes after."""
    actions = find_proposals(env, ladder, count)
    invoices = len(actions.line_ids)
    with meter.stage("approval with invoices, request", "action", len(actions)):
        for ids in split_every(ATTACHED_A_CALL, actions.ids):
            actions.browse(ids).action_approve()
            env.cr.commit()
            env.invalidate_all()
    stage = "approval with invoices, background"
    with meter.stage(stage, "action", len(actions)) as reading:
        calls = process_background(env)
        made = actions.filtered("mail_mail_id")
        reading.extra = {
            "invoices": invoices,
            "attached": len(made.attachment_ids),
            "mails": len(made),
            "calls": calls,
        }


def process_background(env):
    """Run our scheduled actions that were asked to run soon, until nothing is left.

    :return: how often one was called
    """
    ours = env["ir.model.data"].search(
        [("module", "=", "account_dunning"), ("model", "=", "ir.cron")]
    )
    of_ours = [("cron_id", "in", ours.mapped("res_id"))]
    for calls in range(MOST_CALLS):
        env.cr.commit()
        env.invalidate_all()
        due = [*of_ours, ("call_at", "<=", fields.Datetime.now())]
        crons = env["ir.cron.trigger"].search(due).cron_id
        if not crons:
            return calls
        for cron in crons:
            cron.method_direct_trigger()
    raise RuntimeError("a scheduled action always has more to do")
