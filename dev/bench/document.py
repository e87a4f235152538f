"""Write ``docs/performance.md`` out of the readings that are kept; never by hand."""

from pathlib import Path

from host.paths import CHECKOUT

from bench import results
from bench.sizes import SIZES
from bench.targets import GROWING, OCA_STEPS, Judge, growth

PATH = CHECKOUT / "docs" / "performance.md"
TITLES = {
    "nights": "Runs, e-mails, screens, and the floor of the host",
    "papers": "Letters, and e-mails with their invoices",
    "oca": "OCA `account_credit_control`",
}
PAIRS = (("small", "medium"), ("medium", "large"), ("small", "large"))
VERDICTS = {True: "met", False: "**not met**", None: ""}
#: What is compared: (words, ours, theirs); each is (part, stage).
COMPARISONS = (
    (
        "one e-mail, to Odoo's `send_mail_batch`",
        ("nights", "approval by e-mail"),
        ("nights", "floor: mail by send_mail_batch"),
    ),
    (
        "one e-mail, to a mail from a stored view",
        ("nights", "approval by e-mail"),
        ("nights", "floor: mail from a stored view"),
    ),
    (
        "one letter, to the floor's",
        ("papers", "letters, one batch"),
        ("papers", "floor: letters in calls of 10"),
    ),
    (
        "list of invoices, to the same without our fields",
        ("nights", "list of invoices"),
        ("nights", "list of invoices, without our fields"),
    ),
    (
        "OCA's e-mail without documents, to ours",
        ("oca", "e-mail without PDF"),
        ("nights", "approval by e-mail"),
    ),
    (
        "OCA's letter (50), to ours (300)",
        ("oca", "letters, one PDF"),
        ("papers", "letters, one batch"),
    ),
)

INTRODUCTION = Path(__file__).with_name("introduction.md")


def write():
    """Write the document and return its path."""
    sizes = results.load()
    text = "\n".join(
        [INTRODUCTION.read_text(), *_targets(sizes), *_ratios(sizes), *_growth(sizes)]
        + [*_details(sizes), *_profiles(), *_machines(sizes)]
    )
    PATH.write_text(text.rstrip() + "\n", encoding="utf-8")
    return PATH


def _table(heads, rows, numbers=1):
    """Yield a table; its first ``numbers`` columns are text, the others figures."""
    yield "| " + " | ".join(heads) + " |"
    align = ["---" if index < numbers else "---:" for index in range(len(heads))]
    yield "|" + "|".join(align) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def _targets(sizes):
    yield "## What was to be reached\n"
    yield "Judged at medium size, memory and growth at large.\n"
    found = {}
    for size in sizes:
        for verdict in Judge(size, sizes).verdicts():
            found.setdefault(verdict.target, {})[size] = verdict
    rows = []
    for target, by_size in found.items():
        judged = [one.is_met for one in by_size.values() if one.is_met is not None]
        verdict = VERDICTS[judged[0]] if judged else "not measured at that size"
        figures = [by_size[one].figure if one in by_size else "" for one in SIZES]
        rows.append([target, *figures, verdict])
    yield from _table(["target", *SIZES, ""], rows)


def _ratios(sizes):
    yield "## Ratios\n"
    yield "In brackets by processor time, which other work on a machine disturbs less."
    yield ""
    judges = [Judge(size, sizes) if size in sizes else None for size in SIZES]
    rows = [
        [words, *(judge and _ratio(judge, one, other) or "" for judge in judges)]
        for words, one, other in COMPARISONS
    ]
    words = f"OCA's {', '.join(OCA_STEPS)}, to our first run"
    rows.append([words, *(judge and _oca_ratio(judge) or "" for judge in judges)])
    yield from _table(["compared", *SIZES], rows)


