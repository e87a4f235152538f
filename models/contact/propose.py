from collections import Counter

from odoo import api, models
from odoo.fields import Command

from ...tools import ladder as core
from ...tools.channels import POSTED, is_rung_delivered
from ..books.bulk_insert import insert_rows

#: Reasons that end a proposal; the others only defer it.
ENDING_REASONS = (
    core.NOTHING_LATE,
    core.HELD,
    core.TO_RECONCILE,
    core.BELOW_MINIMUM,
    "held_case",
)


class ForgetSavepoint(Exception):
    """Raised to take back what was only done to look at it."""


class DunningAction(models.Model):
    """Propose: from the plan of a case to its actions.

    Proposals are decided afresh at each run; texts that a user edited are kept.
    """

    _inherit = "dunning.action"

    @api.model
    def _do_and_forget(self, function):
        """Call a function and take back all it wrote; for looking ahead."""
        try:
            with self.env.cr.savepoint():
                function()
                raise ForgetSavepoint
        except ForgetSavepoint:
            self.env.invalidate_all()

    @api.model
    def _make_example(self, case, level, channels=None):
        """Create the actions that a level would make for a case today.

        Only to be called inside :meth:`_do_and_forget`.
        """
        date = case.company_id._dunning_today()
        # Out of the way of the example: what is prepared, and what left today already.
        drafts = case.action_ids.filtered(
            lambda action: action.state == "proposed" or action.date == date
        )
        plan = case._decide(date, is_bank_fresh=True, ignored=drafts)[case]
        rung = level._to_rung()
        late = [key for key, item in plan.items.items() if item.due < date]
        keys = late or list(plan.items)
        kind = "courtesy" if level.is_courtesy else "rung"
        step = core.Step(kind, rung, dict.fromkeys(keys, rung))
        drafts._write_facts({"state": "cancelled"})
        drafts.flush_recordset(["state"])
        return self._create_with_lines(
            [
                self._prepare_values(case, step, plan, channel, date)
                for channel in channels or level._get_channels()
            ]
        )

    def _get_steps(self):
        """Group the actions by step: one contact, possibly through several channels."""
        return self.grouped(
            lambda action: (action.case_id, action.kind, action.level_id, action.date)
        )

    def _is_level_delivered(self):
        """Tell whether this delivery makes the rung count."""
        self.ensure_one()
        proof = self.level_id._get_proof_channel() if self.level_id else False
        return is_rung_delivered(self.state, self.channel, proof)

    def _count_results(self, counted):
        """Count what became of the contacts, and of how many debtors they are.

        :param counted: ids of cases whose debtor was counted before
        :return: two Counters of (result, reason, level id, channel)
        """
        contacts, debtors = Counter(), Counter()
        seen = set(counted)
        for action in self:
            result = "queued" if action.state == "done" else action.state
            if action.channel == "decision":
                result = "decision"
            key = (result, "", action.level_id.id or 0, action.channel)
            contacts[key] += 1
            if action.case_id.id not in seen:
                seen.add(action.case_id.id)
                debtors[key] += 1
        return contacts, debtors

    def _replace_with(self, plans, date):
        """Make the proposals of the cases equal to their plans.

        :param plans: ``{case: CasePlan}``; ``self`` are the proposals made before
        :return: the actions that now carry out the plans
        """
        kept, wanted = self.browse(), []
        self._fetch_contacts(plans)
        by_case = self.grouped("case_id")
        for case, plan in plans.items():
            drafts = by_case.get(case, self.browse())
            for step in plan.decision.steps:
                for channel in self._get_step_channels(step):
                    draft = drafts.filtered(
                        lambda action, step=step, channel=channel: (
                            action.kind == step.kind
                            and (action.level_id.id or 0) == step.rung.key
                            and action.channel == channel
                        )
                    )[:1]
                    if draft:
                        # What a draft says is read for all of them at once.
                        draft = draft.with_prefetch(self._prefetch_ids)
                        draft._update_lines(step, plan, date)
                        kept |= draft
                    else:
                        wanted.append(
                            self._prepare_values(case, step, plan, channel, date)
                        )
        kept._complete_lines(date)
        created = self._create_with_lines(wanted)
        (self - kept)._drop_replaced(plans)
        created._drop_overtaken()
        return kept | created

    @api.model
    def _fetch_contacts(self, plans):
        """Read in one query who may be written to, for all the cases of a batch."""
        debtors = {case.partner_id.id for case in plans}
        billed = {
            item.contact_id for plan in plans.values() for item in plan.items.values()
        }
        partners = self.env["res.partner"].browse(filter(None, debtors | billed))
        partners._prefetch_recipients()

    def _drop_replaced(self, plans):
        """Cancel proposals that are no longer right, with the reason of today."""
        for case, drafts in self.grouped("case_id").items():
            reason = plans[case].decision.reason if case in plans else ""
            label = case._get_reason_labels().get(reason)
            drafts._drop(
                label or self.env._("Decided afresh: no longer the right step.")
            )

    def _drop_overtaken(self):
        """Cancel letters of earlier steps that nobody printed: a later one speaks."""
        highest = {
            action.case_id: action.level_id
            for action in self
            if action.kind == "rung" and action.channel != "decision"
        }
        overtaken = self.search(
            [
                ("case_id", "in", [case.id for case in highest]),
                ("channel", "in", POSTED),
                ("state", "=", "queued"),
                ("printed_on", "=", False),
            ]
        )
        overtaken = (overtaken - self).filtered(
            lambda letter: letter.level_id._rank() < highest[letter.case_id]._rank()
        )
        overtaken._drop(self.env._("Overtaken by a later step before it was printed."))

    @api.model
    def _get_step_channels(self, step):
        if step.rung.decision:
            return ["decision"]
        return self.env["dunning.level"].browse(step.rung.key)._get_channels()

    @api.model
    def _prepare_values(self, case, step, plan, channel, date):
        """Return the values of the action that carries out a step on a channel."""
        return {
            "case_id": case.id,
            # The case's, given here so that nothing is computed for thousands.
            "partner_id": case.partner_id.id,
            "company_id": case.company_id.id,
            "kind": step.kind,
            "level_id": step.rung.key or False,
            "channel": channel,
            "date": date,
            "contact_id": self._find_step_recipient(case, step, plan, channel).id,
            "line_ids": self._prepare_lines(step, plan, date),
            "known_money": self._prepare_known_money(step, plan),
        }

    @api.model
    def _prepare_known_money(self, step, plan):
        """Return what a step deducts of what it asks for, as it is frozen."""
        items = [plan.items[key] for key in (*step.deliver, *step.listed)]
        return plan.money.to_rows(items, step.kind != "courtesy") or False

    @api.model
    def _find_step_recipient(self, case, step, plan, channel):
        """Return to whom a step is addressed on a channel: what it names decides."""
        level = self.env["dunning.level"].browse(step.rung.key or None)
        keys = (*step.deliver, *step.listed)
        billed = {plan.items[key].contact_id for key in keys}
        billed = self.env["res.partner"].browse(filter(None, billed))
        return case._get_contact(channel, billed, level)

    @api.model
    def _create_with_lines(self, wanted):
        """Create actions and their frozen lines, in two batches.

        :param wanted: values of :meth:`_prepare_values`
        """
        lines = [values.pop("line_ids") for values in wanted]
        actions = self._create_facts(wanted)
        actions._insert_lines(lines)
        actions._complete_lines()
        return actions

    def _insert_lines(self, lines):
        """Freeze the items of the contacts.

        :param lines: for each action, values of :meth:`_prepare_lines`
        """
        insert_rows(
            self.env["dunning.action.line"].sudo(),  # the engine's own
            [
                values | {"action_id": action.id}
                for action, of_action in zip(self, lines, strict=True)
                for values in of_action
            ],
        )
        self.invalidate_recordset(["line_ids"])

    @api.model
    def _prepare_lines(self, step, plan, date):
        """Return the values of a step's lines: delivered items, then listed ones."""
        keys = [*step.deliver, *step.listed, *step.recorded]
        values = []
        for key in sorted(keys, key=lambda key: (plan.items[key].due, key)):
            rung = step.deliver.get(key)
            level_id = rung.key if step.kind == "rung" and rung else 0
            values.append(
                plan.items[key].to_action_line(
                    key, level_id or None, date, key in step.recorded
                )
            )
        return values

    def _update_lines(self, step, plan, date):
        """Bring the frozen lines of a proposal up to date; say so if it was edited.

        What a user took out stays out, as long as something else is left.
        """
        self.ensure_one()
        if narrowed := self._narrow(step):
            step = narrowed
        else:
            self._write_facts({"left_out_ids": [Command.clear()]})
        self._address(self._find_step_recipient(self.case_id, step, plan, self.channel))
        wanted = self._prepare_lines(step, plan, date)
        told = self.line_ids.sudo()  # the engine's own
        if told._get_essence() == [
            (
                row["case_line_id"],
                row["level_id"] or False,
                row["name"] or False,
                row["is_for_record"],
                row["amount_residual"],
                row["amount_claimed"],
            )
            for row in wanted
        ] and not self._note_known_money(self._prepare_known_money(step, plan)):
            lines = {line.case_line_id.id: line for line in told}
            for row in wanted:
                line = lines[row["case_line_id"]]
                if line.days_overdue != row["days_overdue"]:
                    line._write_facts({"days_overdue": row["days_overdue"]})
            return
        told.unlink()
        self._insert_lines([wanted])
        self._note_known_money(self._prepare_known_money(step, plan))
        self._write_facts({"is_stale": self.is_edited})

    def _note_known_money(self, rows):
        """Write what is deducted; tell whether it has changed."""
        self.ensure_one()
        if (self.known_money or False) == rows:
            return False
        self._write_facts({"known_money": rows})
        return True

    def _get_known_rows(self, plan):
        """Return what the contact would deduct by a plan of now."""
        self.ensure_one()
        keys = self._get_object_lines().case_line_id.ids
        items = [plan.items[key] for key in keys if key in plan.items]
        return plan.money.to_rows(items, self.kind != "courtesy") or False

    # Money is read live when it leaves: what is no longer right stays here.

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
            seen = actions.filtered("is_stale")
            for action in actions:
                is_right = action._follow(plans[action.case_id], day)
                # What a user wrote was about other facts: he looks at it again.
                if is_right and (action in seen or not action.is_stale):
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
                    return self._follow_step(step, plan, day)
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

    def _follow_step(self, step, plan, day):
        """Bring a contact in line with the step it carries out; drop it when only what
        a user took out of it is left of that."""
        if not self._narrow(step):
            self._drop(self.env._("Everything named in it was settled meanwhile."))
            return False
        self._update_lines(step, plan, day)
        return True

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
            if not item or item.hold or line._is_softer():
                line.unlink()
            elif line._has_changed(item) or line._is_renamed(item):
                line._write_facts(
                    {
                        "name": item.name,
                        "amount_residual": item.residual_currency,
                        "amount_claimed": item.claimed_currency,
                        "amount_announced": float(item.announced),
                    }
                )
                self._write_facts({"is_stale": self.is_edited})
        if self._note_known_money(self._get_known_rows(plan)):
            self._write_facts({"is_stale": self.is_edited})
        if not self._get_object_lines():
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
        return self._find_outdated_line(plan, day) or self._find_news_of_money(plan)

    def _find_outdated_line(self, plan, day):
        """Return why what is told of an item is no longer right, in words."""
        for line in self.line_ids:
            item = plan.items.get(line.case_line_id.id)
            if line._is_softer():
                return self.env._(
                    "A stronger message has asked for %(invoice)s since.",
                    invoice=line.name,
                )
            if not item:
                return self.env._("%(invoice)s was settled.", invoice=line.name)
            if item.hold == core.ANNOUNCED:
                return self.env._(
                    "The money for %(invoice)s is there and waits to be matched.",
                    invoice=line.name,
                )
            if item.hold:
                return self.env._("%(invoice)s is on hold.", invoice=line.name)
            if change := line._describe_change(item):
                return change
            if self.kind == "courtesy" and item.due <= day:
                return self.env._("The due date has come.")
        return ""

    def _find_news_of_money(self, plan):
        """Return what has changed of the debtor's known money, in words."""
        labels = self.case_id._get_reason_labels()
        if plan.decision.reason == core.TO_RECONCILE:
            return labels[core.TO_RECONCILE]
        if self._get_known_rows(plan) != (self.known_money or False):
            return self.env._("What is known of the customer's money has changed.")
        ladder = self.case_id.ladder_id
        if self.is_formal_notice and core.must_match_first(
            ladder._to_core(), plan.facts
        ):
            return labels[core.MATCH_FIRST]
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
