from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date as Date
from decimal import Decimal
from typing import NamedTuple

from markupsafe import Markup

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...tools import ladder as core
from ...tools.channels import OUTSIDE_LADDER, UNDELIVERED, is_rung_delivered
from .known_money import DebtorMoney

NO_COURTESIES = frozenset()
#: Proposals that the next decision replaces.
DRAFTS = Domain(
    [
        ("state", "=", "proposed"),
        ("kind", "in", ("rung", "courtesy")),
        ("fallback_of_id", "=", False),
    ]
)


NO_MONEY = DebtorMoney()


@dataclass(slots=True)
class CasePlan:
    """What the engine would do with a case: the decision and the facts behind it.

    ``items`` and ``nexts`` are keyed by the id of the case line; ``lines`` are the
    rows of the open items (:class:`CaseLine`). ``day`` is the day decided for, and an
    item is late ``grace`` days after its due date; ``money`` is known and not matched.
    """

    decision: core.Decision
    facts: core.Case | None = None
    items: dict = field(default_factory=dict)
    nexts: dict = field(default_factory=dict)
    lines: list = field(default_factory=list)
    day: Date | None = None
    grace: int = 0
    money: DebtorMoney = NO_MONEY

    @property
    def contact(self):
        """The step that reaches the debtor, if there is one."""
        steps = [step for step in self.decision.steps if not step.rung.decision]
        return steps[0] if steps else None

    def get_deducted(self, step):
        """Return what money that names nothing takes off the items which a step moves,
        in the currency of the company: as the message deducts it."""
        if step.kind == "courtesy" or not self.money.allocation.left:
            return Decimal(0)
        keys = (*step.deliver, *step.listed)
        moved = {self.items[key].line_id for key in step.deliver}
        parts = self.money.allocation.spread(self.items[key].to_asked() for key in keys)
        return sum((part.amount for part in parts if part.item in moved), Decimal(0))


class CaseLine(NamedTuple):
    """A case line as the engine needs it: thousands are read without records."""

    id: int
    case_id: int
    move_line_id: int
    date_due: Date
    currency_id: int
    level_id: int
    delivered_on: Date
    deadline: Date
    ladder_ended_on: Date
    start_level_id: int
    agreed_level_id: int
    agreed_on: Date
    heard_level_id: int
    next_level_id: int
    next_date: Date
    number: str

    def to_core(self, levels, item=None, is_pending=False, courtesies=frozenset()):
        """Return the line as the functional core knows it.

        :param levels: ``{level id: core.Rung}``
        :param OpenItem item: what the ledger shows now; without it the amount and the
            hold, which the calendar of the rungs does not need, are left out
        """
        level = levels.get(self.level_id)
        start = levels.get(self.start_level_id)
        return core.Item(
            key=self.id,
            due=item.due if item else self.date_due,
            amount=item.claimed if item else Decimal(0),
            rung=core.END_OF_LADDER if self.ladder_ended_on else self.level_id,
            rung_delay=level.delay if level else 0,
            rung_formal=bool(level and level.formal),
            rung_notified=bool(level and level.notified),
            rung_decided=bool(level and level.decision),
            delivered_on=self.delivered_on,
            deadline=self.deadline,
            hold=item.hold if item else "",
            pending=is_pending,
            courtesies=courtesies,
            start=self.start_level_id,
            start_delay=start.delay if start else 0,
            agreed=self.agreed_level_id,
            agreed_on=self.agreed_on,
            heard=levels.get(self.heard_level_id),
        )


class Contact(NamedTuple):
    """An action as the engine needs it."""

    case_id: int
    id: int
    kind: str
    level_id: int
    channel: str
    state: str
    date: Date
    queued_on: Date
    delivered_on: Date
    is_overtaken: bool

    def is_level_delivered(self, proofs):
        """Tell whether it makes the rung count (see :func:`is_rung_delivered`).

        :param proofs: ``{level id: the channel that alone delivers it, or False}``
        """
        return is_rung_delivered(self.state, self.channel, proofs.get(self.level_id))


class KeptBack(NamedTuple):
    """What nobody is dunned for on a day: ``{move line id: OpenItem}``, the items with
    their hold and what is kept back of each, and the ids of the cases that get nothing
    as a whole."""

    items: dict
    cases: frozenset = frozenset()


class Books(NamedTuple):
    """What was read of cases of one company: ``{move line id: OpenItem}`` and
    ``{case id: [CaseLine]}``."""

    items: dict
    lines: dict