def _ratio(judge, one, other):
    """Return how many times as much one stage needs for each as another."""
    ours, theirs = judge.stage(*one), judge.stage(*other)
    if not (ours and theirs and theirs.cpu):
        return ""
    by_cpu = ours.cpu / ours.count / (theirs.cpu / theirs.count)
    return f"{ours.each / theirs.each:.2f} × ({by_cpu:.2f})"


def _oca_ratio(judge):
    theirs, ours = judge.oca_seconds(), judge.seconds("nights", "first run")
    if not (theirs and ours):
        return ""
    by_cpu = judge.oca_seconds("cpu") / judge.seconds(
        "nights", "first run", gauge="cpu"
    )
    return f"{theirs / ours:.1f} × ({by_cpu:.1f})"


def _growth(sizes):
    yield "## Growth exponents\n"
    stages = [("papers" if n == "run by hand" else "nights", n) for n in GROWING]
    stages += [("nights", "floor: creation, quiet thread with links")]
    stages += [("oca", name) for name in OCA_STEPS]
    rows = []
    for part, name in stages:
        texts = [_exponents(sizes, part, name, pair) for pair in PAIRS]
        if any(texts):
            rows.append([f"OCA: {name}" if part == "oca" else name, *texts])
    if not rows:
        yield "They need two sizes at least.\n"
        return
    yield "In brackets by processor time.\n"
    yield from _table(["stage", *(f"{one} → {other}" for one, other in PAIRS)], rows)


def _exponents(sizes, part, name, pair):
    wall, cpu = (growth(sizes, part, name, *pair, gauge) for gauge in ("wall", "cpu"))
    if wall is None:
        return ""
    return f"{wall:.2f}" + (f" ({cpu:.2f})" if cpu is not None else "")


def _details(sizes):
    heads = ["stage", "size", "handled", "s", "range", "ms each", "queries"]
    heads += ["processor s", "peak MiB"]
    for part, title in TITLES.items():
        rows = [
            _describe(size, stage)
            for size, stage in _by_stage(sizes, part)
            if stage is not None
        ]
        if rows:
            yield f"## {title}\n"
            yield from _table(heads, rows, numbers=2)


def _by_stage(sizes, part):
    """Yield (size, stage), the sizes of one stage together."""
    parts = {size: found[part] for size, found in sizes.items() if part in found}
    names = dict.fromkeys(name for one in parts.values() for name in one.stages)
    for name in names:
        for size, one in parts.items():
            yield size, one.stages.get(name)


def _describe(size, stage):
    spread = f"{min(stage.walls):.2f}–{max(stage.walls):.2f}"
    extra = ", ".join(f"{value} {key}" for key, value in stage.extra.items())
    handled = f"{stage.count} {stage.unit}" + (f" ({extra})" if extra else "")
    return [
        *(stage.name, size, handled, f"{stage.wall:.3f}"),
        spread if len(stage.walls) > 1 else "one run",
        f"{stage.each:.2f}" if stage.each is not None else "",
        str(stage.queries),
        f"{stage.cpu:.2f}",
        str(max(stage.memories)),
    ]


def _profiles():
    files = sorted(results.PROFILES.glob("*.txt"))
    if files:
        yield "## Profiles\n"
        yield "Where the time goes, by `cProfile`, which slows everything down:\n"
        for path in files:
            yield f"- [{path.stem}](performance/profiles/{path.name})"
        yield ""


def _machines(sizes):
    yield "## When and on what\n"
    shown = {}
    rows = []
    for size, parts in sizes.items():
        for part, one in parts.items():
            machine = {k: v for k, v in one.machine.items() if k != "load before"}
            number = shown.setdefault(tuple(machine.items()), len(shown) + 1)
            load = one.machine.get("load before", "")
            rows.append([size, part, one.session, f"machine {number}", load])
    yield from _table(["size", "part", "measured", "on", "load before"], rows, 5)
    for machine, number in shown.items():
        yield f"Machine {number}:\n"
        yield from (f"- {what}: {how}" for what, how in machine)
        yield ""
