"""Which rung of a ladder speaks next, when, to which items, or why nothing is done.

The one place where the calendar of dunning is decided: the nightly run, the preview and
the panel "why this step, what comes next" of a case all call :func:`decide`, so they
can never disagree. Plain Python; money is ``Decimal`` in company currency, days are
``date`` in the company's time zone, waits are whole days.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from .known_money import ANNOUNCED
from .rungs import END_OF_LADDER, Item, Ladder, Rung

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
MATCH_FIRST = "match_first"
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
    MATCH_FIRST,
    BANK_STALE,
)


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of a debtor: items, open credits, the last contact.

    ``pending`` is true while a contact was prepared and not yet delivered: nothing new
    starts before it ends. ``credits`` is the known money that names no item, a positive
    amount in company currency; ``unmatched`` all of it that somebody should match
    before anything formal leaves. ``spoken_on`` is the last day on which the debtor was
    told about an agreement.
    """

    items: tuple[Item, ...]
    credits: Decimal = Decimal(0)
    last_contact: date | None = None
    pending: bool = False
    spoken_on: date | None = None
    unmatched: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Step:
    """One contact (or decision): each item of ``deliver`` reaches its own rung."""

    kind: str
    rung: Rung
    deliver: Mapping[int, Rung]
    listed: tuple[int, ...] = ()

    def without(self, keys: Collection[int]) -> "Step | None":
        """Return the step without some items, which it then neither names nor moves;
        None when nothing is left of what it is about."""
        deliver = {key: rung for key, rung in self.deliver.items() if key not in keys}
        listed = tuple(key for key in self.listed if key not in keys)
        is_left = deliver if self.deliver else listed
        return replace(self, deliver=deliver, listed=listed) if is_left else None


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
    A rung that was agreed upon waits for the printed deadline only. ``(None, None)``
    when the item has climbed the whole ladder.
    """
    index = ladder.position(item) + 1
    if index >= len(ladder.climbing):
        return None, None
    rung = ladder.climbing[index]
    day = item.due + timedelta(days=max(rung.delay, ladder.grace + 1))
    if item.agreed_on and rung.key == item.agreed:
        day = max(item.agreed_on, item.due + timedelta(days=ladder.grace + 1))
    elif item.delivered_on:
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
    if reason := _reason_not_to_dun(ladder, case, late):
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


def _reason_not_to_dun(ladder, case, late):
    free = [item for item in late if not item.hold]
    if not free:
        is_paid = any(item.hold == ANNOUNCED for item in late)
        return TO_RECONCILE if is_paid else HELD
    overdue = sum((item.amount for item in free), Decimal(0))
    net = overdue - case.credits
    if case.credits and (net <= 0 or net < ladder.minimum):
        return TO_RECONCILE
    if net < ladder.minimum:
        # A part of it may be announced: then it is the money that is to be matched.
        return TO_RECONCILE if case.unmatched else BELOW_MINIMUM
    return ""


def must_match_first(ladder: Ladder, case: Case) -> bool:
    """Tell whether somebody has to match the debtor's money before he is put on notice,
    or anything beside the principal is claimed of him (design, rule 7)."""
    return case.unmatched > 0 and case.unmatched >= ladder.minimum


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
    if speaking.formal and must_match_first(ladder, case):
        return Decision(reason=MATCH_FIRST)
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
    if case.spoken_on == today:
        # One contact a day: what was told about an agreement was today's.
        return Decision(reason=CONTACT_GAP, day=today + timedelta(days=1))
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
    """A courtesy leaves between due + delay and the day before the due date, once, not
    after a later one, and never beside anything overdue, held or under formal notice.
    """
    # What is paid already, and only waits to be matched, is in nobody's way.
    items = [item for item in case.items if item.hold != ANNOUNCED]
    if (
        not items
        or case.pending
        or case.spoken_on == today
        or any(item.hold or item.due < today for item in items)
    ):
        is_paid = case.items and not items
        return Decision(reason=TO_RECONCILE if is_paid else NOTHING_LATE)
    spoken = set()
    for rung in reversed(ladder.courtesies):
        spoken.add(rung.key)
        due = {
            item.key: rung
            for item in items
            if item.due + timedelta(days=rung.delay) <= today < item.due
            and not spoken & item.courtesies
        }
        if not due:
            continue
        if case.credits >= sum(
            (item.amount for item in items if item.key in due), Decimal(0)
        ):
            return Decision(reason=TO_RECONCILE)
        if rung.automatic and not bank_fresh:
            return Decision(reason=BANK_STALE)
        return Decision((Step("courtesy", rung, due),))
    return Decision(reason=NOTHING_LATE)
