from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from functools import cache

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools import commitments as core
from ...tools import instalments, plans
from ..contact.event import Event


class DunningPromise(models.Model):
    """Judge promises by what was matched with their invoices since they were made.

    For all the promises of a batch at once. The verdict is worked out afresh each time,
    so that a payment that is taken back, or entered late, changes it by itself.
    """

    _inherit = "dunning.promise"

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
    activity_id = fields.Many2one(
        "mail.activity",
        "Task",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )

    @api.depends("state", "amount", "cover_ids.line_id.amount_residual")
    def _compute_amount_left(self):
        for promise in self:
            promise.amount_left = promise._get_left() if promise.ids else promise.amount

    def _judge(self, day):
        """Bring the states in line with the payments as seen on a day; act on it.

        :param self: every promise of the cases that payments still change
        :return: the cases on whose items plan B wrote a level
        """
        facts = self._read_receipts()
        verdicts = {
            promise: core.judge(*facts[promise][:2], day)
            for promise in self
            if not promise.decided_state
        }
        verdicts |= self._judge_decided(facts, day)
        failing = self.filtered(
            lambda promise: (
                verdicts[promise].failed
                and verdicts[promise].left > 0
                and promise.state in promise._get_running_states()
                and not promise.decided_state
            )
        )
        verdicts |= failing._judge_with_announced(facts, verdicts, day)
        ended = self._write_verdicts(verdicts)
        ended._log_verdicts()
        escalating = self.filtered(
            lambda promise: verdicts[promise].escalates(bool(promise.broken_on))
        )
        return escalating._escalate(day)

    def _judge_decided(self, facts, day):
        """Return the verdicts that a person has given."""
        verdicts = {}
        for promise in self.filtered("decided_state"):
            promised, receipts, _elsewhere = facts[promise]
            after = max(day, promised.last_day + timedelta(days=1))
            verdict = core.judge(promised, receipts, after)
            if promise.decided_state == core.KEPT:
                verdict = core.Verdict(core.KEPT, promised.expected)
            verdicts[promise] = verdict
        return verdicts

    def _judge_with_announced(self, facts, verdicts, day):
        """Judge those that would be broken again, with the money that may be meant for
        them; nobody is accused while the bank has brought nothing for days."""
        result = {}
        for company, promises in self.grouped("company_id").items():
            if not company._dunning_is_bank_fresh(day):
                result |= {
                    promise: core.Verdict(promise.state, *self._get_sums(verdict))
                    for promise in promises
                    if (verdict := verdicts[promise])
                }
                continue
            credits_of = self.env["account.move.line"]._read_dunning_credits(
                company, promises.partner_id
            )
            for promise in promises.sorted(lambda one: (one.date, one.id)):
                promised, receipts, elsewhere = facts[promise]
                partner_id = promise.partner_id.id
                credit = credits_of.get(partner_id, Decimal(0))
                announced = promise._from_company(credit, day) + elsewhere
                verdict = core.judge(promised, receipts, day, announced)
                result[promise] = verdict
                if verdict.state == core.TO_CHECK:  # the same money counts once
                    used = promise._to_company(verdict.left, day)
                    credits_of[partner_id] = max(credit - used, Decimal(0))
        return result

    @staticmethod
    def _get_sums(verdict):
        return verdict.received, verdict.left

    def _to_company(self, amount, day):
        company = self.company_id
        return Decimal(
            str(
                self.currency_id._convert(
                    float(amount), company.currency_id, company, day
                )
            )
        )

    def _from_company(self, amount, day):
        company = self.company_id
        return Decimal(
            str(
                company.currency_id._convert(
                    float(amount), self.currency_id, company, day
                )
            )
        )

    # What was paid

    def _read_receipts(self):
        """Map promises to (what was promised, what came in since, what came in on other
        items of the case), in a few queries for all of them."""
        covers = self._get_covers()
        own = defaultdict(set)
        starts = defaultdict(Decimal)
        for cover in covers.sudo():  # as for the amounts a case shows
            item = cover.line_id.move_line_id
            if item.parent_state == "posted":
                own[cover.source_id].add(item.id)
                starts[cover.source_id] += Decimal(str(cover.balance_start))
        matched = self._read_matched()
        taken = set().union(*own.values()) if own else set()
        facts = {}
        for promise in self:
            since = [
                row
                for row in matched[promise.case_id.id]
                if row[0] > promise.partial_mark
            ]
            facts[promise] = (
                core.Promise(
                    Decimal(str(promise.amount)),
                    starts[promise.id],
                    promise.date_until or promise.date,
                ),
                [receipt for _mark, item, receipt in since if item in own[promise.id]],
                sum(
                    (
                        receipt.amount
                        for _mark, item, receipt in since
                        if item not in taken and receipt.is_money
                    ),
                    Decimal(0),
                ),
            )
        return facts

    def _read_matched(self):
        """Map ids of cases to what settled their items: (mark, item id, receipt)."""
        lines = self.case_id.with_context(active_test=False).line_ids
        items = lines.sudo().move_line_id  # see _read_receipts
        case_of = {line.move_line_id.id: line.case_id.id for line in lines.sudo()}
        partials = self.env["account.partial.reconcile"].sudo()
        partials = partials.search_fetch(
            [
                ("debit_move_id", "in", items.ids),
                ("id", ">", min(self.mapped("partial_mark"), default=0)),
            ],
            ["debit_move_id", "credit_move_id", "debit_amount_currency"],
            order="id",
        )
        counterparts = partials.credit_move_id
        counterparts.fetch(["date", "move_id"])
        counterparts.move_id.fetch(["journal_id", "origin_payment_id"])
        matched = defaultdict(list)
        for partial in partials:
            entry = partial.credit_move_id
            receipt = core.Receipt(
                entry.date,
                Decimal(str(partial.debit_amount_currency)),
                self.env["dunning.case"]._is_money(entry.move_id),
            )
            item_id = partial.debit_move_id.id
            matched[case_of[item_id]].append((partial.id, item_id, receipt))
        return matched

    # What follows

    def _write_verdicts(self, verdicts):
        """Write what changed; return the promises that have another state now."""
        ended = self.browse()
        for promise, verdict in verdicts.items():
            state = "cancelled" if verdict.state == core.VOID else verdict.state
            received = float(verdict.received)
            is_new = state != promise.state
            if is_new:
                ended |= promise
            currency = promise.currency_id
            if is_new or currency.compare_amounts(promise.amount_received, received):
                expected = min(promise.amount, received + float(verdict.left)) or 1.0
                share = 1.0 if state == core.KEPT else received / expected
                promise.sudo().write(  # the engine's to say
                    {"state": state, "amount_received": received, "kept_share": share}
                )
        running = ended.filtered(lambda one: one.state in one._get_running_states())
        running._get_covers().sudo().active = True  # see _cover
        (ended - running)._get_covers().sudo().active = False
        ended.filtered(lambda one: one.state != core.TO_CHECK)._close_task()
        for promise in ended.filtered(lambda one: one.state == core.TO_CHECK):
            promise._plan_check()
        return ended

    def _plan_check(self):
        """Ask a person to look before anybody is called a breaker of his word."""
        self.sudo().activity_id = self.case_id._plan_task(
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
            self.user_id,
        )

    def _close_task(self):
        # Planned for whoever was in charge.
        for activity in self.activity_id.sudo().filtered("active"):
            activity.action_done()

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


