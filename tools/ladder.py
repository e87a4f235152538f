"""Which rung of a ladder speaks next, when, to which items, or why nothing is done.

The one place where the calendar of dunning is decided: the nightly run, the preview and
the panel "why this step, what comes next" of a case all call :func:`decide`, so they
can never disagree. Plain Python; money is ``Decimal`` in company currency, days are
``date`` in the company's time zone, waits are whole days.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

#: Key of the decision that the engine adds when a ladder does not end in one.
END_OF_LADDER = 0
#: Days of silence after the last rung before that added decision is taken.
END_GAP_DAYS = 15

# Why a debtor gets no contact today, in the order in which the reasons are tried.
NOTHING_LATE = "nothing_late"
HELD = "held"
TO_RECONCILE = "to_reconcile"
BELOW_MINIMUM = "below_minimum"
PENDING = "pending"
DECIDING = "deciding"
LADDER_ENDED = "ladder_ended"
TOO_EARLY = "too_early"
FORMAL_NOTICE = "formal_notice"
CONTACT_GAP = "contact_gap"
BANK_STALE = "bank_stale"
REASONS = (
    NOTHING_LATE,
    HELD,
    TO_RECONCILE,
    BELOW_MINIMUM,
    PENDING,
    DECIDING,
    LADDER_ENDED,
    TOO_EARLY,
    FORMAL_NOTICE,
    CONTACT_GAP,
    BANK_STALE,
)


@dataclass(frozen=True, slots=True)
class Rung:
    """One level: ``delay`` from the due date, ``gap`` since the rung before it.

    ``notified`` is true of a formal notice and of the decisions that follow one: who
    stands there has been put on notice.
    """

    key: int
    delay: int
    gap: int = 0
    formal: bool = False
    decision: bool = False
    automatic: bool = True
    notified: bool = False

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

        An old item that starts at a chosen rung stands just below it.
        """
        below_start = self.start(item) - 1
        if item.rung is None:
            return max(below_start, -1)
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


