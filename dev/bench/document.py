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
    rows = []
    for words, one, other in COMPARISONS:
        row = [words]
        for size in SIZES:
            judge = Judge(size, sizes) if size in sizes else None
            pair = [judge and judge.stage(*which) for which in (one, other)]
            row.append(f"{pair[0].each / pair[1].each:.2f} ×" if all(pair) else "")
        rows.append(row)
    row = [f"OCA's {', '.join(OCA_STEPS)} (s), to our first run (s)"]
    for size in SIZES:
        judge = Judge(size, sizes) if size in sizes else None
        theirs = judge.oca_seconds() if judge else None
        ours = judge.seconds("nights", "first run") if judge else None
        row.append(f"{theirs:.1f} / {ours:.2f}" if theirs and ours else "")
    yield from _table(["compared", *SIZES], [*rows, row])


def _growth(sizes):
    yield "## Growth exponents\n"
    stages = [("papers" if n == "run by hand" else "nights", n) for n in GROWING]
    stages += [("nights", "floor: creation, quiet thread with links")]
    stages += [("oca", name) for name in OCA_STEPS]
    rows = []
    for part, name in stages:
        powers = [growth(sizes, part, name, *pair) for pair in PAIRS]
        if any(power is not None for power in powers):
            label = f"OCA: {name}" if part == "oca" else name
            texts = ["" if power is None else f"{power:.2f}" for power in powers]
            rows.append([label, *texts])
    if not rows:
        yield "They need two sizes at least.\n"
        return
    yield from _table(["stage", *(f"{one} → {other}" for one, other in PAIRS)], rows)


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
        f"{sorted(stage.cpus)[len(stage.cpus) // 2]:.2f}",
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
