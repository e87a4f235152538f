"""Days left out, done twice, asked for again; hours that exist twice or not at all."""

from datetime import date, datetime

from host import faults

from . import checks, jobs
from .lab import opened
from .outcome import Outcome

NEXT_DAY = "2026-03-11 09:00"
#: Nights in the hours around a change, in UTC, with the day it is in Paris; then the
#: first moment, in UTC, at which an e-mail of that Sunday may leave (Monday, 8:30).
CHANGES = {
    "2026-10-25": (
        ["2026-10-24 22:30", "2026-10-25 00:30", "2026-10-25 01:30"],
        datetime(2026, 10, 26, 7, 30),
    ),
    "2027-03-28": (
        ["2027-03-27 23:30", "2027-03-28 00:59", "2027-03-28 01:01"],
        datetime(2027, 3, 29, 6, 30),
    ),
}


def at(moment, job):
    """Return a job that a worker does at another time."""

    def work(say, name, clock, *arguments):
        clock.move_to(moment)
        return job(say, name, *arguments)

    return work


def clocks(lab, _options):
    """Play each story on a database of its own."""
    for story in (skipped, twice, past, clock_back, *map(change, CHANGES)):
        lab.fresh(faults.seed_name(60))
        outcome = Outcome("clocks", figures={"story": story.__name__})
        story(lab, outcome)
        yield outcome


def skipped(lab, outcome):
    """A night, then three days without; the second rung fell due in between."""
    lab.write(
        "UPDATE dunning_level SET delay_days = 16, gap_days = 2 WHERE sequence = 2"
    )
    lab.do(jobs.run)
    lab.do(jobs.deliver)
    later = "2026-03-14 09:00"
    lab.do(at(later, jobs.run), lab.clock)
    steps = lab.read(
        "SELECT partner.ref, array_agg(level.sequence ORDER BY a.id),"
        " array_agg(a.date::text ORDER BY a.id) FROM dunning_action a"
        " JOIN dunning_level level ON level.id = a.level_id"
        " JOIN dunning_case c ON c.id = a.case_id"
        " JOIN res_partner partner ON partner.id = c.partner_id"
        " WHERE a.state != 'cancelled' GROUP BY partner.ref"
    )
    for ref, levels, days in steps:
        # Letters wait for somebody to post them: their second rung must wait too.
        wanted = [1, 2] if ref.startswith("E") else [1]
        outcome.expect(levels == wanted, f"{ref}: rungs {levels} on {days}")
        outcome.hits += levels == wanted == [1, 2]
    outcome.expect(len(steps) == 60, f"{len(steps)} debtors of 60")


def twice(lab, outcome):
    """The night called twice, then a user who runs the same day again."""
    lab.do(jobs.run)
    lab.do(jobs.run)
    lab.do(run_by_hand)
    outcome.hits = 2
    outcome.blame(checks.judge(lab, delivered=False))
    [[nights]] = lab.read("SELECT count(*) FROM dunning_run WHERE is_nightly")
    outcome.expect(nights == 1, f"{nights} records of one night")


def past(lab, outcome):
    """A user asks for the day before the last run."""
    lab.do(jobs.run)
    before = lab.read("SELECT count(*), max(write_date) FROM dunning_action")
    end = lab.start(run_by_hand, date(2026, 3, 9)).wait()
    outcome.hits = int(end.get("kind") == "UserError")
    outcome.figures["user_is_told"] = end.get("error", "")[:160]
    outcome.show(outcome.hits, f"not refused: {end}")
    after = lab.read("SELECT count(*), max(write_date) FROM dunning_action")
    outcome.expect(before == after, "something was written all the same")
    outcome.blame(checks.judge(lab, delivered=False))


def clock_back(lab, outcome):
    """The machine's clock is a day behind when the scheduler calls again."""
    lab.do(jobs.run)
    lab.do(at("2026-03-09 09:00", jobs.run), lab.clock)
    [[runs]] = lab.read("SELECT count(*) FROM dunning_run")
    outcome.hits = int(runs == 1)
    outcome.expect(runs == 1, f"{runs} runs, though the day was over")
    outcome.blame(checks.judge(lab, delivered=False))


def run_by_hand(say, name, day=None):
    """Run as a user does, from a button."""
    with opened(name) as env:
        say("begin")
        env["dunning.case"].run(day)
    return {}


def change(sunday):
    """Return the story of the nights around a change of the hour."""
    moments, leaves = CHANGES[sunday]

    def story(lab, outcome):
        for moment in moments:
            lab.do(at(moment, jobs.run), lab.clock)
            outcome.hits += 1
        outcome.blame(checks.judge(lab, delivered=False))
        days = lab.read("SELECT DISTINCT date::text FROM dunning_run")
        outcome.expect(days == [(sunday,)], f"runs of {days}")
        times = lab.read("SELECT DISTINCT scheduled_date FROM mail_mail")
        outcome.figures["leaves_at_utc"] = sorted(str(row[0]) for row in times)
        outcome.expect(times == [(leaves,)], f"leave at {times}, not {leaves}")
        lab.do(at(moments[-1], jobs.deliver), lab.clock)
        early = len(lab.server.read())
        outcome.expect(not early, f"{early} messages left on a Sunday night")
        lab.do(at(f"{leaves:%Y-%m-%d %H:%M:30}", jobs.deliver), lab.clock)
        outcome.blame(checks.judge(lab), checks.judge_mailbox(lab))

    story.__name__ = f"change of {sunday}"
    return story
