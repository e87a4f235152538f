"""Other transactions write what the engine has just read, again and again."""

import psycopg2
from host import databases, faults

from odoo.modules.registry import Registry
from odoo.sql_db import Cursor, db_connect
from odoo.tools import config

from odoo.addons.base.models.ir_cron import IrCron

from . import checks, clocks, jobs, mails
from .kills import QUEUED
from .lab import Worker, address, now, opened, pause
from .outcome import Outcome

#: Seconds between two disturbing transactions: a storm, and a busy office.
PACES = {"storm": 0.003, "office": 0.2}
#: What a colleague touches: the rows of a random debtor, in one short transaction.
DISTURBANCES = {
    "cases": "UPDATE dunning_case SET write_date = write_date WHERE id = ("
    "SELECT id FROM dunning_case ORDER BY random() LIMIT 1)",
    "items": "UPDATE account_move_line SET write_date = write_date WHERE move_id = ("
    "SELECT id FROM account_move WHERE move_type = 'out_invoice'"
    " ORDER BY random() LIMIT 1)",
    "case items": "UPDATE dunning_case_line SET write_date = write_date WHERE id = ("
    "SELECT id FROM dunning_case_line ORDER BY random() LIMIT 1)",
    "actions": "UPDATE dunning_action SET write_date = write_date WHERE id = ("
    "SELECT id FROM dunning_action ORDER BY random() LIMIT 1)",
    "debtors": "UPDATE res_partner SET write_date = write_date WHERE id = ("
    "SELECT id FROM res_partner WHERE ref ~ '^[EL]' ORDER BY random() LIMIT 1)",
}
#: Before the night there are cases with their items, but no actions yet.
NIGHTS = ("cases", "items", "case items", "debtors")
#: A night on which all is late, but too little for the first rung.
EARLIER = "2026-02-27 09:00"
KNOWN = "faults_known"


def disturb(say, name, statement, pace, stop):
    """Write some row, commit, write another one, until a file appears."""
    connection = psycopg2.connect(dbname=name, **address())
    connection.autocommit = True
    cursor, times = connection.cursor(), []
    say("begin")
    while not stop.exists():
        cursor.execute(statement)
        times.append(round(now(), 3))
        pause(pace)
    return {"times": times}


def counted(job):
    """Return a job that also tells how many of its statements met a conflict."""

    def work(say, name, *arguments):
        conflicts = []
        execute = Cursor.execute

        def watched(cursor, query, *rest, **options):
            try:
                return execute(cursor, query, *rest, **options)
            except psycopg2.errors.SerializationFailure:
                conflicts.append(" ".join(str(query).split())[:80])
                raise

        Cursor.execute = watched
        result = job(say, name, *arguments)
        return result | {"conflicts": len(conflicts), "where": sorted(set(conflicts))}

    return work


def scheduled(say, name, xmlids):
    """Let the host's scheduler call actions of its, each once with its own retries."""
    config["db_name"] = [name]
    with opened(name) as env:
        crons = [env.ref(xmlid) for xmlid in xmlids]
        for cron in crons:
            cron.write({"nextcall": "2020-01-01 00:00:00", "active": True})
        ids = [cron.id for cron in crons]
    say("begin")
    with db_connect(name).cursor() as cr:
        for cron_id in ids:
            job = IrCron._acquire_one_job(cr, cron_id)
            Registry(name)["ir.cron"]._process_job(cr, job)
            cr.commit()
        cr.execute("SELECT sum(failure_count) FROM ir_cron WHERE id = ANY(%s)", [ids])
        return {"failed_calls": cr.fetchone()[0]}


#: The night, and the action that it wakes up to help.
NIGHT = (
    "account_dunning.ir_cron_dunning_run",
    "account_dunning.ir_cron_dunning_work",
)
#: A worker that gave up asks the scheduler to call it again, minutes later; what woke
#: it up before was cleared when it began.
CALLED_AGAIN = """
SELECT count(*)
  FROM ir_cron_trigger again
  JOIN ir_model_data name ON name.res_id = again.cron_id AND name.model = 'ir.cron'
 WHERE name.module = 'account_dunning'
"""
DELIVERY = ("mail.ir_cron_mail_scheduler_action",)


def conflicts(lab, _options):
    """Disturb a night and a delivery with each kind of writing."""
    known, queued = databases.own_name(KNOWN), databases.own_name(QUEUED)
    lab.fresh(faults.seed_name(60))
    lab.do(clocks.at(EARLIER, jobs.run), lab.clock)
    lab.release()
    databases.clone(lab.name, known)
    lab.fresh(known)
    lab.do(jobs.run)
    lab.release()
    databases.clone(lab.name, queued)
    for pace in PACES:
        for what in NIGHTS:
            yield conflict(lab, ("run", what, pace), known, NIGHT)
    for what in DISTURBANCES:
        yield conflict(lab, ("deliver", what, "storm"), queued, DELIVERY)
    for name in (known, queued):
        databases.drop(name)


def conflict(lab, story, start, xmlids):
    """Disturb one job with one kind of writing; then let the next call finish it."""
    during, what, pace = story
    figures = {"during": during, "writing": what, "pace": pace}
    outcome = Outcome("conflicts", figures=figures)
    lab.fresh(start)
    stop = lab.folder / "stop"
    stop.unlink(missing_ok=True)
    disturber = Worker(disturb, lab.name, DISTURBANCES[what], PACES[pace], stop)
    disturber.wait_for("begin")
    worker = lab.start(counted(scheduled), xmlids)
    begin = worker.wait_for("begin")["at"]
    end = worker.wait()
    stop.touch()
    outcome.expect("error" not in end, end.get("error"))
    times = disturber.result()["times"]
    outcome.hits = len([at for at in times if begin <= at <= end["at"]])
    outcome.figures["conflicts"] = end.get("conflicts", 0)
    outcome.figures["failed_calls"] = end.get("failed_calls")
    if end.get("where"):
        outcome.figures["conflicts_at"] = end["where"]
    if during == "run":
        left = [d["ref"] for d in checks.read_debtors(lab) if not d["actions"]]
        outcome.figures["left_by_the_night"] = len(left)
        waiting = lab.read(CALLED_AGAIN)[0][0]
        outcome.figures["called_again"] = waiting
        outcome.expect(
            waiting or not left, f"the night left {len(left)} debtors for tomorrow"
        )
    settle(lab, outcome)
    return outcome


def settle(lab, outcome):
    """Let the scheduler call again with nobody in the way, and check."""
    was_mended = mails.call_again(lab, outcome)
    mailbox = checks.judge_mailbox(lab)
    if not was_mended:
        outcome.blame(checks.judge(lab), mailbox)
    if mailbox["repeated"]:
        # Nobody died: that the host's transaction failed after sending is our doing.
        outcome.double.append(f"{mailbox['repeated']} messages accepted twice")
