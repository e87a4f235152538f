"""Several workers at once on one database: nothing twice, nothing lost, how fast."""

from host import faults

from . import checks, conflicts, jobs, observed
from .lab import now, opened, pause
from .outcome import Outcome

COUNTS = (1, 2, 4)
REST = 0.1  # seconds between two calls of one worker
#: Calls until the work must be done: the scheduler calls again while work is left.
WAVES = 5


def workers(lab, _options):
    """Let 1, 2 and 4 processes do the same night together."""
    alone = None
    for count in COUNTS:
        outcome = Outcome("workers", figures={"workers": count})
        lab.fresh(faults.seed_name(600))
        seconds = run_together(lab, count, outcome)
        alone = alone or seconds
        outcome.figures |= {
            "seconds": round(seconds, 2),
            "speed_up": round(alone / seconds, 2),
        }
        outcome.blame(checks.judge(lab, delivered=False))
        check_counts(lab, outcome)
        yield outcome


def run_together(lab, count, outcome):
    """Start workers at one moment, again while work is left; return the seconds."""
    errors, seconds, waves = [], 0.0, 0
    while waves < WAVES:
        waves += 1
        start = now() + 0.5
        crew = [lab.start(conflicts.counted(run_at), start) for _n in range(count)]
        ends = [worker.wait() for worker in crew]
        seconds += max(end["at"] for end in ends) - start
        shares = [end.get("batches", 0) for end in ends]
        if waves == 1:
            # Together only if more than one of them did a part of it.
            together = sum(share > 0 for share in shares)
            outcome.hits = together if together > 1 or count == 1 else 0
            outcome.figures["shares"] = shares
            outcome.figures["conflicts"] = [end.get("conflicts", 0) for end in ends]
            outcome.figures["conflicts_at"] = sorted(
                {where for end in ends for where in end.get("where", [])}
            )
            outcome.figures["calls"] = [end.get("calls", 0) for end in ends]
        failed = [end["error"].splitlines()[0] for end in ends if "error" in end]
        errors += failed
        if not failed:
            break
    outcome.figures |= {"waves": waves, "errors": len(errors)}
    if errors:
        outcome.figures["error_examples"] = sorted(set(errors))[:3]
        outcome.wrong.append(f"{len(errors)} workers stopped: {errors[0]}")
    return seconds


def run_at(say, name, start):
    """Begin the night at a moment, together with others; count our own batches.

    A worker that finds nothing to claim leaves, though another one may still add work:
    the scheduler calls again, here after a short rest.
    """
    batches, calls = [], 0
    observed.record(name, "dunning.run.batch", "_work", before=batches.append)
    pause(start - now())
    while True:
        calls += 1
        jobs.run(say, name)
        with opened(name) as env:
            if not env["dunning.run.batch"].search_count([("is_done", "=", False)]):
                return {"batches": len(batches), "calls": calls}
        pause(REST)


def check_counts(lab, outcome):
    """Check that the run says of itself what the tables say."""
    said = lab.do(jobs.read_runs)
    queued = said["counts"].get("queued")
    outcome.expect(said["runs"] == 1, f"{said['runs']} records of one night")
    outcome.expect(queued == 600, f"the run counts {queued} on their way, not 600")
