from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain
from odoo.tools.misc import split_every

from ...tools import ladder as core
from ...tools import settlement
from ...tools.holds import BY_LAW
from ..books.bulk_insert import insert_rows
from .decide import Books

#: Where an item stands that nobody was written to about.
NEVER_DUNNED = {
    "level_id": None,
    "delivered_on": None,
    "deadline": None,
    "heard_level_id": None,
}
#: How a case ended, by what most of it was settled with.
CLOSE_REASONS = {
    settlement.MONEY: "paid",
    settlement.NETTED: "netted",
    settlement.TRANSFERRED: "transferred",
    settlement.WRITTEN_OFF: "written_off",
    "": "void",
}
#: Closed cases whose endings are read together.
ENDINGS_PER_BATCH = 500


class DunningCase(models.Model):
    """Collect: the open items of each debtor, gathered in one case."""

    _inherit = "dunning.case"

    @api.model
    def _collect(self, company, date, partners=None):
        """Bring the cases of a company in line with its ledger; return the open ones.

        Opens a case for each debtor with a late item (or one near enough to its due
        date for a courtesy), adds new items, archives settled ones and closes cases
        whose items are all settled.

        :param partners: commercial partners to look at; every debtor when None
        :return: the open cases, and what was read of them
        :rtype: tuple[dunning.case, Books]
        """
        items = {}
        by_debtor = defaultdict(list)
        move_lines = self.env["account.move.line"]
        for item in move_lines._read_dunning_items(company, date, partners):
            items[item.line_id] = item
            by_debtor[item.partner_id].append(item)
        cases = self._search_open(company, partners)
        cases._wake_up(date)
        lines = cases._read_lines()
        cases._settle(by_debtor, lines, date)
        cases = cases.filtered(lambda case: case.state != "closed")
        known = set(cases.partner_id.ids)
        missing = [key for key in by_debtor if key not in known]
        opened = self._open_cases(company, date, missing, by_debtor)
        cases |= opened
        changed = cases._add_items(by_debtor, lines)
        lines |= changed._read_lines()
        return cases, Books(items, lines)

    @api.model
    def _search_open(self, company, partners=None):
        domain = Domain("company_id", "=", company.id) & Domain("state", "!=", "closed")
        if partners is not None:
            domain &= Domain("partner_id", "in", partners.ids)
        return self.search_fetch(domain, self._get_collected_fields(), order="id")

    @api.model
    def _get_collected_fields(self):
        """Return what a run reads of every open case, in one query: a hook.

        What it writes as well: a value that is known to be the same is not written.
        """
        return [
            *("partner_id", "company_id", "ladder_id", "state"),
            *("last_run_on", "wait_reason", "failure", "accepted_money"),
        ]

    @api.model
    def _open_cases(self, company, date, partner_ids, items):
        """Open, or re-open, a case for each debtor that needs one."""
        if not partner_ids:
            return self.browse()
        debtors = self.env["res.partner"].with_company(company).browse(partner_ids)
        ladders = self.env["dunning.ladder"]._find_for(debtors, company)
        needing = debtors.filtered(
            lambda debtor: self._needs_case(ladders[debtor], date, items[debtor.id])
        )
        return self._open_needed(company, needing, ladders, items)

    @api.model
    def _open_needed(self, company, needing, ladders, items):
        """Open, or re-open, the case of each of these debtors."""
        reopened = self._reopen(company, needing, items)
        fresh = needing - reopened.partner_id
        # A night that opens a thousand cases neither notifies nor logs it a thousand
        # times: the first message of a case is its first contact.
        quiet = self.with_context(tracking_disable=True)
        opened = quiet._create_facts(
            [
                {
                    "partner_id": debtor.id,
                    "company_id": company.id,
                    "ladder_id": ladders[debtor].id,
                    "user_id": self._find_collector(debtor, company).id,
                }
                for debtor in fresh
            ]
        )
        for user, cases in opened.grouped("user_id").items():
            cases.message_subscribe(user.partner_id.ids)  # at once for all of them
        return reopened | self.browse(opened.ids)

    @api.model
    def _find_collector(self, debtor, company):
        return company._dunning_get_in_charge(debtor.dunning_user_id)

    @api.model
    def _needs_case(self, ladder, date, items):
        """Tell whether an item is late, or near enough to being due for a courtesy."""
        earliest = min(
            (level.delay_days for level in ladder.level_ids if level.is_courtesy),
            default=ladder.grace_days + 1,
        )
        return any(
            (date - item.due).days >= earliest
            and item.hold in ("", "blocked", *BY_LAW)
            and (item.due > date or (date - item.due).days > ladder.grace_days)
            for item in items
        )

    @api.model
    def _reopen(self, company, debtors, items):
        """Re-open closed cases whose payment was taken back, with their history."""
        own = [item for debtor in debtors for item in items[debtor.id]]
        lines = self.env["dunning.case.line"].with_context(active_test=False)
        lines = lines.search(
            self._get_former_domain(own)
            & Domain("case_id.company_id", "=", company.id)
            & Domain("case_id.state", "=", "closed")
            & Domain("case_id.close_reason", "not in", ("manual", "joined")),
            order="case_id desc",
        )
        # One entry may hold items of many debtors: each has his own.
        of_debtors = {(item.move_id, item.partner_id) for item in own}
        lines = lines.filtered(
            lambda line: (
                line.move_line_id
                or line._is_document()
                or (line.move_id.id, line._get_debtor().id) in of_debtors
            )
        )
        cases = self.browse()
        for partner_cases in lines.case_id.grouped("partner_id").values():
            cases |= partner_cases.sorted("id")[-1:]
        cases = cases.filtered(lambda case: case.partner_id in debtors)
        cases._write_facts({"state": "open", "close_reason": False})
        return cases

    @api.model
    def _get_former_domain(self, items):
        """Return the domain of the lines that items had before.

        An invoice that was edited may have new items: theirs lost their link.
        """
        return Domain("move_line_id", "in", [item.line_id for item in items]) | (
            Domain("move_line_id", "=", False)
            & Domain("move_id", "in", [item.move_id for item in items])
        )

    def _add_items(self, items, lines):
        """Give each case a line for each of its open items, with the rung it had.

        :return: the cases whose lines have changed
        """
        case_lines = self.env["dunning.case.line"].sudo()  # the engine's own
        new, moved = [], set()
        for case in self:
            known = {line.move_line_id: line for line in lines.get(case.id, ())}
            for item in items.get(case.partner_id.id, ()):
                line = known.get(item.line_id)
                if not line:
                    new.append((case, item))
                elif (line.date_due, line.currency_id, line.number) != (
                    *(item.due, item.currency_id, item.name),
                ):
                    case_lines.browse(line.id)._write_facts(item.to_case_line())
                    moved.add(case.id)
        former = self._read_former_lines(new)
        ladders = {ladder: ladder._to_core() for ladder in self.ladder_id}
        insert_rows(
            case_lines,
            [
                values
                for case, item in new
                if (values := self._revive(case, item, former, ladders))
            ],
        )
        changed = self.browse({case.id for case, _item in new} | moved)
        changed.invalidate_recordset(["line_ids"])
        return changed

    @api.model
    def _read_former_lines(self, new):
        """Map ids of items to the line that each had before.

        The line of the same item; else, of an item that was entered again, the one due
        on the same day: of the same invoice or, of another entry, of the same debtor
        and number. Where nothing else can be meant, the number may have been corrected.
        """
        if not new:
            return {}
        items = [item for _case, item in new]
        lines = self.env["dunning.case.line"].with_context(active_test=False)
        domain = self._get_former_domain(items) | self._get_reversed_domain(new)
        lines = lines.search(domain, order="id")
        of_item, of_place = {}, defaultdict(list)
        for line in lines:
            if line.move_line_id:
                of_item[line.move_line_id.id] = line
            else:
                debtor_id = not line._is_document() and line._get_debtor().id
                of_place[line.move_id.id, debtor_id, line.date_due].append(line)
        lost = defaultdict(list)
        for item in items:
            if item.line_id not in of_item:
                debtor_id = not item.is_document and item.partner_id
                lost[item.move_id, debtor_id, item.due].append(item)
        for place, of_items in lost.items():
            of_item |= self._match_again(of_items, of_place[place])
        made_again = lines._find_all_made_again(
            [item for item in items if item.line_id not in of_item]
        )
        return of_item | made_again

    @api.model
    def _match_again(self, items, lines):
        """Map ids of items to the lines that they had, each line once: the newest.

        :param items: of one invoice, or one debtor's of another entry, due on one day
        :param lines: those that lost their item, the oldest first
        """
        left, found = list(lines), {}
        for item in items:
            same = [
                line for line in left if item.is_document or line.number == item.name
            ]
            if same:
                found[item.line_id] = same[-1]
                left.remove(same[-1])
        unmatched = [item for item in items if item.line_id not in found]
        if len(unmatched) == len(left) == 1:
            found[unmatched[0].line_id] = left[0]
        return found

    @api.model
    def _get_reversed_domain(self, new):
        """Return the lines of reversed invoices that may have been made again: of the
        same debtors, with the same due dates."""
        return (
            # Whether it was reversed is no secret to who sees the case.
            Domain("move_id", "any!", [("payment_state", "=", "reversed")])
            & Domain(
                "case_id.partner_id", "in", {case.partner_id.id for case, _ in new}
            )
            & Domain(
                "case_id.company_id", "in", {case.company_id.id for case, _ in new}
            )
            & Domain("date_due", "in", {item.due for _case, item in new})
        )

    @api.model
    def _get_standing(self, line, item):
        """Return the rung that an item of a former line keeps, as values of a line.

        Only what the debtor himself was told: an invoice made out to another customer,
        or of a contact that became a debtor of his own, starts at the first rung.
        """
        debtor = line.case_id.partner_id.commercial_partner_id
        if debtor.id == item.partner_id:
            return {
                "level_id": line.level_id.id or None,
                "delivered_on": line.delivered_on or None,
                "deadline": line.deadline or None,
                "heard_level_id": line.heard_level_id.id or None,
            }
        told = self.env["dunning.action.line"].search(
            Domain("level_id", "!=", False)
            & Domain("action_id.state", "=", "done")
            & (
                Domain("case_line_id", "=", line.id)
                | Domain("move_line_id", "=", item.line_id)
            )
        )
        told = told.filtered(
            lambda row: row.action_id._get_origin().partner_id.id == item.partner_id
        )
        last = told.sorted(lambda row: row.level_id._rank())[-1:]
        return {
            "level_id": last.level_id.id or None,
            "delivered_on": last.action_id.delivered_on or None,
            "deadline": last.action_id.deadline or None,
            "heard_level_id": told.action_id.level_id._find_strongest().id or None,
        }

    @api.model
    def _revive(self, case, item, former, ladders):
        """Bring back the archived line of an item, or return values of a new one."""
        line = former.get(item.line_id)
        if line and line.case_id == case and line.move_id.id == item.move_id:
            line.sudo().write(  # the engine's own
                item.to_case_line() | {"active": True, "move_line_id": item.line_id}
            )
            return None
        standing = self._get_standing(line, item) if line else dict(NEVER_DUNNED)
        rung, day = None, None
        if not standing["level_id"] and (ladder := ladders.get(case.ladder_id)):
            rung, day = core.next_rung(ladder, core.Item(0, item.due, core.Decimal(0)))
        return {
            "case_id": case.id,
            "active": True,
            "move_line_id": item.line_id,
            "move_id": item.move_id,
            **item.to_case_line(),
            **standing,
            "start_level_id": line.start_level_id.id or None if line else None,
            # Of an item with a past, the run that follows stores it.
            "next_level_id": (rung.key or None) if rung else None,
            "next_date": day,
        }

    @api.model
    def _open_at_once(self, company, date, debtors):
        """Return the open cases of debtors who have open items, late or not.

        For what is agreed, or contested, before anything is late.
        """
        cases, books = self._collect(company, date, debtors)
        items = defaultdict(list)
        for item in books.items.values():
            items[item.partner_id].append(item)
        missing = (debtors - cases.partner_id).with_company(company)
        missing = missing.filtered(lambda debtor: debtor.id in items)
        if missing:
            ladders = self.env["dunning.ladder"]._find_for(missing, company)
            opened = self._open_needed(company, missing, ladders, items)
            opened._add_items(items, opened._read_lines())
            cases |= opened
        return cases

    @api.model
    def _open_for(self, partners):
        """Return the open cases of customers, collecting them first.

        Used by **Relancer** on a customer or an invoice the night has not seen yet.
        """
        cases = self.browse()
        for company in self.env.companies:
            date = company._dunning_today()
            cases |= self.with_company(company)._collect(company, date, partners)[0]
        return cases

    # Settle: what is no longer due leaves its case, and how it was settled.

    def _settle(self, items, lines, date):
        """Archive the lines of settled items; close the cases where none is left."""
        settled, emptied = [], []
        for case in self:
            open_ids = {item.line_id for item in items.get(case.partner_id.id, ())}
            of_case = lines[case.id]
            lines[case.id] = [row for row in of_case if row.move_line_id in open_ids]
            settled += [row.id for row in of_case if row.move_line_id not in open_ids]
            if not lines[case.id]:
                # Debts that came later belong to a new case, which starts afresh.
                emptied.append(case.id)
        lines_of_items = self.env["dunning.case.line"].sudo()  # the engine's own
        lines_of_items.browse(settled)._write_facts({"active": False})
        self.browse(emptied)._close_settled(date)

    def _close_settled(self, date):
        if not self:
            return
        # A thank-you is about what was paid.
        asking = self.action_ids.filtered(lambda action: action.kind != "thanks")
        asking._drop(self.env._("Nothing is open any more."))
        reasons = self._get_close_reasons()
        for reason, cases in self.grouped(reasons.get).items():
            cases._write_facts({"state": "closed", "close_reason": reason})
        self._after_settling(date)

    @api.model
    def _read_endings_again(self):
        """Read anew how closed cases ended, in batches: for upgrades that class what
        settled them more closely.

        What nobody settled, or was opened again since, stays as it was written.

        :return: how many have another reason now
        """
        read = list(CLOSE_REASONS.values())
        closed = self.with_context(active_test=False, tracking_disable=True).search(
            Domain("state", "=", "closed") & Domain("close_reason", "in", read)
        )
        changed = 0
        for ids in split_every(ENDINGS_PER_BATCH, closed.ids):
            cases = closed.browse(ids)
            for case, reason in cases._get_close_reasons().items():
                if reason not in (CLOSE_REASONS[""], case.close_reason):
                    case._write_facts({"close_reason": reason})
                    changed += 1
            cases.flush_recordset()
            self.env.invalidate_all()
        return changed

    def _get_close_reasons(self):
        """Map cases to how their items were settled: the largest class decides.

        Money or a credit note makes a case paid. Where nothing was settled (the
        invoices were cancelled, deleted, excluded or made out to another customer)
        nothing is due any more, and nobody has paid.
        """
        lines = self.with_context(active_test=False).line_ids
        partials = self.env["account.partial.reconcile"]
        settled = partials._read_dunning_settlements(lines.move_line_id, is_whole=True)
        sums = {case: defaultdict(Decimal) for case in self}
        for line in lines:
            for row in settled.get(line.move_line_id.id, ()):
                sums[line.case_id][row.kind] += row.company_amount
        return {
            case: CLOSE_REASONS[settlement.largest(of_case)]
            for case, of_case in sums.items()
        }