class Levels(NamedTuple):
    """Levels and ladders as the functional core knows them, read once for many cases:
    ``{level id: core.Rung}``, ``{level id: the channel that alone delivers it, or
    False}`` and ``{ladder id: core.Ladder}``."""

    rungs: dict
    proofs: dict
    ladders: dict

    @property
    def has_automatic(self):
        """Whether anything leaves by itself."""
        return any(
            rung.automatic for ladder in self.ladders.values() for rung in ladder.rungs
        )


class DunningCase(models.Model):
    """Decide: from what the ledger shows to one step per case, or the reason why."""

    _inherit = "dunning.case"

    why = fields.Html(compute="_compute_why", sanitize=False, string="Why this step")

    def _search_drafts(self):
        """Return the proposals of the cases that the next decision replaces."""
        return self.env["dunning.action"].search(
            Domain("case_id", "in", self.ids) & DRAFTS
        )

    def _decide(self, date, is_bank_fresh=None, ignored=None, books=None):
        """Return the plan of each case for a date; writes nothing.

        :param is_bank_fresh: levels need not wait for bank entries (a person asks, or
            the run has found fresh ones); None looks for them now
        :param ignored: actions to decide afresh, as if they did not exist
        :param Books books: what was just read of the ledger, not to read it twice
        :rtype: dict[dunning.case, CasePlan]
        """
        plans = {}
        levels = self._read_levels(self.ladder_id)
        for company, cases in self.grouped("company_id").items():
            items, lines = books or cases._read_books(company, date)
            items, kept_cases = cases._keep_back(items, lines, date)
            money = cases._read_known_money(company, items, date)
            items = cases._announce_money(money, items)
            facts = cases._read_facts(items, lines, levels, money, ignored)
            is_fresh = is_bank_fresh
            if is_fresh is None:
                # Whatever waits for a person does not wait for the bank.
                is_fresh = not levels.has_automatic or company._dunning_is_bank_fresh(
                    date
                )
            for case in cases:
                ladder = levels.ladders.get(case.ladder_id.id)
                if case.id in kept_cases:
                    plan = CasePlan(core.Decision(reason="held_case"), facts[case.id])
                else:
                    plan = case._decide_one(ladder, facts[case.id], date, is_fresh)
                plan.day, plan.grace = date, ladder.grace if ladder else 0
                plan.money = money.get(case.partner_id.id, plan.money)
                plan.lines = [
                    line
                    for line in lines.get(case.id, ())
                    if line.move_line_id in items
                ]
                plan.items = {line.id: items[line.move_line_id] for line in plan.lines}
                plans[case] = plan
        return plans

    def _keep_back(self, items, lines, date):
        """Return what is kept back on a day: a hook.

        Who extends it marks items (``OpenItem.hold``, ``OpenItem.keep_back``) and adds
        or takes out cases, in one query for all of them.

        :param items: ``{move line id: OpenItem}``
        :param lines: ``{case id: [CaseLine]}`` of these cases
        :rtype: KeptBack
        """
        return KeptBack(
            items, frozenset(case.id for case in self if not case._is_decided())
        )

    def _is_decided(self):
        """Tell whether the case gets steps at all: a hook."""
        return self.state == "open"

    def _decide_one(self, ladder, facts, date, is_fresh):
        if not ladder:
            return CasePlan(core.Decision(reason="no_ladder"), facts)
        nexts = {item.key: core.next_rung(ladder, item) for item in facts.items}
        decision = core.decide(ladder, facts, date, is_fresh, nexts)
        return CasePlan(decision, facts, nexts=nexts)

    def _compute_why(self):
        """Explain the next step with the very decision that the night would take."""
        cases = self.filtered(lambda case: case.id and case.state != "closed")
        plans = {}
        for company, of_company in cases.grouped("company_id").items():
            today = company._dunning_today()
            # Who reads why sees the contacts as well: they are read once.
            drafts = of_company.action_ids.filtered_domain(DRAFTS)
            plans |= of_company._decide(today, ignored=drafts)
        for case in self:
            plan = plans.get(case)
            case.why = case._explain(plan) if plan else False
            has_money = bool(plan and plan.money.rows)
            case.has_known_money = has_money
            case.known_money_text = has_money and case._render_known_money(plan)

    def _explain(self, plan):
        """Return the decision as sentences in the user's language."""
        paragraphs = [
            Markup("<p class='text-warning-emphasis'>%s</p>") % text
            for text in self._explain_holds()
        ]
        paragraphs += [
            Markup("<p><b>%s</b></p>") % self._explain_step(step)
            for step in plan.decision.steps
        ]
        if reason := self._explain_reason(plan):
            paragraphs.append(Markup("<p>%s.</p>") % reason)
        paragraphs += [
            Markup("<p class='text-muted mb-0'>%s</p>") % text
            for text in self._explain_nexts(plan)
        ]
        return Markup("").join(paragraphs)

    def _explain_holds(self):
        """Yield a sentence for each hold in force: a hook."""
        yield from ()

    def _explain_reason(self, plan):
        """Return why there is no step, in words; empty when there is one."""
        reason = plan.decision.reason
        if not reason:
            return ""
        text = self._get_reason_labels()[reason]
        if day := plan.decision.day:
            return self.env._(
                "%(reason)s (at the earliest on %(date)s)",
                reason=text,
                date=format_date(self.env, day),
            )
        return text

    def _explain_step(self, step):
        level = self.env["dunning.level"].browse(step.rung.key)
        if step.rung.key == core.END_OF_LADDER:
            return self.env._("End of the ladder: a manager decides what comes next")
        return self.env._(
            "Now due: %(level)s (%(summary)s), for %(count)s of %(total)s open items",
            level=level.name,
            summary=level.summary,
            count=len(step.deliver),
            total=len(self.line_ids),
        )

    def _explain_nexts(self, plan):
        """Yield one sentence per coming rung: when, which, for which invoices."""
        coming = defaultdict(list)
        lines = {line.id: line for line in self.line_ids}
        taken = {key for step in plan.decision.steps for key in step.deliver}
        for key, (rung, day) in plan.nexts.items():
            if rung and key not in taken and not plan.items[key].hold:
                day = max(day, plan.decision.day or day)
                coming[day, rung.key].append(lines[key].name or "")
        for (day, key), numbers in sorted(coming.items())[:5]:
            names = self.line_ids._say_names(numbers)
            level = self.env["dunning.level"].browse(key)
            yield self.env._(
                "From %(date)s: %(level)s (%(invoices)s)",
                date=format_date(self.env, day),
                level=level.name if key else self.env._("Decision"),
                invoices=", ".join(names[:5]) + ("…" if len(names) > 5 else ""),
            )

    # Read what the functional core must know of many cases, in a few queries.
    #
    # Rows instead of records: a night looks at every open item of a company.

    def _read_rows(self, model, row_type, domain, order):
        """Read the columns that ``row_type`` names of the records the user sees."""
        model = self.env[model]
        model.flush_model([name for name in row_type._fields if name != "id"])
        query = model._search(domain, order=order)
        columns = [SQL.identifier(model._table, name) for name in row_type._fields]
        return map(row_type._make, self.env.execute_query(query.select(*columns)))

    def _read_books(self, company, date):
        """Return the open items and the lines of cases of one company."""
        items = self.env["account.move.line"]._read_dunning_items(
            company, date, self.partner_id
        )
        return Books({item.line_id: item for item in items}, self._read_lines())

    def _read_lines(self, line_ids=None):
        """Map case ids to the lines of their open items, the oldest due first.

        :param line_ids: only these lines; every one when None
        """
        domain = Domain("case_id", "in", self.ids) & Domain("active", "=", True)
        if line_ids is not None:
            domain &= Domain("id", "in", line_ids)
        lines = {case_id: [] for case_id in self.ids}
        rows = self._read_rows("dunning.case.line", CaseLine, domain, "date_due, id")
        for row in rows:
            lines[row.case_id].append(row)
        return lines

    def _read_levels(self, ladders):
        """Return every level, the archived ones too (an item may still stand there),
        and these ladders.

        :rtype: Levels
        """
        levels = self.env["dunning.level"].with_context(active_test=False)
        # The calendar is the same whoever looks at it.
        levels = levels.sudo().search_fetch([("id", "!=", False)])
        of_ladder = levels.grouped("ladder_id")
        rungs = {
            level.id: level._to_rung(of_ladder[level.ladder_id]) for level in levels
        }
        return Levels(
            rungs,
            {level.id: level._get_proof_channel() for level in levels},
            {
                ladder.id: ladder._to_core(
                    rungs, of_ladder.get(ladder, levels.browse())
                )
                for ladder in ladders
            },
        )

    def _read_facts(self, items, lines, levels, money, ignored=None):
        """Return what the functional core must know of each case of a company.

        :param items: ``{move line id: OpenItem}``
        :param lines: ``{case id: [CaseLine]}``
        :param Levels levels: what :meth:`_read_levels` returned
        :param money: ``{debtor id: DebtorMoney}``
        :param ignored: actions to decide afresh, as if they did not exist
        :rtype: dict[int, core.Case]
        """
        by_case = self._read_contacts(ignored)
        contacts = self._get_contact_facts(by_case, levels.proofs)
        courtesies = self._read_courtesies(by_case)
        earlier = self._read_earlier_contacts()
        facts = {}
        for case in self:
            case_id, partner_id = case.id, case.partner_id.id
            of_debtor = money.get(partner_id, NO_MONEY)
            last_contact, is_pending, deciding, spoken_on = contacts[case_id]
            facts[case_id] = core.Case(
                items=tuple(
                    line.to_core(
                        levels.rungs,
                        items[line.move_line_id],
                        line.id in deciding,
                        courtesies.get(line.id, NO_COURTESIES),
                    )
                    for line in lines.get(case_id, ())
                    if line.move_line_id in items
                ),
                credits=of_debtor.allocation.free,
                unmatched=of_debtor.count_unmatched(case.accepted_money or ()),
                last_contact=last_contact or earlier.get(partner_id),
                pending=is_pending,
                spoken_on=spoken_on,
            )
        return facts

    def _read_contacts(self, ignored=None):
        """Map case ids to their contacts, what was cancelled left out.

        :param ignored: actions that are left out as well
        :rtype: dict[int, list[Contact]]
        """
        domain = Domain("case_id", "in", self.ids) & Domain("state", "!=", "cancelled")
        if ignored:
            domain &= Domain("id", "not in", ignored.ids)
        by_case = defaultdict(list)
        for row in self._read_rows("dunning.action", Contact, domain, "id"):
            by_case[row.case_id].append(row)
        return by_case

    def _get_contact_facts(self, by_case, proofs):
        """Map case ids to (last contact, is a contact pending, lines being decided,
        last contact about an agreement).

        :param by_case: ``{case id: [Contact]}``
        :param proofs: ``{level id: the channel that alone delivers it, or False}``
        """
        deciding = self._read_deciding(by_case)
        facts = {
            case_id: (None, False, deciding[case_id], None) for case_id in self.ids
        }
        for case_id, of_case in by_case.items():
            reaching = [
                row
                for row in of_case
                if row.channel != "decision" and row.kind not in ("courtesy", "thanks")
            ]
            of_ladder = [row for row in reaching if row.kind != "commitment"]
            facts[case_id] = (
                self._get_last_day(reaching),
                self._is_step_pending(of_ladder, proofs),
                deciding[case_id],
                self._get_last_day(
                    [row for row in of_case if row.kind in OUTSIDE_LADDER]
                ),
            )
        return facts

    @staticmethod
    def _get_last_day(contacts):
        """Return the last day on which one of the contacts left, None when none did."""
        days = [
            row.delivered_on or row.queued_on
            for row in contacts
            if row.state in ("queued", "done")
        ]
        return max(filter(None, days), default=None)

    @staticmethod
    def _is_step_pending(contacts, proofs):
        """Tell whether a step waits for its delivery: none of its channels is done."""
        steps = defaultdict(list)
        for row in contacts:
            steps[row.kind, row.level_id, row.date].append(row)
        return any(
            any(row.state in UNDELIVERED and not row.is_overtaken for row in step)
            and not any(row.is_level_delivered(proofs) for row in step)
            for step in steps.values()
        )

    def _read_deciding(self, by_case):
        """Map case ids to the ids of the lines on the credit manager's desk."""
        deciding = defaultdict(frozenset)
        waiting = {
            row.id: case_id
            for case_id, rows in by_case.items()
            for row in rows
            if row.channel == "decision" and row.state != "done"
        }
        for action in self.env["dunning.action"].browse(waiting):
            deciding[waiting[action.id]] |= {*action.line_ids.case_line_id.ids}
        return deciding

    def _read_earlier_contacts(self):
        """Map debtor ids to the last contact of their closed cases.

        The gap between two contacts is the debtor's: whoever pays all and owes again
        is not written to sooner.
        """
        if not any(self.ladder_id.mapped("contact_gap_days")):
            return {}
        domain = (
            Domain("partner_id", "in", self.partner_id.ids)
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("case_id.state", "=", "closed")
            & Domain("state", "=", "done")
            & Domain("channel", "!=", "decision")
            & Domain("kind", "!=", "courtesy")
        )
        rows = self.env["dunning.action"]._read_group(
            domain, ["partner_id"], ["delivered_on:max"]
        )
        return {partner.id: day for partner, day in rows}

    def _read_courtesies(self, by_case):
        """Map case lines to the courtesy levels they already got.

        :param by_case: ``{case id: [Contact]}``
        """
        levels = {
            row.id: row.level_id
            for rows in by_case.values()
            for row in rows
            if row.kind == "courtesy"
        }
        courtesies = defaultdict(frozenset)
        if not levels:
            return courtesies
        for line, action in self.env["dunning.action.line"]._read_group(
            [("action_id", "in", list(levels))], ["case_line_id", "action_id"]
        ):
            courtesies[line.id] |= {levels[action.id]}
        return courtesies
