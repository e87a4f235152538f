from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain

from ..tools import ladder as core
from .bulk_insert import insert_rows
from .dunning_case_facts import Books


class DunningCaseCollect(models.AbstractModel):
    """Collect and settle: the open items of each debtor, gathered in one case."""

    _name = "dunning.case.collect"
    _description = "Dunning Case: Collect and Settle"

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
        lines = cases._read_lines()
        cases._settle(by_debtor, lines)
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
        return self.search_fetch(
            domain,
            ["partner_id", "company_id", "ladder_id", "state", "last_run_on"],
            order="id",
        )

    def _settle(self, items, lines):
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
        lines_of_items.browse(settled).write({"active": False})
        self.browse(emptied)._close_settled()

    def _close_settled(self):
        if not self:
            return
        self.action_ids._drop(self.env._("Nothing is open any more."))
        reasons = self._get_close_reasons()
        for reason, cases in self.grouped(reasons.get).items():
            cases.write({"state": "closed", "close_reason": reason})

    def _get_close_reasons(self):
        """Map cases to how their last items were settled, read from the counterpart.

        Money or a credit note makes a case paid; an entry that moves the debt to
        another account closes it as transferred.
        """
        lines = self.with_context(active_test=False).line_ids
        # How an entry was matched is read for the verdict only, never shown.
        partials = self.env["account.partial.reconcile"].sudo()
        partials = partials.search_fetch(
            [("debit_move_id", "in", lines.move_line_id.ids)],
            ["debit_move_id", "credit_move_id"],
        )
        counterparts = partials.credit_move_id
        counterparts.fetch(["date", "move_id"])
        counterparts.move_id.fetch(["journal_id", "origin_payment_id"])
        matched = partials.grouped("debit_move_id")
        of_case = defaultdict(counterparts.browse)
        for line in lines:
            found = matched.get(line.move_line_id.sudo(), partials.browse())
            of_case[line.case_id] |= found.credit_move_id
        return {case: self._get_close_reason(of_case[case]) for case in self}

    @api.model
    def _get_close_reason(self, counterparts):
        last = counterparts.sorted(lambda line: (line.date, line.id))[-1:].move_id
        is_money = last.journal_id.type in ("bank", "cash", "credit", "sale")
        if last and not is_money and not last.origin_payment_id:
            return "transferred"
        return "paid"

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
        reopened = self._reopen(company, needing, items)
        fresh = needing - reopened.partner_id
        # A night that opens a thousand cases neither notifies nor logs it a thousand
        # times: the first message of a case is its first contact.
        quiet = self.with_context(tracking_disable=True)
        opened = quiet.create(
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
        return debtor.dunning_user_id or company.dunning_user_id

    @api.model
    def _needs_case(self, ladder, date, items):
        """Tell whether an item is late, or near enough to being due for a courtesy."""
        earliest = min(
            (level.delay_days for level in ladder.level_ids if level.is_courtesy),
            default=ladder.grace_days + 1,
        )
        return any(
            (date - item.due).days >= earliest
            and item.hold in ("", "blocked")
            and (item.due > date or (date - item.due).days > ladder.grace_days)
            for item in items
        )

    @api.model
    def _reopen(self, company, debtors, items):
        """Re-open closed cases whose payment was taken back, with their history."""
        item_ids = [item.line_id for debtor in debtors for item in items[debtor.id]]
        lines = self.env["dunning.case.line"].with_context(active_test=False)
        lines = lines.search(
            Domain("move_line_id", "in", item_ids)
            & Domain("case_id.company_id", "=", company.id)
            & Domain("case_id.state", "=", "closed")
            & Domain("case_id.close_reason", "!=", "manual"),
            order="case_id desc",
        )
        cases = self.browse()
        for partner_cases in lines.case_id.grouped("partner_id").values():
            cases |= partner_cases.sorted("id")[-1:]
        cases = cases.filtered(lambda case: case.partner_id in debtors)
        cases.write({"state": "open", "close_reason": False})
        return cases

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
                elif line.date_due != item.due:
                    case_lines.browse(line.id).date_due = item.due
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
        """Map (item id) and (invoice id, due date) to the line an item had before."""
        if not new:
            return {}
        lines = self.env["dunning.case.line"].with_context(active_test=False)
        lines = lines.search(
            Domain("move_line_id", "in", [item.line_id for _case, item in new])
            | (
                Domain("move_line_id", "=", False)
                & Domain("move_id", "in", [item.move_id for _case, item in new])
            ),
            order="id",
        )
        former = {}
        for line in lines:
            former[line.move_line_id.id or (line.move_id.id, line.date_due)] = line
        return former

    @api.model
    def _revive(self, case, item, former, ladders):
        """Bring back the archived line of an item, or return values of a new one."""
        line = former.get(item.line_id) or former.get((item.move_id, item.due))
        if line and line.case_id == case:
            line.sudo().write(  # the engine's own
                {"active": True, "move_line_id": item.line_id, "date_due": item.due}
            )
            return None
        rung, day = None, None
        if not line and (ladder := ladders.get(case.ladder_id)):
            rung, day = core.next_rung(ladder, core.Item(0, item.due, core.Decimal(0)))
        return {
            "case_id": case.id,
            "active": True,
            "move_line_id": item.line_id,
            "move_id": item.move_id,
            "date_due": item.due,
            "currency_id": item.currency_id,
            "level_id": line.level_id.id or None if line else None,
            "delivered_on": line.delivered_on or None if line else None,
            "deadline": line.deadline or None if line else None,
            "start_level_id": line.start_level_id.id or None if line else None,
            # Of an item with a past, the run that follows stores it.
            "next_level_id": (rung.key or None) if rung else None,
            "next_date": day,
        }

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
