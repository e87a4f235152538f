"""What must never happen, whatever the waits: checked after every day of the replay.

Plain Python on what the engine did and on the file: the module's own records of levels
and holds are not believed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from replay.ledger import Invoice, Rules, Rung


class Broken(Exception):
    """The engine did what it must never do."""


@dataclass(frozen=True, slots=True)
class Named:
    """One invoice named in a contact; ``level`` is None when it is only listed, and
    ``is_for_record`` true when it is not asked for."""

    number: str
    level: int | None
    amount: Decimal
    is_for_record: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """One delivered contact; ``level`` is the delay of the level that spoke."""

    day: date
    customer: str
    level: int
    channel: str
    named: tuple[Named, ...]


class Watch:
    """Follows what was delivered and refuses what breaks a rule."""

    def __init__(self, invoices: Iterable[Invoice], rules: Rules):
        self.invoices: Mapping[str, Invoice] = {row.number: row for row in invoices}
        self.rules = rules
        self.climbed: dict[str, Rung] = {}
        self.contacted: dict[str, date] = {}
        self.heard: dict[str, int] = {}

    def observe(self, contacts: Iterable[Contact]) -> None:
        """Check the contacts of one day.

        :raises Broken: with the rule, the day, the customer and the invoice
        """
        for contact in contacts:
            self._check_contact(contact)
            self._check_tone(contact)
            for named in contact.named:
                self._check_named(contact, named)
                if named.level is not None:
                    self._check_rung(contact, named)

    def _check_contact(self, contact: Contact) -> None:
        levels = [named.level for named in contact.named if named.level is not None]
        self._refuse(not levels, contact, "a contact that delivers no level")
        heard = [
            self.heard.get(named.number, 0)
            for named in contact.named
            if named.level is not None
        ]
        self._refuse(
            levels and max(*levels, *heard) != contact.level,
            contact,
            "a level speaks that is neither the highest one delivered nor the firmest "
            "one heard",
        )
        # One step per debtor and run, even without a gap.
        wait = timedelta(days=max(self.rules.contact_gap, 1))
        last = self.contacted.get(contact.customer)
        self._refuse(
            last and contact.day < last + wait, contact, f"contacted on {last} already"
        )
        self.contacted[contact.customer] = contact.day

    def _check_tone(self, contact: Contact) -> None:
        """No text is softer than one that asked for the same invoice before."""
        for named in contact.named:
            if not named.is_for_record:
                before = self.heard.get(named.number, 0)
                self._refuse(
                    before > contact.level, contact, f"heard {before} before", named
                )
                self.heard[named.number] = contact.level

    def _check_named(self, contact: Contact, named: Named) -> None:
        invoice = self.invoices[named.number]
        late = (contact.day - invoice.due).days
        self._refuse(
            invoice.customer != contact.customer, contact, "owed by another", named
        )
        self._refuse(not invoice.is_open(contact.day), contact, "not open", named)
        is_contested = self.rules.disputes and invoice.disputed
        self._refuse(is_contested, contact, "contested since its due date", named)
        self._refuse(late <= self.rules.grace, contact, "not late yet", named)
        self._refuse(
            named.amount != invoice.amount, contact, "another amount is open", named
        )

    def _check_rung(self, contact: Contact, named: Named) -> None:
        rules = self.rules
        before = self.climbed.get(named.number)
        height = rules.delays.index(before.level) + 1 if before else 0
        expected = rules.delays[height] if height < len(rules.delays) else None
        self._refuse(
            named.level != expected, contact, f"{expected} was its next level", named
        )
        late = (contact.day - self.invoices[named.number].due).days
        self._refuse(late < named.level, contact, "sooner than its delay", named)
        if before:
            waited = (contact.day - before.day).days
            gap = rules.gaps[height]
            self._refuse(waited < gap, contact, "sooner than its gap", named)
            self._refuse(
                rules.deadline and waited <= rules.deadline + rules.grace,
                contact,
                "before the printed deadline has passed",
                named,
            )
        self.climbed[named.number] = Rung(contact.day, named.number, named.level)

    def _refuse(
        self, wrong: object, contact: Contact, what: str, named: Named | None = None
    ) -> None:
        if wrong:
            where = f"{contact.day}, {contact.customer}"
            if named:
                where += f", invoice {named.number}, level {named.level}"
            raise Broken(f"{where}: {what}")


def softer(contacts: Iterable[Contact]) -> int:
    """Count the contacts that speak more softly about an invoice than one before."""
    heard: dict[str, int] = {}
    count = 0
    for contact in contacts:
        asked = [named.number for named in contact.named if not named.is_for_record]
        count += any(heard.get(number, 0) > contact.level for number in asked)
        for number in asked:
            heard[number] = max(heard.get(number, 0), contact.level)
    return count


def rungs_of(contacts: Iterable[Contact]) -> list[Rung]:
    """Return the levels that contacts delivered, one per invoice."""
    return [
        Rung(contact.day, named.number, named.level)
        for contact in contacts
        for named in contact.named
        if named.level is not None
    ]


def compare(delivered: Iterable[Rung], expected: Iterable[Rung]) -> list[str]:
    """Return in words how what was delivered differs from what was expected."""
    delivered, expected = set(delivered), set(expected)
    missing = _in_words("missing", expected - delivered)
    return missing + _in_words("too much", delivered - expected)


def _in_words(what: str, rungs: Iterable[Rung]) -> Sequence[str]:
    return [
        f"{what}: invoice {rung.number}, level {rung.level}, on {rung.day}"
        for rung in sorted(rungs, key=lambda rung: (rung.day, rung.number))
    ]
