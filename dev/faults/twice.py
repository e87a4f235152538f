"""Six people click at one moment on the same debtor: it happens once, and the others
read a sentence."""

from host import faults

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools.misc import mute_logger

from .lab import now, opened, pause
from .outcome import Outcome

CLICKS = 6
DEBTOR = "E00500"
LOGIN = "six_people"
#: A refusal is told in words: never the name of an index or of an exception.
UNREADABLE = ("dunning_", "Error", "duplicate key", "serialize", "psycopg2")


def dispute(env, debtor, _number):
    """Contest the whole of the first invoice."""
    case = env["dunning.case"]._open_for(debtor)
    move = case.line_ids.move_id[:1]
    reason = env.ref("account_dunning.dunning_reason_dec")
    env["dunning.dispute"].create({"move_id": move.id, "reason_id": reason.id})


def plan(env, debtor, number):
    """Propose one of the drafts that lie there."""
    drafts = env["dunning.plan"].search([("partner_id", "=", debtor.id)], order="id")
    drafts[number].action_propose()


def offer(env, debtor, number):
    """Send one of the drafts that lie there."""
    drafts = env["dunning.offer"].search([("partner_id", "=", debtor.id)], order="id")
    drafts[number].action_send()


def open_case(env, debtor, _number):
    """Open the case of a debtor who has none."""
    env["dunning.case"]._open_for(debtor)


OPEN = (
    "SELECT count(*) FROM dunning_case c JOIN res_partner p ON p.id = c.partner_id "
    f"WHERE p.ref = '{DEBTOR}' AND c.state != 'closed'"
)
#: What is clicked: the click, and what may be there once afterwards.
STORIES = {
    "dispute": (
        dispute,
        "SELECT count(*) FROM dunning_dispute WHERE state != 'closed'",
    ),
    "plan": (plan, "SELECT count(*) FROM dunning_plan WHERE state = 'proposed'"),
    "offer": (offer, "SELECT count(*) FROM dunning_offer WHERE state = 'sent'"),
    "open": (open_case, OPEN),
}


def twice(lab, _options):
    """Let six people do the same at one moment, for each kind of click."""
    for name, (_click, count) in STORIES.items():
        lab.fresh(faults.seed_name(1000))
        lab.do(prepare, name)
        outcome = Outcome("twice", figures={"story": name})
        start = now() + 2
        crew = [lab.start(click_at, name, number, start) for number in range(CLICKS)]
        ends = [worker.wait() for worker in crew]
        told = [end["refused"] for end in ends if end.get("refused")]
        outcome.hits = len(told) if name != "open" else CLICKS - 1
        outcome.figures |= {"told": sorted(set(told))[:3]}
        failed = [end["error"] for end in ends if "error" in end]
        outcome.expect(not failed, f"{name}: {failed[:1]}")
        for text in told:
            unreadable = [word for word in UNREADABLE if word in text]
            outcome.expect(not unreadable, f"{name}: “{text}” is no sentence")
        found = lab.read(count)[0][0]
        if found > 1:
            outcome.double.append(f"{name}: {found} instead of one")
        if not found:
            outcome.lost.append(f"{name}: nobody got through")
        yield outcome


def prepare(say, name, story):
    """Open the case of the debtor, with as many drafts as people."""
    with opened(name) as env:
        say("begin")
        env.company.write(
            {"dunning_plan_max_amount": 0, "dunning_offer_max_percent": 9}
        )
        partner = env["res.partner"].search([("ref", "=", DEBTOR)], limit=1)
        env["res.users"].with_context(no_reset_password=True).create(
            {
                "name": "Six People",
                "login": LOGIN,
                "group_ids": [
                    Command.link(env.ref("account.group_account_manager").id)
                ],
                "company_id": env.company.id,
                "company_ids": [Command.set(env.company.ids)],
            }
        )
        if story == "open":
            return {}
        case = env["dunning.case"]._open_for(partner)
        drafts = {"plan": "dunning.plan", "offer": "dunning.offer"}.get(story)
        for _number in range(CLICKS if drafts else 0):
            env[drafts]._draft_for(case)
    return {}


def click_at(say, name, story, number, start):
    """Click at a moment, with the host's retries; return what the user was told."""
    with Registry(name).cursor() as cr:
        users = api.Environment(cr, SUPERUSER_ID, {})["res.users"]
        env = api.Environment(cr, users.search([("login", "=", LOGIN)]).id, {})
        partner = env["res.partner"].search([("ref", "=", DEBTOR)], limit=1)
        partner_id = partner.id
        cr.rollback()
        say("begin")
        pause(max(start - now(), 0))

        def click():
            debtor = env["res.partner"].browse(partner_id)
            case = env["dunning.case"].search(
                [("partner_id", "=", partner_id)], limit=1
            )
            if story == "open":
                return env["dunning.case"]._open_for(debtor).id
            return STORIES[story][0](env, case, number)

        try:
            with mute_logger("odoo.sql_db", "odoo.service.model"):
                retrying(click, env)
        except Exception as error:  # noqa: BLE001 whatever a user would read
            cr.rollback()
            return {"refused": str(error.args[0] if error.args else error)}
    return {}
