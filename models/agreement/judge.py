from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import split_every

from ...tools import settlement

#: Agreements that ended, judged again together.
KEPT_PER_BATCH = 200


class Source(NamedTuple):
    """An item that a commitment is about: matchings after ``mark`` count."""

    item_id: int
    mark: int
    start: Decimal
    balance: Decimal


def _group_by_model(records):
    """Return the records as one recordset for each model."""
    by_model = {}
    for record in records:
        known = by_model.get(record._name, record.browse())
        by_model[record._name] = known | record
    return by_model.values()


class DunningCommitment(models.AbstractModel):
    """Judge: what became of promises, plans and offers, by what was really paid.

    All kinds of a batch of cases are judged at once: what was matched is read in one
    go, and unmatched money that may be meant for one of them is there once. A verdict
    is worked out afresh each time, so that a payment that is taken back, or entered
    late, changes it by itself. Only money keeps one: see ``tools/settlement.py``.
    """

    _inherit = "dunning.commitment"

    check_on = fields.Date(
        "To check since",
        readonly=True,
        copy=False,
        help="It is not paid as agreed, but money of the customer waits to be "
        "reconciled, or it was set off: whoever is in charge looks at it.",
    )
    activity_id = fields.Many2one(
        "mail.activity",
        "Task",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )
    ended_on = fields.Date(readonly=True, copy=False)
    end_reason = fields.Char("How it ended", readonly=True, copy=False)
    decided_state = fields.Selection(
        [("kept", "Kept"), ("broken", "Broken")],
        "Decided",
        readonly=True,
        copy=False,
        help="What somebody decided after a look at it; payments do not change it.",
    )
    decided_by_id = fields.Many2one(
        "res.users",
        "Decided by",
        readonly=True,
        copy=False,
        help="Who decided, after a check, whether it was kept.",
    )
    ended_as = fields.Selection(
        [
            (settlement.NOTHING_DUE, "Nothing due any more"),
            (settlement.TRANSFERRED, "Moved to another account"),
            (settlement.WRITTEN_OFF, "Written off"),
        ],
        "Ended because",
        readonly=True,
        copy=False,
        help="Why it was called off by itself. It counts again if that is undone.",
    )

    @api.model
    def _get_judged_states(self):
        """Return the states that payments still change."""
        return self._get_running_states()

    @api.model
    def _find_to_judge(self, cases):
        """Return the commitments of cases that a run looks at: those that payments
        still change, and those that were called off by what was entered."""
        judged = Domain("state", "in", self._get_judged_states())
        called_off = Domain("state", "=", "cancelled") & Domain("ended_as", "!=", False)
        # The engine's own: whoever sees the cases has them judged.
        found = self.sudo().search(
            Domain("case_id", "in", cases.ids) & (judged | called_off), order="id"
        )
        return found.with_env(self.env)

    @api.model
    def _find_settled(self, company):
        """Return the running commitments of a company on which nothing is open any
        more: their case closes, and no batch of a run meets it."""
        open_item = Domain(
            "move_line_id",
            "any",
            [("reconciled", "=", False), ("parent_state", "=", "posted")],
        )
        return self.search(
            Domain("company_id", "=", company.id)
            & Domain("state", "in", self._get_running_states())
            & ~Domain("line_ids", "any", open_item)
        )

    @api.model
    def _judge(self, batches, day):
        """Judge commitments on a day, and do what follows, once.

        :param batches: the commitments, a recordset for each kind
        :return: the cases whose items have changed
        """
        batches = [found._in_company_language() for found in batches if found]
        if not batches:
            return self.env["dunning.case"]
        facts = self._read_facts(batches)
        verdicts = {}
        for found in batches:
            verdicts[found] = found._draw_verdicts(facts, day, {})
        accused = [
            (one, verdict.missing)
            for of_kind in verdicts.values()
            for one, verdict in of_kind.items()
            if one._is_accused(verdict)
        ]
        excused, announced = self._find_announced(accused, facts, day)
        changed = self.env["dunning.case"]
        for found, of_kind in verdicts.items():
            waiting = found.filtered(lambda one: one in announced)
            of_kind |= waiting._draw_verdicts(facts, day, announced)
            judged = found.filtered(lambda one: one not in excused)
            changed |= judged._follow_verdicts(of_kind, day)
        return changed.with_env(self.env)

    @api.model
    def _judge_kept_again(self, states):
        """Call off what counts as kept or completed though only credit notes settled
        it, in batches: for upgrades that tell them from money.

        What a person has decided stays.

        :param states: those in which it counts as kept
        """
        found = self.sudo().search(  # the engine's own, as when it judged
            Domain("state", "in", states) & Domain("decided_state", "=", False)
        )
        for ids in split_every(KEPT_PER_BATCH, found.ids):
            batch = found.browse(ids)
            facts = self._read_facts([batch])
            for company, ours in batch.grouped("company_id").items():
                day = company._dunning_today()
                verdicts = ours._in_company_language()._draw_verdicts(facts, day, {})
                void = [
                    one.id
                    for one, verdict in verdicts.items()
                    if verdict.ended_as == settlement.NOTHING_DUE
                    and facts[one].credited > 0
                ]
                ours._in_company_language().browse(void)._follow_verdicts(verdicts, day)
            self.env.flush_all()
            self.env.invalidate_all()

    def _draw_verdicts(self, facts, day, announced):
        """Map the commitments to their verdicts: each kind says how.

        A verdict tells what is ``missing``, and what it was ``ended_as``.

        :param facts: see ``_read_facts``
        :param announced: the unmatched money that may be meant for each
        """
        raise NotImplementedError

    def _follow_verdicts(self, verdicts, day):
        """Do what follows from verdicts; return the cases whose items have changed."""
        raise NotImplementedError

    def _is_accused(self, verdict):
        """Tell whether a verdict blames the debtor: first it is looked whether there is
        money that may be meant for it."""
        return verdict.missing > 0

    # What was paid

    @api.model
    def _read_facts(self, batches):
        """Map commitments of any kind to what is known of their items.

        :rtype: dict[dunning.commitment, settlement.Facts]
        """
        sources = {one: [] for found in batches for one in found}
        for found in batches:
            for one, rows in found._read_sources().items():
                sources[one] += rows
        others = self._find_other_items(sources)
        marks = [row.mark for rows in sources.values() for row in rows]
        ids = {row.item_id for rows in sources.values() for row in rows}
        settled = self.env["account.partial.reconcile"]._read_dunning_settlements(
            self.env["account.move.line"].browse(ids.union(*others.values())),
            after=min(marks, default=0),
        )
        return {
            one: settlement.Facts(
                sum((row.start for row in rows), Decimal(0)),
                sum((row.start - row.balance for row in rows), Decimal(0)),
                tuple(
                    settlement.Receipt(part.day, part.amount, part.own_kind)
                    for row in rows
                    for part in settled.get(row.item_id, ())
                    if part.mark > row.mark
                ),
                sum(
                    (
                        part.amount
                        for item_id in others.get(one, ())
                        for part in settled.get(item_id, ())
                        if part.own_kind == settlement.MONEY
                        and part.mark > min(row.mark for row in rows)
                    ),
                    Decimal(0),
                ),
            )
            for one, rows in sources.items()
        }

    def _read_sources(self):
        """Map commitments to the items that they are about, as they were then and as
        they are now; an invoice that was cancelled is due no more."""
        sources = defaultdict(list)
        for cover in self._get_covers().sudo():  # as for the amounts a case shows
            item = cover.line_id.move_line_id
            if item.parent_state == "posted":
                row = Source(
                    item.id,
                    cover.partial_mark,
                    Decimal(str(cover.balance_start)),
                    Decimal(str(item.amount_residual_currency)),
                )
                sources[self.browse(cover.source_id)].append(row)
        return sources

    @api.model
    def _find_other_items(self, sources):
        """Map promises to the items of their case that nothing was agreed upon about:
        what comes in on them may have been meant for the promise."""
        promises = [one for one in sources if one._waits_for_money_elsewhere()]
        taken = {row.item_id for rows in sources.values() for row in rows}
        cases = self.env["dunning.case"].union(*(one.case_id for one in promises))
        lines = cases.with_context(active_test=False).line_ids.sudo()  # see above
        by_case = lines.grouped("case_id")
        return {
            one: set(by_case[one.case_id.sudo()].move_line_id.ids) - taken
            for one in promises
            if sources[one] and one.case_id.sudo() in by_case
        }

    def _waits_for_money_elsewhere(self):
        """Tell whether the payment of another invoice may have been meant for it."""
        return False

    def _get_known(self):
        """Map commitments, new ones too, to what is known of their items."""
        facts = self._read_facts([self._origin]) if self._origin else {}
        none = settlement.Facts(Decimal(0), Decimal(0))
        return {one: facts.get(one._origin, none) for one in self}

    # What may be meant for it

    @api.model
    def _find_announced(self, accused, facts, day):
        """Return who is not judged while the bank is silent, and what unmatched money
        would do for whom: the same money counts once.

        :param accused: pairs of a commitment and what it misses
        """
        excused, announced, credits_of = set(), {}, {}
        partners = self.env["res.partner"].union(
            *(one.partner_id for one, _ in accused)
        )
        contested = {}
        for of_kind in _group_by_model(one for one, _ in accused):
            contested |= of_kind._read_contested()
        for one, missing in accused:
            company = one.company_id
            if company not in credits_of:
                credits_of[company] = company._dunning_is_bank_fresh(day) and self.env[
                    "account.move.line"
                ]._read_dunning_credits(company, partners, day)
            if credits_of[company] is False:
                excused.add(one)  # nobody is accused while the bank brings nothing
                continue
            of_company = credits_of[company]
            credit = of_company.get(one.partner_id.id, Decimal(0))
            # What is contested is not missed: somebody looks what became of the rest.
            elsewhere = facts[one].elsewhere + contested.get(one, Decimal(0))
            if one._from_company(credit, day) + elsewhere >= missing:
                announced[one] = missing
                used = one._to_company(max(missing - elsewhere, Decimal(0)), day)
                of_company[one.partner_id.id] = max(credit - used, Decimal(0))
        return excused, announced

    def _to_company(self, amount, day):
        return self._convert(amount, self.currency_id, self.company_id.currency_id, day)

    def _from_company(self, amount, day):
        return self._convert(amount, self.company_id.currency_id, self.currency_id, day)

    def _convert(self, amount, source, target, day):
        return Decimal(
            str(source._convert(float(amount), target, self.company_id, day))
        )

    # What follows in all kinds

    def _still_waits(self, verdict, day):
        """Follow a verdict as far as all kinds are alike: called off, counting again,
        to be checked; tell whether it still waits, for the kind to go on.
        """
        self.ensure_one()
        if verdict.is_void:
            self._call_off(verdict.ended_as, day)
            return False
        if self.state == "cancelled" and not self._may_count_again():
            return False
        if self.state not in self._get_running_states():
            self._take_up_again()
        if verdict.is_to_check:
            self._ask_to_check(verdict, day)
            return False
        self._close_check()
        return True

    def _take_up_again(self):
        """What had ended it was taken back: it counts again by itself."""
        raise NotImplementedError

    # Taken back: a run that is undone had judged

    @api.model
    def _take_back_verdicts(self, company, day):
        """Let what a run of a day had judged wait again, as the books of today say.

        Plan B is taken back; what the debtor hears is for the next run to decide.
        """
        # The engine's own, as when it judged.
        found = self.sudo().search(
            Domain("company_id", "=", company.id)
            & self._get_judged_domain(company, day)
        )
        found._take_back_plan_b(day)
        # What was found out is not true any more.
        self.env["dunning.alert"].sudo().search(
            [
                ("res_model", "=", self._name),
                ("source_id", "in", found.ids),
                ("date", "=", day),
            ]
        ).unlink()
        found._wait_again()
        checked = Domain("company_id", "=", company.id) & Domain("check_on", "=", day)
        self.sudo().search(checked)._close_check()

    @api.model
    def _get_judged_domain(self, company, day):
        """Return those that a run of a day has judged: each kind says how."""
        raise NotImplementedError

    def _wait_again(self):
        """Let what was judged too early wait again: each kind says how."""
        raise NotImplementedError

    # To check: a person looks before anybody is called a breaker of his word.

    def _ask_to_check(self, verdict, day):
        """Plan the task; nothing is said to the debtor meanwhile."""
        self.ensure_one()
        summary, note = self._get_check_text(verdict)
        if verdict.ended_as:
            note = self.env._(
                "%(agreement)s: its invoices were set off against what we owe to this "
                "customer. Decide whether that was the payment agreed upon.",
                agreement=self.display_name,
            )
        # Planned for whoever is in charge.
        if self.contested_text:
            note = f"{self.display_name}: {self.contested_text}"
        values = {"activity_id": self.case_id._plan_task(summary, note, self.user_id)}
        self.sudo().write(values | {"check_on": self.check_on or day})  # a fact

    def _get_check_text(self, verdict):
        """Return the summary and the note of the task to look at unmatched money."""
        raise NotImplementedError

    def _close_check(self):
        """Close the task: what was to check is known."""
        for activity in self.activity_id.sudo().filtered("active"):
            activity.action_done()  # planned for whoever was in charge
        self.filtered("check_on").sudo().check_on = False  # a fact

    # Called off

    def _call_off(self, ended_as, day):
        """End what is not waited for any more, without blame: nobody broke his word,
        nobody has paid."""
        self.ensure_one()
        if self.ended_as != ended_as:
            self._end("cancelled", self._describe_ending(ended_as), day)
            self.sudo().ended_as = ended_as  # a fact

    def _describe_ending(self, ended_as):
        reasons = {
            settlement.NOTHING_DUE: self.env._(
                "Nothing of it is due any more, and nobody has paid."
            ),
            settlement.NETTED: self.env._(
                "Its invoices were set off against what we owe."
            ),
            settlement.TRANSFERRED: self.env._(
                "The debt was moved to another account: it is not waited for any more."
            ),
            settlement.WRITTEN_OFF: self.env._(
                "The debt was written off: it is not waited for any more."
            ),
        }
        return reasons[ended_as]

    def _end(self, state, reason="", day=None, **values):
        """End commitments: the ladder decides about their invoices again.

        :param reason: how it ended, for the history of the case
        :param values: other facts to write
        """
        for one in self:
            date = day or one.company_id._dunning_today()
            values |= {"state": state, "ended_on": date, "end_reason": reason}
            one.sudo().write(values | {"ended_as": False})  # facts
            if reason:
                one._log(reason)
        self._close_check()
        self._uncover()

    def _log(self, text):
        """Note something in the history of the case."""
        self.ensure_one()
        self.case_id._message_log(
            body=self.env._(
                "%(agreement)s: %(text)s", agreement=self.display_name, text=text
            )
        )

    def _may_count_again(self):
        """Tell whether it may run again: nothing else was agreed upon meanwhile."""
        self.ensure_one()
        return not self.search_count(
            [
                ("id", "!=", self.id),
                ("line_ids", "in", self.line_ids.ids),
                ("state", "in", self._get_running_states()),
            ],
            limit=1,
        )
