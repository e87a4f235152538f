from datetime import timedelta
from decimal import Decimal
from math import inf

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import format_date

from ...tools import commitments as core
from ...tools import covers

#: Nobody promises further ahead: a slip of the pen.
MOST_DAYS_AHEAD = 366


class DunningPromise(models.Model):
    """A promise to pay: an amount by a date, on some invoices or on the whole case.

    What it covers waits, the rest goes on. Judged by what was really paid, each night:
    kept, partly kept, broken, or to be checked by a person before anybody is accused.
    Its state is the engine's to write (as superuser, for whoever works); people make,
    replace, extend, withdraw or cancel a promise, and decide one that is to be checked.
    """

    _name = "dunning.promise"
    _description = "Promise to Pay"
    _inherit = ["dunning.commitment"]
    _order = "date desc, id desc"

    date = fields.Date(
        "Promised for",
        required=True,
        help="The day by which the customer will pay.",
        entry="new",
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="What the customer will pay, in the currency of the invoices.",
        entry="new",
    )
    means = fields.Selection(
        [
            ("transfer", "Bank transfer"),
            ("card", "Card"),
            ("direct_debit", "Direct debit"),
            ("cheque", "Cheque"),
            ("bill", "Bill of exchange"),
            ("cash", "Cash"),
        ],
        help="How the customer will pay.",
        entry="open",
    )
    promised_on = fields.Date(
        "Made on", readonly=True, help="The day on which it was made."
    )
    date_until = fields.Date(
        "Waited for until",
        readonly=True,
        help="The promised date plus the bank tolerance of the company: the last day "
        "on which the money may come in.",
    )
    is_whole_case = fields.Boolean(
        "On the whole case",
        readonly=True,
        help="No invoice was named: the oldest due are covered first, and a payment of "
        "any invoice counts.",
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("to_check", "To check"),
            ("kept", "Kept"),
            ("partial", "Partly kept"),
            ("broken", "Broken"),
            ("replaced", "Replaced"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="open",
        readonly=True,
        index=True,
        help="To check: money is there that may be meant for it; somebody has to look "
        "before it is called broken.",
    )
    attempt = fields.Integer(
        readonly=True,
        default=1,
        help="How often these invoices were promised, this time included; a promise "
        "that was kept counts no more.",
    )
    confirm = fields.Boolean(
        "Confirm in writing",
        compute="_compute_confirm",
        store=True,
        readonly=False,
        precompute=True,
        help="A message confirms the promise at once, in the customer's language.",
        entry="new",
    )
    extension_of_id = fields.Many2one(
        "dunning.promise",
        "Extension of",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The promise whose date this one puts off.",
        entry="new",
    )
    replaced_by_id = fields.Many2one(
        "dunning.promise", readonly=True, index="btree_not_null", ondelete="set null"
    )
    cover_ids = fields.One2many(
        "dunning.cover",
        "source_id",
        domain=[("res_model", "=", "dunning.promise")],
        readonly=True,
        context={"active_test": False},
    )
    _check_amount = models.Constraint(
        "CHECK (amount > 0)", "The amount promised must be more than nothing."
    )

    is_withdrawn = fields.Boolean(
        "Withdrawn by the customer",
        readonly=True,
        copy=False,
        help="The customer took the promise back: it counts as not kept.",
    )
    amount_received = fields.Monetary(
        "Received in time",
        readonly=True,
        copy=False,
        help="What came in by the last day on which it was waited for.",
    )
    amount_left = fields.Monetary(
        "Still to come",
        compute="_compute_amount_left",
        help="What is left to pay of it today.",
    )
    kept_share = fields.Float(
        readonly=True,
        copy=False,
        aggregator="avg",
        help="Which part of it was kept: 1 all of it, 0 nothing.",
    )
    broken_on = fields.Date(
        readonly=True,
        copy=False,
        help="The day on which it was found broken: the customer hears of it once.",
    )

    @api.depends("case_id", "line_ids")
    def _compute_amount(self):
        for promise in self:
            if promise.promised_on:
                continue  # it stays as it was made
            lines = promise.line_ids or promise.case_id._get_promisable(
                promise.currency_id, is_late=True
            )
            promise.amount = promise.currency_id.round(
                sum(promise.case_id._get_free_amounts(lines).values())
            )

    @api.depends("case_id")
    def _compute_confirm(self):
        for promise in self:
            if promise.promised_on:
                continue
            company = promise.case_id.company_id or self.env.company
            promise.confirm = company.dunning_confirm_promises

    @api.depends("amount", "date", "currency_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for promise in self:
            promise.display_name = promise._describe()

    @api.constrains("date")
    def _check_date(self):
        for promise in self:
            last = promise.company_id._dunning_today() + timedelta(days=MOST_DAYS_AHEAD)
            if promise.date > last:
                raise ValidationError(
                    self.env._(
                        "The promised date is more than a year away: for such a time "
                        "agree on a payment plan, or correct the date."
                    )
                )

    @api.constrains("fallback", "fallback_level_id")
    def _check_fallback(self):
        for promise in self:
            if promise.fallback == "given_rung" and not promise.fallback_level_id:
                raise ValidationError(
                    self.env._("Choose the level that speaks if it is not kept.")
                )

    # Made

    @api.model_create_multi
    def create(self, vals_list):
        given = self._without_forged_defaults()._get_given_defaults()
        for vals in vals_list:
            self._check_sum(given | vals)
        promises = super().create(vals_list)
        promises._check_day_is_to_come()
        for promise in promises:
            promise._take_effect()
        return promises

    @api.model
    def _check_sum(self, vals):
        """Refuse a promise of nothing or less, in words, before the database does.

        :param vals: values as for :meth:`create`
        """
        if not self.env.su:
            self._check_named(vals)
        promise = self.new(vals)
        amount = promise.amount
        if 0 < amount < inf and promise.currency_id.round(amount):  # and a number
            return
        debtor = promise.case_id.partner_id.display_name
        if vals.get("amount") is None and not promise.amount:
            raise UserError(self._describe_nothing_left(debtor))
        raise UserError(
            self.env._(
                "%(debtor)s cannot promise nothing, or less: enter how much he will "
                "pay.",
                debtor=debtor,
            )
        )

    @api.model
    def _describe_nothing_left(self, debtor):
        return self.env._(
            "%(debtor)s owes nothing that could be promised: everything open is "
            "disputed or on a payment plan.",
            debtor=debtor,
        )

    def _check_day_is_to_come(self):
        """Refuse a promise for a day that is over; today may be promised.

        The engine makes promises on days that were played, see ``res.company``.
        """
        for promise in self:
            today = promise.company_id._dunning_today()
            if promise.date < today and not self.env.su:
                raise UserError(
                    self.env._(
                        "%(debtor)s cannot promise to pay by %(date)s: that day is "
                        "over. Enter %(today)s or a later day.",
                        debtor=promise.partner_id.display_name,
                        date=format_date(self.env, promise.date),
                        today=format_date(self.env, today),
                    )
                )

    def _refuse(self, names):
        raise AccessError(
            self.env._(
                "A promise stays as it was made: make a new one, which replaces it, or "
                "extend it."
            )
        )

    @api.model
    def _get_running_states(self):
        return (core.OPEN, core.TO_CHECK)

    @api.model
    def _read_kept_rates(self, partners, company):
        """Map ids of debtors to (the part of their promises that was kept, the number
        of promises judged)."""
        judged = Domain("state", "in", ("kept", "partial", "broken"))
        judged |= Domain("is_withdrawn", "=", True)
        rows = self._read_group(
            judged
            & Domain("company_id", "=", company.id)
            & Domain("partner_id", "in", partners.ids),
            ["partner_id"],
            ["kept_share:avg", "__count"],
        )
        return {partner.id: (share, count) for partner, share, count in rows}

    # What a promise does as it is made: it covers invoices and replaces others.

    def _take_effect(self):
        """Cover the invoices, replace what was promised of them before, confirm it."""
        self.ensure_one()
        company = self.company_id
        lines = self.line_ids or self._find_oldest()
        if not lines:
            self._check_rest_not_frozen()
            raise UserError(self._describe_nothing_left(self.partner_id.display_name))
        self._check_amount_is_free(lines)
        self._check_leeway(lines)
        earlier = self._find_earlier(lines)
        promise_sudo = self.sudo()  # see the class: the engine's to write
        promise_sudo.write(
            {
                "is_whole_case": not self.line_ids,
                "line_ids": [Command.set(lines.ids)],
                "promised_on": self.promised_on or company._dunning_today(),
                "date_until": company._dunning_last_tolerated_day(self.date),
                "attempt": 1 + len(earlier),
                "fallback_disclosed": self.fallback_disclosed or self._must_disclose(),
            }
        )
        self._replace(earlier)
        everything = self.case_id._get_promisable(self.currency_id)
        covered = everything | lines if self.is_whole_case else lines
        self._release_from_whole(lines)
        self._cover(covers.PROMISED, self.amount, covered, self.date_until)
        self._log_made()
        if self.confirm:
            self._tell_made()
        self._on_made()

    def _on_made(self):
        self._propose_interruption("promise", self.promised_on)
        return super()._on_made()

    def _check_amount_is_free(self, lines):
        """Nobody promises what is contested, on a payment plan, or more than he owes:
        what is open, due or not, with its interest and indemnities."""
        everything = self.case_id._get_promisable(self.currency_id)
        lines = lines if self.line_ids else everything
        free = self.case_id._get_free_amounts(lines)
        left = self.currency_id.round(sum(free.values()))
        most = self.currency_id.round(left + self._get_owed_beside(free))
        if self.currency_id.compare_amounts(self.amount, most) > 0:
            raise UserError(self._describe_too_much(left, most))

    def _get_owed_beside(self, free):
        """Return the interest and the indemnities of items, in the currency of the
        promise; none of what is contested or planned in part.

        :param free: see ``dunning.case._get_free_amounts``
        """
        lines = self.env["dunning.case.line"].union(
            *(
                line
                for line, amount in free.items()
                if not line.currency_id.compare_amounts(
                    amount,
                    line.sudo().amount_residual,  # as for the amounts a case shows
                )
            )
        )
        indemnity = sum(lines.mapped("amount_indemnity"))
        today = self.company_id._dunning_today()
        own = self.company_id.currency_id._convert(
            indemnity, self.currency_id, self.company_id, today
        )
        return sum(lines.mapped("amount_interest")) + own

    def _describe_too_much(self, left, most):
        details = {
            "debtor": self.partner_id.display_name,
            "left": self._format(left),
            "most": self._format(most),
            "amount": self._format(self.amount),
        }
        if self.currency_id.compare_amounts(left, most):
            return self.env._(
                "Only %(left)s is left to promise of these invoices, %(most)s with "
                "interest and indemnities: %(amount)s is more than %(debtor)s owes. "
                "Correct the amount.",
                **details,
            )
        return self.env._(
            "Only %(left)s is left to promise of these invoices: %(amount)s is more "
            "than %(debtor)s can promise, what is contested or on a payment plan not "
            "counted. Correct the amount.",
            **details,
        )

    def _find_oldest(self):
        """Return the oldest items due that the amount pays."""
        amounts = self.case_id._get_free_amounts(
            self.case_id._get_promisable(self.currency_id)
        )
        left, found = self.amount, self.env["dunning.case.line"]
        for line, amount in amounts.items():
            if self.currency_id.compare_amounts(left, 0) <= 0:
                break
            found |= line
            left -= amount
        return found

    def _find_earlier(self, lines):
        """Return the promises of the same items that were not kept as they were made:
        open ones, which this one replaces, failed, replaced or withdrawn ones."""
        domain = (
            Domain("id", "!=", self.id)
            & Domain("case_id", "=", self.case_id.id)
            & Domain("currency_id", "=", self.currency_id.id)
            & (Domain("state", "!=", "cancelled") | Domain("is_withdrawn", "=", True))
            & Domain("state", "!=", "kept")
        )
        same = Domain("line_ids", "in", lines.ids)
        if not self.line_ids:
            same |= Domain("is_whole_case", "=", True)
        return self.search(domain & same)

    def _replace(self, earlier):
        """One promise at a time for an item: the new one ends what was still open."""
        running = earlier.filtered(lambda one: one.state in self._get_running_states())
        running._end("replaced", replaced_by_id=self.id)

    def _release_from_whole(self, lines):
        """What a promise names is taken out of one that stands for the whole case."""
        whole = self.sudo().search(  # what is kept back is the engine's to write
            [
                ("id", "!=", self.id),
                ("case_id", "=", self.case_id.id),
                ("is_whole_case", "=", True),
                ("state", "in", self._get_running_states()),
            ]
        )
        covers_of_whole = whole._get_covers()
        covers_of_whole.filtered(lambda cover: cover.line_id in lines).unlink()

    def _must_disclose(self):
        after = self.company_id.dunning_disclose_after
        return bool(after) and self.case_id._count_broken_agreements() >= after

    # What people do with a promise: put it off, take it back, decide a doubt.

    def action_cancel(self):
        """Cancel promises that were entered by mistake: nothing counts against anybody.

        :raises UserError: for one that is over
        """
        self._check_running()
        reason = self.env._("Cancelled by %(user)s.", user=self.env.user.name)
        self._end("cancelled", reason)
        return True

    def action_withdraw(self):
        """The customer takes his promise back: it counts as not kept, and what it
        covered is dunned again."""
        self._check_running()
        reason = self.env._("The customer takes it back.")
        self._end("cancelled", reason, is_withdrawn=True, kept_share=0.0)
        return True

    def action_extend(self):
        """Open a new promise that puts this one off."""
        self.ensure_one()
        self._check_running()
        window = self.case_id.action_promise()
        window["name"] = self.env._("Put the promise off")
        window["context"] |= self._get_extension_defaults()
        return window

    def action_count_as_kept(self):
        """After a check: the customer has paid, whatever the books show yet."""
        self._decide(core.KEPT)
        return True

    def action_count_as_broken(self):
        """After a check: the money was not meant for it. The customer is told, or plan
        B happens, in the next run."""
        self._decide(core.BROKEN)
        return True

    def action_carry_out_fallback(self):
        """Carry plan B out by hand, where the automation rule is switched off."""
        self.check_access("write")
        for promise in self:
            if promise.state not in core.FAILED:
                raise UserError(
                    self.env._("Plan B is for a promise that was not kept.")
                )
        self._carry_out_plan_b()
        return True

    def _check_running(self):
        self.check_access("write")
        for promise in self:
            if promise.state not in promise._get_running_states():
                raise UserError(
                    self.env._(
                        "%(promise)s of %(debtor)s is over (%(state)s): it stays in "
                        "the history as it is.",
                        promise=promise._describe(),
                        debtor=promise.partner_id.display_name,
                        state=promise._get_state_label(),
                    )
                )

    def _decide(self, state):
        self.check_access("write")
        for promise in self:
            if promise.state != core.TO_CHECK:
                raise UserError(
                    self.env._("Only a promise that is to be checked is decided.")
                )
        self.sudo().write(  # the state is the engine's to write
            {"decided_state": state, "decided_by_id": self.env.uid}
        )
        for company, promises in self.grouped("company_id").items():
            promises.case_id._judge_agreements(company._dunning_today(), self._name)

    # Extensions

    def _get_extension_defaults(self):
        self.ensure_one()
        lines = [] if self.is_whole_case else self._get_open_lines().ids
        return {
            "default_extension_of_id": self.id,
            "default_line_ids": lines,
            "default_amount": self._get_left(),
            "default_means": self.means,
            "default_contact_id": self.contact_id.id,
            "default_currency_id": self.currency_id.id,
        }

    def _check_leeway(self, lines):
        """Refuse a promise that lies further ahead, or comes more often, than the user
        may grant: any new promise of an item is an extension, a hold as well.

        :param lines: the items that it covers
        :raises UserError: with what he may do, and who may do more
        """
        company = self.company_id.with_env(self.env)
        if not (leeway := company._dunning_get_leeway()):
            return
        company._dunning_check_days_ahead(self.partner_id, self.date)
        grants = lines._count_grants(self)
        often = max(lines, key=lambda line: grants[line])
        if leeway.refuse_renewal(grants[often]):
            raise UserError(
                self.env._(
                    "%(debtor)s was already given time for %(invoice)s, by promises or "
                    "holds (%(count)s): an extension, or any new promise of it, needs "
                    "%(above)s.",
                    debtor=self.partner_id.display_name,
                    invoice=often.name,
                    count=grants[often],
                    above=company._dunning_describe_above(leeway),
                )
            )

    @api.model
    def _promise_anew(self, commitment, date):
        """Return a new promise of what is left of an agreement that failed, by a later
        date; ask the manager where that would be a second extension."""
        is_promise = commitment._name == self._name
        lines = commitment._get_open_lines()
        leeway = commitment.company_id._dunning_read_leeway("collector")
        grants = lines._count_grants(self).values()
        if leeway.refuse_renewal(max(grants, default=0)):
            return commitment._ask_for_decision(
                self.env._("A second extension needs a credit manager.")
            )
        values = {
            "case_id": commitment.case_id.id,
            "date": date,
            "amount": commitment._get_left(),
            "currency_id": commitment.currency_id.id,
            "line_ids": lines.ids,
            "user_id": commitment.user_id.id,
            "contact_id": commitment.contact_id.id,
            "extension_of_id": commitment.id if is_promise else False,
        }
        return self.create(values)

    # Judged: see dunning.commitment

    @api.depends("state", "amount", "cover_ids.line_id.amount_residual")
    def _compute_amount_left(self):
        for promise in self:
            promise.amount_left = promise._get_left() if promise.ids else promise.amount

    @api.model
    def _get_judged_states(self):
        return (core.OPEN, core.TO_CHECK, core.KEPT, *core.FAILED)

    def _waits_for_money_elsewhere(self):
        return True

    def _draw_verdicts(self, facts, day, announced):
        return {
            promise: promise._draw_verdict(
                facts[promise], day, announced.get(promise, Decimal(0))
            )
            for promise in self.sorted(lambda one: (one.date, one.id))
        }

    def _draw_verdict(self, known, day, announced):
        last = self.date_until or self.date
        amount = Decimal(str(self.amount))
        promised = core.Promise(amount, known.start, last, known.credited)
        if self.decided_state == core.KEPT:
            return core.Verdict(core.KEPT, promised.expected)
        if self.decided_state:
            day = max(day, last + timedelta(days=1))
        return core.judge(promised, known.receipts, day, announced)

    def _is_accused(self, verdict):
        # Of one that is broken the debtor has heard; a decision is no doubt any more.
        is_new = self.state not in core.FAILED and not self.decided_state
        return is_new and super()._is_accused(verdict)

    @api.model
    def _get_judged_domain(self, company, day):
        doubtful = Domain("state", "=", core.TO_CHECK) & Domain("check_on", "=", day)
        broken = Domain("state", "in", core.FAILED) & Domain("broken_on", "=", day)
        return doubtful | broken

    def _wait_again(self):
        """Write the verdict of today; nobody is told of it before the next run."""
        self._write_facts({"broken_on": False})
        facts = self._read_facts([self]) if self else {}
        for company, promises in self.grouped("company_id").items():
            today = company._dunning_today()
            verdicts = promises._draw_verdicts(facts, today, {})
            for promise in promises:
                promise._write_verdict(verdicts[promise], today)
        running = self._get_running_states()
        for promise in self:
            promise._get_covers().active = promise.state in running

    def _follow_verdicts(self, verdicts, day):
        ended = self.browse()
        for promise in self:
            if promise._write_verdict(verdicts[promise], day):
                ended |= promise
        running = ended.filtered(lambda one: one.state in one._get_running_states())
        running._get_covers().sudo().active = True  # see _cover
        (ended - running)._get_covers().sudo().active = False
        self.filtered(lambda one: one.state != core.TO_CHECK)._close_check()
        for promise in self.filtered(lambda one: one.state == core.TO_CHECK):
            promise._ask_to_check(verdicts[promise], day)
        ended.filtered(lambda one: one.state != "cancelled")._log_verdicts()
        escalating = self.filtered(
            lambda promise: (
                promise.state in core.FAILED
                and verdicts[promise].escalates(bool(promise.broken_on))
            )
        )
        return escalating._escalate(day)

    def _write_verdict(self, verdict, day):
        """Write what changed; tell whether it has another state now."""
        if verdict.state == core.VOID:
            is_new = self.state != "cancelled"
            self._call_off(verdict.ended_as, day)
            return is_new
        if self.state == "cancelled" and not self._may_count_again():
            return False
        received, currency = float(verdict.received), self.currency_id
        is_new = verdict.state != self.state
        if is_new or currency.compare_amounts(self.amount_received, received):
            expected = min(self.amount, received + float(verdict.left)) or 1.0
            is_kept = verdict.state == core.KEPT
            self.sudo().write(  # the engine's to say
                {
                    "state": verdict.state,
                    "amount_received": received,
                    "kept_share": 1.0 if is_kept else received / expected,
                    "ended_as": False,
                    "ended_on": False,
                    "end_reason": False,
                }
            )
        return is_new

    def _get_check_text(self, verdict):
        return (
            self.env._("Check a promise before it is called broken"),
            self.env._(
                "%(promise)s: %(left)s is missing, but money of %(debtor)s is there "
                "that may be meant for it: an open credit, a payment in process, a "
                "bank line, or the payment of another invoice. Match it, or decide on "
                "the promise whether it counts.",
                promise=self._describe(),
                left=self._format(self._get_left()),
                debtor=self.partner_id.display_name,
            ),
        )

    def _escalate(self, day):
        """Tell the debtors, and let plan B happen, once.

        :return: the cases on whose items plan B may have written a level
        """
        if not self:
            return self.case_id
        self.sudo().write({"broken_on": day})  # the engine's to say
        self._tell_broken(day)
        self.env["dunning.alert"]._raise_broken(self, day)
        return self.case_id