class DunningPlan(models.Model):
    """Judge: in each run plans are looked at by what really came in."""

    _inherit = "dunning.plan"

    check_on = fields.Date(
        "To check since",
        readonly=True,
        copy=False,
        help="An instalment is missing, but money of the customer waits to be "
        "reconciled: whoever is in charge checks whether it is the payment.",
    )

    interest_move_id = fields.Many2one(
        "account.move",
        "Invoice of the interest",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The invoice of the interest agreed upon. Once it is posted its payments "
        "count for the plan.",
    )

    @api.model
    def _find_to_judge(self, cases):
        """Return the plans of cases that a run looks at: those that count, and those
        that were paid, should a payment be taken back."""
        return self.search(
            Domain("case_id", "in", cases.ids)
            & Domain("state", "in", ("proposed", "accepted", "completed"))
        )

    @api.model
    def _find_paid(self, company):
        """Return the running plans of a company on which nothing is open any more:
        their case closes, and no batch of a run meets it."""
        open_item = Domain("move_line_id.reconciled", "=", False)
        return self.search(
            Domain("company_id", "=", company.id)
            & Domain("state", "in", ("proposed", "accepted"))
            & ~Domain("line_ids", "any", open_item)
        )

    def _settle_plans(self, day):
        """Judge plans on a day: reminder, notice, end; each told a single time.

        :return: the cases whose items have changed
        """
        running = self.with_context(lang=self.env.lang or self._get_log_lang())
        received = running._get_received()
        dues = running._prepare_dues(day, received)
        events, changed = [], self.env["dunning.case"]
        announced = running._read_announced(day, dues)
        for plan in running:
            if plan.state == "proposed":
                plan._lapse(day, received[plan])
                continue
            verdict = plans.judge(
                dues[plan],
                received[plan],
                announced.get(plan, 0),
                day,
                plan.company_id.dunning_plan_reminder_days,
                plan.company_id.dunning_plan_notice_days,
            )
            events += plan._follow_verdict(verdict, day)
            if plan.state == "broken":
                changed |= plan.case_id
        self.env["dunning.action"]._announce(events, day)
        return changed.with_env(self.env)

    def _get_log_lang(self):
        """The scheduler has no language: the history is in the company's."""
        return self.company_id[:1].partner_id.lang

    def _prepare_dues(self, day, received):
        """Map plans to their instalments as the plain functions know them."""
        notices = self._read_notices()

        @cache
        def last_day(company, date):
            days = company.dunning_plan_grace_days
            return company._dunning_add_working_days(date, days) if days else date

        dues = {}
        for plan in self:
            dues[plan] = []
            filled = plan._fill(received[plan])
            for row in plan._get_rows():
                expected = plan._get_expected(row)
                is_open = filled[row] < expected and row.date < day
                last = last_day(plan.company_id, row.date) if is_open else row.date
                notice = notices.get(row.id)
                dues[plan].append(
                    plans.Due(
                        key=row.id,
                        date=row.date,
                        amount=self._decimal(expected),
                        last_day=last or row.date,
                        noticed=bool(notice),
                        noticed_on=(notice and notice.delivered_on) or None,
                    )
                )
        return dues

    def _read_notices(self):
        """Map ids of instalments to the notice about them."""
        keys = [f"plan.missed.{row.id},{row.plan_id.id}" for row in self.instalment_ids]
        notices = self.env["dunning.action"].search_fetch(
            Domain("event", "in", keys) & Domain("state", "!=", "cancelled"),
            ["event", "delivered_on"],
        )
        return {
            int(notice.event.partition(",")[0].split(".")[2]): notice
            for notice in notices
        }

    def _read_announced(self, day, dues):
        """Map late plans to the money of their debtors that is not matched yet."""
        late = self.filtered(
            lambda plan: (
                plan.state != "proposed"
                and any(due.last_day < day for due in dues[plan])
            )
        )
        found = {}
        for company, of_company in late.grouped("company_id").items():
            totals = self.env["account.move.line"]._read_dunning_credits(
                company, of_company.partner_id
            )
            for plan in of_company:
                amount = float(totals.get(plan.partner_id.id, 0))
                own = company.currency_id._convert(
                    amount, plan.currency_id, company, day
                )
                found[plan] = self._decimal(own)
        return found

    def _follow_verdict(self, verdict, day):
        """Do what follows from a verdict; return what the debtor is told."""
        self.ensure_one()
        if self.state == "completed" and verdict.step != plans.COMPLETED:
            self._take_up_again()
        if self.check_on and verdict.step != plans.TO_CHECK:
            self.sudo().check_on = False  # a fact
        row = self.instalment_ids.browse(verdict.due.key if verdict.due else [])
        if verdict.step == plans.COMPLETED:
            return self._complete(day)
        if verdict.step == plans.REMINDER:
            return [self._prepare_told("reminder", row)]
        if verdict.step == plans.MISSED:
            return [self._prepare_told("missed", row)]
        if verdict.step == plans.TO_CHECK:
            self._ask_to_check(verdict, day)
        elif verdict.step == plans.BROKEN:
            return self._break(row, day)
        return []

    def _prepare_told(self, what, row=None, kind="commitment"):
        template = self._get_plan_template(what)
        about = f"{what}.{row.id}" if row else what
        key = f"plan.{about},{self.id}"
        return Event(key, self.case_id, template, self.line_ids, kind)

    def _lapse(self, day, received):
        """End a proposal that nobody signed in time, or that was paid at once."""
        total = sum(self._get_expected(row) for row in self.instalment_ids)
        if received >= self._decimal(total):
            self._end("cancelled", self.env._("Paid before it was signed."), day)
        elif self.answer_by and self.answer_by < day:
            reason = self.env._(
                "Lapsed: no signature by %(date)s.",
                date=format_date(self.env, self.answer_by),
            )
            self._end("cancelled", reason, day)

    def _complete(self, day):
        if self.state == "completed":
            return []
        self._end("completed", self.env._("Every instalment was paid."), day)
        return [self._prepare_told("completed", kind="thanks")]

    def _take_up_again(self):
        """A payment was taken back: the plan runs again by itself."""
        self.sudo().write(  # a fact
            {"state": "accepted", "ended_on": False, "end_reason": False}
        )
        self._keep_items_back(self.date_last)
        self.case_id._message_log(
            body=self.env._(
                "%(plan)s runs again: a payment was taken back.",
                plan=self.display_name,
            )
        )

    def _ask_to_check(self, verdict, day):
        """Ask for a look at the unmatched money, never write to the debtor."""
        if not self.check_on:
            self.sudo().check_on = day  # a fact
        self.case_id._plan_task(
            self.env._("Check a payment for the payment plan"),
            self.env._(
                "%(amount)s of the payment plan is missing, due on %(date)s. Money of "
                "this customer that is not reconciled would cover it: reconcile it, or "
                "clear it up. Nothing is sent meanwhile.",
                amount=self._format(float(verdict.missing)),
                date=format_date(self.env, verdict.due.date),
            ),
            self.user_id,
        )

    def _break(self, row, day):
        """End the plan: the whole balance is due, plan B happens."""
        reason = self.env._(
            "The instalment of %(date)s was not paid after the notice.",
            date=format_date(self.env, row.date),
        )
        self._end("broken", reason, day)
        # A rule that an administrator may change lets plan B happen.
        self.env["dunning.alert"]._raise_broken(self, day)
        if self.fallback in self._tells_of_failure():
            return [self._prepare_told("broken")]
        return []

    # What came in on a plan: read from the balances, never stored.
    #
    # Interest counts once it was invoiced: what is in no book cannot be paid. Its
    # invoice is a draft that a person asks for (design, rule 11).

    def _get_rows(self):
        """Return the instalments in the order in which payments fill them."""
        self.ensure_one()
        never = fields.Date.to_date("9999-12-31")
        return self.instalment_ids.sorted(lambda row: row.date or never)

    def _get_expected(self, row):
        """Return what can be paid of an instalment."""
        # Whether an invoice is posted is no secret to who sees the plan.
        if self.interest_move_id.sudo().state == "posted":
            return row.amount
        return self.currency_id.round(row.amount - row.interest)

    def _fill(self, received):
        """Map the instalments to what is paid of each."""
        rows = self._get_rows()
        amounts = [self._decimal(self._get_expected(row)) for row in rows]
        filled = instalments.fill(amounts, received)
        return {row: float(part) for row, part in zip(rows, filled, strict=True)}

    def _get_received(self):
        """Map plans to what came in on their invoices since they were proposed.

        :rtype: dict[dunning.plan, Decimal]
        """
        covers_of = {}
        if self._origin:
            # As for the amounts a case shows.
            covers = self._origin._get_covers().sudo()
            covers_of = covers.grouped("source_id")
        none = self.env["dunning.cover"].sudo()
        return {
            plan: sum(
                (
                    self._decimal(cover.balance_start)
                    - self._decimal(cover.line_id.amount_residual)
                    for cover in covers_of.get(plan._origin.id, none)
                ),
                plan._get_interest_received(),
            )
            for plan in self
        }

    def _get_interest_received(self):
        move = self.interest_move_id.sudo()  # see _get_expected
        if move.state != "posted":
            return Decimal(0)
        return self._decimal(move.amount_total) - self._decimal(move.amount_residual)

    def action_draft_interest(self):
        """Draft the invoice of the interest agreed upon, due on the last day."""
        self.ensure_one()
        self.check_access("write")
        if self.state not in ("accepted", "completed") or not self.amount_interest:
            raise UserError(
                self.env._("There is no interest to invoice on this payment plan.")
            )
        if not self.interest_move_id:
            # A draft only, whoever asks for it: posting it is the accountant's.
            moves = self.env["account.move"].sudo().with_company(self.company_id)
            move = moves.create(self._prepare_interest_move())
            self.sudo().interest_move_id = move  # a fact
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.interest_move_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _prepare_interest_move(self):
        plan = self.with_context(lang=self._get_lang())
        return {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date_due": self.date_last,
            "invoice_payment_term_id": False,
            "invoice_line_ids": [
                fields.Command.create(
                    {
                        "name": plan.env._(
                            "Interest agreed upon in the payment agreement "
                            "%(reference)s",
                            reference=self._get_reference(),
                        ),
                        "quantity": 1,
                        "price_unit": self.amount_interest,
                        "tax_ids": [fields.Command.clear()],
                    }
                )
            ],
        }


