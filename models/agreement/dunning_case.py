from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools import covers as core

#: What is judged, in this order: unmatched money counts for the first that waits.
KINDS = ("dunning.promise", "dunning.plan", "dunning.offer")


class DunningCase(models.Model):
    """What promises, plans and disputes keep back of a case, read live."""

    _inherit = "dunning.case"

    amount_disputed = fields.Monetary(
        "Disputed",
        compute="_compute_kept_back",
        search="_search_amount_disputed",
        help="What the debtor contests of the open items: it waits, the rest goes on.",
    )
    amount_promised = fields.Monetary(
        "Promised",
        compute="_compute_kept_back",
        search="_search_amount_promised",
        help="What is still to come of promises and payment plans: it waits, the rest "
        "goes on.",
    )

    cover_ids = fields.One2many(
        "dunning.cover",
        "case_id",
        "Kept back",
        domain=[("active", "=", True)],
        readonly=True,
    )
    awaits_agreement = fields.Boolean(
        readonly=True,
        copy=False,
        help="Everything late is promised, on a plan or disputed: the case waits.",
    )
    waiting_text = fields.Char(
        compute="_compute_waiting_text",
        help="Until when the case waits, and for what.",
    )

    promise_ids = fields.One2many("dunning.promise", "case_id", "Promises")
    promise_kept_rate = fields.Float(
        "Promises kept",
        compute="_compute_promise_kept_rate",
        help="Of what this customer promised and was judged, the part that came in on "
        "time; a promise taken back counts as not kept, a replaced one does not count.",
    )
    promise_judged_count = fields.Integer(
        "Promises judged", compute="_compute_promise_kept_rate"
    )

    plan_ids = fields.One2many("dunning.plan", "case_id", "Payment plans")
    offer_ids = fields.One2many("dunning.offer", "case_id", "Offers")
    plan_count = fields.Integer(compute="_compute_plan_count")

    def _get_covers(self):
        """Return the covers in force of the cases."""
        return self.cover_ids.filtered("active")

    def _keep_back(self, items, lines, date):
        """Mark what promises, plans, offers and disputes keep back of each item."""
        kept = super()._keep_back(items, lines, date)
        covers = self._get_covers()
        if not covers:
            return kept
        items = kept.items
        parts_of = self._get_kept_back(covers, items, lines)
        marked = {key: items[key].keep_back(parts) for key, parts in parts_of.items()}
        return kept._replace(items=items | marked)

    def _is_decided(self):
        """What the agreements of a waiting case leave free is decided as ever."""
        is_free = self.state == "waiting" and self.awaits_agreement
        return is_free or super()._is_decided()

    @api.model
    def _get_collected_fields(self):
        return [*super()._get_collected_fields(), "awaits_agreement"]

    @api.model
    def _get_kept_back(self, covers, items, lines):
        """Map journal items to what is kept back of each, by kind.

        :return: ``{move line id: {kind: Decimal in the currency of the item}}``
        """
        rows = {row.id: row for of_case in lines.values() for row in of_case}
        balances = {
            key: items[row.move_line_id].balance
            for key, row in rows.items()
            if row.move_line_id in items
        }
        # A settled item has no row: what came in on it counts all the same.
        never = fields.Date.to_date("9999-12-31")
        kept = core.kept_back(
            [
                cover._to_core(
                    rows[cover.line_id.id].date_due
                    if cover.line_id.id in rows
                    else never
                )
                for cover in covers
            ],
            balances,
        )
        return {rows[key].move_line_id: parts for key, parts in kept.items()}

    def _find_kept_back(self):
        """Map cases to what is kept back of each open item today.

        :rtype: dict[dunning.case, dict[OpenItem, dict[str, Decimal]]]
        """
        result = defaultdict(dict)
        by_case = self._get_covers().grouped("case_id")
        covered = self.browse(case.id for case in by_case)
        for company, cases in covered.grouped("company_id").items():
            items, lines = cases._read_books(company, company._dunning_today())
            for case in cases:
                of_case = {case.id: lines[case.id]}
                kept = self._get_kept_back(by_case[case], items, of_case)
                result[case] = {items[key]: parts for key, parts in kept.items()}
        return result

    @api.depends("line_ids.move_line_id.amount_residual")
    def _compute_kept_back(self):
        kept = self._find_kept_back()
        for case in self:
            totals = defaultdict(Decimal)
            for item, parts in kept.get(case, {}).items():
                for kind, amount in parts.items():
                    totals[kind] += item.to_company(amount)
            case.amount_disputed = float(totals[core.DISPUTED])
            case.amount_promised = float(totals[core.PROMISED] + totals[core.PLANNED])

    def _search_amount_disputed(self, operator, value):
        return self._search_kept_back("amount_disputed", operator, value)

    def _search_amount_promised(self, operator, value):
        return self._search_kept_back("amount_promised", operator, value)

    @api.model
    def _search_kept_back(self, name, operator, value):
        """Few cases have a commitment: theirs are computed, the others have nothing."""
        covers = self.env["dunning.cover"].search([("active", "=", True)])
        cases = covers.case_id
        found = cases.filtered_domain([(name, operator, value)])
        without = Domain("id", "not in", cases.ids)
        is_zero_found = bool(self.new({}).filtered_domain([(name, operator, value)]))
        return Domain("id", "in", found.ids) | (
            without if is_zero_found else Domain.FALSE
        )

    # Judged

    def _judge_agreements(self, day, *kinds):
        """Judge the agreements of the cases that payments still change.

        :return: the cases whose items have changed
        """
        batches = [self.env[kind]._find_to_judge(self) for kind in kinds]
        return self.env["dunning.commitment"]._judge(batches, day)

    @api.model
    def _take_back_run(self, company, day):
        """Let what the run had judged wait again."""
        result = super()._take_back_run(company, day)
        for kind in KINDS:
            self.env[kind]._take_back_verdicts(company, day)
        return result

    def _after_settling(self, day):
        """Judge the promises of cases whose items are all settled."""
        result = super()._after_settling(day)
        self._judge_agreements(day, "dunning.promise")
        return result

    def _end_commitments(self):
        """Call off what runs when a person closes the cases."""
        result = super()._end_commitments()
        reason = self.env._("The case was closed by hand.")
        for commitment in (*self.plan_ids, *self.offer_ids):
            if commitment.state in ("draft", *commitment._get_running_states()):
                commitment._end("cancelled", reason)
        running = self.promise_ids.filtered(
            lambda promise: promise.state in promise._get_running_states()
        )
        running._end("cancelled", reason)
        return result

    def _follow_books(self, day, books):
        """Judge the commitments; return the books as they are then."""
        books = super()._follow_books(day, books)
        changed = self._judge_agreements(day, *KINDS)
        if not changed:
            return books
        return books._replace(lines=books.lines | changed._read_lines())

    # What the case waits for

    @api.model
    def _is_awaiting(self, plan):
        """Tell whether all that is late is kept back by agreements.

        :param CasePlan plan: what the engine has just read and decided
        """
        late = [item for item in plan.facts.items if item.is_late(plan.day, plan.grace)]
        return bool(late) and all(item.hold in core.KINDS for item in late)

    def _show_waiting(self, plans=None):
        """Write the state that follows from the agreements: waiting, or open again.

        :param plans: ``{case: CasePlan}`` just decided; decided afresh when None
        """
        result = super()._show_waiting(plans)
        cases = self.filtered(lambda case: case.state in ("open", "waiting"))
        if plans is None:
            plans = {}
            for company, of_company in cases.grouped("company_id").items():
                plans |= of_company._decide(
                    company._dunning_today(), is_bank_fresh=True
                )
        waiting = cases.filtered(lambda case: self._is_awaiting(plans[case]))
        ended = (cases - waiting).filtered("awaits_agreement")
        for case in ended:
            is_held = case.state == "waiting" and case.hold_id
            case._write_facts(
                {"awaits_agreement": False, "state": "waiting" if is_held else "open"}
            )
        beginning = waiting.filtered(lambda case: case.state == "open")
        if beginning:
            beginning._write_facts({"awaits_agreement": True, "state": "waiting"})
        return result

    @api.depends("awaits_agreement", "state")
    @api.depends_context("lang")
    def _compute_waiting_text(self):
        self.waiting_text = False
        awaiting = self.filtered("awaits_agreement")
        covers = self.env["dunning.cover"].search([("case_id", "in", awaiting.ids)])
        for case, of_case in covers.grouped("case_id").items():
            days = [day for day in of_case.mapped("date_until") if day]
            sources = [
                self.env[model].browse(set(rows.mapped("source_id")))
                for model, rows in of_case.grouped("res_model").items()
            ]
            what = ", ".join(
                source._describe() for records in sources for source in records
            )
            if days:
                case.waiting_text = self.env._(
                    "Waiting until %(date)s for: %(what)s",
                    date=format_date(self.env, max(days)),
                    what=what,
                )
            else:
                case.waiting_text = self.env._("Waiting for: %(what)s", what=what)

    # Promises of a case: made from it, judged with it.

    @api.depends("promise_ids.kept_share", "promise_ids.state")
    def _compute_promise_kept_rate(self):
        for company, cases in self.grouped("company_id").items():
            rates = self.env["dunning.promise"]._read_kept_rates(
                cases.partner_id, company
            )
            for case in cases:
                rate, count = rates.get(case.partner_id.id, (0.0, 0))
                case.promise_kept_rate = rate
                case.promise_judged_count = count

    # What may be promised

    def _get_free_amounts(self, lines=None):
        """Map open items to what of them may be promised, the oldest due first: neither
        disputed nor on a payment plan.

        :param lines: only these; every item of the case when None
        """
        free = {}
        lines = self.line_ids if lines is None else lines._origin
        kept = {
            item.line_id: parts
            for of_case in self._origin._find_kept_back().values()
            for item, parts in of_case.items()
        }
        for line in lines.sorted(lambda line: (line.date_due, line.id)):
            item = line.sudo().move_line_id  # as for the amounts a case shows
            parts = kept.get(item.id, {})
            amount = line.sudo().amount_residual - float(
                parts.get(core.DISPUTED, 0) + parts.get(core.PLANNED, 0)
            )
            is_open = item.parent_state == "posted" and not item.reconciled
            if is_open and line.currency_id.compare_amounts(amount, 0) > 0:
                free[line] = amount
        return free

    def _get_promisable(self, currency, is_late=False):
        """Return the items of which something may be promised, the oldest due first.

        :param is_late: only what is late already
        """
        found = self.env["dunning.case.line"].browse(
            line.id for line in self._get_free_amounts() if line.currency_id == currency
        )
        found -= found._find_frozen()
        return found.filtered("days_overdue") if is_late else found

    def _count_broken_agreements(self):
        """Return how many agreements the debtor has broken: each kind adds its own."""
        self.ensure_one()
        return self.env["dunning.promise"].search_count(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("broken_on", "!=", False),
            ]
        )

    def action_promise(self):
        """Open a new promise, filled in with what is late."""
        self.ensure_one()
        self.check_access("write")
        currency = self.line_ids.filtered("days_overdue").currency_id[:1]
        currency = currency or self.line_ids.currency_id[:1] or self.currency_id
        late = self._get_promisable(currency, is_late=True)
        contact = self._get_contact()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Promise of %(debtor)s", debtor=self.display_name),
            "res_model": "dunning.promise",
            "view_mode": "form",
            "views": [
                (self.env.ref("account_dunning.dunning_promise_view_dialog").id, "form")
            ],
            "target": "new",
            "context": {
                "default_case_id": self.id,
                "default_line_ids": late.ids,
                "default_contact_id": contact.id,
            },
        }

    def _describe_leaving(self, what, lines):
        """Say what will leave to the debtor, to whom and how, before it leaves.

        :param what: what is in it, in words
        :param lines: the items that it is about
        """
        self.ensure_one()
        contact, channel = self.env["dunning.action"]._find_told(self, lines)
        if channel == "letter":
            return self.env._(
                "A letter with %(what)s will be ready to print, to %(name)s: there is "
                "no valid e-mail address.",
                what=what,
                name=contact.display_name,
            )
        company = self.company_id
        leaves_at = company._dunning_sending_time(company._dunning_today())
        return self.env._(
            "An e-mail with %(what)s will leave to %(name)s (%(email)s) on %(date)s.",
            what=what,
            name=contact.display_name,
            email=contact.email,
            date=format_date(self.env, company._dunning_to_day(leaves_at)),
        )

    # Payment plans and offers of a case.

    @api.depends("plan_ids", "offer_ids")
    def _compute_plan_count(self):
        for case in self:
            case.plan_count = len(case.plan_ids) + len(case.offer_ids)

    @api.model
    def _get_sweeps(self, run):
        """Judge what was paid as a whole before the run closes its case."""
        kinds = ("dunning.plan", "dunning.offer")
        settled = [self.env[kind]._find_settled(run.company_id) for kind in kinds]
        emptied = self.union(*(found.case_id for found in settled))

        def judge(run, cases):
            batches = [
                found.filtered(lambda one: one.case_id in cases) for found in settled
            ]
            self.env["dunning.commitment"]._judge(batches, run.date)

        return [*super()._get_sweeps(run), (emptied, judge)]

    def action_open_plan(self):
        """Open the plan that is being prepared or runs, else a new form: nothing is
        kept before it is saved."""
        self.ensure_one()
        self.check_access("write")
        plans = self.plan_ids.filtered(
            lambda plan: plan.state in ("draft", "proposed", "accepted")
        )
        return plans[:1]._get_window() if plans else plans._get_new_window(self)

    def action_open_offer(self):
        """Open the offer that is being prepared or waits, else a new form."""
        self.ensure_one()
        self.check_access("write")
        offers = self.offer_ids.filtered(lambda one: one.state in ("draft", "sent"))
        return offers[:1]._get_window() if offers else offers._get_new_window(self)
