"""Debtors with something missing, and a text that fails for one among 1,000."""

from host import faults

from . import checks, clocks, jobs
from .lab import opened
from .outcome import Outcome

VICTIM, NOBODY = "E00500", "nobody"
BROKEN = (
    '<p t-out="object.greeting"/><t t-if="object.partner_id.ref == \'%s\'">'
    '<t t-out="1 / 0"/></t><p t-out="object.amount_text"/>'
)
SHOWN = """
SELECT partner.ref, coalesce(c.failure, ''),
       coalesce((SELECT a.failure_reason FROM dunning_action a
                  WHERE a.case_id = c.id AND a.state = 'failed' LIMIT 1), ''),
       (SELECT count(*) FROM mail_activity t
         WHERE t.res_model = 'dunning.case' AND t.res_id = c.id)
  FROM dunning_case c JOIN res_partner partner ON partner.id = c.partner_id
"""
#: What is taken from which debtors; the first three cannot be reached.
MISSING = {
    "E00000": {"email": False},
    "E00001": {"email": "nobody at nowhere"},
    "L00004": {"street": False, "zip": False, "city": False},
    "E00002": {"lang": False},
    "L00009": {"lang": False},
    "E00003": {"country_id": False, "street": False},
}
UNREACHABLE = ("E00000", "E00001", "L00004")


def template(lab, _options):
    """Let the text of the first level fail for one debtor among 1,000."""
    lab.fresh(faults.seed_name(1000))
    lab.do(write_template, VICTIM)
    outcome = Outcome("template-error")
    shown = run_night(lab, outcome)
    failure, _reason, tasks = shown.get(VICTIM, ("", "", 0))
    outcome.hits = int(bool(failure))
    outcome.show(failure, f"{VICTIM}: nothing on its case")
    outcome.show(tasks, f"{VICTIM}: no task")
    counts = lab.do(jobs.read_runs)["counts"]
    outcome.figures |= {"run_says": counts, "case_says": failure[:160]}
    outcome.show(counts.get("failed") == 1, f"the run counts {counts}")
    debtors = checks.read_debtors(lab)
    served = [d for d in debtors if d["actions"] == 1 and d["ref"] != VICTIM]
    outcome.served = (len(served), len(debtors) - 1)
    outcome.blame(checks.judge(lab, delivered=False, leave_out=[VICTIM]))
    # Mended, the next night does what is missing.
    lab.do(write_template, NOBODY)
    lab.do(clocks.at(clocks.NEXT_DAY, jobs.run), lab.clock)
    outcome.blame(checks.judge(lab, delivered=False))
    yield outcome


def write_template(say, name, victim):
    """Write a text with an error that only one debtor's record meets."""
    with opened(name) as env:
        template = env.ref("account_dunning.mail_template_reminder")
        for lang in ("en_US", "fr_FR"):
            template.with_context(lang=lang).body_html = BROKEN % victim
    return {}


def run_night(lab, outcome):
    """Run a night that must not stop; return what is shown of each debtor."""
    end = lab.start(jobs.run).wait()
    outcome.expect("error" not in end, f"the night stopped: {end.get('error')}")
    return {row[0]: row[1:] for row in lab.read(SHOWN)}


def missing(lab, _options):
    """Take address, e-mail or language from some debtors."""
    lab.fresh(faults.seed_name(60))
    lab.do(take_away)
    outcome = Outcome("debtor-data")
    shown = run_night(lab, outcome)
    for ref in UNREACHABLE:
        failure, reason, tasks = shown[ref]
        outcome.hits += bool(failure or reason)
        outcome.show(failure or reason, f"{ref}: no reason is shown")
        outcome.show(tasks, f"{ref}: no task")
    counts = lab.do(jobs.read_runs)["counts"]
    outcome.figures["run_says"] = counts
    outcome.show(counts.get("failed") == len(UNREACHABLE), f"the run counts {counts}")
    lab.do(jobs.deliver)
    debtors = [d for d in checks.read_debtors(lab) if d["ref"] not in UNREACHABLE]
    served = [d for d in debtors if d["states"] in ("queued", "done")]
    outcome.served = (len(served), len(debtors))
    outcome.blame(
        checks.judge(lab, leave_out=UNREACHABLE),
        checks.judge_mailbox(lab, leave_out=UNREACHABLE),
    )
    yield outcome


def take_away(say, name):
    """Take from each debtor what he shall miss."""
    with opened(name) as env:
        for ref, values in MISSING.items():
            env["res.partner"].search([("ref", "=", ref)]).write(values)
    return {}
