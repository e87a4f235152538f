"""The faults by name, with what is done, for the program and for the report."""

from collections.abc import Callable
from dataclasses import dataclass

from . import (
    clocks,
    conflicts,
    kills,
    machine,
    mails,
    money,
    papers,
    people,
    workers,
)


@dataclass
class Fault:
    """One kind of fault: the function that provokes it, and words about it."""

    function: Callable
    text: str


FAULTS = {
    "kill-run": Fault(
        kills.kill_run,
        "The process of the nightly run is killed (SIGKILL) at moments spread evenly "
        "over its measured length; a clean run and a delivery follow.",
    ),
    "kill-delivery": Fault(
        kills.kill_delivery,
        "The process that works through the mail queue is killed at moments spread "
        "evenly over its measured length; a clean delivery follows.",
    ),
    "workers": Fault(
        workers.workers,
        "1, 2 and 4 processes do the same night on one database, started at one "
        "moment; 600 debtors.",
    ),
    "money": Fault(
        money.money,
        "Two accountants, each a process with its own connections, book payments, "
        "credit notes and reversals while a run and then a delivery go on.",
    ),
    "smtp-refuse": Fault(mails.refuse, "No mail server answers (connection refused)."),
    "smtp-later": Fault(mails.later, "The mail server takes nothing now (451)."),
    "smtp-unknown": Fault(
        mails.unknown, "The mail server does not know some recipients (550)."
    ),
    "smtp-stall": Fault(
        mails.stall,
        "The mail server takes a message and never answers; the host's patience is "
        "shortened from 60 s to 1 s.",
    ),
    "smtp-dies": Fault(
        mails.dies, "The mail server is killed in the middle of the delivery."
    ),
    "smtp-bounce": Fault(
        mails.bounce, "All messages are taken; one comes back (RFC 3464) later."
    ),
    "postgres-restart": Fault(
        machine.restart,
        "The database server is stopped as by a crash (immediate mode) during a run "
        "and during a delivery, and started again; both are then called again.",
    ),
    "conflicts": Fault(
        conflicts.conflicts,
        "Another process writes rows that the engine reads, some 200 times a second "
        "(storm) or 5 times (office), while the host's scheduler carries out a night "
        "and a delivery with its own retries.",
    ),
    "pdf": Fault(
        papers.pdf,
        "The PDF program is missing, crashes (SIGSEGV) or hangs when letters are "
        "posted, and when the night attaches invoices; a good one follows.",
    ),
    "disk-full": Fault(
        papers.disk,
        "The disk of the attachments (a small one of memory, mounted as root) is full "
        "after a letter or two; then there is room again.",
    ),
    "template-error": Fault(
        people.template, "The text of a level fails for one debtor among 1,000."
    ),
    "debtor-data": Fault(
        people.missing, "Debtors without address, e-mail, language or country."
    ),
    "clocks": Fault(
        clocks.clocks,
        "Three days without a run; the same day twice; a past day; a clock that is "
        "behind; both changes of the hour.",
    ),
}