@dataclass(frozen=True, slots=True)
class Item:
    """One open item. ``rung`` is the last one delivered, ``deadline`` what it printed;
    ``rung_notified`` and ``rung_decided`` say what the item has behind it there.

    ``hold`` says why the item is not dunned at all (empty if it is); ``pending`` that a
    decision about it is already on somebody's desk; ``courtesies`` are the keys of the
    courtesy levels that it already got. ``start`` is the rung that somebody chose as
    the first one of an old item, with the delay it has.
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

    def is_late(self, today: date, grace: int) -> bool:
        return (today - self.due).days > grace


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of a debtor: items, open credits, the last contact.

    ``pending`` is true while a contact was prepared and not yet delivered: nothing new
    starts before it ends. ``credits`` is a positive amount in company currency.
    """

    items: tuple[Item, ...]
    credits: Decimal = Decimal(0)
    last_contact: date | None = None
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One contact (or decision): each item of ``deliver`` reaches its own rung."""

    kind: str
    rung: Rung
    deliver: Mapping[int, Rung]
    listed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """Steps to take today (one contact at most, beside a decision), or the reason why
    the debtor is not contacted, with the day on which that may change."""

    steps: tuple[Step, ...] = ()
    reason: str = ""
    day: date | None = None


def next_rung(ladder: Ladder, item: Item) -> tuple[Rung | None, date | None]:
    """Return the next rung of the item and the first day on which it may speak.

    Next rung = max(due + delay, late, delivered + gap, printed deadline + grace + 1).
    ``(None, None)`` when the item has climbed the whole ladder.
    """
    index = ladder.position(item) + 1
    if index >= len(ladder.climbing):
        return None, None
    rung = ladder.climbing[index]
    day = item.due + timedelta(days=max(rung.delay, ladder.grace + 1))
    if item.delivered_on:
        day = max(day, item.delivered_on + timedelta(days=rung.gap))
    if item.deadline:
        day = max(day, item.deadline + timedelta(days=ladder.grace + 1))
    return rung, day


def first_next(
    ladder: Ladder, items: Iterable[Item]
) -> tuple[Rung | None, date | None]:
    """Return the rung that speaks first for items which nothing holds back, and its
    day; ``(None, None)`` when all of them have climbed the whole ladder."""
    nexts = [next_rung(ladder, item) for item in items if not item.hold]
    coming = [(day, rung) for rung, day in nexts if rung]
    if not coming:
        return None, None
    day, rung = min(coming, key=lambda pair: pair[0])
    return rung, day


def decide(
    ladder: Ladder,
    case: Case,
    today: date,
    bank_fresh: bool = True,
    nexts: Mapping[int, tuple[Rung | None, date | None]] | None = None,
) -> Decision:
    """Return what to do with the debtor today.

    :param nexts: the next rung of each item where the caller knows it already
    :param bank_fresh: false when no bank entry came in for too long; levels that leave
        by themselves then wait (a person who clicks passes true).
    """
    late = [item for item in case.items if item.is_late(today, ladder.grace)]
    free = [item for item in late if not item.hold]
    if not late:
        return _decide_courtesy(ladder, case, today, bank_fresh)
    if reason := _reason_not_to_dun(ladder, case, free):
        return Decision(reason=reason)
    nexts = {
        item.key: nexts[item.key] if nexts else next_rung(ladder, item)
        for item in free
        if not item.pending
    }
    due = {key: rung for key, (rung, day) in nexts.items() if rung and day <= today}
    decisions = {key: rung for key, rung in due.items() if rung.decision}
    # One decision at a time: what comes next is decided for the whole debtor.
    steps = () if _is_deciding(free) else _decision_steps(decisions)
    contact = _decide_contact(ladder, case, free, (due, nexts), today, bank_fresh)
    return Decision(steps + contact.steps, contact.reason, contact.day)


def _reason_not_to_dun(ladder, case, free):
    if not free:
        return HELD
    overdue = sum((item.amount for item in free), Decimal(0))
    net = overdue - case.credits
    if case.credits and (net <= 0 or net < ladder.minimum):
        return TO_RECONCILE
    if net < ladder.minimum:
        return BELOW_MINIMUM
    return ""


def _decision_steps(decisions):
    if not decisions:
        return ()
    # An explicit decision speaks before the one that the engine adds.
    rung = max(decisions.values(), key=lambda rung: rung.key != END_OF_LADDER)
    return (Step("rung", rung, decisions),)


def _decide_contact(ladder, case, free, calendar, today, bank_fresh):
    due, nexts = calendar
    due = {key: rung for key, rung in due.items() if not rung.decision}
    if case.pending:
        return Decision(reason=PENDING)
    if not due:
        return _wait(free, nexts, today)
    speaking = max(due.values(), key=ladder.climbing.index)
    if wait := reason_to_wait(ladder, case, today, speaking.formal):
        return wait
    if speaking.automatic and not bank_fresh:
        return Decision(reason=BANK_STALE)
    if speaking.formal:
        # A formal notice moves, and names, only the items that reached it.
        due = {key: rung for key, rung in due.items() if rung.formal}
        return Decision((Step("rung", speaking, due),))
    listed = tuple(item.key for item in free if item.key not in due)
    return Decision((Step("rung", speaking, due, listed),))


def reason_to_wait(
    ladder: Ladder, case: Case, today: date, is_formal: bool = False
) -> Decision | None:
    """Return why a contact must wait today, whoever wants it; None when it need not.

    No ordinary reminder while the deadline of a formal notice is running, and no two
    contacts closer than the contact gap.
    """
    running = [
        item.deadline
        for item in case.items
        if item.rung_formal and item.deadline and not item.hold
    ]
    if not is_formal and running and max(running) >= today:
        return Decision(reason=FORMAL_NOTICE, day=max(running) + timedelta(days=1))
    if case.last_contact:
        day = case.last_contact + timedelta(days=ladder.contact_gap)
        if today < day:
            return Decision(reason=CONTACT_GAP, day=day)
    return None


def _is_deciding(items):
    return any(item.pending for item in items)


def _wait(items, nexts, today):
    if _is_deciding(items):
        return Decision(reason=DECIDING)
    days = [day for rung, day in nexts.values() if rung and day > today]
    if not days:
        return Decision(reason=LADDER_ENDED)
    return Decision(reason=TOO_EARLY, day=min(days))


def _decide_courtesy(ladder, case, today, bank_fresh):
    """A courtesy leaves between due + delay and the day before the due date, once, and
    never beside anything overdue, held or under formal notice."""
    if (
        not case.items
        or case.pending
        or any(item.hold or item.due < today for item in case.items)
    ):
        return Decision(reason=NOTHING_LATE)
    for rung in reversed(ladder.courtesies):
        due = {
            item.key: rung
            for item in case.items
            if item.due + timedelta(days=rung.delay) <= today < item.due
            and rung.key not in item.courtesies
        }
        if not due:
            continue
        if case.credits >= sum(
            (i.amount for i in case.items if i.key in due), Decimal(0)
        ):
            return Decision(reason=TO_RECONCILE)
        if rung.automatic and not bank_fresh:
            return Decision(reason=BANK_STALE)
        return Decision((Step("courtesy", rung, due),))
    return Decision(reason=NOTHING_LATE)
