"""Rungs of a ladder and the place of an item on them.

Plain Python; waits are whole days, days are ``date``, money is ``Decimal`` in company
currency.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

#: Key of the decision that the engine adds when a ladder does not end in one.
END_OF_LADDER = 0
#: The tones of texts, the softest first.
TONES = ("friendly", "neutral", "firm", "formal")
#: Days of silence after the last rung before that added decision is taken.
END_GAP_DAYS = 15


@dataclass(frozen=True, slots=True)
class Rung:
    """One level: ``delay`` from the due date, ``gap`` since the rung before it.

    ``notified`` is true of a formal notice and of the decisions that follow one: who
    stands there has been put on notice. ``text`` is true of what leaves words with the
    debtor (a call leaves none), ``tone`` says how firm they are (0 is the softest) and
    ``place`` how far up its ladder the rung stands. ``days`` are those until the date
    that its text prints, 0 where it prints none.
    """

    key: int
    delay: int
    gap: int = 0
    formal: bool = False
    decision: bool = False
    automatic: bool = True
    notified: bool = False
    text: bool = True
    tone: int = 0
    place: int = 0
    days: int = 0

    @property
    def strength(self) -> tuple[int, int]:
        """How strongly its text speaks: by its tone, then by its place. Nothing is
        stronger than a formal notice, whatever tone somebody gave it."""
        return len(TONES) if self.formal else self.tone, self.place

    def is_softer_than(self, heard: "Rung | None") -> bool:
        """Tell whether its text would ask for something more softly than another has
        asked for it before (design, rule 2). A formal notice never does."""
        return not self.formal and bool(heard) and heard.strength > self.strength

    @property
    def courtesy(self) -> bool:
        return self.delay < 0

    @property
    def ordinary(self) -> bool:
        """A reminder: neither courtesy, formal notice nor decision."""
        return not (self.courtesy or self.formal or self.decision)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Rungs in climbing order; ``minimum`` is in company currency."""

    rungs: tuple[Rung, ...]
    grace: int = 0
    contact_gap: int = 0
    minimum: Decimal = Decimal(0)
    climbing: tuple[Rung, ...] = field(init=False)
    courtesies: tuple[Rung, ...] = field(init=False)

    def __post_init__(self):
        climbing = [rung for rung in self.rungs if not rung.courtesy]
        # No ladder ends in silence: somebody decides what comes after the last rung.
        if climbing and not climbing[-1].decision:
            last = climbing[-1]
            climbing.append(
                Rung(END_OF_LADDER, last.delay, END_GAP_DAYS, decision=True)
            )
        courtesies = tuple(rung for rung in self.rungs if rung.courtesy)
        object.__setattr__(self, "climbing", tuple(climbing))
        object.__setattr__(self, "courtesies", courtesies)

    def position(self, item: "Item") -> int:
        """Return the index of the rung the item stands on, -1 below the first.

        An old item that starts at a chosen rung, and one whose next rung was agreed
        upon, stand just below it.
        """
        below_start = max(self.start(item), self.find_agreed(item)) - 1
        if item.rung is None:
            return below_start
        for index, rung in enumerate(self.climbing):
            if rung.key == item.rung:
                return max(index, below_start)
        stand = self.stand(item.rung_delay, item.rung_notified, item.rung_decided)
        return max(stand, below_start)

    def start(self, item: "Item") -> int:
        """Return the index of the first rung that speaks to the item.

        0, unless somebody chose a later rung for it (design, rule 3). When that rung
        was archived or belongs to another ladder: see :meth:`find_start`.
        """
        if item.start is None:
            return 0
        for index, rung in enumerate(self.climbing):
            if rung.key == item.start and rung.ordinary:
                return index
        return self.find_start(item.start_delay)

    def find_agreed(self, item: "Item") -> int:
        """Return the index of the rung that was agreed to speak next, -1 for none.

        A formal notice may be agreed upon (it stays manual); a rung of another ladder,
        or an archived one, is not there any more.
        """
        for index, rung in enumerate(self.climbing):
            if rung.key == item.agreed and item.agreed is not None:
                return index
        return -1

    def find_start(self, delay: int) -> int:
        """Return the index of the highest ordinary rung whose delay is not above
        ``delay``: nobody *starts* with a formal notice or a decision."""
        fitting = [
            index
            for index, rung in enumerate(self.climbing)
            if rung.ordinary and rung.delay <= delay
        ]
        return fitting[-1] if fitting else 0

    def stand(self, delay: int, notified: bool = False, decided: bool = False) -> int:
        """Return the index of the highest rung whose delay is not above ``delay``.

        Used when the rung of an item was archived or belongs to another ladder. Neither
        a formal notice nor a decision is ever reached by the calendar alone, and one
        that was delivered stays delivered: after it only a decision may follow.

        :param notified: a formal notice was delivered
        :param decided: the item stands on a decision
        """
        rungs = [
            (index, rung)
            for index, rung in enumerate(self.climbing)
            if rung.key != END_OF_LADDER
        ]
        reached = [
            index
            for index, rung in rungs
            if rung.delay <= delay
            and (notified or not rung.formal)
            and (decided or not rung.decision)
        ]
        if notified:
            notices = [index for index, rung in rungs if rung.formal]
            reached += notices or [i for i, rung in rungs if not rung.decision]
        return max(reached, default=-1)


class Item(NamedTuple):
    """One open item. ``rung`` is the last one delivered, ``deadline`` what it printed;
    ``rung_notified`` and ``rung_decided`` say what the item has behind it there.

    ``hold`` says why the item is not dunned at all (empty if it is); ``pending`` that a
    decision about it is already on somebody's desk; ``courtesies`` are the keys of the
    courtesy levels that it already got. ``start`` is the rung that somebody chose as
    the first one of an old item, with the delay it has. ``agreed`` is the rung that was
    to speak if an agreement failed, ``agreed_on`` the day on which it did. ``heard`` is
    the strongest text that asked for the item, whoever it was about.
    """

    key: int
    due: date
    amount: Decimal
    rung: int | None = None
    rung_delay: int = 0
    rung_formal: bool = False
    rung_notified: bool = False
    rung_decided: bool = False
    delivered_on: date | None = None
    deadline: date | None = None
    hold: str = ""
    pending: bool = False
    courtesies: frozenset[int] = frozenset()
    start: int | None = None
    start_delay: int = 0
    agreed: int | None = None
    agreed_on: date | None = None
    heard: Rung | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether nobody has asked for the item yet, by any rung or text."""
        return self.rung is None and self.start is None and self.heard is None

    @property
    def is_on_notice(self) -> bool:
        """Whether a formal notice asked for the item."""
        return self.rung_notified or bool(self.heard and self.heard.formal)

    def is_late(self, today: date, grace: int) -> bool:
        return (today - self.due).days > grace