class DunningOffer(models.Model):
    """Judge: whether what was asked for came in by the date of the offer."""

    _inherit = "dunning.offer"

    amount_paid = fields.Monetary(
        "Paid", compute="_compute_amount_paid", help="Since the offer was sent."
    )
    check_on = fields.Date(
        "To check since",
        readonly=True,
        copy=False,
        help="Money of the customer waits to be reconciled: it may be the payment.",
    )

    @api.depends("state", "line_ids.move_line_id.amount_residual_currency")
    def _compute_amount_paid(self):
        received = self._get_received()
        for offer in self:
            offer.amount_paid = float(received[offer])

    def _get_received(self):
        """Map offers to what came in on their invoices since they were sent."""
        covers_of = {}
        if self._origin:
            # As for the amounts a case shows.
            covers_of = self._origin._get_covers().sudo().grouped("source_id")
        none = self.env["dunning.cover"].sudo()
        decimal = self.env["dunning.plan"]._decimal
        return {
            offer: sum(
                (
                    decimal(cover.balance_start)
                    - decimal(cover.line_id.amount_residual)
                    for cover in covers_of.get(offer._origin.id, none)
                ),
                Decimal(0),
            )
            for offer in self
        }

    @api.model
    def _find_to_judge(self, cases):
        """Return the offers of cases that a run looks at: those that wait, and those
        that were taken up, should a payment be taken back."""
        return self.search(
            Domain("case_id", "in", cases.ids) & Domain("state", "in", ("sent", "kept"))
        )

    @api.model
    def _find_paid(self, company):
        """Return the offers of a company on whose invoices nothing is open any more."""
        open_item = Domain("move_line_id.reconciled", "=", False)
        return self.search(
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "sent")
            & ~Domain("line_ids", "any", open_item)
        )

    def _settle(self, day):
        """Judge offers on a day; return the cases whose items have changed."""
        lang = self.env.lang or self.company_id[:1].partner_id.lang
        offers, changed = self.with_context(lang=lang), self.env["dunning.case"]
        received = offers._get_received()
        plans = self.env["dunning.plan"]
        for offer in offers:
            missing = plans._decimal(offer.amount_to_pay) - received[offer]
            if offer.state == "kept":
                if missing > 0:
                    offer._take_up_again()
                else:
                    continue
            if missing <= 0:
                offer._keep(day)
            elif day > offer._get_last_day():
                if offer._is_announced(missing, day):
                    offer._ask_to_check(missing, day)
                else:
                    offer._lapse(day)
                    changed |= offer.case_id
        return changed.with_env(self.env)

    def _get_last_day(self):
        """Return the last tolerated day: a transfer takes working days."""
        company = self.company_id
        days = company.dunning_plan_grace_days
        until = self.valid_until
        return (days and company._dunning_add_working_days(until, days)) or until

    def _is_announced(self, missing, day):
        """Tell whether money of the debtor that is not matched yet would do."""
        company = self.company_id
        totals = self.env["account.move.line"]._read_dunning_credits(
            company, self.partner_id
        )
        amount = float(totals.get(self.partner_id.id, 0))
        own = company.currency_id._convert(amount, self.currency_id, company, day)
        return own >= float(missing)

    def _ask_to_check(self, missing, day):
        if not self.check_on:
            self.sudo().check_on = day  # a fact
        self.case_id._plan_task(
            self.env._("Check a payment for the offer"),
            self.env._(
                "%(offer)s: %(amount)s is missing, but money of this customer that is "
                "not reconciled would cover it. Reconcile it, or clear it up.",
                offer=self.display_name,
                amount=self._format(float(missing)),
            ),
            self.user_id,
        )

    def _keep(self, day):
        """The condition is met: draft the credit note, ask for it to be posted."""
        refunds = self._draft_refunds()
        reason = self.env._(
            "Paid in time. Credit note drafted: %(amount)s.",
            amount=self._format(self.amount),
        )
        self._end("kept", reason, day)
        note = self.env._(
            "%(offer)s was taken up. Post the draft credit note (%(documents)s) and "
            "reconcile it: until then the discount is kept back.",
            offer=self.display_name,
            documents=", ".join(refunds.mapped("invoice_origin")) or "–",
        )
        summary = self.env._("Post the credit note of an offer")
        self.case_id._plan_task(summary, note, self.case_id.manager_id)
        self._announce_offer("kept", "thanks", day)

    def action_keep(self):
        """Honour an offer that lapsed: the discount is given all the same."""
        self.check_access("write")
        self._check_may_approve()
        for offer in self:
            if offer.state not in ("sent", "lapsed"):
                raise UserError(
                    self.env._(
                        "%(offer)s cannot be honoured.", offer=offer.display_name
                    )
                )
            offer._get_covers().sudo().active = True  # the engine's own
            offer._keep(offer.company_id._dunning_today())
        return True

    def _take_up_again(self):
        """A payment was taken back: the condition is met no more."""
        drafts = self.refund_ids.sudo().filtered(lambda move: move.state == "draft")
        drafts.button_cancel()  # drafted by the engine, see _draft_refunds
        self.sudo().write(  # a fact
            {"state": "sent", "ended_on": False, "end_reason": False}
        )
        if posted := self.refund_ids.sudo() - drafts:
            self.case_id._plan_task(
                self.env._("A credit note has lost its condition"),
                self.env._(
                    "%(offer)s: the payment was taken back, the credit note "
                    "%(documents)s was posted.",
                    offer=self.display_name,
                    documents=", ".join(posted.mapped("name")),
                ),
                self.case_id.manager_id,
            )

    def _lapse(self, day):
        """The date has passed: the whole is due again, plan B happens."""
        reason = self.env._(
            "Lapsed: not paid by %(date)s.",
            date=format_date(self.env, self.valid_until),
        )
        self._end("lapsed", reason, day)
        # A rule that an administrator may change lets plan B happen.
        self.env["dunning.alert"]._raise_broken(self, day)
        if self.fallback in self._tells_of_failure():
            self._announce_offer("lapsed", day=day)

    def _end(self, state, reason, day=None):
        """End an offer; of one that was taken up the discount stays kept back until
        its credit note is reconciled."""
        date = day or self.company_id._dunning_today()
        self.sudo().write(  # how it ends follows from what is paid
            {
                "state": state,
                "ended_on": date,
                "end_reason": reason,
                "check_on": False,
            }
        )
        self.case_id._message_log(
            body=self.env._(
                "%(offer)s: %(reason)s", offer=self.display_name, reason=reason
            )
        )
        if state == "kept":
            self._follow_covers()
        else:
            self._uncover()
