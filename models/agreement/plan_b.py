from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

#: Days that an extension gives when nobody said otherwise.
USUAL_EXTENSION_DAYS = 7


class DunningCommitment(models.AbstractModel):
    """Plan B: what happens when a promise, plan or offer fails.

    Carried out, or proposed to a person, never dropped; what resulted is kept in
    ``fallback_record`` and told in the history of the case. To add a value: extend
    ``_get_plans_b``.
    """

    _inherit = "dunning.commitment"
    _description = "Dunning: Plan B"

    fallback = fields.Selection(
        selection="_selection_plan_b",
        string="Plan B",
        required=True,
        default="reminder",
        help="What happens when it is not kept. A reminder: the customer is told, and "
        "the ladder goes on where it stood.",
        entry="open",
    )
    fallback_days = fields.Integer(
        "Days of the extension",
        default=USUAL_EXTENSION_DAYS,
        help="How many days later the new date is, when plan B is an extension.",
        entry="open",
    )
    fallback_level_id = fields.Many2one(
        "dunning.level",
        "Level of plan B",
        ondelete="restrict",
        domain="[('id', 'in', fallback_level_ids)]",
        help="The level that speaks next, when plan B is a given level.",
        check_company=True,
        entry="open",
    )
    fallback_level_ids = fields.Many2many(
        "dunning.level", compute="_compute_plan_b_level_ids"
    )
    fallback_disclosed = fields.Boolean(
        "Tell the customer",
        help="The message says what happens if the date is not kept. Always said "
        "after several broken agreements (see the settings).",
        entry="open",
    )
    fallback_done_on = fields.Date(
        "Plan B carried out on",
        readonly=True,
        copy=False,
        help="Plan B happens once.",
    )
    fallback_record = fields.Reference(
        selection="_selection_plan_b_record",
        string="Result of plan B",
        readonly=True,
        copy=False,
        help="What plan B led to: a new promise, a plan, a level or a task.",
    )

    @api.model
    def _get_plans_b(self):
        """Map each plan B to its label and the method that carries it out.

        The method gets the day and returns the record that resulted.
        """
        return {
            "reminder": (self.env._("A reminder of it"), "_plan_b_reminder"),
            "extension": (self.env._("An extension"), "_plan_b_extension"),
            "next_rung": (self.env._("The next level"), "_plan_b_next"),
            "given_rung": (self.env._("A given level"), "_plan_b_level"),
            "formal_notice": (self.env._("A formal notice"), "_plan_b_notice"),
            "hand_over": (
                self.env._("Proposal to hand the case over"),
                "_plan_b_hand_over",
            ),
            "decision": (
                self.env._("A decision by the credit manager"),
                "_plan_b_decision",
            ),
            "plan": (self.env._("A payment plan (draft)"), "_plan_b_plan"),
        }

    @api.model
    def _selection_plan_b(self):
        return [(code, label) for code, (label, _method) in self._get_plans_b().items()]

    @api.model
    def _selection_plan_b_record(self):
        names = ("dunning.promise", "dunning.plan", "dunning.action", "dunning.level")
        return [
            (name, self.env[name]._description)
            for name in (*names, "mail.activity")
            if name in self.env
        ]

    @api.depends("case_id")
    def _compute_plan_b_level_ids(self):
        for commitment in self:
            levels = commitment.case_id.ladder_id.level_ids
            commitment.fallback_level_ids = levels.filtered(
                lambda level: not level.is_courtesy
            )

    @api.model
    def _tells_of_failure(self):
        """Return the plans B beside which the debtor is told that it was not kept: in
        the others the contact itself says so."""
        return ("reminder", "plan", "hand_over", "decision")

    def _carry_out_plan_b(self, day=None):
        """Do what was agreed upon for the case of failure, once; record what resulted.

        :param day: the day on which it failed; the company's today when None
        """
        for commitment in self.filtered(lambda one: not one.fallback_done_on):
            date = day or commitment.company_id._dunning_today()
            label, method = commitment._get_plans_b()[commitment.fallback]
            # The engine's own: whoever runs the night, or the administrator's rule.
            record = getattr(commitment.sudo(), method)(date)
            commitment.sudo().write(
                {
                    "fallback_done_on": date,
                    "fallback_record": (
                        f"{record._name},{record.id}" if record else False
                    ),
                }
            )
            commitment.case_id._message_log(
                body=self.env._(
                    "%(agreement)s was not kept. Plan B: %(plan)s.",
                    agreement=commitment._describe(),
                    plan=label,
                )
            )

    def _take_back_plan_b(self, day):
        """Take back what plan B led to on a day; what somebody went on with stays."""
        for one in self.filtered(lambda one: one.fallback_done_on == day):
            if record := one.fallback_record:
                one._undo_plan_b(record.exists(), day)
            one._write_facts({"fallback_done_on": False, "fallback_record": False})

    def _undo_plan_b(self, record, day):
        """Take back one result of plan B.

        :param record: what ``_carry_out_plan_b`` has kept
        """
        self.ensure_one()
        if record._name == "dunning.level":
            lines = self.line_ids.filtered(
                lambda line: line.agreed_level_id == record and line.agreed_on == day
            )
            lines._write_facts({"agreed_level_id": False, "agreed_on": False})
            lines._refresh_next()
        elif record._name == "mail.activity":
            record.filtered("active").unlink()
        elif record._name == "dunning.plan":
            record.filtered(lambda plan: plan.state == "draft").unlink()
        elif record._name == "dunning.promise":
            running = record.filtered(lambda one: one.state == "open")
            running._end("cancelled", self.env._("The run that made it was undone."))

    def _disclose_plan_b(self):
        """Return the sentence that tells the debtor what happens if it is not kept;
        empty unless somebody chose to tell."""
        self.ensure_one()
        return self._describe_plan_b() if self.fallback_disclosed else ""

    def _describe_plan_b(self):
        """Return what happens should the date that a text names not be kept."""
        self.ensure_one()
        level = self.fallback_level_id
        is_formal = level.is_formal_notice and self.fallback == "given_rung"
        if self.fallback == "formal_notice" or is_formal:
            return self.env._(
                "Should this date not be kept, we would have to send you a formal "
                "notice."
            )
        sentences = {
            "extension": self.env._(
                "Should this date not be kept, we would get in touch with you about a "
                "new and last date."
            ),
            "plan": self.env._(
                "Should this date not be kept, we would propose a payment in "
                "instalments to you."
            ),
            "hand_over": self.env._(
                "Should this date not be kept, we would have to consider entrusting "
                "the recovery of this amount to a professional."
            ),
            "decision": self.env._(
                "Should this date not be kept, we would have to decide what further "
                "steps to take."
            ),
        }
        return sentences.get(self.fallback) or self.env._(
            "Should this date not be kept, we would have to resume our reminders."
        )

    # The values

    def _plan_b_reminder(self, day):
        """The ladder goes on where it stood; the debtor is told by the commitment."""
        return self.env["dunning.action"]

    def _plan_b_extension(self, day):
        return self._extend(day + timedelta(days=max(self.fallback_days, 1)))

    def _plan_b_next(self, day):
        """Let the next level of each item speak at once."""
        levels = self.env["dunning.level"]
        for level, lines in self._get_open_lines().grouped("next_level_id").items():
            if level and lines._agree_on(level, day):
                levels |= level
        return levels[:1] or self._ask_for_decision(
            self.env._("There is no next level any more.")
        )

    def _plan_b_level(self, day):
        return self._let_speak(self.fallback_level_id, day)

    def _plan_b_notice(self, day):
        notices = self.case_id.ladder_id.level_ids.filtered("is_formal_notice")
        return self._let_speak(notices[:1], day)

    def _let_speak(self, level, day):
        """Let a level speak next; ask the manager where it cannot any more."""
        if self._get_open_lines()._agree_on(level, day):
            return level
        return self._ask_for_decision(
            self.env._(
                "The level “%(level)s” cannot follow: the invoices have got it "
                "already, or it is no longer part of their ladder.",
                level=level.name or self.env._("Formal notice"),
            )
        )

    def _plan_b_hand_over(self, day):
        return self._ask_manager(
            self.env._("Hand the case over?"),
            self.env._("It is proposed to hand the case over for recovery."),
        )

    def _plan_b_decision(self, day):
        return self._ask_for_decision("")

    def _ask_for_decision(self, reason):
        return self._ask_manager(
            self.env._("Decide what follows a broken agreement"), reason
        )

    def _ask_manager(self, summary, reason):
        """Give the credit manager a task on the case; return it."""
        manager = self.case_id.manager_id
        details = self.env._(
            "%(agreement)s was not kept: %(left)s left, on %(date)s.",
            agreement=self._describe(),
            left=self._format(self._get_left()),
            date=format_date(self.env, self.company_id._dunning_today()),
        )
        note = "\n".join(filter(None, (details, reason)))
        return self.case_id._plan_task(summary, note, manager)

    def _get_open_lines(self):
        """Return the items of the commitment on which something is left to pay."""
        return self.line_ids.filtered(
            lambda line: line.active and line.sudo().amount_residual > 0
        )

    def _extend(self, date):
        """Return a new promise of what is left, by a later date."""
        return self.env["dunning.promise"]._promise_anew(self, date)

    def _plan_b_plan(self, day):
        """Prepare a draft over what is left, and a task to look at it."""
        lines = self._get_open_lines()
        if not lines:
            return self._ask_for_decision(self.env._("Nothing is open any more."))
        plan = self.env["dunning.plan"]._draft_for(self.case_id, lines, source=self)
        self.case_id._plan_task(
            self.env._("Propose a payment plan"),
            self.env._(
                "%(agreement)s was not kept. A draft plan over %(amount)s is ready: "
                "complete it with the customer, then propose it.",
                agreement=self._describe(),
                amount=plan._format(plan.amount),
            ),
            self.user_id,
        )
        return plan
