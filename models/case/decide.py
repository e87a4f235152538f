from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date as Date

from markupsafe import Markup

from odoo import fields, models
from odoo.tools import format_date

from ...tools import ladder as core


@dataclass(slots=True)
class CasePlan:
    """What the engine would do with a case: the decision and the facts behind it.

    ``items`` and ``nexts`` are keyed by the id of the case line; ``lines`` are the
    rows of the open items (:class:`CaseLine`). ``day`` is the day decided for, and an
    item is late ``grace`` days after its due date.
    """

    decision: core.Decision
    facts: core.Case | None = None
    items: dict = field(default_factory=dict)
    nexts: dict = field(default_factory=dict)
    lines: list = field(default_factory=list)
    day: Date | None = None
    grace: int = 0

    @property
    def contact(self):
        """The step that reaches the debtor, if there is one."""
        steps = [step for step in self.decision.steps if not step.rung.decision]
        return steps[0] if steps else None


class DunningCaseDecide(models.Model):
    """Decide: from what the ledger shows to one step per case, or the reason why."""

    _inherit = "dunning.case"

    why = fields.Html(compute="_compute_why", sanitize=False, string="Why this step")

    def _search_drafts(self):
        """Return the proposals of the cases that the next decision replaces."""
        return self.env["dunning.action"].search(
            [
                ("case_id", "in", self.ids),
                ("state", "=", "proposed"),
                ("kind", "in", ("rung", "courtesy")),
                ("fallback_of_id", "=", False),
            ]
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
        for company, cases in self.grouped("company_id").items():
            items, lines = books or cases._read_books(company, date)
            holds = cases._read_holds(date)
            items = cases._keep_back(holds.mark(items, lines), lines)
            facts = cases._read_facts(company, items, lines, ignored)
            is_fresh = is_bank_fresh
            if is_fresh is None:
                is_fresh = company._dunning_is_bank_fresh(date)
            ladders = {ladder.id: ladder._to_core() for ladder in cases.ladder_id}
            for case in cases:
                ladder = ladders.get(case.ladder_id.id)
                if holds.keeps(case):
                    plan = CasePlan(core.Decision(reason="held_case"), facts[case.id])
                else:
                    plan = case._decide_one(ladder, facts[case.id], date, is_fresh)
                plan.day, plan.grace = date, ladder.grace if ladder else 0
                plan.lines = [
                    line
                    for line in lines.get(case.id, ())
                    if line.move_line_id in items
                ]
                plan.items = {line.id: items[line.move_line_id] for line in plan.lines}
                plans[case] = plan
        return plans

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
            drafts = of_company._search_drafts()
            plans |= of_company._decide(today, ignored=drafts)
        for case in self:
            plan = plans.get(case)
            case.why = case._explain(plan) if plan else False

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
        reason = plan.decision.reason
        if reason and not (reason == "held_case" and self.hold_id):
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
