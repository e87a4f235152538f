"""What one trial of a fault came to: a row of the raw output."""

from dataclasses import dataclass, field

#: More examples than this are counted, not shown.
EXAMPLES = 5


@dataclass
class Outcome:
    """One trial.

    ``hits``: how often the fault really struck while the product was at work.
    ``lost``, ``double``, ``wrong``: what must not be, as sentences.
    ``hidden``: failures that a user cannot see where he looks.
    ``served``: (others served, others) when the fault was one debtor's.
    ``host``: what the host does that the product cannot prevent, counted apart.
    """

    fault: str
    hits: int = 0
    lost: list = field(default_factory=list)
    double: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    hidden: list = field(default_factory=list)
    served: tuple = (0, 0)
    host: list = field(default_factory=list)
    figures: dict = field(default_factory=dict)

    def blame(self, *verdicts):
        """Take over what checks found wrong."""
        for verdict in verdicts:
            self.lost += verdict.get("lost", [])
            self.double += verdict.get("double", [])
            self.wrong += verdict.get("wrong", [])
            self.wrong += [
                f"{ref}: a message nobody asked for"
                for ref in verdict.get("uninvited", [])
            ]
        return self

    def expect(self, condition, sentence):
        """Record what is wrong unless the condition holds."""
        if not condition:
            self.wrong.append(sentence)

    def show(self, condition, sentence):
        """Record a failure as hidden unless the user can see it."""
        if not condition:
            self.hidden.append(sentence)

    @property
    def is_clean(self):
        """Tell whether all was as it must be."""
        return not (self.lost or self.double or self.wrong or self.hidden)

    def to_row(self):
        """Return the row for the raw output: counts, and the first examples."""
        row = {"fault": self.fault, "hits": self.hits, "served": list(self.served)}
        for name in ("lost", "double", "wrong", "hidden", "host"):
            found = getattr(self, name)
            row[name] = len(found)
            if found:
                row[f"{name}_examples"] = found[:EXAMPLES]
        return row | self.figures
