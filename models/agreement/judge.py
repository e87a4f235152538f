from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models

from ...tools import commitments as core


class DunningPromiseJudge(models.Model):
    """Judge promises by what was matched with their invoices since they were made.

    For all the promises of a batch at once. The verdict is worked out afresh each time,
    so that a payment that is taken back, or entered late, changes it by itself.
    """

    _name = "dunning.promise"
    _inherit = ["dunning.promise", "dunning.commitment"]

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
