"""SIGKILL at random moments of a run and of a delivery, then the same again."""

import collections
import pickle
import random
import statistics

from host import databases, faults

from . import checks, jobs
from .lab import WORK, Lab, Worker, now, pause
from .outcome import Outcome

#: Undisturbed executions that give the length of the window.
REHEARSALS = 3
#: Kills that came too late before a place is given up.
ATTEMPTS = 6
#: What the server has already read it may still accept after the sender's death.
SETTLE = 0.05  # seconds
QUEUED = "faults_queued"


def kill_run(lab, options):
    """Kill the nightly run at moments spread over its length; run and deliver again."""
    yield from in_lanes(lab, options, "kill-run", kill_one_run)


def kill_delivery(lab, options):
    """Kill the delivery at moments spread over its length; deliver again."""
    seed = faults.seed_name(60)
    lab.fresh(seed)
    lab.do(jobs.run)
    lab.release()
    databases.clone(lab.name, databases.own_name(QUEUED))
    try:
        yield from in_lanes(lab, options, "kill-delivery", kill_one_delivery)
    finally:
        databases.drop(databases.own_name(QUEUED))


def in_lanes(lab, options, fault, trial):
    """Share the trials between lanes, each with a database and a mail server."""
    shares = [range(n, options.kills, options.lanes) for n in range(options.lanes)]
    workers = [
        Worker(work_lane, number, fault, trial, share, options)
        for number, share in enumerate(shares, start=2)
    ]
    for number, worker in enumerate(workers, start=2):
        worker.result(timeout=3600)
        yield from read_outcomes(number)


def read_outcomes(number):
    """Return what a lane wrote."""
    return pickle.loads((WORK / f"lane{number}.outcomes").read_bytes())


def work_lane(_say, number, fault, trial, share, options):
    """Do a share of the trials in a process of its own."""
    lab = Lab(number)
    generator = random.Random(options.random * 1000 + number)
    places = [(i + generator.random()) / options.kills for i in share]
    generator.shuffle(places)
    lengths = collections.deque(measure(lab, trial), maxlen=REHEARSALS)
    outcomes = [kill_at(lab, trial, place, lengths, fault) for place in places]
    (WORK / f"lane{number}.outcomes").write_bytes(pickle.dumps(outcomes))
    lab.close()


def kill_at(lab, trial, place, lengths, fault):
    """Kill at a place of the work, 0 its beginning and 1 its end; again if too late.

    How long the work takes follows the load of the machine: who outlives the kill
    tells how long it is now.
    """
    for missed in range(ATTEMPTS):
        window = statistics.median(lengths)
        outcome = Outcome(fault)
        length = trial(lab, place * window, outcome)
        outcome.figures |= {
            "place": round(place, 4),
            "window_s": round(window, 3),
            "missed_before": missed,
        }
        if outcome.hits:
            break
        lengths.append(length)
    return outcome


def measure(lab, trial):
    """Return how long the work takes when nobody kills, in seconds, several times."""
    return [trial(lab, None, Outcome("")) for _n in range(REHEARSALS)]


def strike(worker, moment, outcome):
    """Kill a worker at a moment of its window; tell how long it lived in it.

    :param moment: seconds after it began; None to let it live
    """
    begin = worker.wait_for("begin")["at"]
    if moment is not None:
        pause(begin + moment - now())
        worker.kill()
    end = worker.wait()
    if end is None:
        outcome.hits = 1
        return moment
    outcome.expect("error" not in end, end.get("error"))
    return end["at"] - begin


def kill_one_run(lab, moment, outcome):
    """Kill one run, then run again, deliver and check."""
    lab.fresh(faults.seed_name(60))
    length = strike(lab.start(jobs.run), moment, outcome)
    if not outcome.hits:
        return length
    progress = checks.progress(lab)
    outcome.figures |= {
        f"{what}_at_kill": progress[what] for what in ("cases", "mails")
    }
    lab.do(jobs.run)
    outcome.blame(checks.judge(lab, delivered=False))
    lab.do(jobs.deliver)
    mailbox = checks.judge_mailbox(lab)
    outcome.blame(checks.judge(lab), mailbox)
    outcome.expect(not mailbox["repeated"], "a message was accepted twice")
    return length


def kill_one_delivery(lab, moment, outcome):
    """Kill one delivery, then deliver again and check."""
    lab.fresh(databases.own_name(QUEUED))
    length = strike(lab.start(jobs.deliver), moment, outcome)
    if not outcome.hits:
        return length
    pause(SETTLE)
    accepted, sent = len(lab.server.read()), checks.progress(lab)["sent"]
    in_window = accepted - sent
    outcome.figures |= {"sent_at_kill": sent, "in_host_window": in_window}
    outcome.expect(0 <= in_window <= 1, f"{accepted} accepted, {sent} known as sent")
    lab.do(jobs.deliver)
    mailbox = checks.judge_mailbox(lab)
    outcome.blame(checks.judge(lab), mailbox)
    outcome.expect(
        mailbox["repeated"] == in_window,
        f"{mailbox['repeated']} repeated, {in_window} in the host's window",
    )
    outcome.host += ["accepted twice, one Message-ID"] * mailbox["repeated"]
    return length
