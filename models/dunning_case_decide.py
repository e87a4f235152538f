from collections import defaultdict
from dataclasses import dataclass, field

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools import ladder as core


@dataclass(slots=True)
class CasePlan:
    """What the engine would do with a case: the decision and the facts behind it.

    ``items`` and ``nexts`` are keyed by the id of the case line.
    """

    decision: core.Decision
    facts: core.Case | None = None
    items: dict = field(default_factory=dict)
    nexts: dict = field(default_factory=dict)

    @property
    def contact(self):
        """The step that reaches the debtor, if there is one."""
        steps = [step for step in self.decision.steps if not step.rung.decision]
        return steps[0] if steps else None


class DunningCaseDecide(models.AbstractModel):
    """Decide: from what the ledger shows to one step per case, or the reason why."""

    _name = "dunning.case.decide"
    _description = "Dunning Case: Decide"

    why = fields.Html(compute="_compute_why", sanitize=False, string="Why this step")

    def _search_drafts(self):
        """Return the proposals of the cases that the next decision replaces."""
        return self.env["dunning.action"].search(
            [
                ("case_id", "in", self.ids),
                ("state", "=", "proposed"),
                ("kind", "!=", "manual"),
            ]
        )

    def _decide(self, date, is_manual=False, ignored=None):
        """Return the plan of each case for a date; writes nothing.

        :param is_manual: a person asks: levels need not wait for bank entries
        :param ignored: actions to decide afresh, as if they did not exist
        :rtype: dict[dunning.case, CasePlan]
        """
        plans = {}
        for company, cases in self.grouped("company_id").items():
            items = self._read_items_of(cases, company, date)
            facts = cases._read_facts(company, date, items, ignored)
            is_fresh = is_manual or company._dunning_is_bank_fresh(date)
            ladders = {ladder: ladder._to_core() for ladder in cases.ladder_id}
            for case in cases:
                plans[case] = case._decide_one(
                    ladders.get(case.ladder_id), facts[case], items, date, is_fresh
                )
        return plans

    @api.model
    def _read_items_of(self, cases, company, date):
        rows = self.env["account.move.line"]._read_dunning_items(
            company, date, cases.partner_id
        )
        return {row.line_id: row for row in rows}

    def _decide_one(self, ladder, facts, items, date, is_fresh):
        by_line = {
            line.id: items[line.move_line_id.id]
            for line in self.line_ids
            if line.move_line_id.id in items
        }
        if not ladder:
            return CasePlan(core.Decision(reason="no_ladder"), facts, by_line)
        if self.state != "open":
            return CasePlan(core.Decision(reason="held_case"), facts, by_line)
        nexts = {item.key: core.next_rung(ladder, item) for item in facts.items}
        decision = core.decide(ladder, facts, date, is_fresh)
        return CasePlan(decision, facts, by_line, nexts)

    def _read_facts(self, company, date, items, ignored=None):
        """Return what the functional core must know of each case (a few queries)."""
        contacts = self._read_contacts(ignored)
        credits_of = self.env["account.move.line"]._read_dunning_credits(
            company, self.partner_id
        )
        courtesies = self._read_courtesies(ignored)
        earlier = self._read_earlier_contacts(company)
        facts = {}
        for case in self:
            last_contact, is_pending, deciding = contacts[case.id]
            facts[case] = core.Case(
                items=tuple(
                    line._to_core(
                        items[line.move_line_id.id],
                        line.id in deciding,
                        frozenset(courtesies.get(line.id, ())),
                    )
                    for line in case.line_ids
                    if line.move_line_id.id in items
                ),
                credits=credits_of.get(case.partner_id.id, core.Decimal(0)),
                last_contact=last_contact or earlier.get(case.partner_id),
                pending=is_pending,
            )
        return facts

    def _read_contacts(self, ignored=None):
        """Map case ids to (last contact, is a contact pending, lines being decided)."""
        domain = Domain("case_id", "in", self.ids) & Domain("state", "!=", "cancelled")
        if ignored:
            domain &= Domain("id", "not in", ignored.ids)
        actions = self.env["dunning.action"].search_fetch(
            domain,
            [
                "case_id",
                "kind",
                "level_id",
                "channel",
                "state",
                "date",
                "queued_on",
                "delivered_on",
            ],
            order="id",
        )
        contacts = {case_id: (None, False, set()) for case_id in self.ids}
        for case, of_case in actions.grouped("case_id").items():
            deciding = set()
            for action in of_case:
                if action.channel == "decision" and action.state != "done":
                    deciding |= set(action.line_ids.case_line_id.ids)
            reaching = of_case.filtered(
                lambda action: (
                    action.channel != "decision" and action.kind != "courtesy"
                )
            )
            days = [
                action.delivered_on or action.queued_on
                for action in reaching
                if action.state in ("queued", "done")
            ]
            contacts[case.id] = (
                max(filter(None, days), default=None),
                reaching._is_step_pending(),
                deciding,
            )
        return contacts

    def _read_earlier_contacts(self, company):
        """Map debtors to the last contact of their closed cases.

        The gap between two contacts is the debtor's: whoever pays all and owes again
        is not written to sooner.
        """
        if not any(self.ladder_id.mapped("contact_gap_days")):
            return {}
        domain = (
            Domain("partner_id", "in", self.partner_id.ids)
            & Domain("company_id", "=", company.id)
            & Domain("case_id.state", "=", "closed")
            & Domain("state", "=", "done")
            & Domain("channel", "!=", "decision")
            & Domain("kind", "!=", "courtesy")
        )
        rows = self.env["dunning.action"]._read_group(
            domain, ["partner_id"], ["delivered_on:max"]
        )
        return dict(rows)

    def _read_courtesies(self, ignored=None):
        """Map case lines to the courtesy levels they already got."""
        domain = (
            Domain("action_id.case_id", "in", self.ids)
            & Domain("action_id.kind", "=", "courtesy")
            & Domain("action_id.state", "!=", "cancelled")
        )
        if ignored:
            domain &= Domain("action_id", "not in", ignored.ids)
        rows = self.env["dunning.action.line"].search_fetch(
            domain, ["case_line_id", "action_id"]
        )
        courtesies = defaultdict(set)
        for row in rows:
            courtesies[row.case_line_id.id].add(row.action_id.level_id.id)
        return courtesies

    def _compute_why(self):
        """Explain the next step with the very decision that the night would take."""
        cases = self.filtered(lambda case: case.id and case.state != "closed")
        plans = {}
        for company, of_company in cases.grouped("company_id").items():
            today = company._dunning_today()
            drafts = of_company._search_drafts()
            plans |= of_company._decide(today, ignored=drafts)
        for case in self:
            plan = plans.get(case)
            case.why = case._explain(plan) if plan else False

    def _explain(self, plan):
        """Return the decision as sentences in the user's language."""
        paragraphs = [
            Markup("<p><b>%s</b></p>") % self._explain_step(step)
            for step in plan.decision.steps
        ]
        if reason := plan.decision.reason:
            text = self._get_reason_labels()[reason]
            if day := plan.decision.day:
                text = self.env._(
                    "%(reason)s (at the earliest on %(date)s)",
                    reason=text,
                    date=format_date(self.env, day),
                )
            paragraphs.append(Markup("<p>%s.</p>") % text)
        paragraphs += [
            Markup("<p class='text-muted mb-0'>%s</p>") % text
            for text in self._explain_nexts(plan)
        ]
        return Markup("").join(paragraphs)

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
            if rung and key not in taken and not lines[key].hold:
                day = max(day, plan.decision.day or day)
                coming[day, rung.key].append(lines[key].move_id.name or "")
        for (day, key), names in sorted(coming.items())[:5]:
            level = self.env["dunning.level"].browse(key)
            yield self.env._(
                "From %(date)s: %(level)s (%(invoices)s)",
                date=format_date(self.env, day),
                level=level.name if key else self.env._("Decision"),
                invoices=", ".join(names[:5]) + ("…" if len(names) > 5 else ""),
            )
