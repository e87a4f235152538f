from odoo import models

from ...tools import ladder as core

#: Reasons that end a proposal; the others only defer it.
ENDING_REASONS = (
    core.NOTHING_LATE,
    core.HELD,
    core.TO_RECONCILE,
    core.BELOW_MINIMUM,
    "held_case",
)


class DunningActionRefresh(models.Model):
    """Money is read live when it leaves: what is no longer right stays here."""

    _inherit = "dunning.action"

    def _refresh(self, date=None):
        """Decide afresh for undelivered actions; return those that may leave now.

        Lines and amounts follow the ledger. What is no longer right is cancelled with
        its reason; what is only too early stays as it is.
        """
        ready = self.browse()
        for company, actions in self.grouped("company_id").items():
            day = date or company._dunning_today()
            cases = actions.case_id
            books = cases._collect(company, day, cases.partner_id)[1]
            alike = cases.action_ids.filtered(
                lambda other, actions=actions: (
                    other in actions or other.state == "proposed"
                )
            )
            alike |= actions._get_failed_siblings()
            plans = cases._decide(day, is_bank_fresh=True, ignored=alike, books=books)
            for action in actions:
                if action._follow(plans[action.case_id], day):
                    ready |= action
        return ready

    def _follow(self, plan, day):
        """Bring one action in line with a fresh plan; tell whether it may leave."""
        self.ensure_one()
        if self._is_outside_ladder():
            return self._follow_event()
        reason = plan.decision.reason
        if self.kind != "manual" and not self._has_left_elsewhere():
            for step in plan.decision.steps:
                if (step.kind, step.rung.key) == (self.kind, self.level_id.id or 0):
                    self._update_lines(step, plan, day)
                    return True
            if reason and reason not in ENDING_REASONS:
                return False
            label = self.case_id._get_reason_labels().get(reason)
            self._drop(label or self.env._("Decided afresh: no longer the right step."))
            return False
        self._reread_lines(plan)
        if reason in (core.TO_RECONCILE, core.HELD, core.NOTHING_LATE, "held_case"):
            self._drop(self.case_id._get_reason_labels()[reason])
            return False
        return self.state != "cancelled" and not self._must_wait(plan, day)

    def _must_wait(self, plan, day):
        """Tell whether a message by hand is too close to another contact, or falls
        into the deadline of a formal notice; another channel of its step is none."""
        ladder = self.case_id.ladder_id
        if self.kind != "manual" or not ladder or self._has_left_elsewhere():
            return False
        return bool(core.reason_to_wait(ladder._to_core(), plan.facts, day))

    def _has_left_elsewhere(self):
        """Tell whether another channel of the same step is already on its way."""
        steps = self.case_id.action_ids._get_steps()
        step = steps[self.case_id, self.kind, self.level_id, self.date]
        return any(other.state in ("queued", "done") for other in step - self)

    def _reread_lines(self, plan):
        """Drop the lines of settled or held items and read the others' balance."""
        for line in self.line_ids.sudo():  # the engine's own
            item = plan.items.get(line.case_line_id.id)
            if not item or item.hold:
                line.unlink()
            elif line._has_changed(item):
                line.amount_residual = item.residual_currency
                line.amount_claimed = item.claimed_currency
                self.is_stale = self.is_edited
        if not self.line_ids:
            self._drop(self.env._("Everything named in it was settled meanwhile."))

    def _find_outdated(self):
        """Map each action that must not leave any more to the reason, in words."""
        outdated = {}
        for company, actions in self.grouped("company_id").items():
            for day, same_day in actions.grouped(lambda a: a._get_live_day()).items():
                plans = same_day.case_id.with_company(company)._decide(
                    day, is_bank_fresh=True, ignored=same_day
                )
                for action in same_day:
                    reason = action._get_outdated_reason(plans[action.case_id], day)
                    if reason:
                        outdated[action] = reason
        return outdated

    def _get_live_day(self):
        """Return the day whose ledger counts: the stamped one, else today."""
        return (self.is_stamped and self.queued_on) or self.company_id._dunning_today()

    def _get_outdated_reason(self, plan, day):
        self.ensure_one()
        if self._is_outside_ladder():
            return self._get_event_outdated_reason()
        for line in self.line_ids:
            item = plan.items.get(line.case_line_id.id)
            if not item:
                return self.env._("%(invoice)s was settled.", invoice=line.name)
            if item.hold:
                return self.env._("%(invoice)s is on hold.", invoice=line.name)
            if line._has_changed(item):
                return self.env._(
                    "The balance of %(invoice)s has changed.", invoice=line.name
                )
            if self.kind == "courtesy" and item.due <= day:
                return self.env._("The due date has come.")
        if plan.decision.reason == core.TO_RECONCILE:
            return self.case_id._get_reason_labels()[core.TO_RECONCILE]
        return ""

    def _get_sendable(self):
        """Return the e-mails that may still leave: waiting, or tried again."""
        return self.filtered(lambda action: action.state in ("queued", "failed"))

    def _in_company_language(self):
        """Let the scheduler, which has no language, give reasons in the company's."""
        lang = self.env.lang or self.company_id[:1].partner_id.lang
        return self.with_context(lang=lang)

    def _drop_outdated(self):
        """Cancel what must not leave any more; return the rest."""
        outdated = self._find_outdated()
        for action, reason in outdated.items():
            action._drop(reason)
        return self.filtered(lambda action: action not in outdated)
