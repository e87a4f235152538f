"""Which rung of a ladder speaks next, when, to which items, or why nothing is done.

The one place where the calendar of dunning is decided: the nightly run, the preview and
the panel "why this step, what comes next" of a case all call :func:`decide`, so they
can never disagree. Plain Python; money is ``Decimal`` in company currency, days are
``date`` in the company's time zone, waits are whole days.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
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
JOINS_STRONGER = "joins_stronger"
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
    JOINS_STRONGER,
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
    """One contact (or decision): each item of ``deliver`` reaches its own rung.

    Those of ``listed`` are asked for as well and do not move. Both are the object of
    the contact. Those of ``recorded`` stand apart, for the record: a formal notice asks
    for them already, and this contact neither adds to that nor takes from it.
    """

    kind: str
    rung: Rung
    deliver: Mapping[int, Rung]
    listed: tuple[int, ...] = ()
    recorded: tuple[int, ...] = ()

    def without(self, keys: Collection[int]) -> "Step | None":
        """Return the step without some items, which it then neither names nor moves;
        None when nothing is left of what it is about."""
        deliver = {key: rung for key, rung in self.deliver.items() if key not in keys}
        listed = tuple(key for key in self.listed if key not in keys)
        recorded = tuple(key for key in self.recorded if key not in keys)
        if not (deliver if self.deliver else listed):
            return None
        return replace(self, deliver=deliver, listed=listed, recorded=recorded)


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
    speaking = find_speaking(ladder, due, free)
    if wait := reason_to_wait(ladder, case, today, speaking.formal):
        return wait
    if day := _find_stronger_day(ladder, case, due, free, nexts, today):
        return Decision(reason=JOINS_STRONGER, day=day)
    if speaking.formal and must_match_first(ladder, case):
        return Decision(reason=MATCH_FIRST)
    if speaking.automatic and not bank_fresh:
        return Decision(reason=BANK_STALE)
    if speaking.formal:
        # A formal notice moves, and names, only the items that reached it.
        due = {key: rung for key, rung in due.items() if rung.formal}
        return Decision((Step("rung", speaking, due),))
    return Decision((_make_step(ladder, speaking, due, free, nexts, today),))


# Never softer: what was asked firmly is not asked for in a friendlier tone (design,
# rule 2). A creditor who grants a new date after his notice has granted a term.


def find_speaking(
    ladder: Ladder, due: Mapping[int, Rung], items: Sequence[Item]
) -> Rung:
    """Return the rung whose text speaks for the items that are due.

    The stronger of the highest due rung and the strongest text, below a formal notice,
    that one of them has heard. What another ladder has said is said again by the first
    rung of this one that is as strong, else by its strongest. A call leaves no text:
    nothing is softer after it, and it is softer than nothing.

    :param due: ``{item key: rung}`` of the items that are due
    """
    highest = max(due.values(), key=ladder.climbing.index)
    if highest.formal or not highest.text:
        return highest
    heard = [
        item.heard.strength
        for item in items
        if item.key in due and item.heard and not item.heard.formal
    ]
    wanted = max(heard, default=highest.strength)
    if highest.strength >= wanted:
        return highest
    texts = sorted(
        (rung for rung in ladder.climbing if rung.ordinary and rung.text),
        key=lambda rung: rung.strength,
    )
    return next((rung for rung in texts if rung.strength >= wanted), texts[-1])


def _find_stronger_day(ladder, case, due, items, nexts, today):
    """Return the day of the stronger text that fresh debts wait for; None when they
    speak for themselves.

    A fresh debt joins a stronger text that is due within the contact gap of its own
    day: two messages would not be allowed so close to each other.
    """
    fresh = {
        item.key: nexts[item.key][1]
        for item in items
        if item.is_fresh and item.key in nexts
    }
    if not due.keys() <= fresh.keys() or not all(rung.text for rung in due.values()):
        return None
    last_day = min(fresh[key] for key in due) + timedelta(days=ladder.contact_gap)
    own = max(rung.strength for rung in due.values())
    free_on = today
    if case.last_contact:
        free_on = case.last_contact + timedelta(days=ladder.contact_gap)
    coming = [
        max(day, free_on)
        for key, (rung, day) in nexts.items()
        if key not in fresh
        and rung
        and _is_text_by_itself(rung)
        and rung.strength > own
        and day > today
    ]
    day = min(coming, default=None)
    return day if day and today < day <= last_day else None


def _is_text_by_itself(rung):
    return rung.text and rung.automatic and not (rung.formal or rung.decision)


def _make_step(ladder, speaking, due, items, nexts, today):
    """Return the contact: what is due, and beside it what may be asked for in the same
    words; what a formal notice asks for stands apart."""
    others = [item for item in items if item.key not in due]
    fresh = {item.key for item in items if item.is_fresh}
    if speaking.text and due.keys() <= fresh:
        # A first reminder of its own names nothing else.
        return Step("rung", speaking, due)
    listed, recorded = _split(ladder, speaking, others, nexts, today)
    apart = {
        item.key
        for item in others
        if _has_own_date(ladder, item, speaking, nexts, today)
    }
    listed = tuple(key for key in listed if key not in apart)
    return Step("rung", speaking, due, listed, recorded)


def _has_own_date(ladder, item, speaking, nexts, today):
    """Tell whether a text before has printed a date for the item that has not passed,
    or the next step about it comes before the date that this text would print.

    What hears a text for the first time waits for its date. What has heard as much
    already does not wait again: its own date stands, and no other is granted.
    """
    if not speaking.text or item.key not in nexts:
        return False
    grace = timedelta(days=ladder.grace)
    if item.deadline and item.deadline + grace >= today:
        return True
    if not (speaking.days and item.heard):
        return False
    _rung, day = nexts[item.key]
    printed = today + timedelta(days=speaking.days) + grace
    return bool(day) and item.heard.strength >= speaking.strength and day <= printed


def _split(ladder, speaking, items, nexts, today):
    """Return what is asked for beside the items that are due, and what stands there for
    the record, as two tuples of keys."""
    top = ladder.climbing.index(speaking)
    last_day = today + timedelta(days=ladder.contact_gap)
    listed, recorded = [], []
    for item in items:
        _rung, day = nexts.get(item.key, (None, None))
        if item.is_on_notice:
            recorded.append(item.key)
        elif ladder.position(item) > top or speaking.is_softer_than(item.heard):
            continue
        elif item.is_fresh and speaking.text and day and day > last_day:
            continue  # its own first reminder comes, and that is soon enough
        else:
            listed.append(item.key)
    return tuple(listed), tuple(recorded)


def repeat(ladder: Ladder, case: Case, today: date) -> Step | None:
    """Return the last message again, for a person who wants it repeated by hand: it
    asks for what is late and moves nothing. None when there is nothing to repeat.

    What is under formal notice is only recalled, what is on its way to a first reminder
    of its own is left to it, and nothing is asked for more softly than before.
    """
    late = [item for item in case.items if item.is_late(today, ladder.grace)]
    free = [item for item in late if not item.hold]
    told = {item.key: item for item in free if not item.is_on_notice}
    if not told:
        return None
    ordinary = [rung for rung in ladder.climbing if rung.ordinary]
    if not ordinary:
        return None
    places = [ladder.position(item) for item in told.values()]
    stands = [rung for rung in ordinary if ladder.climbing.index(rung) in places]
    highest = max(stands, key=ladder.climbing.index, default=ordinary[0])
    speaking = find_speaking(ladder, dict.fromkeys(told, highest), free)
    nexts = {item.key: next_rung(ladder, item) for item in free}
    listed, recorded = _split(ladder, speaking, free, nexts, today)
    if not listed:
        listed = tuple(told)  # one who wants to remind of a fresh debt now
    return Step("manual", speaking, {}, listed, recorded)


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
