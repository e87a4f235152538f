"""When a contact counts, how long one waits for it, where an item stands without it.

Plain Python; days are ``date`` in the company's time zone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

#: So many attempts to reach somebody count as one contact (design, rule 1).
ATTEMPTS_PER_CONTACT = 2
#: So many days later a call or a visit can still be noted.
MOST_DAYS_TO_NOTE = 31


def is_contact(is_reached: bool, attempts: int) -> bool:
    """Tell whether the debtor counts as contacted after so many attempts."""
    return is_reached or attempts >= ATTEMPTS_PER_CONTACT


def first_day_to_note(today: date, began: date) -> date:
    """Return the first day of which a call or visit can be noted today.

    :param began: the day on which it was planned, or its case opened
    """
    return max(began, today - timedelta(days=MOST_DAYS_TO_NOTE))


def last_day_to_act(
    planned: date, days: int, working_days: Sequence[date]
) -> date | None:
    """Return the last day on which a planned call or visit may still be carried out.

    It is the ``days``-th working day after the planned one; None while it is not known.

    :param working_days: the company's working days, in order, up to some day
    """
    following = [day for day in working_days if day > planned]
    return following[days - 1] if len(following) >= days > 0 else None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A contact that reached an item, or (without a ``rung``) only listed it."""

    day: date
    rung: int | None = None
    deadline: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an item stands: the last rung delivered, when, what date it printed."""

    rung: int | None = None
    delivered_on: date | None = None
    deadline: date | None = None


def standing_without(
    rung: int, climbed: Sequence[int], deliveries: Iterable[Delivery]
) -> Standing:
    """Return where an item stands when a delivery of ``rung`` is taken back.

    :param rung: the rung that came back
    :param climbed: the rungs of the ladder in climbing order
    :param deliveries: what reached the item otherwise, through any channel
    """
    order = {key: index for index, key in enumerate(climbed)}
    top = order.get(rung, len(climbed))
    # Rungs are climbed one by one: an item whose history is not ours (it was put on a
    # rung when dunning began) stood on the rung before. Which one that was nobody knows
    # of a rung that is no longer on the ladder: then it begins anew.
    start = climbed[top - 1] if 0 < top < len(climbed) else None
    result = Standing()
    for delivery in sorted(deliveries, key=lambda one: one.day):
        if delivery.rung is None:
            if delivery.deadline:
                latest = max(result.deadline or delivery.deadline, delivery.deadline)
                result = Standing(result.rung, result.delivered_on, latest)
            continue
        index = order.get(delivery.rung, -1)
        if index > top:
            continue
        if result.rung is None or index > order.get(result.rung, -1):
            result = Standing(delivery.rung, delivery.day, delivery.deadline)
    if result.rung is None and start is not None:
        result = Standing(start, None, result.deadline)
    return result
