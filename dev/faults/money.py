"""Money that moves while the night and the delivery go on."""

import json
from collections import Counter, defaultdict

import psycopg2
from host import faults

from . import jobs, ledger, observed
from .lab import WORK, Lab, Worker, address, pause
from .outcome import Outcome

FOLDER = WORK / "money"
ACCOUNTANTS = 2
ALONE = 10  # seconds that accountants work without the engine
SAMPLE = 0.01  # seconds between two looks at who waits for a lock
WAITING = """
WITH waiting AS MATERIALIZED (
    SELECT pid, application_name FROM pg_stat_activity
     WHERE datname = %s AND wait_event_type = 'Lock'
)
SELECT waiting.application_name, blocking.application_name
  FROM waiting
  JOIN pg_stat_activity blocking ON blocking.pid = ANY(pg_blocking_pids(waiting.pid))
"""


def money(lab, _options):
    """Book beside a run and a delivery; compare with booking alone."""
    durations = {"alone": phase(lab, lambda: pause(ALONE))[0]}
    other = Lab(9)
    other.fresh(faults.seed_name(600))
    durations["beside another database"] = phase(lab, lambda: both(other))[0]
    other.close()
    outcome = Outcome("money")
    durations["beside the run"], waits = phase(lab, lambda: both(lab, watched=True))
    judge(lab, outcome)
    outcome.figures["durations_ms"] = {
        name: describe(rows) for name, rows in durations.items()
    }
    outcome.figures["lock_waits"] = {
        f"{who} for {whom}": count for (who, whom), count in sorted(waits.items())
    }
    behind = {whom for who, whom in waits if who.startswith("accountant")}
    outcome.expect("engine" not in behind, "an accountant waited for the engine")
    yield outcome


def both(lab, watched=False):
    """Run and deliver; let both tell what they read when somebody wants to know."""
    if watched:
        lab.do(observed.run, FOLDER / "frozen.jsonl")
        lab.do(observed.deliver, FOLDER / "checks.jsonl")
    else:
        lab.do(jobs.run)
        lab.do(jobs.deliver)


def phase(lab, work):
    """Let accountants book meanwhile; return their rows and the lock waits."""
    lab.fresh(faults.seed_name(600))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in FOLDER.iterdir():
        file.unlink()
    stop = FOLDER / "stop"
    crew = [
        lab.start(ledger.book, number, stop, FOLDER / f"accountant{number}.jsonl")
        for number in range(ACCOUNTANTS)
    ]
    watcher = Worker(watch, lab.name, stop)
    for accountant in crew:
        accountant.wait_for("begin")
    work()
    stop.touch()
    for accountant in crew:
        accountant.result()
    waits = Counter({(a, b): n for a, b, n in watcher.result()["waits"]})
    return ledger.read_rows(FOLDER), waits


def watch(_say, name, stop):
    """Look again and again at who waits for whose lock."""
    connection = psycopg2.connect(dbname="postgres", **address())
    connection.autocommit = True
    cursor, waits = connection.cursor(), Counter()
    while not stop.exists():
        cursor.execute(WAITING, [name])
        waits.update(cursor.fetchall())
        pause(SAMPLE)
    return {"waits": [(*pair, count) for pair, count in waits.items()]}


def describe(rows):
    """Return how many operations there were and how long they took, in ms."""
    done = [row for row in rows if not row["error"]]
    # The last attempt: before it the host sleeps some random seconds on purpose.
    spans = sorted(1000 * (row["committed"] - row["last_try"]) for row in done)
    return {
        "operations": len(done),
        "median": round(spans[len(spans) // 2]),
        "p99": round(spans[int(len(spans) * 0.99)]),
        "max": round(spans[-1]),
        "retried": sum(row["tries"] > 1 for row in done),
        "refused": len(rows) - len(done),
    }


def read(name):
    """Return the lines of a record."""
    return [json.loads(line) for line in (FOLDER / name).read_text().splitlines()]


def judge(lab, outcome):
    """Compare what left with what the ledger said at each moment."""
    booked = defaultdict(list)
    for row in ledger.read_rows(FOLDER):
        if row["ref"]:
            booked[row["ref"]].append(row)
    frozen = {row["ref"]: row for row in read("frozen.jsonl")}
    checks = read("checks.jsonl")
    last_check = {ref: check for check in checks for ref in check["refs"]}
    accepted = {
        address.split("@")[0].upper(): row
        for row in lab.server.read()
        for address in row["to"]
    }
    for ref, row in frozen.items():
        if abs(row["ledger"] - row["frozen"]) > 0.001:
            outcome.wrong.append(f"{ref}: froze {row['frozen']} of {row['ledger']}")
    for ref, message in accepted.items():
        judge_message(outcome, ref, message, frozen[ref], last_check, booked[ref])
    measure(outcome, accepted, last_check, frozen, booked, checks)


def judge_message(outcome, ref, message, frozen, last_check, booked):
    """Check one message: its amounts, and the money before its check."""
    if f"{frozen['frozen']:.2f}" not in message["amounts"]:
        outcome.wrong.append(f"{ref}: {frozen['frozen']} not in {message['amounts']}")
    if ref not in last_check:
        outcome.wrong.append(f"{ref}: left without a check")
        return
    began = last_check[ref]["began"]
    before = [row for row in booked if row["committed"] < began]
    open_to_doubt = [r for r in booked if r["last_try"] < began <= r["committed"]]
    if before and not open_to_doubt:
        left = before[-1]["left"]
        if abs(left - frozen["frozen"]) > 0.001:
            outcome.wrong.append(
                f"{ref}: {left} open {began - before[-1]['committed']:.3f} s before "
                f"the check, {frozen['frozen']} asked for"
            )


def measure(outcome, accepted, last_check, frozen, booked, checks):
    """Count how often the fault was hit, and how long a check is good for."""
    moved = [
        ref
        for ref, row in frozen.items()
        if any(r["committed"] > row["at"] for r in booked[ref])
    ]
    dropped = [ref for ref in moved if ref not in accepted]
    spans = [
        row["at"] - last_check[ref]["snapshot"]
        for ref, row in accepted.items()
        if ref in last_check
    ]
    late = [
        ref
        for ref, row in accepted.items()
        if ref in last_check
        and any(
            last_check[ref]["began"] <= r["committed"] < row["at"] for r in booked[ref]
        )
    ]
    outcome.hits = sum(len(rows) for rows in booked.values())
    outcome.figures |= {
        "frozen": len(frozen),
        "accepted": len(accepted),
        "moved_after_freezing": len(moved),
        "of_these_not_sent": len(dropped),
        "moved_between_check_and_server": len(late),
        "chunks": len(checks),
        "check_to_server_max_s": round(max(spans, default=0), 3),
        "snapshot_age_max_s": round(
            max((c["began"] - c["snapshot"] for c in checks), default=0), 3
        ),
    }
