"""The document: what the raw outputs say, in tables."""

import json
import os
import platform
import statistics
from datetime import datetime

from host import postgres
from host.paths import CHECKOUT, output_of

from .lab import now

COUNTS = ("lost", "double", "wrong", "hidden", "host")
RUNS = "runs.json"
DOCUMENT = CHECKOUT / "docs" / "reliability.md"
WORDS = CHECKOUT / "dev" / "faults" / "report.md"


def summarize(rows):
    """Return the counts of a fault in one line."""
    total = totals(rows)
    hits = f"{total['hits']} hit" if total["hits"] else "NOT TESTED (0 hits)"
    words = [f"{len(rows)} trials, {hits}"]
    words += [f"{total[name]} {name}" for name in COUNTS[:4]]
    if total["host"]:
        words.append(f"{total['host']} the host's")
    if total["others"]:
        words.append(f"others served {total['served']}/{total['others']}")
    return ", ".join(words)


def totals(rows):
    """Return the sums of the counts."""
    total = {name: sum(row[name] for row in rows) for name in ("hits", *COUNTS)}
    total["served"] = sum(row["served"][0] for row in rows)
    total["others"] = sum(row["served"][1] for row in rows)
    return total


def note_run(folder, name, seconds, options):
    """Keep when and where a raw output was made."""
    file = folder / RUNS
    runs = json.loads(file.read_text()) if file.exists() else {}
    runs[name] = {
        # The calendar of the machine: ours stands in the time of the story.
        "date": datetime.fromtimestamp(now()).date().isoformat(),
        "revision": output_of(
            ["git", "-C", CHECKOUT, "rev-parse", "--short", "HEAD"]
        ).strip(),
        "seconds": round(seconds),
        "cores": os.cpu_count(),
        "lanes": options.lanes,
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "postgresql": postgres.sql("SHOW server_version")[0],
    }
    file.write_text(json.dumps(runs, indent=1, sort_keys=True) + "\n")


def read(folder, name):
    """Return the raw output of a fault."""
    file = folder / f"{name}.jsonl"
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text().splitlines()]


def write(folder, faults):
    """Write the document from the raw outputs of all faults."""
    rows = {name: read(folder, name) for name in faults}
    runs = json.loads((folder / RUNS).read_text())
    parts = {
        "counts": counts_table(faults, rows, runs),
        "kills": kills_text(rows),
        "workers": workers_table(rows["workers"]),
        "money": money_text(rows["money"]),
        "details": details(faults, rows),
        "bad": bad_list(rows),
        "machine": machine_text(runs),
    }
    text = WORDS.read_text()
    for name, part in parts.items():
        text = text.replace(f"{{{{{name}}}}}", part)
    DOCUMENT.write_text(text)


def table(head, rows):
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def counts_table(faults, rows, runs):
    """Return what became of each fault, in counts."""
    lines = []
    for name, fault in faults.items():
        if not rows[name]:
            lines.append([f"`{name}`", fault.text, *["not run"] + [""] * 7])
            continue
        total = totals(rows[name])
        others = f"{total['served']} / {total['others']}" if total["others"] else ""
        lines.append(
            [
                f"`{name}`",
                fault.text,
                len(rows[name]),
                total["hits"] or "**0: not tested**",
                *(total[count] for count in COUNTS),
                others,
                f"{runs.get(name, {}).get('seconds', '')} s",
            ]
        )
    head = ["fault", "what happens", "trials", "hits", *COUNTS, "others served", "took"]
    return table(head, lines)


def kills_text(rows):
    """Return where in their work the processes were killed."""
    lines = []
    for name, stages in (
        ("kill-run", ("cases_at_kill", "mails_at_kill")),
        ("kill-delivery", ("sent_at_kill", "sent_at_kill")),
    ):
        hit = [row for row in rows[name] if row["hits"]]
        if not hit:
            continue
        first, last = stages
        most = max(row[last] for row in hit)
        nothing = sum(not row[first] for row in hit)
        everything = sum(row[last] == most > 0 for row in hit)
        lines.append(
            [
                f"`{name}`",
                len(hit),
                f"{statistics.median(row['window_s'] for row in hit):.2f} s",
                nothing,
                len(hit) - nothing - everything,
                f"{everything} ({most} mails)",
                sum(row.get("in_host_window", 0) for row in hit),
            ]
        )
    head = ["", "killed inside", "length of the work", "nothing committed yet"]
    head += ["a part committed", "the most committed", "between acceptance and commit"]
    return table(head, lines)


