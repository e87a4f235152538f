from odoo import api, models

from ..tools import ladder as core

#: Reasons after which a person may still repeat the last message by hand.
REPEATABLE = (core.TOO_EARLY, core.LADDER_ENDED)


class DunningRelanceStep(models.TransientModel):
    """Which step **Relancer** takes for a debtor: the engine's own decision, or why
    nothing may leave."""

    _inherit = "dunning.relance.line"

    @api.model
    def _prepare_for(self, cases):
        """Return the values of one line per case, from the engine's own decision."""
        plans = self._decide(cases)
        can_repeat = len(cases) == 1
        lines = [
            self._prepare_line(case, plan, can_repeat) for case, plan in plans.items()
        ]
        return sorted(lines, key=lambda values: "reason" in values)

    @api.model
    def _decide(self, cases):
        plans = {}
        for company, of_company in cases.grouped("company_id").items():
            of_company = of_company.with_company(company)
            today = company._dunning_today()
            books = of_company._collect(company, today, of_company.partner_id)[1]
            drafts = of_company._search_drafts()
            plans |= of_company._decide(
                today, is_bank_fresh=True, ignored=drafts, books=books
            )
        return plans

    @api.model
    def _prepare_line(self, case, plan, can_repeat):
        step = self._get_step(case, plan, can_repeat)
        values = {"case_id": case.id, "contact_id": case._get_contact().id}
        if not step:
            reason = self._get_refusal(case, plan, can_repeat)
            label = case._get_reason_labels()[reason]
            return values | {"state": "refused", "reason": label}
        level = self.env["dunning.level"].browse(step.rung.key)
        return values | {
            "kind": step.kind,
            "level_id": level.id,
            **{
                box: level[f"channel_{name}"]
                for name, box in self._get_use_fields().items()
            },
            "case_line_ids": [*step.deliver, *step.listed],
            "lang": case._get_lang(),
            "leaves_at": case.company_id._dunning_sending_time(
                case.company_id._dunning_today()
            ),
        }

    @api.model
    def _get_step(self, case, plan, can_repeat):
        """Return the engine's step; else, for one debtor, the last message again.

        A message repeated by hand lists what is late and moves no item.
        """
        if plan.contact and plan.contact.kind == "rung":
            return plan.contact
        if not can_repeat or plan.decision.reason not in REPEATABLE:
            return None
        if self._get_wait(case, plan):
            return None
        level = case.level_id
        if not level or level.is_decision:
            level = case.ladder_id._get_levels().filtered(
                lambda rung: (
                    not rung.is_courtesy
                    and not rung.is_decision
                    and not rung.is_formal_notice
                )
            )[:1]
        if not level or level.is_formal_notice:
            return None
        grace = case.ladder_id.grace_days
        today = case.company_id._dunning_today()
        late = [
            key
            for key, item in plan.items.items()
            if not item.hold and (today - item.due).days > grace
        ]
        return core.Step("manual", level._to_rung(), {}, tuple(late))

    @api.model
    def _get_refusal(self, case, plan, can_repeat):
        """Return why nothing may leave; of two reasons to wait, the stronger one."""
        reason = plan.decision.reason or core.NOTHING_LATE
        wait = self._get_wait(case, plan) if reason in REPEATABLE else None
        return wait.reason if wait and can_repeat else reason

    @api.model
    def _get_wait(self, case, plan):
        today = case.company_id._dunning_today()
        return core.reason_to_wait(case.ladder_id._to_core(), plan.facts, today)
