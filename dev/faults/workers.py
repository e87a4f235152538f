"""Several workers at once on one database: nothing twice, nothing lost, how fast."""

from host import faults

from . import checks, jobs
from .lab import now, pause
from .outcome import Outcome

COUNTS = (1, 2, 4)
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
        crew = [lab.start(run_at, start) for _n in range(count)]
        ends = [worker.wait() for worker in crew]
        seconds += max(end["at"] for end in ends) - start
        shares = [end.get("batches", 0) for end in ends]
        if waves == 1:
            # Real company at work: more than one process did a part of it.
            outcome.hits = sum(share > 0 for share in shares)
            outcome.figures["shares"] = shares
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
    """Begin the night at a moment, together with others; count our own batches."""
    from odoo.modules.registry import Registry

    batches = []
    model = Registry(name)["dunning.case"]
    original = model._run_batch

    def counted(cases, *arguments, **options):
        batches.append(len(cases))
        return original(cases, *arguments, **options)

    model._run_batch = counted
    pause(start - now())
    jobs.run(say, name)
    return {"batches": sum(batches)}


def check_counts(lab, outcome):
    """Check that the run says of itself what the tables say."""
    runs = lab.read(
        "SELECT count(DISTINCT r.id), coalesce(sum(l.count), 0) FROM dunning_run r"
        " LEFT JOIN dunning_run_line l ON l.run_id = r.id AND l.result = 'queued'"
    )[0]
    outcome.expect(runs[0] == 1, f"{runs[0]} records of one night")
    outcome.expect(runs[1] == 600, f"the run counts {runs[1]} on their way, not 600")
