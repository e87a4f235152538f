"""What was to be reached, and what was: one judgement for each figure."""

from dataclasses import dataclass

from bench.results import exponent
from bench.sizes import SIZES

#: What OCA's module does before its first e-mail is queued.
OCA_STEPS = ("compute", "mark", "group")
#: Stages whose work grows with the books.
GROWING = (
    *("first run", "run by hand", "preview", "approval by e-mail"),
    *("delivery recorded", "next night", "list of cases"),
)


@dataclass
class Verdict:
    """A target at one size: the figure in words, and whether it is met."""

    target: str
    size: str
    figure: str
    is_met: bool | None  # None: not to be judged at this size


class Judge:
    """Judges the readings of one size; ``all_sizes`` as :func:`results.load` has it."""

    def __init__(self, size, all_sizes):
        self.size, self.all_sizes = size, all_sizes
        self.parts = all_sizes[size]

    def stage(self, part, name):
        """Return a stage, None when it was not measured."""
        return self.parts[part].stages.get(name) if part in self.parts else None

    def seconds(self, part, *names, gauge="wall"):
        """Return the seconds of several stages together, None when one is missing.

        :param gauge: ``wall`` or ``cpu``
        """
        stages = [self.stage(part, name) for name in names]
        return sum(getattr(one, gauge) for one in stages) if all(stages) else None

    def verdicts(self):
        """Yield what can be judged."""
        is_large = self.size == "large"
        yield from self._compare_to_floor()
        yield from self._compare_to_oca()
        night = self.seconds("nights", "next night")
        yield from self._limit("next-day run under 1 s", night, "s", 1)
        yield from self._each("e-mail ≤ 10 ms", "nights", "approval by e-mail", 10)
        yield from self._attached()
        yield from self._each("letter ≤ 150 ms", "papers", "letters, one batch", 150)
        memory = self._peak()
        if memory:
            met = memory <= 600 if is_large else None
            text = "peak memory ≤ 600 MiB (large)"
            yield Verdict(text, self.size, f"{memory} MiB", met)
        if is_large:
            yield from self._growth()

    def _limit(self, target, value, unit, limit):
        if value is not None:
            is_judged = self.size == "medium"
            met = value <= limit if is_judged else None
            yield Verdict(target, self.size, f"{value:.2f} {unit}", met)

    def _each(self, target, part, name, limit):
        if stage := self.stage(part, name):
            yield from self._limit(f"{target} each", stage.each, "ms", limit)

    def floor(self, creation):
        """Return seconds of selecting, grouping and creating a run's records."""
        names = ("selection of the items", "grouping of the items", creation)
        return self.seconds("nights", *(f"floor: {name}" for name in names))

    def _compare_to_floor(self):
        run = self.seconds("nights", "first run")
        for what in ("links", "frozen lines"):
            if run and (floor := self.floor(f"creation, quiet thread with {what}")):
                target = f"first run ≤ 3 × floor (selection, records with {what})"
                yield from self._limit(target, run / floor, "×", 3)

    def _compare_to_oca(self):
        run, theirs = self.seconds("nights", "first run"), self.oca_seconds()
        if run and theirs:
            met = theirs / run >= 50 if self.size == "medium" else None
            target = "first run ≥ 50 × faster than OCA's compute, mark, group"
            yield Verdict(target, self.size, f"{theirs / run:.0f} ×", met)

    def oca_seconds(self, gauge="wall"):
        """Return what OCA's module needs before its first e-mail."""
        return self.seconds("oca", *OCA_STEPS, gauge=gauge)

    def _attached(self):
        """A request that renders nothing costs about what it costs without invoices."""
        stage = self.stage("papers", "approval with invoices, request")
        plain = self.stage("nights", "approval by e-mail")
        if stage and plain:
            met = stage.each <= 2 * plain.each
            yield Verdict(
                "attached invoices never rendered in a request (≤ 2 × one without)",
                self.size,
                f"{stage.each:.1f} ms, {stage.each / plain.each:.1f} ×",
                met if self.size == "medium" else None,
            )

    def _peak(self):
        names = GROWING[:-1]
        stages = [self.stage("nights", name) for name in names]
        return max((max(one.memories) for one in stages if one), default=None)

    def _growth(self):
        for name in GROWING:
            part = "papers" if name == "run by hand" else "nights"
            power = growth(self.all_sizes, part, name, "small", "large")
            if power is not None:
                target = f"growth exponent ≤ 1.05: {name}"
                yield Verdict(target, self.size, f"{power:.2f}", power <= 1.05)


def growth(all_sizes, part, name, small, large, gauge="wall"):
    """Return the growth exponent of a stage between two sizes, None when unknown.

    :param gauge: ``wall`` or ``cpu``
    """
    stages = [
        all_sizes[size][part].stages.get(name)
        for size in (small, large)
        if part in all_sizes.get(size, {})
    ]
    if len(stages) < 2 or not all(stages):
        return None
    factor = SIZES[large].customers / SIZES[small].customers
    seconds = [getattr(stage, gauge) for stage in stages]
    return exponent(*seconds, factor) if all(seconds) else None