def workers_table(rows):
    """Return how fast several workers are together."""
    head = ["workers", "seconds", "speed-up", "batches of each", "calls of each"]
    head += ["conflicts of each"]
    head += ["calls because of errors", "stopped by an error"]
    lines = [
        [
            row["workers"],
            row["seconds"],
            row["speed_up"],
            ", ".join(map(str, row["shares"])),
            ", ".join(map(str, row["calls"])),
            ", ".join(map(str, row["conflicts"])),
            row["waves"] - 1,
            row["errors"],
        ]
        for row in rows
    ]
    return table(head, lines)


def money_text(rows):
    """Return what was booked meanwhile, and how long it took."""
    if not rows:
        return "not run"
    [row] = rows
    facts = [
        [text, row[key]]
        for key, text in (
            ("frozen", "actions frozen by the run"),
            ("hits", "bookings committed beside the run and the delivery"),
            ("moved_after_freezing", "debtors with a booking after their freezing"),
            ("of_these_not_sent", "of these, messages that did not leave"),
            ("accepted", "messages accepted by the mail server"),
            ("moved_between_check_and_server", "bookings between check and server"),
            ("check_to_server_max_s", "longest time from check to server, s"),
            ("snapshot_age_max_s", "oldest snapshot when a check began, s"),
        )
    ]
    head = ["accountants", "bookings", "median", "p99", "max", "retried", "refused"]
    spans = [
        [name, *(one[key] for key in ("operations", *head[2:]))]
        for name, one in row["durations_ms"].items()
    ]
    waits = ", ".join(f"{pair}: {n}" for pair, n in row["lock_waits"].items()) or "none"
    return (
        f"{table(['', ''], facts)}\n\nLength of a booking in ms, its last attempt:\n\n"
        f"{table(head, spans)}\n\nLock waits seen in samples every 10 ms: {waits}."
    )


#: Shown elsewhere, or the same for all.
PLAIN = {"fault", "served", *COUNTS, *(f"{name}_examples" for name in COUNTS)}
OWN_SECTION = ("kill-run", "kill-delivery", "workers", "money")


def details(faults, rows):
    """Return the figures of each trial of the smaller faults."""
    texts = []
    for name in faults:
        if name in OWN_SECTION or not rows[name]:
            continue
        lines = []
        for row in rows[name]:
            figures = [
                f"{key.replace('_', ' ')}: {show(value)}"
                for key, value in row.items()
                if key not in PLAIN
            ]
            lines.append("- " + "; ".join(figures))
        texts.append(f"**`{name}`**\n\n" + "\n".join(lines))
    return "\n\n".join(texts)


def show(value):
    """Return a figure as text that Markdown leaves alone."""
    if isinstance(value, dict):
        return ", ".join(f"{count} {key}" for key, count in value.items())
    if isinstance(value, list):
        return "; ".join(map(show, value))
    text = " ".join(str(value).split())
    return f"`{text}`" if any(sign in text for sign in "<>_*|") else text or "nothing"


def bad_list(rows):
    """Return what was not as it must be, or that all was."""
    lines = [
        f"- `{name}`, {kind}: {show(example)}"
        for name, of_fault in rows.items()
        for row in of_fault
        for kind in COUNTS[:4]
        for example in row.get(f"{kind}_examples", [])[:2]
    ]
    return "\n".join(dict.fromkeys(lines)) or "Nothing, in these runs."


def machine_text(runs):
    """Return where the raw outputs were made."""
    texts = sorted(
        {
            f"{run['date']}, revision {run['revision']}, {run['cores']} cores, "
            f"kills in {run['lanes']} lanes, Python {run['python']}, PostgreSQL "
            f"{run['postgresql']}"
            for run in runs.values()
        }
    )
    loads = [run["load"] for run in runs.values()]
    memory = output_of(["awk", "/MemTotal/ {print int($2 / 1048576)}", "/proc/meminfo"])
    load = f"load of the machine at the ends {min(loads)} to {max(loads)}"
    return "; ".join([*texts, f"{memory.strip()} GiB of memory", load])
