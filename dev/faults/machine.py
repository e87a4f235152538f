"""The database server crashes in the middle of a run and of a delivery."""

import random

from host import databases, faults, postgres

from . import checks, jobs, mails
from .kills import QUEUED, SETTLE
from .lab import now, pause
from .outcome import Outcome

#: Crashes of each kind, and how far into the work the first and last one come.
CRASHES = 4
FIRST, LAST = 0.1, 0.9


def restart(lab, options):
    """Crash the server (immediate shutdown) at some moments, then start it again."""
    if postgres.is_given():
        # Somebody's server: not ours to crash.
        yield Outcome("postgres-restart", figures={"why_not": "the server is given"})
        return
    generator = random.Random(options.random)
    for job in (jobs.run, jobs.deliver):
        length = rehearse(lab, job)
        for number in range(CRASHES):
            share = FIRST + (LAST - FIRST) * (number + generator.random()) / CRASHES
            yield crash(lab, job, length * share)
    databases.drop(databases.own_name(QUEUED))


def rehearse(lab, job):
    """Return how long a job takes undisturbed; prepare what it starts from."""
    lab.fresh(faults.seed_name(60))
    if job is jobs.deliver:
        lab.do(jobs.run)
        lab.release()
        databases.clone(lab.name, databases.own_name(QUEUED))
    worker = lab.start(job)
    begin = worker.wait_for("begin")["at"]
    return worker.result()["at"] - begin


def crash(lab, job, moment):
    """Crash the server at a moment of a job; do the job again and check."""
    what = job.__name__
    outcome = Outcome("postgres-restart", figures={"during": what})
    is_run = job is jobs.run
    lab.fresh(faults.seed_name(60) if is_run else databases.own_name(QUEUED))
    # Our server commits lazily, for speed; here what is committed must be there after.
    lab.write(f'ALTER DATABASE "{lab.name}" SET synchronous_commit = on')
    worker = lab.start(job)
    begin = worker.wait_for("begin")["at"]
    pause(begin + moment - now())
    was_at_work = worker.poll(0)
    postgres.crash()
    end = worker.wait() or {}
    outcome.hits = int(was_at_work)
    outcome.figures["worker_said"] = end.get("kind", "nothing")
    pause(SETTLE)
    progress = checks.progress(lab)
    in_window = 0 if is_run else len(lab.server.read()) - progress["sent"]
    outcome.figures |= progress | {"in_host_window": in_window}
    finish(lab, outcome, in_window)
    return outcome


def finish(lab, outcome, in_window):
    """Run and deliver again, as the scheduler will, and check."""
    if mails.call_again(lab, outcome):
        return
    mailbox = checks.judge_mailbox(lab)
    outcome.blame(checks.judge(lab), mailbox)
    outcome.expect(
        mailbox["repeated"] <= in_window,
        f"{mailbox['repeated']} repeated, {in_window} in the host's window",
    )
    outcome.host += ["accepted twice, one Message-ID"] * mailbox["repeated"]
